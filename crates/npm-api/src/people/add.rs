use http::StatusCode;
use web::{Response, receive, reply};

use super::{
    LONGEST,
    wire::{AddBody, User},
};
use crate::{
    reject::Reject,
    service::{Context, Incoming},
};

/// Makes an account for somebody.
#[derive(Debug)]
pub(crate) struct AddPerson;

impl AddPerson {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let new = AddBody::parse(&body)?.into_new_person()?;
        let person = context.auth.people().add(new, &context.by()).await?;
        tracing::info!(
            user = person.name,
            role = person.role.as_str(),
            "an account was made"
        );
        Ok(reply::json(StatusCode::CREATED, &User::of(&person)))
    }
}
