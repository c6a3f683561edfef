use auth::Permit;
use http::StatusCode;
use web::{Response, receive, reply};

use super::wire::{NewTokenBody, Token};
use crate::{
    reject::Reject,
    service::{Context, Incoming},
};

/// Longest body, in bytes.
const LONGEST: usize = 64 * 1024;

/// Makes a token, whose text is in the answer and nowhere else.
#[derive(Debug)]
pub(crate) struct CreateToken;

impl CreateToken {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let new = NewTokenBody::parse(&body)?.into_new_token()?;
        let made = context
            .auth
            .make_token(caller, new, context.settings, &context.by())
            .await?;
        tracing::info!(
            user = caller.name,
            key = made.listed.key,
            "a token was made"
        );
        Ok(reply::json(
            StatusCode::CREATED,
            &Token::made(made, &caller.name),
        ))
    }
}
