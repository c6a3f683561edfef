use auth::{Action, Need};
use bytes::Bytes;
use http::StatusCode;
use http_body::Body;
use npm_model::{DistTag, PackageName};
use web::{Response, receive};

use super::wire;
use crate::{answer::done, reject::Reject, service::Context};

/// Longest body, in bytes: a version and its quotes.
const LONGEST: usize = 4 * 1024;

/// Points a dist-tag at a version.
#[derive(Debug)]
pub(crate) struct SetDistTag {
    package: PackageName,
    tag: DistTag,
}

impl SetDistTag {
    pub(crate) fn new(package: PackageName, tag: &str) -> Result<Self, Reject> {
        Ok(Self {
            package,
            tag: DistTag::parse(tag).map_err(Reject::bad_request)?,
        })
    }

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
        let version = wire::version(&body)?;
        context
            .store
            .set_dist_tag(&self.package, &self.tag, &version)
            .await?;
        Ok(done(StatusCode::CREATED))
    }
}
