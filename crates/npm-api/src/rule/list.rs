use http::StatusCode;
use web::{Response, reply};

use super::wire::{Rule, Rules};
use crate::service::Context;

/// Lists the rules, those of the settings file among them.
#[derive(Debug)]
pub(crate) struct ListRules;

impl ListRules {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) fn apply(self, context: &Context<'_>) -> Response {
        let rules = context.auth.rules().into_iter().map(Rule::of).collect();
        reply::json(StatusCode::OK, &Rules { rules })
    }
}
