use std::collections::BTreeSet;

use auth::{Action, OrgName, Permit, TeamName, TeamView};
use http::StatusCode;
use npm_model::PackageName;
use web::{Response, reply};

use super::wire::{Org, Team};
use crate::{reject::Reject, service::Context};

/// Shows an organisation with its members, and its teams with what they may do, as far as the caller may
/// read that.
#[derive(Debug)]
pub(crate) struct ShowOrg {
    pub(crate) org: OrgName,
}

/// Shows one of its teams.
#[derive(Debug)]
pub(crate) struct ShowTeam {
    pub(crate) org: OrgName,
    pub(crate) team: TeamName,
}

impl ShowOrg {
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let mut view = context.auth.org_view(&self.org).await?;
        keep_readable(permit, context, &mut view.teams).await?;
        let org = Org::of(self.org.as_str(), view);
        Ok(reply::json(StatusCode::OK, &org))
    }
}

impl ShowTeam {
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let mut teams = [context.auth.team_view(&self.org, &self.team).await?];
        keep_readable(permit, context, &mut teams).await?;
        let [team] = teams;
        Ok(reply::json(StatusCode::OK, &Team::of(team)))
    }
}

/// Takes out of the teams' packages those that the caller may not read.
async fn keep_readable(
    permit: &Permit,
    context: &Context<'_>,
    teams: &mut [TeamView],
) -> Result<(), Reject> {
    let packages = teams.iter().flat_map(|team| &team.packages);
    let packages: BTreeSet<PackageName> = packages.map(|(name, _)| name.clone()).collect();
    let packages = packages.into_iter().collect();
    let readable = context.where_caller_may(permit, Action::Read, packages);
    let readable: BTreeSet<PackageName> = readable.await?.into_iter().collect();
    for team in teams {
        team.packages.retain(|(name, _)| readable.contains(name));
    }
    Ok(())
}
