use std::collections::BTreeMap;

use auth::{Action, OrgName, Permit, TeamName};
use catalog::Permission;
use http::StatusCode;
use npm_model::PackageName;
use web::{Response, reply};

use super::wire::Permissions;
use crate::{reject::Reject, service::Context};

/// Lists packages with what may be done with them, as far as the caller may read them.
#[derive(Debug)]
pub(crate) struct ListPackages {
    pub(crate) of: Of,
}

/// Whose packages.
#[derive(Debug)]
pub(crate) enum Of {
    /// An organisation's: all of its scope, each with what the caller may do.
    Org(OrgName),
    /// Somebody's: what they own, or may do something with through a team.
    User(String),
    /// A team's: what was granted to it.
    Team(OrgName, TeamName),
}

impl ListPackages {
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let mut packages: BTreeMap<PackageName, Permission> = match self.of {
            Of::Org(org) => {
                let names = context.auth.org_packages(&org).await?;
                let changed = context.where_caller_may(permit, Action::Publish, names.clone());
                let changed = changed.await?.into_iter();
                let read = names.into_iter().map(|name| (name, Permission::Read));
                let write = changed.map(|name| (name, Permission::Write));
                read.chain(write).collect()
            }
            Of::User(name) => context.auth.packages_of(&name).await?,
            Of::Team(org, team) => {
                let packages = context.auth.team_packages(&org, &team).await?;
                packages.into_iter().collect()
            }
        };
        let names = packages.keys().cloned().collect();
        let readable = context
            .where_caller_may(permit, Action::Read, names)
            .await?;
        packages.retain(|name, _| readable.binary_search(name).is_ok());
        Ok(reply::json(StatusCode::OK, &Permissions(packages)))
    }
}
