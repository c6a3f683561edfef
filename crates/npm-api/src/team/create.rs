use auth::{Need, OrgName};
use http::StatusCode;
use web::{Response, receive, reply};

use super::wire::{self, Name};
use crate::{
    org::LONGEST,
    reject::Reject,
    service::{Context, Incoming},
};

/// Makes a team.
#[derive(Debug)]
pub(crate) struct CreateTeam {
    pub(crate) org: OrgName,
}

impl CreateTeam {
    pub(crate) fn need(&self) -> Need {
        Need::Organisation(self.org.as_str().to_owned())
    }

    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let (team, description) = wire::new_team(&body)?;
        context
            .auth
            .create_team(&self.org, &team, description, &context.by())
            .await?;
        let name = team.as_str().to_owned();
        Ok(reply::json(StatusCode::CREATED, &Name { name }))
    }
}
