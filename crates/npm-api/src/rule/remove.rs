use http::StatusCode;
use web::{Response, receive};

use super::{LONGEST, wire::RuleBody};
use crate::{
    answer::done,
    reject::Reject,
    service::{Context, Incoming},
};

/// Removes a rule that was made while the registry runs.
#[derive(Debug)]
pub(crate) struct RemoveRule;

impl RemoveRule {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let (pattern, action) = RuleBody::parse(&body)?.subject()?;
        let by = context.by();
        context.auth.remove_rule(pattern, action, &by).await?;
        Ok(done(StatusCode::OK))
    }
}
