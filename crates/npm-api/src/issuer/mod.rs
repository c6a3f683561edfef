//! What other programs need to check tokens of this registry by themselves. Everybody may see it,
//! on web pages of any origin too: there is nothing but public keys and addresses in it.
//!
//! - `GET /_auth/.well-known/jwks.json` — the public keys (RFC 7517)
//! - `GET /_auth/.well-known/openid-configuration` — the issuer, and where its endpoints are (RFC 8414)

mod discovery;
mod jwks;
mod wire;

pub(crate) use discovery::Discover;
pub(crate) use jwks::ListSigningKeys;

use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use web::{Response, reply};

/// How long caches on the way may keep an answer. Verifiers keep keys for much longer and ask again at a
/// `kid` that they do not know: a cache that then answers with the old set refuses good tokens for
/// as long as it keeps it. A minute is short for that, and enough against a crowd of verifiers.
const SHORTLY: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// Answers everybody, web pages too.
fn published(document: &impl Serialize) -> Response {
    let mut response = reply::json(StatusCode::OK, document);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, SHORTLY);
    let any = HeaderValue::from_static("*");
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    response
}
