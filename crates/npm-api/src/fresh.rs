//! Answers that clients keep, and ask before each use whether they are still true.

use auth::Permit;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use npm_model::Digests;
use web::{Body, Response, reply, unless_known};

use crate::reject::Reject;

/// How long others may keep an answer: only for as long as the registry says it is current, and a
/// shared cache not at all when it took a token to see it.
pub(crate) fn cache_control(permit: &Permit) -> HeaderValue {
    HeaderValue::from_static(match permit.caller() {
        Some(_) => "private, no-cache",
        None => "no-cache",
    })
}

/// Answers with a small JSON document. Its entity tag is its integrity, as a tarball's is.
pub(crate) fn json(
    permit: &Permit,
    headers: &HeaderMap,
    document: Bytes,
) -> Result<Response, Reject> {
    let etag = format!("\"{}\"", Digests::of(&document).integrity);
    let mut response = unless_known(headers, &etag, || {
        let body = Body::from(document);
        Ok::<_, Reject>(reply::typed(StatusCode::OK, reply::JSON, body))
    })?;
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, cache_control(permit));
    Ok(response)
}
