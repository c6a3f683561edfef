use auth::{Need, Permit};
use http::StatusCode;
use web::Response;

use crate::{answer::done, reject::Reject, service::Context};

/// Revokes what is good in place of a password, which counts at the next request.
#[derive(Debug)]
pub(crate) struct RevokeCredential {
    pub(crate) id: String,
}

impl RevokeCredential {
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let (auth, by) = (context.auth, context.by());
        let (revoked, none) = if context.may(permit, Need::Admin).await? {
            let revoked = auth.revoke_anybodys_token(&self.id, &by).await?;
            (revoked, "there is no such token, or no longer")
        } else {
            let revoked = auth.revoke_token(&caller.name, &self.id, &by).await?;
            (revoked, "there is no such token of yours, or no longer")
        };
        if revoked {
            Ok(done(StatusCode::OK))
        } else {
            Err(Reject::not_found(none))
        }
    }
}
