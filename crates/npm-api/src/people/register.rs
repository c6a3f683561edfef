use web::{Response, receive};

use super::{LONGEST, wire::RegisterBody};
use crate::{
    account,
    reject::Reject,
    service::{Context, Incoming},
};

/// Makes an account for whoever asks, where registration lets them, and logs in.
#[derive(Debug)]
pub(crate) struct Register;

impl Register {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        // The first account of a registry is an admin's: another page in its owner's browser must not
        // make it.
        context.refuse_other_sites("an account is made by its user, and not by another page")?;
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let (credentials, invitation) = RegisterBody::parse(&body)?.split();
        let (settings, address) = (context.settings, context.address);
        let logged_in = context
            .auth
            .register(credentials, invitation.as_deref(), settings, address)
            .await?;
        tracing::info!(user = logged_in.name, "a new account was made");
        Ok(account::issued(&logged_in))
    }
}
