//! What went wrong, as somebody who types commands is told.

use client::{Challenge, Refusal, Registry, RequestError};
use console::{CommandError, ErrorKind};
use http::StatusCode;

/// What to do when the server does not answer.
pub(super) const WHEN_DOWN: &str =
    "`registryd` starts one on this machine; --registry names another";

/// Tells why a request was not answered as it should have been. Every error is matched, so that a new one
/// has to be told apart here.
pub(super) fn of_request(registry: &Registry, error: &RequestError) -> CommandError {
    let url = base(registry);
    match error {
        RequestError::Unreachable { problem, .. } => {
            // The last of the causes is what the system said.
            let said = problem.rsplit(": ").next().unwrap_or_default();
            CommandError::unavailable(format!("the registry at {url} is down: {said}"))
                .hint(WHEN_DOWN)
        }
        RequestError::Certificates { .. } => CommandError::unavailable(error),
        RequestError::Path { .. } => CommandError::wrong(error),
        RequestError::Refused { refusal, .. } => refused(registry, refusal),
        // Whether it was done is not known, or not what was asked for.
        RequestError::Broken { .. }
        | RequestError::TooSlow { .. }
        | RequestError::Redirected { .. }
        | RequestError::TooLarge { .. }
        | RequestError::NotUnderstood { .. } => CommandError::new(ErrorKind::Failed, error),
    }
}

/// The registry's URL as people write it.
pub(super) fn base(registry: &Registry) -> &str {
    registry.url().as_str().trim_end_matches('/')
}

/// The registry's own words, and what kind of refusal they are.
fn refused(registry: &Registry, refusal: &Refusal) -> CommandError {
    let kind = match refusal.status {
        StatusCode::NOT_FOUND => ErrorKind::NotFound,
        StatusCode::BAD_REQUEST
        | StatusCode::METHOD_NOT_ALLOWED
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNPROCESSABLE_ENTITY => ErrorKind::Wrong,
        status if status.is_server_error() => ErrorKind::Failed,
        _ => ErrorKind::Refused,
    };
    let error = match &refusal.text {
        Some(text) => CommandError::new(kind, text),
        None => CommandError::new(kind, format!("the registry {refusal}")),
    };
    // A password that was asked for again and is wrong comes without a challenge.
    if matches!(
        refusal.challenge,
        Some(Challenge::Bearer | Challenge::Basic)
    ) {
        let url = base(registry);
        return error.hint(format!(
            "log in with `npm login --registry {url}`, or name a token with --token"
        ));
    }
    error
}
