use auth::Permit;
use http::StatusCode;
use web::{Response, reply};

use crate::{reject::Reject, service::Context};

/// Lists the packages that the caller starred: an array of names, since pnpm prints an object's keys.
#[derive(Debug)]
pub(crate) struct ListOwnStars;

impl ListOwnStars {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let packages = super::readable_stars(permit, context, &caller.name).await?;
        let names: Vec<String> = packages.iter().map(ToString::to_string).collect();
        Ok(reply::json(StatusCode::OK, &names))
    }
}
