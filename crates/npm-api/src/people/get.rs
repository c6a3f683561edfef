use auth::{Need, Permit};
use http::StatusCode;
use web::{Response, reply};

use super::wire::User;
use crate::{reject::Reject, service::Context};

/// Shows an account to an admin, or to its user.
#[derive(Debug)]
pub(crate) struct GetPerson {
    pub(crate) name: String,
}

impl GetPerson {
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let is_own = permit
            .caller()
            .is_some_and(|caller| caller.name.eq_ignore_ascii_case(&self.name));
        if !is_own {
            context.decide(permit, Need::Admin).await?;
        }
        let person = context.auth.people().find(&self.name).await?;
        Ok(reply::json(StatusCode::OK, &User::of(&person)))
    }
}
