use auth::{Action, Need, Permit};
use http::StatusCode;
use npm_model::PackageName;
use web::{Response, reply};

use super::{
    status::exists,
    wire::{Collaborator, Permissions},
};
use crate::{query, reject::Reject, service::Context};

/// Lists who may do something with a package of their own right: owners and members of teams.
#[derive(Debug)]
pub(crate) struct ListCollaborators {
    pub(crate) package: PackageName,
}

impl ListCollaborators {
    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Read, self.package.clone())
    }

    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let Self { package } = self;
        exists(&package, context).await?;
        // Who works with whom is not for strangers, even where the package is.
        context.decide(permit, Need::Account).await?;
        let mut people = context.auth.collaborators(&package).await?;
        if let Some(user) = query::value(context.query, "user") {
            people.retain(|name, _| *name == user);
        }
        if !query::is_for_cli(context.query) {
            return Ok(reply::json(StatusCode::OK, &Permissions(people)));
        }
        let mut list = Vec::with_capacity(people.len());
        for (name, permission) in people {
            let user = context.auth.find_user(&name).await?;
            let email = user.map(|user| user.email).unwrap_or_default();
            list.push(Collaborator::new(name, email, permission));
        }
        Ok(reply::json(StatusCode::OK, &list))
    }
}
