//! What happened, as admins ask for it.

use std::sync::Arc;

use catalog::{CatalogError, Event, EventFilter};
use tokio::sync::broadcast;

use crate::auth::Auth;

/// Most events that are returned at a time.
pub const MOST_EVENTS: u32 = 1000;

impl Auth {
    /// Returns what happened, the newest first, at most [`MOST_EVENTS`].
    pub async fn events(&self, filter: EventFilter, most: u32) -> Result<Vec<Event>, CatalogError> {
        self.catalog
            .look(move |rows| rows.events(&filter, most.min(MOST_EVENTS)))
            .await
    }

    /// Returns what hears of every event from now on, once it is committed, whichever process wrote it.
    pub fn follow_events(&self) -> broadcast::Receiver<Arc<Event>> {
        self.catalog.follow_events()
    }
}
