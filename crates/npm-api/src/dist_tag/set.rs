use auth::{Action, Need};
use http::StatusCode;
use npm_model::{DistTag, PackageName};
use web::{Response, receive};

use super::wire;
use crate::{
    answer::done,
    packument::is_there,
    reject::Reject,
    service::{Context, Incoming},
};

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

    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        is_there(context, &self.package).await?;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let version = wire::version(&body)?;
        context
            .store
            .set_dist_tag(&self.package, &self.tag, &version, &context.by())
            .await?;
        Ok(done(StatusCode::CREATED))
    }
}
