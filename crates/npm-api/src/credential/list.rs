use auth::{Need, Permit};
use http::StatusCode;
use web::{Response, reply};

use super::wire::{Credential, Credentials};
use crate::{query, reject::Reject, service::Context};

/// Lists what is good in place of a password, without its secrets.
#[derive(Debug)]
pub(crate) struct ListCredentials;

impl ListCredentials {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let user = query::value(context.query, "user").map(|user| user.to_ascii_lowercase());
        let tokens = if let Some(user) = user.filter(|user| *user != caller.name) {
            context.decide(permit, Need::Admin).await?;
            let user = context.auth.people().find(&user).await?.name;
            of(context, &user).await?
        } else if query::value(context.query, "all").is_some() {
            context.decide(permit, Need::Admin).await?;
            let all = context.auth.tokens_of_all().await?.into_iter();
            all.map(|(user, listed)| Credential::of(listed, &user))
                .collect()
        } else {
            of(context, &caller.name).await?
        };
        Ok(reply::json(StatusCode::OK, &Credentials { tokens }))
    }
}

async fn of(context: &Context<'_>, user: &str) -> Result<Vec<Credential>, Reject> {
    let tokens = context.auth.tokens_of(user).await?.into_iter();
    Ok(tokens.map(|listed| Credential::of(listed, user)).collect())
}
