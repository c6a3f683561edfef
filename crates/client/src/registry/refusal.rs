//! What a registry says when it says no.

use std::{fmt, time::Duration};

use http::{HeaderMap, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use serde::Deserialize;

use crate::visible::shown;

/// The longest body of a refusal that is read, in bytes.
const LONGEST: usize = 64 * 1024;

/// The longest that its body is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer that is neither a success nor a redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its status.
    pub status: StatusCode,
    /// What its body says under `error`, or else `message`: bounded, and without what a terminal would obey.
    pub text: Option<String>,
    /// What a 401 asks for.
    pub challenge: Option<Challenge>,
}

/// What a 401 asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// A one-time password.
    Otp,
    /// To be asked from another address.
    IpAddress,
    /// A token that is valid.
    Bearer,
    /// A user name and password that are right.
    Basic,
}

impl Refusal {
    pub(super) async fn read(answer: Response<Incoming>) -> Self {
        let status = answer.status();
        let challenge = (status == StatusCode::UNAUTHORIZED)
            .then(|| challenge(answer.headers()))
            .flatten();
        let body = Limited::new(answer.into_body(), LONGEST).collect();
        // The status is known. What the body adds to it is worth no other error.
        let body = tokio::time::timeout(PATIENCE, body).await;
        let body = body.ok().and_then(Result::ok);
        let text = body.and_then(|body| said(&body.to_bytes()));
        Self {
            status,
            text,
            challenge,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "answered {}", self.status)?;
        match &self.text {
            Some(text) => write!(f, ": {text}"),
            None => Ok(()),
        }
    }
}

fn said(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Words {
        error: Option<serde_json::Value>,
        message: Option<serde_json::Value>,
    }
    let words: Words = serde_json::from_slice(body).ok()?;
    let said = [words.error, words.message].into_iter().flatten();
    said.filter_map(|value| value.as_str().map(shown))
        .find(|text| !text.is_empty())
}

/// Understands `WWW-Authenticate` as npm does: split at commas, `otp` and `ipaddress` without parameters.
fn challenge(headers: &HeaderMap) -> Option<Challenge> {
    let value = headers.get(header::WWW_AUTHENTICATE)?.to_str().ok()?;
    let value = value.to_ascii_lowercase();
    let has = |name| value.split(',').any(|part| part.trim() == name);
    if has("ipaddress") {
        Some(Challenge::IpAddress)
    } else if has("otp") {
        Some(Challenge::Otp)
    } else if value.contains("bearer") {
        Some(Challenge::Bearer)
    } else if value.contains("basic") {
        Some(Challenge::Basic)
    } else {
        None
    }
}
