//! Following the 13 bytes while the registry runs, whoever changes them.

use std::{
    error::Error,
    io,
    path::Path,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use auth::Auth;
use catalog::Catalog;
use config13::{Config13, ConfigFile, Field, OpenError};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::watch;

use crate::log;

/// How long a change that the system does not announce can go unseen. Writes through a memory map
/// are of that kind.
const POLL: Duration = Duration::from_millis(40);

/// Starts the thread that follows the lockfile. It ends when nobody holds the receiver any more.
pub(super) fn follow(file: ConfigFile, now: Config13) -> io::Result<watch::Receiver<Config13>> {
    let (settings, receiver) = watch::channel(now);
    thread::Builder::new()
        .name("lockfile".to_owned())
        .spawn(move || Follower::new(file, settings).run())?;
    Ok(receiver)
}

struct Follower {
    file: ConfigFile,
    settings: watch::Sender<Config13>,
    bell: mpsc::SyncSender<()>,
    rings: mpsc::Receiver<()>,
    watcher: Option<RecommendedWatcher>,
    /// The last complaint, so that a lasting problem is logged once.
    problem: Option<String>,
}

impl Follower {
    fn new(file: ConfigFile, settings: watch::Sender<Config13>) -> Self {
        // One ring waiting is as good as many: the file is read as it is then.
        let (bell, rings) = mpsc::sync_channel(1);
        let watcher = watch(file.path(), &bell);
        Self {
            file,
            settings,
            bell,
            rings,
            watcher,
            problem: None,
        }
    }

    fn run(mut self) {
        while !self.settings.is_closed() {
            // A ring, a time-out: both are reasons to look. `bell` lives as long as `self`.
            let _ = self.rings.recv_timeout(POLL);
            if let Err(error) = self.follow_name() {
                self.complain(&error);
                continue;
            }
            match self.file.read() {
                Ok(new) => {
                    self.problem = None;
                    self.settings.send_if_modified(|settings| {
                        let changed = *settings != new;
                        *settings = new;
                        changed
                    });
                }
                Err(error) => self.complain(&error),
            }
        }
    }

    /// Follows the name to the file that an editor put in the old one's place. A file that has lost
    /// its name counts no more: nobody else could change it.
    fn follow_name(&mut self) -> Result<(), OpenError> {
        if matches!(self.file.is_current(), Ok(true)) {
            return Ok(());
        }
        let path = self.file.path().to_owned();
        self.file = ConfigFile::open(&path)?;
        self.watcher = watch(&path, &self.bell);
        tracing::info!("the lockfile was exchanged for another one, which counts now");
        Ok(())
    }

    fn complain(&mut self, error: &dyn Error) {
        let cause = error.source().map(|cause| format!(": {cause}"));
        let problem = format!("{error}{}", cause.unwrap_or_default());
        if self.problem.as_ref() != Some(&problem) {
            tracing::error!("{problem}; the last good settings stay in force");
            self.problem = Some(problem);
        }
    }
}

/// Asks the system to ring when the file changes. Without that, polling has to do.
fn watch(path: &Path, bell: &mpsc::SyncSender<()>) -> Option<RecommendedWatcher> {
    let bell = bell.clone();
    let watcher = notify::recommended_watcher(move |_event| {
        // A full queue means that somebody has rung already.
        let _ = bell.try_send(());
    });
    let watching = watcher.and_then(|mut watcher| {
        watcher.watch(path, RecursiveMode::NonRecursive)?;
        Ok(watcher)
    });
    watching
        .inspect_err(|error| {
            tracing::warn!(%error, "changes of the lockfile are polled for, not announced");
        })
        .ok()
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
