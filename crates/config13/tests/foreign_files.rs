//! Files that belong to others are refused, at once, and left as they are.
#![cfg(feature = "std")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests say what they expect by failing"
)]

use std::error::Error as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use config13::{Config13, ConfigFile, DecodeError, LEN, OpenError};
use tempfile::TempDir;

/// How `bun install` starts a binary lockfile: magic, format name, version, then a hash.
const BUN_LOCKFILE: &[u8] =
    b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n\x02\0\0\0\x8a\x1f\x33\xd4\x5b\0\0\0\0\0\0\0";

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bun.lockb");
    (folder, path)
}

/// Opens a file that must be refused, and fails instead of waiting for ever.
fn refused(path: &Path) -> OpenError {
    let (sender, receiver) = mpsc::channel();
    let path = path.to_owned();
    thread::spawn(move || sender.send(ConfigFile::open(path)));
    receiver
        .recv_timeout(Duration::from_secs(30))
        .expect("opening waited")
        .expect_err("a foreign file was opened")
}

fn refused_content(content: &[u8]) -> DecodeError {
    let (_folder, path) = folder();
    fs::write(&path, content).unwrap();
    let before = fs::metadata(&path).unwrap();
    let error = refused(&path);
    let after = fs::metadata(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), content);
    assert_eq!(after.modified().unwrap(), before.modified().unwrap());
    assert_eq!(
        error.to_string(),
        format!("{} is not a lockfile of this registry", path.display())
    );
    assert!(error.source().is_some());
    match error {
        OpenError::Refused { source, .. } => source,
        other => panic!("{other}"),
    }
}

fn refused_kind(path: &Path) -> &'static str {
    match refused(path) {
        OpenError::NotAFile { kind, .. } => kind,
        other => panic!("{other}"),
    }
}

#[test]
fn a_bun_lockfile_is_refused_and_untouched() {
    let error = refused_content(BUN_LOCKFILE);
    assert_eq!(error, DecodeError::BunLockfile);
    assert_eq!(
        error.to_string(),
        "this is Bun's own binary lockfile, which has another format"
    );
}

#[test]
fn a_file_shorter_than_the_header_is_refused_and_untouched() {
    for len in 0..LEN {
        let content = &Config13::new(0).to_bytes()[..len];
        assert_eq!(refused_content(content), DecodeError::TooShort { len });
    }
}

#[test]
fn a_file_with_an_invalid_mode_is_refused_and_untouched() {
    for value in [3, b'\n', 255] {
        let mut content = Config13::new(0).to_bytes();
        content[9] = value;
        assert_eq!(
            refused_content(&content),
            DecodeError::TerminalMode { value }
        );
    }
    assert_eq!(
        refused_content(b"{\n  \"lockfileVersion\": 1\n}\n"),
        DecodeError::TerminalMode { value: b'f' }
    );
}

#[test]
fn a_directory_is_refused() {
    let (folder, path) = folder();
    assert_eq!(refused_kind(folder.path()), "a directory");
    symlink(folder.path(), &path).unwrap();
    assert_eq!(refused_kind(&path), "a directory");
}

#[test]
fn a_named_pipe_is_refused_without_waiting_for_its_other_end() {
    let (folder, path) = folder();
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(refused_kind(&path), "a named pipe");
    let link = folder.path().join("link");
    symlink(&path, &link).unwrap();
    assert_eq!(refused_kind(&link), "a named pipe");
}

#[test]
fn a_device_and_a_socket_are_refused() {
    let (_folder, path) = folder();
    assert_eq!(refused_kind(Path::new("/dev/null")), "a device");
    let _listener = UnixListener::bind(&path).unwrap();
    assert_eq!(refused_kind(&path), "a socket");
}

#[test]
fn a_link_to_a_lockfile_is_a_lockfile() {
    let (folder, path) = folder();
    ConfigFile::create(&path, &Config13::new(7)).unwrap();
    let link = folder.path().join("link");
    symlink(&path, &link).unwrap();
    assert_eq!(
        ConfigFile::open(&link).unwrap().read().unwrap(),
        Config13::new(7)
    );
}

#[test]
fn a_file_that_may_not_be_written_is_refused() {
    let (_folder, path) = folder();
    fs::write(&path, Config13::new(7).as_bytes()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    if fs::File::options().write(true).open(&path).is_ok() {
        // Nothing is read-only for a superuser.
        return;
    }
    assert!(matches!(refused(&path), OpenError::NotWritable { .. }));
}

#[test]
fn files_of_other_programs_are_refused_by_their_magic() {
    for magic in [
        &b"\x7fELF\x02\x01\x01"[..],
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04\x14",
    ] {
        let mut content = magic.to_vec();
        content.resize(64, 0);
        let (_folder, path) = folder();
        fs::write(&path, &content).unwrap();
        assert!(
            matches!(refused(&path), OpenError::NotAFile { .. }),
            "{magic:?}"
        );
        assert_eq!(fs::read(&path).unwrap(), content);
    }
}
