use std::{fs, path::PathBuf, sync::mpsc::Receiver};

use tempfile::TempDir;

use super::*;
use crate::{Feature, FieldValue};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

struct Followed {
    _folder: TempDir,
    path: PathBuf,
    file: ConfigFile,
    heard: Receiver<Heard>,
    following: Following,
}

fn followed(poll: Duration) -> Followed {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.lockb");
    let now = Config13::new(7);
    let file = ConfigFile::create(&path, &now).unwrap();
    let (teller, heard) = mpsc::channel();
    let opened = ConfigFile::open(&path).unwrap();
    let following = follow(opened, now, poll, move |news| drop(teller.send(news))).unwrap();
    Followed {
        _folder: folder,
        path,
        file,
        heard,
        following,
    }
}

impl Followed {
    fn next(&self) -> Heard {
        self.heard.recv_timeout(PATIENCE).unwrap()
    }

    fn next_change(&self) -> Config13 {
        match self.next() {
            Heard::Changed(config) => config,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_change_is_told_once_and_what_did_not_change_is_not() {
    let it = followed(Duration::from_millis(5));
    it.file.set_field(FieldValue::Rows(0)).unwrap();
    it.file.set_field(FieldValue::Rows(40)).unwrap();
    assert_eq!(it.next_change().rows(), 40);
    it.file.enable(Feature::Debug).unwrap();
    assert!(it.next_change().is_debug());
}

#[test]
fn a_change_that_the_system_announces_does_not_wait_for_the_poll() {
    let it = followed(10 * PATIENCE);
    // The first look may come after the write; the second one needs the announcement.
    it.file.set_field(FieldValue::Rows(40)).unwrap();
    it.next_change();
    it.file.set_field(FieldValue::Rows(41)).unwrap();
    assert_eq!(it.next_change().rows(), 41);
}

#[test]
fn another_file_in_its_place_counts_and_none_is_told_once() {
    let it = followed(Duration::from_millis(5));
    let other = it.path.with_extension("new");
    let mut config = Config13::new(7);
    config.set(FieldValue::Cols(9));
    ConfigFile::create(&other, &config).unwrap();
    fs::rename(&other, &it.path).unwrap();
    assert!(matches!(it.next(), Heard::Exchanged));
    assert_eq!(it.next_change().cols(), 9);
    fs::remove_file(&it.path).unwrap();
    assert!(matches!(it.next(), Heard::Lost(_)));
    ConfigFile::create(&it.path, &Config13::new(8)).unwrap();
    assert!(matches!(it.next(), Heard::Exchanged));
    assert_eq!(it.next_change().registry_hash(), 8);
}

#[test]
fn bytes_that_mean_nothing_leave_the_last_ones_in_force() {
    let it = followed(Duration::from_millis(5));
    let mut bytes = fs::read(&it.path).unwrap();
    bytes[9] = 7;
    fs::write(&it.path, &bytes).unwrap();
    loop {
        match it.next() {
            Heard::Unreadable(ReadError::Refused {
                source: crate::DecodeError::TerminalMode { value: 7 },
                ..
            }) => break,
            // A write of the whole file makes it empty first.
            Heard::Unreadable(_) => {}
            other => panic!("{other:?}"),
        }
    }
    bytes[9] = 1;
    fs::write(&it.path, &bytes).unwrap();
    loop {
        if let Heard::Changed(config) = it.next() {
            assert_eq!(config.terminal_mode(), crate::TerminalMode::Cooked);
            break;
        }
    }
}

#[test]
fn nobody_follows_any_more_once_it_is_dropped() {
    let it = followed(10 * PATIENCE);
    drop(it.following);
    // The thread drops what it tells to when it ends.
    assert!(matches!(
        it.heard.recv_timeout(PATIENCE),
        Err(mpsc::RecvTimeoutError::Disconnected)
    ));
}
