use http::StatusCode;
use web::{Response, receive, reply};

use super::{
    LONGEST,
    wire::{ChangeBody, Rule, Rules},
};
use crate::{
    reject::Reject,
    service::{Context, Incoming},
};

/// Changes whom the rules of a pattern name, for all of some actions or for none. Those whom they name
/// already stay, also when somebody else changes one at the same moment.
#[derive(Debug)]
pub(crate) struct ChangeRules;

impl ChangeRules {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let (pattern, actions, change) = ChangeBody::parse(&body)?.split()?;
        let (auth, by, name) = (context.auth, context.by(), pattern.to_string());
        let changed = auth.change_rules(pattern, actions, change, &by).await?;
        let rules = changed.into_iter().map(|rule| Rule::changed(&name, rule));
        let rules = rules.collect();
        Ok(reply::json(StatusCode::OK, &Rules { rules }))
    }
}
