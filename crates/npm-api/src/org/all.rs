use auth::{Need, Permit};
use http::StatusCode;
use web::{Response, reply};

use super::wire::Orgs;
use crate::{reject::Reject, service::Context};

/// Lists the organisations that the caller belongs to, and to an admin all of them.
#[derive(Debug)]
pub(crate) struct ListOrgs;

impl ListOrgs {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let orgs = if context.may(permit, Need::Admin).await? {
            context.auth.orgs().await?
        } else {
            context.auth.orgs_of(&caller.name).await?
        };
        Ok(reply::json(StatusCode::OK, &Orgs::of(orgs)))
    }
}
