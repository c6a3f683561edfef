use auth::{Need, Permit};
use http::StatusCode;
use web::Response;

use crate::{answer::done, reject::Reject, service::Context};

/// Revokes an API key, which counts at the next request.
#[derive(Debug)]
pub(crate) struct RevokeKey {
    pub(crate) id: String,
}

impl RevokeKey {
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let (auth, by) = (context.auth, context.by());
        if auth.revoke_token(&caller.name, &self.id, &by).await? {
            return Ok(done(StatusCode::OK));
        }
        let missing = || Reject::not_found("you have no such API key");
        if context.decide(permit, Need::Admin).await.is_err() {
            return Err(missing());
        }
        let owner = auth.owner_of_token(&self.id).await?.ok_or_else(missing)?;
        if auth.revoke_token(&owner, &self.id, &by).await? {
            return Ok(done(StatusCode::OK));
        }
        Err(missing())
    }
}
