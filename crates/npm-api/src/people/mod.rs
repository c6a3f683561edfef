//! Looking after accounts, and making one by an invitation.
//!
//! - `GET /_auth/users` — an admin
//! - `POST /_auth/users` — an admin
//! - `GET /_auth/users/{name}` — an admin, or the user
//! - `PATCH /_auth/users/{name}` — an admin
//! - `DELETE /_auth/users/{name}` — an admin
//! - `GET /_auth/users/{name}/packages` — an admin, or the user: what they own, or with `?alone` what would
//!   have no owner without them
//! - `POST /_auth/invitations` — an admin
//! - `POST /_auth/register` — anybody, where registration lets them

mod add;
mod change;
mod get;
mod invite;
mod list;
mod owned;
mod register;
mod remove;
mod wire;

pub(crate) use add::AddPerson;
pub(crate) use change::ChangePerson;
pub(crate) use get::GetPerson;
pub(crate) use invite::Invite;
pub(crate) use list::ListPeople;
pub(crate) use owned::ListOwned;
pub(crate) use register::Register;
pub(crate) use remove::RemovePerson;

/// Longest body, in bytes.
const LONGEST: usize = 64 * 1024;
