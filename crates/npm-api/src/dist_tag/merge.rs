use auth::{Action, Need};
use http::StatusCode;
use npm_model::PackageName;
use web::{Response, receive};

use super::wire;
use crate::{
    answer::done,
    packument::is_there,
    reject::Reject,
    service::{Context, Incoming},
};

/// Longest body, in bytes: a hundred tags and versions.
const LONGEST: usize = 64 * 1024;

/// Points several dist-tags at versions, all of them or none. Tags that are not named stay.
#[derive(Debug)]
pub(crate) struct MergeDistTags {
    pub(crate) package: PackageName,
}

impl MergeDistTags {
    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Tag, self.package.clone())
    }

    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        is_there(context, &self.package).await?;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let tags = wire::tags(&body)?;
        context
            .store
            .set_dist_tags(&self.package, tags, &context.by())
            .await?;
        Ok(done(StatusCode::CREATED))
    }
}
