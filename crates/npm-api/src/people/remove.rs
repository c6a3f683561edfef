use http::StatusCode;
use web::{Response, reply};

use super::wire::Left;
use crate::{reject::Reject, service::Context};

/// Removes an account, and says which packages have no owner any more.
#[derive(Debug)]
pub(crate) struct RemovePerson {
    pub(crate) name: String,
}

impl RemovePerson {
    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        let people = context.auth.people();
        let removed = people
            .remove(&self.name, &context.by(), storage::refresh_owners)
            .await?;
        context.store.forget_rendered(&removed.owned);
        tracing::info!(user = self.name, "an account was removed");
        let is_named = context.auth.settings_name(&self.name.to_ascii_lowercase());
        Ok(reply::json(StatusCode::OK, &Left::of(&removed, is_named)))
    }
}
