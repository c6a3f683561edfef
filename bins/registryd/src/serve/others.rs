//! Following what other processes change in the catalogue while the registry runs: `registryd user
//! disable` beside the server counts here as well.

use std::{sync::Arc, time::Duration};

use auth::Auth;
use catalog::{Catalog, CatalogError, Watch};
use storage::Store;
use tokio::time::{MissedTickBehavior, interval};

/// How long a change by another process can go unseen.
const LOOK: Duration = Duration::from_millis(100);

/// Follows the catalogue for as long as the server runs.
pub(super) struct Others {
    pub(super) catalog: Arc<Catalog>,
    pub(super) watch: Watch,
    pub(super) auth: Arc<Auth>,
    pub(super) store: Store,
}

impl Others {
    pub(super) async fn follow(mut self) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // What was changed before the watch began is looked at once.
        let mut unseen = true;
        let mut documents = None;
        let mut complained = false;
        loop {
            ticks.tick().await;
            match self.look(&mut unseen, &mut documents).await {
                Ok(()) => complained = false,
                Err(error) if !complained => {
                    tracing::error!(
                        %error,
                        "what other processes change cannot be followed; it is tried again"
                    );
                    complained = true;
                }
                Err(_) => {}
            }
        }
    }

    /// Looks whether anything was committed, by whomever, and draws the consequences. `unseen` stays
    /// set until they are drawn.
    async fn look(
        &mut self,
        unseen: &mut bool,
        documents: &mut Option<i64>,
    ) -> Result<(), CatalogError> {
        *unseen |= self.watch.has_changed()?;
        if !*unseen {
            return Ok(());
        }
        let catalog = Arc::clone(&self.catalog);
        let seen = *documents;
        let read = catalog.look(move |rows| {
            let (access, documents) = (rows.access_changes()?, rows.document_changes()?);
            let changed = match seen {
                Some(seen) if seen != documents => rows.changed_after(seen)?,
                _ => Vec::new(),
            };
            Ok::<_, CatalogError>((access, documents, changed))
        });
        let (access_now, documents_now, changed) = read.await?;
        if !self.auth.has_followed(access_now) {
            self.auth.reload().await?;
            tracing::debug!("changes of accounts and rights were followed");
        }
        match documents.replace(documents_now) {
            Some(_) => self.store.forget_rendered(&changed),
            // What was changed before anybody looked is not known by name.
            None => self.store.forget_all_rendered(),
        }
        self.catalog.announce_events();
        *unseen = false;
        Ok(())
    }
}
