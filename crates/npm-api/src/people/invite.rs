use http::StatusCode;
use web::{Response, receive, reply};

use super::{
    LONGEST,
    wire::{InviteBody, Invited},
};
use crate::{
    reject::Reject,
    service::{Context, Incoming},
};

/// Invites somebody: the text of the invitation is in the answer and nowhere else.
#[derive(Debug)]
pub(crate) struct Invite;

impl Invite {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let (role, days) = InviteBody::parse(&body)?.split()?;
        let invitation = context.auth.invite(role, days, &context.by()).await?;
        tracing::info!(role = role.as_str(), "somebody was invited");
        let invited = Invited::of(&invitation, context.auth.registration());
        Ok(reply::json(StatusCode::CREATED, &invited))
    }
}
