use auth::{Action, Need, Permit};
use http::StatusCode;
use npm_model::PackageName;
use web::{Response, reply};

use super::wire::{Explained, action};
use crate::{access::exists, query, reject::Reject, service::Context};

/// Says whether somebody may do something with a package, and why. Everybody may ask for themselves
/// and for strangers; an admin, and whoever administers the package, for others too.
#[derive(Debug)]
pub(crate) struct Explain;

impl Explain {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let asked = |name: &str| {
            query::value(context.query, name).ok_or_else(|| {
                Reject::bad_request(format!(
                    "{name} is missing: ask with ?user=NAME&action=publish&package=@acme/x"
                ))
            })
        };
        let action: Action = action(&asked("action")?)?;
        let package = PackageName::parse(&asked("package")?)?;
        let user = query::value(context.query, "user").unwrap_or_else(|| caller.name.clone());
        let user = Some(user.to_ascii_lowercase()).filter(|user| user != "$anonymous");
        if user.as_ref().is_some_and(|user| *user != caller.name)
            && !context.may(permit, Need::Admin).await?
        {
            let need = Need::Package(Action::Administer, package.clone());
            context.decide(permit, need).await?;
        }
        // Where private packages are hidden, a reason would tell of one, and so would "nobody says no".
        if context.auth.hides_private() && !context.may(permit, Need::Admin).await? {
            let need = Need::Package(Action::Read, package.clone());
            context.decide(permit, need).await?;
            exists(&package, context).await?;
        }
        let (auth, settings) = (context.auth, context.settings);
        let decision = auth.explain(user.as_deref(), action, &package, settings);
        let Some(decision) = decision.await? else {
            let user = user.unwrap_or_default();
            return Err(Reject::not_found(format!("there is no user {user}")));
        };
        let explained = Explained {
            user: user.as_deref(),
            action: action.as_str(),
            package: package.as_str(),
            allowed: decision.allowed,
            because: &decision.because,
        };
        Ok(reply::json(StatusCode::OK, &explained))
    }
}
