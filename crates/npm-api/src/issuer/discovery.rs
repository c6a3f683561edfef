use web::Response;

use super::{published, wire};
use crate::service::Context;

/// Says who issues the next token, how it is signed, and where the endpoints are.
#[derive(Debug)]
pub(crate) struct Discover;

impl Discover {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) fn apply(self, context: &Context<'_>) -> Response {
        let issuer = context.auth.issuer(context.settings);
        let next = auth::token::algorithm(context.settings);
        published(&wire::Discovery::new(issuer, next, &context.base))
    }
}
