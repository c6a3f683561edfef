use auth::{Action, Need};
use http::StatusCode;
use npm_model::PackageName;
use web::{Response, reply};

use super::wire::DistTags;
use crate::{reject::Reject, service::Context};

/// Lists a package's dist-tags.
#[derive(Debug)]
pub(crate) struct ListDistTags {
    pub(crate) package: PackageName,
}

impl ListDistTags {
    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Read, self.package.clone())
    }

    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        match context.store.dist_tags(&self.package).await? {
            Some(tags) => Ok(reply::json(StatusCode::OK, &DistTags(tags))),
            None => Err(Reject::not_found(format!(
                "{} is not published here",
                self.package
            ))),
        }
    }
}
