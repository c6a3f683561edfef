use auth::Permit;
use http::StatusCode;
use web::{Response, reply};

use super::wire::ProfileDocument;
use crate::{reject::Reject, service::Context};

/// Sends the caller's own profile.
#[derive(Debug)]
pub(crate) struct GetProfile;

impl GetProfile {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let profile = context.auth.profile(caller).await?;
        Ok(reply::json(StatusCode::OK, &ProfileDocument::of(&profile)))
    }
}
