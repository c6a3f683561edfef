//! Teams of an organisation. Any account may look; the organisation's owners and admins change.
//!
//! npm asks for lists with `?format=cli` and reads arrays of texts; pnpm asks without and reads arrays
//! of objects.
//!
//! - `GET /-/org/{org}/team` — `npm team ls {org}`
//! - `PUT /-/org/{org}/team` — `npm team create`
//! - `DELETE /-/team/{org}/{team}` — `npm team destroy`
//! - `GET /-/team/{org}/{team}/user` — `npm team ls {org}:{team}`
//! - `PUT` and `DELETE /-/team/{org}/{team}/user` — `npm team add`, `npm team rm`

mod create;
mod destroy;
mod list;
mod members;
mod wire;

pub(crate) use create::CreateTeam;
pub(crate) use destroy::DestroyTeam;
pub(crate) use list::ListTeams;
pub(crate) use members::{ChangeTeam, ListTeamMembers};
