use auth::Permit;
use http::StatusCode;
use web::{Response, receive, reply};

use super::wire::{Key, NewKeyBody};
use crate::{
    reject::Reject,
    service::{Context, Incoming},
};

/// Longest body, in bytes: a hundred scopes.
const LONGEST: usize = 64 * 1024;

/// Makes an API key.
#[derive(Debug)]
pub(crate) struct CreateKey;

impl CreateKey {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let (new, password) = NewKeyBody::parse(&body)?.into_new_key()?;
        let made = context
            .auth
            .make_api_key(caller, password, new, &context.by())
            .await?;
        let id = &made.listed.key;
        tracing::info!(user = caller.name, key = id, "an API key was made");
        Ok(reply::json(
            StatusCode::CREATED,
            &Key::made(&made, &caller.name),
        ))
    }
}
