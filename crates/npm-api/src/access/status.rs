use auth::{Action, Need};
use http::StatusCode;
use npm_model::PackageName;
use web::{Response, receive, reply};

use super::wire::{AccessBody, AccessDocument, Visibility};
use crate::{
    answer::done,
    packument::not_published,
    reject::Reject,
    service::{Context, Incoming},
};

/// Longest body, in bytes.
const LONGEST: usize = 4 * 1024;

/// Says whether everybody may read a package.
#[derive(Debug)]
pub(crate) struct GetVisibility {
    pub(crate) package: PackageName,
}

/// Says the same in the form that pnpm reads.
#[derive(Debug)]
pub(crate) struct GetAccess {
    pub(crate) package: PackageName,
}

/// Restricts a package to its owners and teams, or opens it again to those whom the rules let.
#[derive(Debug)]
pub(crate) struct SetAccess {
    pub(crate) package: PackageName,
}

impl GetVisibility {
    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Read, self.package.clone())
    }

    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        let public = is_public(&self.package, context).await?;
        Ok(reply::json(StatusCode::OK, &Visibility { public }))
    }
}

impl GetAccess {
    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Read, self.package.clone())
    }

    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        let public = is_public(&self.package, context).await?;
        Ok(reply::json(StatusCode::OK, &AccessDocument::of(public)))
    }
}

impl SetAccess {
    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Administer, self.package.clone())
    }

    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let Self { package } = self;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let body = AccessBody::parse(&body)?;
        exists(&package, context).await?;
        if let Some(restricted) = body.restricted()? {
            context
                .auth
                .set_restricted(&package, restricted, &context.by())
                .await?;
            tracing::info!(%package, restricted, "the access was changed");
        }
        Ok(done(StatusCode::OK))
    }
}

async fn is_public(package: &PackageName, context: &Context<'_>) -> Result<bool, Reject> {
    exists(package, context).await?;
    Ok(context.auth.is_public(package, context.settings))
}

/// Refuses a package that is not there.
pub(crate) async fn exists(package: &PackageName, context: &Context<'_>) -> Result<(), Reject> {
    match context.store.dist_tags(package).await? {
        Some(_) => Ok(()),
        None => Err(not_published(package)),
    }
}
