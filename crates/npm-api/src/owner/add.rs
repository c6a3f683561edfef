use auth::{Action, Need};
use bytes::Bytes;
use http::StatusCode;
use http_body::Body;
use npm_model::PackageName;
use web::{Response, receive};

use super::wire;
use crate::{answer::done, reject::Reject, service::Context};

/// Longest body, in bytes: a name.
const LONGEST: usize = 4 * 1024;

/// Makes somebody an owner of a package.
#[derive(Debug)]
pub(crate) struct AddOwner {
    pub(crate) package: PackageName,
}

impl AddOwner {
    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Administer, self.package.clone())
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
        let user = wire::user(&body)?;
        context.store.add_owner(&self.package, &user).await?;
        Ok(done(StatusCode::CREATED))
    }
}
