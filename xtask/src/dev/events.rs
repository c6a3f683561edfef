//! What happens while the registry runs: files change, signals arrive.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::{DevError, ENV_FILE};

/// Folders whose every file counts.
const FOLDERS: [&str; 2] = ["bins", "crates"];
/// Files in the root that count.
const FILES: [&str; 2] = ["Cargo.toml", ENV_FILE];

enum Event {
    /// A file has another content, or came, or went.
    Changed(PathBuf),
    /// Somebody wants this process to end.
    Stop(i32),
}

/// The events that have arrived and are not dealt with.
#[derive(Debug)]
pub(crate) struct Events {
    arrivals: Receiver<Event>,
    change: Option<PathBuf>,
    stop: Option<i32>,
    /// Dropping it ends the notifications.
    _watcher: RecommendedWatcher,
}

impl Events {
    /// Begins to listen for changes below the root of the workspace, and for signals.
    pub(crate) fn listen(root: &Path) -> Result<Self, DevError> {
        let (sender, arrivals) = mpsc::channel();
        listen_for_signals(sender.clone()).map_err(DevError::Signals)?;
        let watcher = watch(root, sender)?;
        Ok(Self {
            arrivals,
            change: None,
            stop: None,
            _watcher: watcher,
        })
    }

    /// Waits for an event until the timeout, and takes in all that have arrived; returns whether one did.
    pub(crate) fn take_in(&mut self, timeout: Duration) -> bool {
        let Ok(first) = self.arrivals.recv_timeout(timeout) else {
            return false;
        };
        for event in std::iter::once(first).chain(self.arrivals.try_iter()) {
            match event {
                Event::Changed(path) => self.change = Some(path),
                Event::Stop(signal) => self.stop = Some(signal),
            }
        }
        true
    }

    /// Returns the signal that asked this process to end.
    pub(crate) fn stop(&self) -> Option<i32> {
        self.stop
    }

    /// Returns true when a file has changed since [`take_change`](Self::take_change).
    pub(crate) fn has_changes(&self) -> bool {
        self.change.is_some()
    }

    /// Returns the file that changed last, and forgets all changes.
    pub(crate) fn take_change(&mut self) -> Option<PathBuf> {
        self.change.take()
    }
}

/// A closed terminal (`SIGHUP`) counts: the registry would only re-read its settings and be left behind.
fn listen_for_signals(sender: Sender<Event>) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    thread::spawn(move || {
        for signal in signals.forever() {
            if sender.send(Event::Stop(signal)).is_err() {
                break;
            }
        }
    });
    Ok(())
}

fn watch(root: &Path, sender: Sender<Event>) -> notify::Result<RecommendedWatcher> {
    let base = root.to_owned();
    let mut watcher =
        notify::recommended_watcher(move |outcome: notify::Result<notify::Event>| {
            let changed = match outcome {
                // The system lost events, so anything may have changed.
                Ok(event) if event.need_rescan() => Some(PathBuf::from("a file")),
                Ok(event) if matches!(event.kind, EventKind::Access(_)) => None,
                Ok(event) => event.paths.iter().find_map(|path| {
                    let path = path.strip_prefix(&base).ok()?;
                    counts(path).then(|| path.to_owned())
                }),
                Err(error) => {
                    eprintln!("xtask: watching for changes: {error}");
                    None
                }
            };
            if let Some(path) = changed {
                // Nobody listens only while this process ends.
                let _ = sender.send(Event::Changed(path));
            }
        })?;
    watcher.watch(root, RecursiveMode::NonRecursive)?;
    for folder in FOLDERS {
        watcher.watch(&root.join(folder), RecursiveMode::Recursive)?;
    }
    Ok(watcher)
}

/// Returns true for a path, relative to the root, that the registry is made from.
fn counts(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(OsStr::to_str) else {
        return false;
    };
    if path.parent() == Some(Path::new("")) {
        return FILES.contains(&name);
    }
    // Editors keep swap files and backups beside the file.
    let of_an_editor = name.starts_with(['.', '#']) || name.ends_with(['~', '#']) || name == "4913";
    !of_an_editor && FOLDERS.iter().any(|folder| path.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn sources_count_and_other_files_do_not() {
        for path in [
            "Cargo.toml",
            ".env.local",
            "crates/web/src/lib.rs",
            "bins/registryd/Cargo.toml",
        ] {
            assert!(counts(Path::new(path)), "{path}");
        }
        for path in [
            "",
            "Cargo.lock",
            "README.md",
            "bins",
            "xtask/src/main.rs",
            "crates/a/.lib.rs.swp",
            "crates/a/lib.rs~",
        ] {
            assert!(!counts(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn a_written_file_is_reported_and_a_read_one_is_not() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        for folder in FOLDERS {
            fs::create_dir(root.join(folder)).unwrap();
        }
        let source = root.join("crates").join("lib.rs");
        fs::write(&source, "before").unwrap();
        let (sender, arrivals) = mpsc::channel();
        let _watcher = watch(&root, sender).unwrap();

        fs::read(&source).unwrap();
        fs::write(root.join("README.md"), "text").unwrap();
        assert!(arrivals.recv_timeout(Duration::from_millis(300)).is_err());

        fs::write(&source, "after").unwrap();
        let Ok(Event::Changed(path)) = arrivals.recv_timeout(Duration::from_secs(10)) else {
            panic!("the change was not reported");
        };
        assert_eq!(path, Path::new("crates/lib.rs"));
    }
}
