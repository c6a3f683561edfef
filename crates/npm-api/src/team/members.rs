use auth::{Need, OrgName, TeamName};
use http::StatusCode;
use web::{Response, receive, reply};

use super::wire::{self, Names};
use crate::{
    answer::done,
    org::LONGEST,
    query,
    reject::Reject,
    service::{Context, Incoming},
};

/// Lists who is in a team.
#[derive(Debug)]
pub(crate) struct ListTeamMembers {
    pub(crate) org: OrgName,
    pub(crate) team: TeamName,
}

impl ListTeamMembers {
    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        let members = context.auth.team_members(&self.org, &self.team).await?;
        let names = if query::is_for_cli(context.query) {
            Names::Texts(members)
        } else {
            Names::objects(members)
        };
        Ok(reply::json(StatusCode::OK, &names))
    }
}

/// Puts somebody into a team, or takes them out of it.
#[derive(Debug)]
pub(crate) struct ChangeTeam {
    pub(crate) org: OrgName,
    pub(crate) team: TeamName,
    /// Whether they shall be in it.
    pub(crate) member: bool,
}

impl ChangeTeam {
    pub(crate) fn need(&self) -> Need {
        Need::Organisation(self.org.as_str().to_owned())
    }

    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let Self { org, team, member } = self;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let user = wire::user(&body)?;
        if member {
            context
                .auth
                .add_to_team(&org, &team, &user, &context.by())
                .await?;
            // `npm team add` reads the answer as JSON.
            Ok(done(StatusCode::CREATED))
        } else {
            context
                .auth
                .remove_from_team(&org, &team, &user, &context.by())
                .await?;
            Ok(done(StatusCode::OK))
        }
    }
}
