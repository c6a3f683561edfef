use http::StatusCode;
use serde::Serialize;
use web::{Response, reply};

use crate::service::Context;

/// Says what this server is.
#[derive(Debug)]
pub(crate) struct Root;

impl Root {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) fn apply(self, context: &Context<'_>) -> Response {
        #[derive(Serialize)]
        struct About<'a> {
            name: &'static str,
            version: &'static str,
            registry: &'a str,
        }
        let about = About {
            name: "registryd",
            version: env!("CARGO_PKG_VERSION"),
            registry: &context.base,
        };
        reply::json(StatusCode::OK, &about)
    }
}
