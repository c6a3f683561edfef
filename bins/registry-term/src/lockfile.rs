//! The lockfile of the registry, where it is on this machine: also one that is made only now.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
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
    file: OnceLock<ConfigFile>,
    following: Mutex<Option<Following>>,
    settings: watch::Sender<Option<Config13>>,
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
            Ok(()) | Err(OpenError::NotFound { .. }) => Ok(lockfile),
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
            file: OnceLock::new(),
            following: Mutex::new(None),
            settings: watch::channel(None).0,
        }))
    }

    fn open(&self) -> Result<(), OpenError> {
        let file = ConfigFile::open(&self.0.path)?;
        let followed = ConfigFile::open(&self.0.path)?;
        // Somebody else may have been quicker.
        if self.0.file.set(file).is_err() {
            return Ok(());
        }
        let Some(now) = self.0.file.get().and_then(|file| file.read().ok()) else {
            return Ok(());
        };
        self.0.settings.send_replace(Some(now));
        // What else is heard changes nothing: the last settings stay in force.
        let settings = self.0.settings.clone();
        let tell = move |heard| {
            if let Heard::Changed(new) = heard {
                settings.send_replace(Some(new));
            }
        };
        // Without it, commands read the file all the same.
        let following = config13::follow(followed, now, POLL, tell).ok();
        let held = self.0.following.lock();
        *held.unwrap_or_else(PoisonError::into_inner) = following;
        Ok(())
    }

    /// Returns the file, if it is there by now.
    pub(crate) fn file(&self) -> Option<&ConfigFile> {
        if self.0.is_ours && self.0.file.get().is_none() {
            // Why it cannot be opened was told at the start; since then it can only have been made.
            let _ = self.open();
        }
        self.0.file.get()
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
        while self.file().is_none() {
            sleep(LOOK).await;
        }
    }

    /// Returns what the screens say of it.
    pub(crate) fn told(&self) -> tui::Lockfile {
        let path = self.0.path.display().to_string();
        match self.file() {
            Some(_) => tui::Lockfile::Here { path },
            None => tui::Lockfile::Missing {
                why: format!("{path} is not there; name it with --lockfile"),
            },
        }
    }
}

fn unusable(path: &Path, error: &OpenError) -> CommandError {
    let text = format!("the lockfile {} cannot be used", path.display());
    CommandError::unavailable(CommandError::failed(text, error))
        .hint("name the one of your registry with --lockfile")
}
