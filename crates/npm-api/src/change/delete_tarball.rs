use auth::{Action, Need};
use http::StatusCode;
use npm_model::{PackageName, Version};
use web::Response;

use crate::{answer::done, reject::Reject, service::Context, tarball};

/// Removes a version by its tarball.
///
/// npm sends this after it has removed the version from the document, so that the version is gone
/// already; a tool that sends only this means the version too, since one without a tarball would be
/// listed and could not be installed. The tarball's bytes may serve other versions, and stay.
#[derive(Debug)]
pub(crate) struct DeleteTarball {
    package: PackageName,
    version: Version,
}

impl DeleteTarball {
    pub(crate) fn new(package: PackageName, file: &str) -> Result<Self, Reject> {
        let version = tarball::version_of(&package, file)?;
        Ok(Self { package, version })
    }

    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Unpublish, self.package.clone())
    }

    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        let Self { package, version } = self;
        if context
            .store
            .remove_version(&package, &version, &context.by())
            .await?
        {
            tracing::info!(%package, %version, "unpublished");
        }
        Ok(done(StatusCode::OK))
    }
}
