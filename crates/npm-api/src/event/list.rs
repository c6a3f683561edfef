use http::StatusCode;
use web::{Response, reply};

use super::wire::{Event, Events, Question};
use crate::{reject::Reject, service::Context};

/// Lists events, the newest first.
#[derive(Debug)]
pub(crate) struct ListEvents;

impl ListEvents {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        let Question { filter, limit } = Question::parse(context.query)?;
        let events = context.auth.events(filter, limit).await?;
        // Another page begins before the last one of this.
        let is_full = u32::try_from(events.len()).is_ok_and(|count| count == limit);
        let next_before = events.last().map(|last| last.seq).filter(|_| is_full);
        let events = events.iter().map(Event::of).collect();
        Ok(reply::json(
            StatusCode::OK,
            &Events {
                events,
                next_before,
            },
        ))
    }
}
