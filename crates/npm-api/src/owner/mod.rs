//! Owners one by one, as pnpm asks for them. npm sends all of them at once, see `change`.
//!
//! - `GET /-/package/{package}/owners` — older `pnpm owner ls`
//! - `PUT /-/package/{package}/owners` — `pnpm owner add`
//! - `DELETE /-/package/{package}/owners/{user}` — `pnpm owner rm`

mod add;
mod list;
mod remove;
mod wire;

pub(crate) use add::AddOwner;
pub(crate) use list::ListOwners;
pub(crate) use remove::RemoveOwner;
