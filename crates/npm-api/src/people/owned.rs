use auth::{Need, Permit};
use http::StatusCode;
use web::{Response, reply};

use super::wire::Owned;
use crate::{query, reject::Reject, service::Context};

/// Lists what somebody owns, or with `?alone` what would have no owner without them: to an admin, or to
/// themselves.
#[derive(Debug)]
pub(crate) struct ListOwned {
    pub(crate) name: String,
}

impl ListOwned {
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
        let people = context.auth.people();
        let owned = if query::value(context.query, "alone").is_some() {
            people.owned_alone(&self.name).await?
        } else {
            people.owned(&self.name).await?
        };
        Ok(reply::json(StatusCode::OK, &Owned::of(&owned)))
    }
}
