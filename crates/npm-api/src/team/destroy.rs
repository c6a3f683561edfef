use auth::{Need, OrgName, TeamName};
use http::StatusCode;
use web::Response;

use crate::{answer::done, reject::Reject, service::Context};

/// Removes a team, and what was granted to it.
#[derive(Debug)]
pub(crate) struct DestroyTeam {
    pub(crate) org: OrgName,
    pub(crate) team: TeamName,
}

impl DestroyTeam {
    pub(crate) fn need(&self) -> Need {
        Need::Organisation(self.org.as_str().to_owned())
    }

    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        context
            .auth
            .destroy_team(&self.org, &self.team, &context.by())
            .await?;
        Ok(done(StatusCode::OK))
    }
}
