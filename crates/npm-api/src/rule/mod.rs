//! Access rules that are made while the registry runs, and what they come to.
//!
//! - `GET /_auth/rules` — all of them, and those of the settings file
//! - `PUT /_auth/rules` — `{pattern, action, subjects}`; an empty list lets nobody
//! - `DELETE /_auth/rules` — `{pattern, action}`
//! - `GET /_auth/can?user=&action=&package=` — whether somebody may, and why
//!
//! Admins make them; a rule for one package is for whoever may administer it.

mod explain;
mod list;
mod remove;
mod set;
mod wire;

use auth::{Action, Need, PackagePattern, Permit};

pub(crate) use explain::Explain;
pub(crate) use list::ListRules;
pub(crate) use remove::RemoveRule;
pub(crate) use set::SetRule;

use crate::{reject::Reject, service::Context};

/// Longest body, in bytes: two hundred subjects.
const LONGEST: usize = 64 * 1024;

async fn may_rule(
    permit: &Permit,
    context: &Context<'_>,
    pattern: &PackagePattern,
) -> Result<(), Reject> {
    let need = match pattern {
        PackagePattern::Exact(package) => Need::Package(Action::Administer, package.clone()),
        _ => Need::Admin,
    };
    context.decide(permit, need).await.map(|_| ())
}
