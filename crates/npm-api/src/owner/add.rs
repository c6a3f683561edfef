use auth::{Action, Need};
use http::StatusCode;
use npm_model::PackageName;
use web::{Response, receive};

use super::wire;
use crate::{
    answer::done,
    reject::Reject,
    service::{Context, Incoming},
};

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

    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let user = wire::user(&body)?;
        context
            .store
            .add_owner(&self.package, &user, &context.by())
            .await?;
        Ok(done(StatusCode::CREATED))
    }
}
