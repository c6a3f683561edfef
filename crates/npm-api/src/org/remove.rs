use auth::{Need, OrgName};
use bytes::Bytes;
use http::StatusCode;
use http_body::Body;
use web::{Response, receive};

use super::{LONGEST, wire};
use crate::{answer::done, reject::Reject, service::Context};

/// Takes somebody out of an organisation and its teams.
#[derive(Debug)]
pub(crate) struct RemoveMember {
    pub(crate) org: OrgName,
}

impl RemoveMember {
    pub(crate) fn need(&self) -> Need {
        Need::Members(self.org.as_str().to_owned())
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
        let user = wire::user(&body)?;
        context.auth.remove_member(&self.org, &user).await?;
        Ok(done(StatusCode::OK))
    }
}
