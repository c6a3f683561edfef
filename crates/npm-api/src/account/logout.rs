use std::fmt;

use auth::Permit;
use http::StatusCode;
use web::Response;

use crate::{answer::done, reject::Reject, service::Context};

/// Revokes a token.
pub(crate) struct Logout {
    token: String,
}

impl fmt::Debug for Logout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logout").field("token", &"***").finish()
    }
}

impl Logout {
    pub(crate) fn new(token: String) -> Self {
        Self { token }
    }

    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let ended = match permit.caller() {
            Some(caller) => {
                context
                    .auth
                    .logout(caller, &self.token, &context.by())
                    .await?
            }
            None => false,
        };
        if ended {
            Ok(done(StatusCode::OK))
        } else {
            Err(Reject::not_found("you have no such token"))
        }
    }
}
