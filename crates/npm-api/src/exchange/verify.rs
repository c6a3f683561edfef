use auth::{Denied, Identity};
use http::{StatusCode, header};
use web::{Response, reply};

use super::wire::{self, Verified};
use crate::{reject::Reject, service::Context};

/// Says what the token in the header stands for, or why it is not believed.
#[derive(Debug)]
pub(crate) struct VerifyToken;

impl VerifyToken {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        let caller = match context.identity {
            Identity::Account(caller) => caller,
            Identity::Anonymous(problem) => {
                let problem = *problem;
                return Err(Reject::from(Denied::LogIn { problem }).of_no_token());
            }
        };
        let session = context.auth.session_of(caller).await?;
        let header = context.headers.get(header::AUTHORIZATION);
        let header = header.and_then(|value| value.to_str().ok());
        let claims = header.and_then(wire::claims);
        let verified = Verified::of(caller, session.as_ref(), claims);
        Ok(reply::json(StatusCode::OK, &verified))
    }
}
