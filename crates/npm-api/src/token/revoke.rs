use std::fmt;

use auth::Permit;
use http::StatusCode;
use web::Response;

use crate::{answer::done, reject::Reject, service::Context};

/// Revokes a token by its key, or by its whole text.
pub(crate) struct RevokeToken {
    pub(crate) key: String,
}

impl fmt::Debug for RevokeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevokeToken").field("key", &"***").finish()
    }
}

impl RevokeToken {
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        if context
            .auth
            .revoke_token(&caller.name, &self.key, &context.by())
            .await?
        {
            Ok(done(StatusCode::OK))
        } else {
            Err(Reject::not_found("you have no such token"))
        }
    }
}
