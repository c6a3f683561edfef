use auth::{Need, OrgName};
use bytes::Bytes;
use http::StatusCode;
use http_body::Body;
use web::{Response, receive, reply};

use super::wire::{self, Name};
use crate::{org::LONGEST, reject::Reject, service::Context};

/// Makes a team.
#[derive(Debug)]
pub(crate) struct CreateTeam {
    pub(crate) org: OrgName,
}

impl CreateTeam {
    pub(crate) fn need(&self) -> Need {
        Need::Organisation(self.org.as_str().to_owned())
    }

    pub(crate) async fn apply<B>(
        self,
        context: &Context<'_>,
        body: &mut B,
    ) -> Result<Response, Reject>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let (team, description) = wire::new_team(&body)?;
        context
            .auth
            .create_team(&self.org, &team, description)
            .await?;
        let name = team.as_str().to_owned();
        Ok(reply::json(StatusCode::CREATED, &Name { name }))
    }
}
