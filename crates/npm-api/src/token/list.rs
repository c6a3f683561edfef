use auth::Permit;
use http::StatusCode;
use web::{Response, reply};

use super::wire::{Page, Token};
use crate::{reject::Reject, service::Context};

/// Lists the caller's tokens, all on one page: pnpm asks for ever for a next one that is not absent.
#[derive(Debug)]
pub(crate) struct ListTokens;

impl ListTokens {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let tokens = context.auth.tokens_of(&caller.name).await?;
        let objects: Vec<Token> = tokens
            .into_iter()
            .map(|listed| Token::listed(listed, &caller.name))
            .collect();
        Ok(reply::json(StatusCode::OK, &Page::of(objects)))
    }
}
