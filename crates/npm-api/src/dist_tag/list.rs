use auth::{Action, Need, Permit};
use npm_model::PackageName;
use web::Response;

use super::wire::DistTags;
use crate::{fresh, packument::not_published, reject::Reject, service::Context};

/// Lists a package's dist-tags.
#[derive(Debug)]
pub(crate) struct ListDistTags {
    pub(crate) package: PackageName,
}

impl ListDistTags {
    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Read, self.package.clone())
    }

    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let Some(tags) = context.store.dist_tags(&self.package).await? else {
            return Err(not_published(&self.package));
        };
        let tags = serde_json::to_vec(&DistTags(tags)).map_err(|error| Reject::logged(&error))?;
        fresh::json(permit, context.headers, tags.into())
    }
}
