//! Organisations: the people of a scope. Any account may look, owners change.
//!
//! - `GET /-/org/{org}/user` — `npm org ls`
//! - `PUT /-/org/{org}/user` — `npm org set`
//! - `DELETE /-/org/{org}/user` — `npm org rm`

mod list;
mod remove;
mod set;
mod wire;

pub(crate) use list::ListMembers;
pub(crate) use remove::RemoveMember;
pub(crate) use set::SetMember;

/// Longest body of a change to an organisation or a team, in bytes: names, and a description.
pub(crate) const LONGEST: usize = 16 * 1024;
