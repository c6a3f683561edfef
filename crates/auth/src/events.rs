//! What happened, as admins ask for it.

use catalog::{CatalogError, Event, EventFilter};

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
}
