use auth::{Need, Permit};
use catalog::SessionKind;
use http::StatusCode;
use web::{Response, reply};

use super::wire::{Key, Keys};
use crate::{query, reject::Reject, service::Context};

/// Lists API keys, without their secrets.
#[derive(Debug)]
pub(crate) struct ListApiKeys;

impl ListApiKeys {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let user = match query::value(context.query, "user") {
            Some(user) if user.to_ascii_lowercase() != caller.name => {
                context.decide(permit, Need::Admin).await?;
                user.to_ascii_lowercase()
            }
            _ => caller.name.clone(),
        };
        let tokens = context.auth.tokens_of(&user).await?;
        let keys = tokens.iter().filter(|it| it.kind == SessionKind::Key);
        let keys = keys.map(|listed| Key::listed(listed, &user)).collect();
        Ok(reply::json(StatusCode::OK, &Keys { keys }))
    }
}
