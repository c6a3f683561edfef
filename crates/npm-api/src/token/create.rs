use auth::Permit;
use bytes::Bytes;
use http::StatusCode;
use http_body::Body;
use web::{Response, receive, reply};

use super::wire::{NewTokenBody, Token};
use crate::{reject::Reject, service::Context};

/// Longest body, in bytes.
const LONGEST: usize = 64 * 1024;

/// Makes a token, whose text is in the answer and nowhere else.
#[derive(Debug)]
pub(crate) struct CreateToken;

impl CreateToken {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply<B>(
        self,
        permit: &Permit,
        context: &Context<'_>,
        body: &mut B,
    ) -> Result<Response, Reject>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let new = NewTokenBody::parse(&body)?.into_new_token()?;
        let made = context
            .auth
            .make_token(caller, new, context.settings)
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
