use std::fmt;

use auth::{
    Credentials, HashError, LoginError, Registration,
    web_login::{ApproveError, PageState},
};
use http::{HeaderMap, StatusCode, header};
use web::{Response, receive};

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

/// Whether a form was sent by a page of this registry, as far as the browser says. Programs that are
/// no browsers say nothing, and have nobody's password.
pub(crate) fn is_from_here(headers: &HeaderMap, base: &str) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    let from_site = text(header::HeaderName::from_static("sec-fetch-site"));
    let site_is_fine = from_site.is_none_or(|site| matches!(site, "same-origin" | "none"));
    let origin = text(header::ORIGIN);
    site_is_fine && origin.is_none_or(|origin| origin.eq_ignore_ascii_case(origin_of(base)))
}

/// The scheme, host and port of a base URL.
fn origin_of(base: &str) -> &str {
    let after_scheme = base.find("://").map_or(0, |at| at + 3);
    let path = base
        .get(after_scheme..)
        .and_then(|rest| rest.find('/'))
        .map(|at| after_scheme + at);
    path.and_then(|at| base.get(..at)).unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_other_pages_do_not_count() {
        let check = |headers: &[(&'static str, &str)], expected: bool| {
            let headers = headers
                .iter()
                .map(|(name, value)| {
                    let name = header::HeaderName::from_static(name);
                    (name, value.parse().unwrap())
                })
                .collect();
            let base = "http://localhost:4873/reg";
            assert_eq!(is_from_here(&headers, base), expected, "{headers:?}");
        };
        check(&[], true);
        check(&[("origin", "http://localhost:4873")], true);
        check(
            &[
                ("origin", "http://localhost:4873"),
                ("sec-fetch-site", "same-origin"),
            ],
            true,
        );
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("origin", "null")], false);
        check(&[("origin", "http://localhost:4874")], false);
        check(&[("origin", "https://localhost:4873")], false);
        check(&[("origin", "http://localhost:4873.evil.example")], false);
    }

    #[test]
    fn an_error_becomes_a_sentence() {
        assert_eq!(sentence("the name is taken"), "The name is taken.");
        assert_eq!(sentence("é"), "É.");
    }

    #[test]
    fn an_origin_ends_before_the_path() {
        assert_eq!(
            origin_of("https://npm.acme.example/reg"),
            "https://npm.acme.example"
        );
        assert_eq!(origin_of("http://localhost:4873"), "http://localhost:4873");
    }
}
