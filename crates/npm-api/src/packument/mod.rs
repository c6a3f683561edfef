//! What is known of a package: the whole document, what an install needs of it, one version.
//!
//! - `GET /{package}` — every client's first question
//! - `GET /{package}/{version or dist-tag}` — scripts

mod document;
mod manifest;

use auth::Permit;
use http::HeaderValue;

pub(crate) use document::GetPackument;
pub(crate) use manifest::GetManifest;

/// How long others may keep an answer: only for as long as the registry says it is current, and a
/// shared cache not at all when it took a token to see it.
fn cache_control(permit: &Permit) -> HeaderValue {
    HeaderValue::from_static(match permit.caller() {
        Some(_) => "private, no-cache",
        None => "no-cache",
    })
}
