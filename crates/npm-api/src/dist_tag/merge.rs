use auth::{Action, Need};
use bytes::Bytes;
use http::StatusCode;
use http_body::Body;
use npm_model::PackageName;
use web::{Response, receive};

use super::wire;
use crate::{answer::done, reject::Reject, service::Context};

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

    pub(crate) async fn apply<B>(
        self,
        context: &Context<'_>,
        body: &mut B,
    ) -> Result<Response, Reject>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let tags = wire::tags(&body)?;
        context.store.set_dist_tags(&self.package, tags).await?;
        Ok(done(StatusCode::CREATED))
    }
}
