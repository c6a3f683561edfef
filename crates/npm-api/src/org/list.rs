use auth::OrgName;
use http::StatusCode;
use web::{Response, reply};

use super::wire::Roster;
use crate::{reject::Reject, service::Context};

/// Lists who is in an organisation, and what they are there.
#[derive(Debug)]
pub(crate) struct ListMembers {
    pub(crate) org: OrgName,
}

impl ListMembers {
    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        let members = context.auth.members(&self.org).await?;
        Ok(reply::json(StatusCode::OK, &Roster(members)))
    }
}
