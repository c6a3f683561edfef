use std::fmt;

use http::{HeaderValue, Method, StatusCode, header};
use web::{Response, reply};

use super::wire::{Token, Waiting};
use crate::{reject::Reject, service::Context};

/// Seconds that a client shall wait before it asks again; npm would not wait at all.
const PAUSE: HeaderValue = HeaderValue::from_static("1");

/// Hands out the token of a login that was approved, once.
pub(crate) struct PollLogin {
    pub(crate) poll: String,
}

impl fmt::Debug for PollLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PollLogin").field("poll", &"***").finish()
    }
}

impl PollLogin {
    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        // A token in an answer without a body would be lost.
        if *context.method == Method::HEAD {
            return Err(Reject::method("GET"));
        }
        let polled = context.auth.poll_web_login(&self.poll, context.settings);
        let Some(logged_in) = polled.await? else {
            let mut response = reply::json(StatusCode::ACCEPTED, &Waiting {});
            response.headers_mut().insert(header::RETRY_AFTER, PAUSE);
            return Ok(response);
        };
        tracing::info!(user = logged_in.name, "logged in through the page");
        let token = &logged_in.token;
        Ok(reply::json(StatusCode::OK, &Token { token }))
    }
}
