use auth::Permit;
use http::StatusCode;
use web::{Response, receive, reply};

use super::wire::{ChangeBody, ProfileDocument};
use crate::{
    reject::Reject,
    service::{Context, Incoming},
};

/// Longest body, in bytes.
const LONGEST: usize = 64 * 1024;

/// Changes the caller's profile or password, and sends the profile as it is then.
#[derive(Debug)]
pub(crate) struct SetProfile;

impl SetProfile {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let (change, password) = ChangeBody::parse(&body)?.split()?;
        // All of it or nothing: a password must not change under an answer that says no.
        change.check()?;
        if let Some(password) = password {
            context
                .auth
                .change_password(caller, password, &context.by())
                .await?;
            tracing::info!(user = caller.name, "a password was changed");
        }
        let profile = context
            .auth
            .change_profile(caller, change, &context.by())
            .await?;
        if profile.email != caller.email {
            // The address stands in the documents of what they own.
            context.store.refresh_owner(&caller.name).await?;
        }
        Ok(reply::json(StatusCode::OK, &ProfileDocument::of(&profile)))
    }
}
