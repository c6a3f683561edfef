use std::fmt;

use auth::{
    Registration,
    web_login::{Asker, PageState},
};
use http::{HeaderValue, StatusCode, header};
use web::{Body, Response, reply};

use crate::service::Context;

/// The page without what differs from one to the next.
const TEMPLATE: &str = include_str!("page.html");

/// Nothing but its own style, and no frame around it that could steal a click.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; \
     base-uri 'none'",
);

/// Shows a person who asks to log in.
pub(crate) struct ShowPage {
    pub(crate) page: String,
}

impl fmt::Debug for ShowPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShowPage").field("page", &"***").finish()
    }
}

impl ShowPage {
    pub(crate) fn apply(self, context: &Context<'_>) -> Response {
        match context.auth.web_login(&self.page) {
            Some(PageState::Asks(asker)) => {
                let may_register = context.auth.registration() != Registration::Closed;
                let form = Form {
                    new_account: asker.wants_account && may_register,
                    ..Form::default()
                };
                asking(context, &asker, &form, None, StatusCode::OK)
            }
            Some(PageState::Approved(name)) => approved(&name),
            None => over(),
        }
    }
}

/// What a form is filled with when it is shown.
#[derive(Default)]
pub(super) struct Form {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) new_account: bool,
    /// Comes back after another mistake, since it is long. It is as secret as a password.
    pub(super) invitation: String,
}

/// The page with its form, and what was wrong with the last answer.
pub(super) fn asking(
    context: &Context<'_>,
    asker: &Asker,
    form: &Form,
    problem: Option<&str>,
    status: StatusCode,
) -> Response {
    let (base, address) = (escaped(&context.base), asker.address.to_canonical());
    let client = match asker.client.split_whitespace().next() {
        Some(client) => escaped(client),
        None => "A client that does not say what it is".to_owned(),
    };
    let problem = problem.map_or_else(String::new, |text| {
        format!("<p class=\"problem\" role=\"alert\">{}</p>", escaped(text))
    });
    let name = escaped(&form.name);
    let new_account = new_account(context.auth.registration(), form);
    let content = format!(
        "<h1>Log in to this registry?</h1>\
         <p class=\"who\"><strong>{client}</strong> at <strong>{address}</strong> asks to act for \
         you on <strong>{base}</strong>.</p>\
         <p>Approve only if you have just started this in your own terminal. Whoever started it \
         gets a token that can publish in your name.</p>\
         {problem}\
         <form method=\"post\">\
         <label>User name<input name=\"name\" value=\"{name}\" maxlength=\"64\" required autofocus \
         autocapitalize=\"none\" autocomplete=\"username\" spellcheck=\"false\"></label>\
         <label>Password<input type=\"password\" name=\"password\" maxlength=\"1024\" required \
         autocomplete=\"current-password\"></label>\
         {new_account}\
         <div class=\"answers\">\
         <button name=\"answer\" value=\"approve\">Log in</button>\
         <button name=\"answer\" value=\"refuse\" class=\"quiet\" formnovalidate>Refuse</button>\
         </div></form>"
    );
    html(status, "Log in", &content)
}

/// The part of the form with which an account is made.
fn new_account(registration: Registration, form: &Form) -> String {
    let invitation = match registration {
        Registration::Closed => return String::new(),
        Registration::Open => String::new(),
        Registration::Invite => format!(
            "<label class=\"new\">Invitation\
             <input name=\"invitation\" value=\"{}\" maxlength=\"100\" autocapitalize=\"none\" \
             autocomplete=\"off\" spellcheck=\"false\" placeholder=\"r13i_…\"></label>",
            escaped(&form.invitation)
        ),
    };
    let checked = if form.new_account { " checked" } else { "" };
    let email = escaped(&form.email);
    format!(
        "<label class=\"check\"><input type=\"checkbox\" name=\"new\" value=\"1\"{checked}> \
         I am new here: make this account</label>\
         {invitation}\
         <label class=\"new\">E-mail address (optional)\
         <input type=\"email\" name=\"email\" value=\"{email}\" maxlength=\"254\" \
         autocomplete=\"email\"></label>"
    )
}

/// The page once it was approved.
pub(super) fn approved(name: &str) -> Response {
    let name = escaped(name);
    let content = format!(
        "<h1>You are logged in</h1><p>Your terminal has what it needs to act as \
         <strong>{name}</strong>. You can close this page.</p>"
    );
    html(StatusCode::OK, "Logged in", &content)
}

/// The page once it was refused.
pub(super) fn refused() -> Response {
    let content = "<h1>Refused</h1><p>Nobody was logged in. You can close this page.</p>";
    html(StatusCode::OK, "Refused", content)
}

/// The page of a login that is over, or never was.
pub(super) fn over() -> Response {
    let content = "<h1>This login is over</h1><p>It was answered already, or it waited for too \
                   long. Start it again in your terminal.</p>";
    html(StatusCode::NOT_FOUND, "Over", content)
}

/// The page for a form that another site sent.
pub(super) fn foreign() -> Response {
    let content = "<h1>Not from here</h1><p>This answer was sent by another page than the \
                   registry's own, and does not count.</p>";
    html(StatusCode::FORBIDDEN, "Not from here", content)
}

fn html(status: StatusCode, title: &str, content: &str) -> Response {
    let page = TEMPLATE
        .replace("{{title}}", title)
        .replace("{{content}}", content);
    let body = Body::from(page.into_bytes());
    let mut response = reply::typed(status, "text/html; charset=utf-8", body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // The address of the page stays here, and the form still says where it comes from.
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    response
}

/// The text as it can stand in the page, between tags or in a quoted attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // A template's own marks are not to come from outside.
            '{' => safe.push_str("&#123;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_is_markup() {
        assert_eq!(
            escaped("<script>alert('&')</script>\" {{content}}"),
            "&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;&quot; &#123;&#123;content}}"
        );
    }
}
