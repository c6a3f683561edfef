use http::StatusCode;
use web::{Body, Response, reply};

/// Tells search engines to stay away: a registry has nothing for them, and is large.
#[derive(Debug)]
pub(crate) struct Robots;

impl Robots {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) fn apply(self) -> Response {
        let body = Body::from(b"User-agent: *\nDisallow: /\n".to_vec());
        reply::typed(StatusCode::OK, "text/plain; charset=utf-8", body)
    }
}
