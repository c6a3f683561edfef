use auth::{Action, Need};
use http::StatusCode;
use npm_model::PackageName;
use web::Response;

use crate::{answer::done, reject::Reject, service::Context};

/// Removes a package with all its versions.
#[derive(Debug)]
pub(crate) struct DeletePackage {
    pub(crate) package: PackageName,
    pub(crate) rev: String,
}

impl DeletePackage {
    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Unpublish, self.package.clone())
    }

    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        context
            .store
            .remove_package(&self.package, Some(&self.rev), &context.by())
            .await?;
        tracing::info!(package = %self.package, "unpublished");
        Ok(done(StatusCode::OK))
    }
}
