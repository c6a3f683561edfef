//! What happened.

use catalog::EventFilter;
use console::{Done, Event, LogFilter};

use super::{LocalDesk, errors, nouns, words};

pub(super) async fn events(desk: &LocalDesk, filter: &LogFilter) -> Done<Vec<Event>> {
    let LogFilter {
        user,
        kind,
        target,
        refused,
        limit,
    } = filter.clone();
    words::event_limit(limit)?;
    kind.as_deref().map_or(Ok(()), words::event_kind)?;
    let filter = EventFilter {
        actor: user,
        kind,
        target,
        refused: refused.then_some(true),
        ..EventFilter::default()
    };
    let events = desk.auth().await?.events(filter, limit).await;
    let events = events.map_err(|error| errors::of_catalog(&error))?;
    Ok(events.into_iter().map(nouns::event).collect())
}
