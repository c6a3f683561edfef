use auth::{Need, OrgName};
use http::StatusCode;
use web::{Response, receive};

use super::{LONGEST, wire};
use crate::{
    answer::done,
    reject::Reject,
    service::{Context, Incoming},
};

/// Takes somebody out of an organisation and its teams.
#[derive(Debug)]
pub(crate) struct RemoveMember {
    pub(crate) org: OrgName,
}

impl RemoveMember {
    pub(crate) fn need(&self) -> Need {
        Need::Members(self.org.as_str().to_owned())
    }

    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let user = wire::user(&body)?;
        context
            .auth
            .remove_member(&self.org, &user, &context.by())
            .await?;
        Ok(done(StatusCode::OK))
    }
}
