use auth::{Action, Need};
use http::StatusCode;
use npm_model::{DistTag, PackageName};
use web::Response;

use crate::{answer::done, packument::is_there, reject::Reject, service::Context};

/// Removes a dist-tag.
#[derive(Debug)]
pub(crate) struct RemoveDistTag {
    package: PackageName,
    tag: DistTag,
}

impl RemoveDistTag {
    pub(crate) fn new(package: PackageName, tag: &str) -> Result<Self, Reject> {
        Ok(Self {
            package,
            tag: DistTag::parse(tag).map_err(Reject::bad_request)?,
        })
    }

    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Tag, self.package.clone())
    }

    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        is_there(context, &self.package).await?;
        context
            .store
            .remove_dist_tag(&self.package, &self.tag, &context.by())
            .await?;
        Ok(done(StatusCode::OK))
    }
}
