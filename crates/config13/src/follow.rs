//! Following the settings in a file, whoever changes them.

use std::{
    io,
    path::Path,
    string::String,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::{
    config::Config13,
    file::{ConfigFile, OpenError, ReadError},
};

/// What is learned of a file that is followed.
#[derive(Debug)]
pub enum Heard {
    /// The settings have changed.
    Changed(Config13),
    /// Another file stands at the path, which counts from now on; [`Heard::Changed`] follows if it says
    /// something else.
    Exchanged,
    /// There is no file at the path any more, or none that holds settings. The last ones stay in force.
    /// It is said once, until it is over.
    Lost(OpenError),
    /// The settings cannot be read, or mean nothing. The last ones stay in force. It is said once, until
    /// it is over.
    Unreadable(ReadError),
    /// The system does not announce changes, so that each is seen when the file is polled.
    Unannounced(io::Error),
}

/// A file that is followed until this is dropped.
#[derive(Debug)]
#[must_use = "nobody follows the file once this is dropped"]
pub struct Following {
    stopped: Arc<AtomicBool>,
    bell: mpsc::SyncSender<()>,
}

impl Drop for Following {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // A full queue means that somebody has rung already.
        let _ = self.bell.try_send(());
    }
}

/// Starts a thread that tells what becomes of the settings in a file, beginning with what differs from
/// `known`.
///
/// A change that the system announces is told at once. One that it does not announce, such as a write
/// through a memory map, is told within `poll`.
pub fn follow(
    file: ConfigFile,
    known: Config13,
    poll: Duration,
    tell: impl FnMut(Heard) + Send + 'static,
) -> io::Result<Following> {
    // One ring waiting is as good as many: the file is read as it is then.
    let (bell, rings) = mpsc::sync_channel(1);
    let stopped = Arc::new(AtomicBool::new(false));
    let following = Following {
        stopped: Arc::clone(&stopped),
        bell: bell.clone(),
    };
    thread::Builder::new()
        .name("lockfile".into())
        .spawn(move || {
            let mut follower = Follower {
                file,
                known,
                bell,
                watcher: None,
                problem: None,
                tell,
            };
            follower.watch();
            while !stopped.load(Ordering::Relaxed) {
                follower.look();
                // A ring, a time-out: both are reasons to look. `bell` lives as long as the follower.
                let _ = rings.recv_timeout(poll);
            }
        })?;
    Ok(following)
}

struct Follower<T> {
    file: ConfigFile,
    known: Config13,
    bell: mpsc::SyncSender<()>,
    watcher: Option<RecommendedWatcher>,
    /// The last complaint, so that a lasting problem is told once.
    problem: Option<String>,
    tell: T,
}

impl<T: FnMut(Heard)> Follower<T> {
    fn look(&mut self) {
        if let Err(error) = self.follow_name() {
            self.complain(Heard::Lost(error));
            return;
        }
        match self.file.read() {
            Ok(new) => {
                self.problem = None;
                if new != self.known {
                    self.known = new;
                    (self.tell)(Heard::Changed(new));
                }
            }
            Err(error) => self.complain(Heard::Unreadable(error)),
        }
    }

    /// Follows the name to the file that an editor put in the old one's place. A file that has lost
    /// its name counts no more: nobody else could change it.
    fn follow_name(&mut self) -> Result<(), OpenError> {
        if matches!(self.file.is_current(), Ok(true)) {
            return Ok(());
        }
        self.file = ConfigFile::open(self.file.path())?;
        self.watch();
        (self.tell)(Heard::Exchanged);
        Ok(())
    }

    fn complain(&mut self, heard: Heard) {
        let problem = std::format!("{heard:?}");
        if self.problem.as_ref() != Some(&problem) {
            self.problem = Some(problem);
            (self.tell)(heard);
        }
    }

    /// Asks the system to ring when the file changes.
    fn watch(&mut self) {
        match watch(self.file.path(), &self.bell) {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) => (self.tell)(Heard::Unannounced(error)),
        }
    }
}

fn watch(path: &Path, bell: &mpsc::SyncSender<()>) -> io::Result<RecommendedWatcher> {
    let bell = bell.clone();
    let watcher = notify::recommended_watcher(move |_event| {
        // A full queue means that somebody has rung already.
        let _ = bell.try_send(());
    });
    let mut watcher = watcher.map_err(io::Error::other)?;
    watcher
        .watch(path, RecursiveMode::NonRecursive)
        .map_err(io::Error::other)?;
    Ok(watcher)
}

#[cfg(test)]
mod tests;
