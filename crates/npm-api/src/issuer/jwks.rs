use web::Response;

use super::published;
use crate::{reject::Reject, service::Context};

/// Lists the public keys that tokens are verified with, the next token's among them.
#[derive(Debug)]
pub(crate) struct ListSigningKeys;

impl ListSigningKeys {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        let keys = context.auth.jwks(context.settings).await;
        let keys = keys.map_err(|error| Reject::logged(&error))?;
        Ok(published(&keys))
    }
}
