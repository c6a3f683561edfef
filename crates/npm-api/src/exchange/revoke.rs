use http::StatusCode;
use web::{Response, receive, reply};

use super::{
    LONGEST,
    wire::{RevokeBody, Revoked},
};
use crate::{
    reject::Reject,
    service::{Context, Incoming},
};

/// Ends a token that somebody shows. That is all it takes: whoever has it could do worse with it.
#[derive(Debug)]
pub(crate) struct RevokeShown;

impl RevokeShown {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        context.refuse_other_sites(
            "a token is revoked by a program, and not by another site's page",
        )?;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let token = RevokeBody::parse(context.headers, &body)?.token;
        let revoked = context.auth.revoke_shown(&token, context.address).await?;
        // RFC 7009, 2.2: that there is no such token is as good as that there is none any more.
        Ok(reply::json(StatusCode::OK, &Revoked { revoked }))
    }
}
