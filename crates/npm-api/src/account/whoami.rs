use auth::Permit;
use http::StatusCode;
use web::{Response, reply};

use super::wire::UserName;

/// Says who the token belongs to.
#[derive(Debug)]
pub(crate) struct WhoAmI;

impl WhoAmI {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) fn apply(self, permit: &Permit) -> Response {
        let username = permit.caller().map_or("", |caller| &caller.name);
        reply::json(StatusCode::OK, &UserName { username })
    }
}
