use auth::{Action, Need};
use http::StatusCode;
use npm_model::PackageName;
use web::Response;

use crate::{answer::done, reject::Reject, service::Context};

/// Takes a package from one of its owners.
#[derive(Debug)]
pub(crate) struct RemoveOwner {
    pub(crate) package: PackageName,
    pub(crate) user: String,
}

impl RemoveOwner {
    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Administer, self.package.clone())
    }

    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        let Self { package, user } = self;
        context
            .store
            .remove_owner(&package, &user, &context.by())
            .await?;
        Ok(done(StatusCode::OK))
    }
}
