use http::StatusCode;
use web::{Response, reply};

use super::wire::Users;
use crate::{reject::Reject, service::Context};

/// Lists everybody who has an account.
#[derive(Debug)]
pub(crate) struct ListPeople;

impl ListPeople {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        let people = context.auth.people().list().await?;
        Ok(reply::json(StatusCode::OK, &Users::of(&people)))
    }
}
