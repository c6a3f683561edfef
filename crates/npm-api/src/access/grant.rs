use auth::{Action, Need, OrgName, Permit, TeamName};
use http::StatusCode;
use npm_model::PackageName;
use web::{Response, receive};

use super::wire;
use crate::{
    answer::done,
    reject::Reject,
    service::{Context, Incoming},
};

/// Longest body, in bytes: a name and a permission.
const LONGEST: usize = 4 * 1024;

/// Lets a team read or write a package. It takes the right to administer the package, which is known
/// once the body is.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) org: OrgName,
    pub(crate) team: TeamName,
}

/// Takes back what a team may do with a package.
#[derive(Debug)]
pub(crate) struct RevokeGrant {
    pub(crate) org: OrgName,
    pub(crate) team: TeamName,
}

impl Grant {
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let Self { org, team } = self;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let (package, permission) = wire::grant(&body)?;
        administers(permit, context, &package).await?;
        context
            .auth
            .grant(&org, &team, &package, permission, &context.by())
            .await?;
        let (org, team) = (org.as_str(), team.as_str());
        tracing::info!(%package, org, team, "access was granted");
        Ok(done(StatusCode::CREATED))
    }
}

impl RevokeGrant {
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let Self { org, team } = self;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let package = wire::package(&body)?;
        administers(permit, context, &package).await?;
        context
            .auth
            .revoke_grant(&org, &team, &package, &context.by())
            .await?;
        let (org, team) = (org.as_str(), team.as_str());
        tracing::info!(%package, org, team, "access was taken back");
        Ok(done(StatusCode::OK))
    }
}

async fn administers(
    permit: &Permit,
    context: &Context<'_>,
    package: &PackageName,
) -> Result<(), Reject> {
    let need = Need::Package(Action::Administer, package.clone());
    context.decide(permit, need).await.map(|_| ())
}
