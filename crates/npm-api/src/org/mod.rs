//! Organisations: the people of a scope. Any account may look, owners change.
//!
//! - `GET /-/org/{org}/user` — `npm org ls`
//! - `PUT /-/org/{org}/user` — `npm org set`
//! - `DELETE /-/org/{org}/user` — `npm org rm`
//! - `GET /_auth/orgs` — those that the caller belongs to; all for an admin
//! - `GET /_auth/orgs/{org}` — its members and teams, whole
//! - `GET /_auth/orgs/{org}/teams/{team}` — a team's members and packages

mod all;
mod list;
mod remove;
mod set;
mod show;
mod wire;

pub(crate) use all::ListOrgs;
pub(crate) use list::ListMembers;
pub(crate) use remove::RemoveMember;
pub(crate) use set::SetMember;
pub(crate) use show::{ShowOrg, ShowTeam};

/// Longest body of a change to an organisation or a team, in bytes: names, and a description.
pub(crate) const LONGEST: usize = 16 * 1024;
