use http::StatusCode;
use serde::Serialize;
use web::{Response, reply};

/// Says that the registry serves.
#[derive(Debug)]
pub(crate) struct Ping;

impl Ping {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) fn apply(self) -> Response {
        #[derive(Serialize)]
        struct Pong {}
        reply::json(StatusCode::OK, &Pong {})
    }
}
