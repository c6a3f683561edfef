//! Who may see a package and who may change it, beside what the rules of the registry say.
//!
//! A package is *public* as long as the rules let everybody read it, and *restricted* once its owner
//! said so: then only its owners, the teams it was granted to, and admins may. The `access` of a
//! publish document is not looked at: yarn 4 always sends one that nobody chose.
//!
//! - `GET /-/package/{package}/visibility` — `npm access get status`
//! - `GET`, `POST /-/package/{package}/access` — `pnpm access get status`, `npm access set status`
//! - `GET /-/package/{package}/collaborators` — `npm access list collaborators`
//! - `GET /-/org/{org}/package`, `/-/user/{user}/package`, `/-/team/{org}/{team}/package` — `npm access list packages`
//! - `PUT`, `DELETE /-/team/{org}/{team}/package` — `npm access grant`, `npm access revoke`

mod collaborators;
mod grant;
mod packages;
mod status;
mod wire;

pub(crate) use collaborators::ListCollaborators;
pub(crate) use grant::{Grant, RevokeGrant};
pub(crate) use packages::{ListPackages, Of};
pub(crate) use status::{GetAccess, GetVisibility, SetAccess, exists};
