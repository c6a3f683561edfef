//! Following the 13 bytes while the registry runs, whoever changes them.

use std::{
    io,
    path::Path,
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use auth::Auth;
use config13::{Config13, ConfigFile, Field};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::watch;

use crate::log;

/// How long a change that the system does not announce can go unseen. Writes through a memory map
/// are of that kind.
const POLL: Duration = Duration::from_millis(40);

/// How often it is checked that the name still leads to the file that is open.
const CHECK_NAME: Duration = Duration::from_secs(1);

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
    name_checked: Instant,
    /// The last complaint, so that a lasting problem is logged once.
    problem: Option<String>,
}

impl Follower {
    fn new(file: ConfigFile, settings: watch::Sender<Config13>) -> Self {
        // One ring waiting is as good as many: the file is read as it is then.
        let (bell, rings) = mpsc::sync_channel(1);
        let watcher = watch(file.path(), &bell);
        let name_checked = Instant::now();
        Self {
            file,
            settings,
            bell,
            rings,
            watcher,
            name_checked,
            problem: None,
        }
    }

    fn run(mut self) {
        while !self.settings.is_closed() {
            // A ring, a time-out: both are reasons to look. `bell` lives as long as `self`.
            let _ = self.rings.recv_timeout(POLL);
            if self.name_checked.elapsed() >= CHECK_NAME {
                self.name_checked = Instant::now();
                self.reopen_if_exchanged();
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
                Err(error) => {
                    let source = std::error::Error::source(&error);
                    let cause = source.map(|cause| format!(": {cause}")).unwrap_or_default();
                    self.complain(format!(
                        "{error}{cause}; the last good settings stay in force"
                    ));
                }
            }
        }
    }

    /// Follows the name to the file that an editor put in the old one's place.
    fn reopen_if_exchanged(&mut self) {
        if matches!(self.file.is_current(), Ok(true)) {
            return;
        }
        let path = self.file.path().to_owned();
        match ConfigFile::open(&path) {
            Ok(file) => {
                tracing::info!("the lockfile was exchanged for another one, which counts now");
                self.file = file;
                self.watcher = watch(&path, &self.bell);
            }
            Err(error) => {
                self.complain(format!("{error}; the last good settings stay in force"));
            }
        }
    }

    fn complain(&mut self, problem: String) {
        if self.problem.as_ref() != Some(&problem) {
            tracing::error!("{problem}");
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
pub(super) async fn react(mut live: watch::Receiver<Config13>, auth: Arc<Auth>, level: log::Level) {
    let mut known = *live.borrow_and_update();
    loop {
        // Made ahead, so that no login waits for a new RSA key.
        if let Err(error) = auth.prepare_key(&known).await {
            tracing::error!(%error, "no signing key could be made; nobody can log in");
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
