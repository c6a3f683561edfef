use http::StatusCode;
use web::{Response, receive, reply};

use super::{
    LONGEST,
    wire::{ChangeBody, User},
};
use crate::{
    reject::Reject,
    service::{Context, Incoming},
};

/// Changes an account, and sends it as it is then.
#[derive(Debug)]
pub(crate) struct ChangePerson {
    pub(crate) name: String,
}

impl ChangePerson {
    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let change = ChangeBody::parse(&body)?.into_change()?;
        if change.password.is_some() && self.name.eq_ignore_ascii_case(&context.by().actor) {
            // A token that was stolen shall not outlive the theft.
            return Err(Reject::told(
                StatusCode::FORBIDDEN,
                "your own password is changed with the old one: `npm profile set password`",
            ));
        }
        let changes_email = change.email.is_some();
        let people = context.auth.people();
        let person = people.change(&self.name, change, &context.by()).await?;
        if changes_email {
            // The address stands in the documents of what they own.
            context.store.refresh_owner(&person.name).await?;
        }
        tracing::info!(
            user = person.name,
            role = person.role.as_str(),
            disabled = person.disabled,
            "an account was changed"
        );
        Ok(reply::json(StatusCode::OK, &User::of(&person)))
    }
}
