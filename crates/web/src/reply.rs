//! Making responses.

use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{Body, Response};

/// Answers with JSON that nobody may keep.
///
/// A value that cannot be written as JSON is a mistake in this program; the client gets a 500.
pub fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => typed(status, JSON, bytes.into()),
        Err(_) => typed(
            StatusCode::INTERNAL_SERVER_ERROR,
            JSON,
            br#"{"error":"internal error"}"#.to_vec().into(),
        ),
    }
}

/// Answers with an error as npm's clients print it.
pub fn error(status: StatusCode, text: &str) -> Response {
    json(status, &ErrorBody::new(text))
}

/// What an error's body says: most of npm's clients read `error`, some `message`.
#[derive(Debug, Serialize)]
pub struct ErrorBody<'a> {
    error: &'a str,
    message: &'a str,
}

impl<'a> ErrorBody<'a> {
    /// Says this text.
    pub const fn new(text: &'a str) -> Self {
        Self {
            error: text,
            message: text,
        }
    }
}

/// Answers with a body of that media type.
pub fn typed(status: StatusCode, media_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// Answers without a body.
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// The media type of JSON.
pub const JSON: &str = "application/json";
