//! The lockfile of the registry, where it is on this machine: also one that is made only now.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use config13::{Config13, ConfigFile, Following, Heard, OpenError};
use console::{CommandError, Done};
use tokio::{sync::watch, time::sleep};

/// How long a change that the system does not announce can go unseen.
const POLL: Duration = Duration::from_millis(80);

/// How long a lockfile that is made while we run can go unseen.
const LOOK: Duration = Duration::from_millis(500);

/// The lockfile. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Lockfile(Arc<Inner>);

struct Inner {
    path: PathBuf,
    /// Whether a file at the path would be this registry's.
    is_ours: bool,
    open: Mutex<Option<Open>>,
    settings: watch::Sender<Option<Config13>>,
}

/// The file that the path led to when it was last looked at.
struct Open {
    file: Arc<ConfigFile>,
    /// Follows the path by itself, also to another file.
    _following: Option<Following>,
}

impl Lockfile {
    /// Opens the one that was named, which has to be there and be one.
    pub(crate) fn named(path: PathBuf) -> Done<Self> {
        let lockfile = Self::at(path, true);
        lockfile
            .open()
            .map_err(|error| unusable(lockfile.path(), &error))?;
        Ok(lockfile)
    }

    /// Opens the one where the registry of this machine has it, if it is there by now.
    pub(crate) fn usual(path: PathBuf) -> Done<Self> {
        let lockfile = Self::at(path, true);
        match lockfile.open() {
            Ok(_) | Err(OpenError::NotFound { .. }) => Ok(lockfile),
            Err(error) => Err(unusable(lockfile.path(), &error)),
        }
    }

    /// None: what is at that path by chance is no settings of a registry elsewhere.
    pub(crate) fn elsewhere(path: PathBuf) -> Self {
        Self::at(path, false)
    }

    fn at(path: PathBuf, is_ours: bool) -> Self {
        Self(Arc::new(Inner {
            path,
            is_ours,
            open: Mutex::new(None),
            settings: watch::channel(None).0,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Open>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the file that the path leads to, unless that is the one that is open: what is written into a
    /// file that has lost its name, nobody else would see.
    fn open(&self) -> Result<Arc<ConfigFile>, OpenError> {
        let mut open = self.lock();
        if let Some(open) = open.as_mut() {
            if !matches!(open.file.is_current(), Ok(true)) {
                open.file = Arc::new(ConfigFile::open(&self.0.path)?);
            }
            return Ok(Arc::clone(&open.file));
        }
        let file = Arc::new(ConfigFile::open(&self.0.path)?);
        let followed = ConfigFile::open(&self.0.path)?;
        let following = file.read().ok().and_then(|now| self.follow(followed, now));
        *open = Some(Open {
            file: Arc::clone(&file),
            _following: following,
        });
        Ok(file)
    }

    fn follow(&self, followed: ConfigFile, now: Config13) -> Option<Following> {
        self.0.settings.send_replace(Some(now));
        // What else is heard changes nothing: the last settings stay in force.
        let settings = self.0.settings.clone();
        let tell = move |heard| {
            if let Heard::Changed(new) = heard {
                settings.send_replace(Some(new));
            }
        };
        // Without it, commands read the file all the same.
        config13::follow(followed, now, POLL, tell).ok()
    }

    /// Returns the file that is at the path now, if the registry is on this machine.
    pub(crate) fn file(&self) -> Option<Result<Arc<ConfigFile>, OpenError>> {
        self.0.is_ours.then(|| self.open())
    }

    /// Returns the settings as they change; nothing as long as there is no lockfile.
    pub(crate) fn settings(&self) -> watch::Receiver<Option<Config13>> {
        self.0.settings.subscribe()
    }

    /// Returns where it is, or where it was looked for.
    pub(crate) fn path(&self) -> &Path {
        &self.0.path
    }

    /// Waits until it is there.
    pub(crate) async fn made(&self) {
        if !self.0.is_ours {
            std::future::pending::<()>().await;
        }
        while self.open().is_err() {
            sleep(LOOK).await;
        }
    }

    /// Returns what the screens say of it.
    pub(crate) fn told(&self) -> tui::Lockfile {
        let path = self.0.path.display().to_string();
        match self.file() {
            Some(Ok(_)) => tui::Lockfile::Here { path },
            Some(Err(error)) if !matches!(error, OpenError::NotFound { .. }) => {
                tui::Lockfile::Missing {
                    why: error.to_string(),
                }
            }
            Some(Err(_)) | None => tui::Lockfile::Missing {
                why: format!("{path} is not there; name it with --lockfile"),
            },
        }
    }
}

/// Tells why there are no settings to read or write.
pub(crate) fn unusable(path: &Path, error: &OpenError) -> CommandError {
    let text = format!("the lockfile {} cannot be used", path.display());
    CommandError::unavailable(CommandError::failed(text, error))
        .hint("name the one of your registry with --lockfile")
}
