//! The answer that most changes get.

use http::StatusCode;
use serde::Serialize;
use web::{Response, reply};

/// Says that it is done: `{"ok":true}`, since some clients read every answer as JSON.
pub(crate) fn done(status: StatusCode) -> Response {
    #[derive(Serialize)]
    struct Done {
        ok: bool,
    }
    reply::json(status, &Done { ok: true })
}
