use auth::{Need, OrgName};
use http::StatusCode;
use web::{Response, receive, reply};

use super::{
    LONGEST,
    wire::{self, Membership, Size},
};
use crate::{
    reject::Reject,
    service::{Context, Incoming},
};

/// Makes somebody a member of an organisation, or changes what they are there.
#[derive(Debug)]
pub(crate) struct SetMember {
    pub(crate) org: OrgName,
}

impl SetMember {
    pub(crate) fn need(&self) -> Need {
        Need::Members(self.org.as_str().to_owned())
    }

    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let (user, role) = wire::member(&body)?;
        let size = context
            .auth
            .set_member(&self.org, &user, role, &context.by())
            .await?;
        let org = Size {
            name: self.org.as_str(),
            size,
        };
        let membership = Membership {
            org,
            user: &user,
            role: role.as_str(),
        };
        Ok(reply::json(StatusCode::OK, &membership))
    }
}
