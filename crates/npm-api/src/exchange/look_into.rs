use auth::{Need, Permit};
use http::StatusCode;
use web::{Response, receive, reply};

use super::{
    LONGEST,
    wire::{LookBody, NotBelieved, Verified},
};
use crate::{
    reject::Reject,
    service::{Context, Incoming},
};

/// Says what a token stands for that somebody has in hand, or why it is not believed. It is not used by
/// that. Of somebody else's it is said to an admin alone: whoever found one could ask from where it may be
/// used.
#[derive(Debug)]
pub(crate) struct LookInto;

impl LookInto {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let body = LookBody::parse(&body)?;
        let address = body.from()?.unwrap_or(context.address);
        let (auth, settings) = (context.auth, context.settings);
        let mut seen = auth.look_into(&body.token, settings).await?;
        if let Ok(good) = seen {
            // Before the address is looked at, which would tell whether it fits.
            if good.caller.name != caller.name {
                context.decide(permit, Need::Admin).await?;
            }
            seen = good.used_from(address);
        }
        let seen = match seen {
            Ok(seen) => seen,
            Err(problem) => return Ok(reply::json(StatusCode::OK, &NotBelieved::of(problem))),
        };
        let verified = Verified::of(&seen.caller, seen.session.as_ref(), seen.claims);
        Ok(reply::json(StatusCode::OK, &verified))
    }
}
