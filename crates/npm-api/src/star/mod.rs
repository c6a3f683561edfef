//! Stars, as lists. Setting one is a change of the package, see `change`.
//!
//! - `GET /-/_view/starredByUser?key="{user}"` — `npm stars`

mod list;

pub(crate) use list::StarredBy;
