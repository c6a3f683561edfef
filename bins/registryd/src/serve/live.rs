//! Following the 13 bytes while the registry runs, whoever changes them.

use std::{error::Error, io, sync::Arc, time::Duration};

use auth::Auth;
use catalog::Catalog;
use config13::{Config13, ConfigFile, Field, Following, Heard};
use tokio::sync::watch;

use crate::log;

/// How long a change that the system does not announce can go unseen. Writes through a memory map
/// are of that kind.
const POLL: Duration = Duration::from_millis(40);

/// The settings as they are now, for as long as this is held.
pub(super) struct Live {
    pub(super) settings: watch::Receiver<Config13>,
    pub(super) following: Following,
}

/// Starts to follow the lockfile.
pub(super) fn follow(file: ConfigFile, now: Config13) -> io::Result<Live> {
    let (sender, settings) = watch::channel(now);
    let following = config13::follow(file, now, POLL, move |heard| match heard {
        Heard::Changed(new) => drop(sender.send_replace(new)),
        Heard::Exchanged => {
            tracing::info!("the lockfile was exchanged for another one, which counts now");
        }
        Heard::Lost(error) => complain(&error),
        Heard::Unreadable(error) => complain(&error),
        Heard::Unannounced(error) => {
            tracing::warn!(%error, "changes of the lockfile are polled for, not announced");
        }
    })?;
    Ok(Live {
        settings,
        following,
    })
}

fn complain(error: &dyn Error) {
    let cause = error.source().map(|cause| format!(": {cause}"));
    let cause = cause.unwrap_or_default();
    tracing::error!("{error}{cause}; the last good settings stay in force");
}

/// Does what a change of the settings asks for, beyond what each request reads from them.
pub(super) async fn react(
    mut live: watch::Receiver<Config13>,
    auth: Arc<Auth>,
    catalog: Arc<Catalog>,
    level: log::Level,
) {
    let mut known = *live.borrow_and_update();
    loop {
        tokio::spawn(prepare_key(Arc::clone(&auth), known));
        let remembered = catalog.write(
            move |rows| rows.remember_settings(known.to_bytes()),
            |()| (),
        );
        if let Err(error) = remembered.await {
            tracing::warn!(%error, "the settings could not be remembered in the catalogue");
        }
        if live.changed().await.is_err() {
            return;
        }
        let new = *live.borrow_and_update();
        level.follow(new.is_debug());
        for field in Field::ALL {
            if known.get(field) != new.get(field) {
                tracing::info!("the lockfile now says {}", new.get(field));
            }
        }
        known = new;
    }
}

/// Makes the key that the settings ask for ahead, so that no login waits for a new RSA key.
async fn prepare_key(auth: Arc<Auth>, settings: Config13) {
    if let Err(error) = auth.prepare_key(&settings).await {
        tracing::error!(%error, "no signing key could be made; the next login tries again");
    }
}
