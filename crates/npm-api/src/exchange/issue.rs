use http::StatusCode;
use web::{Response, receive, reply};

use super::{
    LONGEST,
    wire::{Issued, TokenBody},
};
use crate::{
    reject::Reject,
    service::{Context, Incoming},
};

/// Exchanges a password, an API key or a refresh token for a short token.
#[derive(Debug)]
pub(crate) struct IssueToken;

impl IssueToken {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        context.refuse_other_sites(
            "a token is asked for by a program, and not by another site's page",
        )?;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let proof = TokenBody::parse(context.headers, &body)?.into_proof()?;
        let exchanged = context
            .auth
            .exchange(proof, context.settings, context.address);
        let exchanged = exchanged.await?;
        Ok(reply::json(StatusCode::OK, &Issued::of(&exchanged)))
    }
}
