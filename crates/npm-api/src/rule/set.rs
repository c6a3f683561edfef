use http::StatusCode;
use web::{Response, receive};

use super::{LONGEST, wire::RuleBody};
use crate::{
    answer::done,
    reject::Reject,
    service::{Context, Incoming},
};

/// Makes a rule, or replaces what it said.
#[derive(Debug)]
pub(crate) struct SetRule;

impl SetRule {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let body = receive::whole(context.headers, body, LONGEST).await?;
        let body = RuleBody::parse(&body)?;
        let (pattern, action) = body.subject()?;
        let subjects = body.subjects()?;
        let (auth, by) = (context.auth, context.by());
        auth.set_rule(pattern, action, subjects, &by).await?;
        Ok(done(StatusCode::OK))
    }
}
