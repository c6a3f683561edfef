use auth::{Action, Need};
use http::StatusCode;
use npm_model::PackageName;
use web::{Response, reply};

use super::wire::Owner;
use crate::{reject::Reject, service::Context};

/// Lists a package's owners.
#[derive(Debug)]
pub(crate) struct ListOwners {
    pub(crate) package: PackageName,
}

impl ListOwners {
    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Read, self.package.clone())
    }

    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        let Some(owners) = context.store.owners(&self.package).await? else {
            return Err(Reject::not_found(format!(
                "{} is not published here",
                self.package
            )));
        };
        let owners: Vec<Owner> = owners.into_iter().map(Owner::of).collect();
        Ok(reply::json(StatusCode::OK, &owners))
    }
}
