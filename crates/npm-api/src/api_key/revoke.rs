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
        let owner = if context.may(permit, Need::Admin).await? {
            None
        } else {
            Some(caller.name.as_str())
        };
        let (auth, by) = (context.auth, context.by());
        if auth.revoke_api_key(owner, &self.id, &by).await? {
            Ok(done(StatusCode::OK))
        } else {
            Err(Reject::not_found("there is no such API key of yours"))
        }
    }
}
