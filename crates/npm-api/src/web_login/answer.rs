use std::fmt;

use auth::{
    Credentials, HashError, LoginError, Registration,
    web_login::{ApproveError, PageState},
};
use http::{StatusCode, header};
use web::{Response, is_from_here, receive};

use super::page::{self, Form};
use crate::{
    query,
    reject::Reject,
    service::{Context, Incoming},
};

/// Longest form, in bytes.
const LONGEST: usize = 64 * 1024;

/// Takes a person's answer: approves a login in their name, or refuses it.
pub(crate) struct AnswerPage {
    pub(crate) page: String,
}

impl fmt::Debug for AnswerPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerPage").field("page", &"***").finish()
    }
}

impl AnswerPage {
    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        if !is_from_here(context.headers, &context.base) {
            return Ok(page::foreign());
        }
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let text = std::str::from_utf8(&body).ok();
        let field = |name| query::value(text, name).unwrap_or_default();
        let asker = match context.auth.web_login(&self.page) {
            Some(PageState::Asks(asker)) => asker,
            Some(PageState::Approved(name)) => return Ok(page::approved(&name)),
            None => return Ok(page::over()),
        };
        if field("answer") == "refuse" {
            context.auth.refuse_web_login(&self.page);
            return Ok(page::refused());
        }
        let form = Form {
            name: field("name"),
            email: field("email"),
            new_account: field("new") == "1",
            invitation: field("invitation"),
        };
        let credentials = Credentials {
            name: form.name.clone(),
            password: field("password"),
            email: Some(form.email.clone()),
        };
        let approved = context.auth.approve_web_login(
            &self.page,
            credentials,
            form.new_account,
            Some(&form.invitation),
            context.address,
        );
        let error = match approved.await {
            Ok(name) => {
                tracing::info!(user = name, client = %asker.address, "a login was approved");
                return Ok(page::approved(&name));
            }
            Err(ApproveError::Over) => return Ok(page::over()),
            Err(ApproveError::Login(error)) => error,
        };
        let status = match &error {
            LoginError::Refused { .. }
            | LoginError::RegistrationClosed
            | LoginError::ByInvitation
            | LoginError::InvitationNeeded
            | LoginError::Invitation
            | LoginError::IssuedElsewhere { .. } => StatusCode::FORBIDDEN,
            LoginError::UserName(_) | LoginError::Password(_) => StatusCode::UNPROCESSABLE_ENTITY,
            LoginError::NameTaken { .. } => StatusCode::CONFLICT,
            LoginError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            LoginError::Hash(HashError::Busy) => StatusCode::SERVICE_UNAVAILABLE,
            LoginError::Hash(HashError::Failed)
            | LoginError::Key(_)
            | LoginError::Signing
            | LoginError::TooManyShort
            | LoginError::Catalog(_) => return Err(error.into()),
        };
        // Not the name: an unknown one and a wrong password are told alike.
        let problem = match &error {
            LoginError::Refused { .. } if context.auth.registration() != Registration::Closed => {
                "The user name or the password is wrong. If you are new here, say so below."
                    .to_owned()
            }
            LoginError::Refused { .. } => "The user name or the password is wrong.".to_owned(),
            other => sentence(&other.to_string()),
        };
        let mut response = page::asking(context, &asker, &form, Some(&problem), status);
        if let LoginError::TooMany(error) = error {
            let seconds = error.seconds().into();
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        Ok(response)
    }
}

/// An error's words as people read them on a page.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).chain(['.']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_becomes_a_sentence() {
        assert_eq!(sentence("the name is taken"), "The name is taken.");
        assert_eq!(sentence("é"), "É.");
    }
}
