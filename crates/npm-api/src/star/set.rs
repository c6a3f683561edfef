use auth::{Action, Need, Permit};
use http::StatusCode;
use web::{Response, receive};

use super::wire;
use crate::{
    answer::done,
    reject::Reject,
    service::{Context, Incoming},
};

/// Longest body, in bytes: a name or two.
const LONGEST: usize = 4 * 1024;

/// Stars a package or takes the star back.
#[derive(Debug)]
pub(crate) struct SetStar {
    pub(crate) starred: bool,
}

impl SetStar {
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let package = wire::package(&body)?;
        let need = Need::Package(Action::Read, package.clone());
        context.decide(permit, need).await?;
        context
            .store
            .set_star(&package, &caller.name, self.starred)
            .await?;
        Ok(done(StatusCode::OK))
    }
}
