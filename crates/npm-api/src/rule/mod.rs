//! Access rules that are made while the registry runs, and what they come to.
//!
//! - `GET /_auth/rules` — all of them, and those of the settings file
//! - `PUT /_auth/rules` — `{pattern, action, subjects}`; an empty list lets nobody
//! - `PATCH /_auth/rules` — `{pattern, actions, add}`, `{…, remove}` or `{…, nobody: true}`
//! - `DELETE /_auth/rules` — `{pattern, action}`
//! - `GET /_auth/can?user=&action=&package=` — whether somebody may, and why
//!
//! Admins make them, and nobody else: a rule for one package wins over those for its scope, outlives
//! the package, and is asked by every request.

mod change;
mod explain;
mod list;
mod remove;
mod set;
mod wire;

pub(crate) use change::ChangeRules;
pub(crate) use explain::Explain;
pub(crate) use list::ListRules;
pub(crate) use remove::RemoveRule;
pub(crate) use set::SetRule;

/// Longest body, in bytes: two hundred subjects.
const LONGEST: usize = 64 * 1024;
