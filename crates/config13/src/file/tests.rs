use std::error::Error;
use std::format;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::string::ToString;
use std::thread;
use std::time::Duration;
use std::vec::Vec;

use tempfile::TempDir;

use super::{ChangeFlagsError, ConfigFile, CreateError, OpenError, ReadError, SetByteError};
use crate::{
    Config13, DecodeError, Feature, FeatureFlags, FieldValue, InvalidByte, LEN, TerminalMode,
};

const PACKAGES: &[u8] = b"left-pad@1.0.0 sha512-AAAA\n";

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.lockb");
    (folder, path)
}

/// A lockfile with a package behind the header, which no update may touch.
fn lockfile() -> (TempDir, ConfigFile) {
    let (folder, path) = folder();
    fs::write(
        &path,
        [&Config13::new(0xdead_beef).to_bytes(), PACKAGES].concat(),
    )
    .unwrap();
    let config = ConfigFile::open(&path).unwrap();
    (folder, config)
}

fn content(config: &ConfigFile) -> Vec<u8> {
    fs::read(config.path()).unwrap()
}

#[test]
fn a_created_lockfile_is_exactly_the_header() {
    let (_folder, path) = folder();
    let config = ConfigFile::create(&path, &Config13::new(0x28aa_1533)).unwrap();
    assert_eq!(content(&config), Config13::new(0x28aa_1533).to_bytes());
    assert_eq!(config.read().unwrap(), Config13::new(0x28aa_1533));
    assert_eq!(config.path(), path);
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    // The process's own mask may take bits away.
    assert_eq!(mode & !0o644 & 0o777, 0);
    config.sync().unwrap();
}

#[test]
fn an_existing_file_is_not_created_again() {
    let (_folder, config) = lockfile();
    let before = content(&config);
    let error = ConfigFile::create(config.path(), &Config13::new(0)).unwrap_err();
    assert!(matches!(error, CreateError::Exists { .. }));
    assert_eq!(content(&config), before);
}

#[test]
fn creating_in_a_missing_folder_names_the_step_and_the_path() {
    let (folder, _) = folder();
    let path = folder.path().join("missing/registry.lockb");
    let error = ConfigFile::create(&path, &Config13::new(0)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("could not create {}", path.display())
    );
    assert!(error.source().is_some());
}

#[test]
fn a_missing_file_is_told_apart() {
    let (_folder, path) = folder();
    assert!(matches!(
        ConfigFile::open(&path),
        Err(OpenError::NotFound { .. })
    ));
}

#[test]
fn refusals_by_the_system_are_sorted_by_what_the_caller_can_do() {
    let sort = |kind: io::ErrorKind| OpenError::of_io(Path::new("registry.lockb"), kind.into());
    assert!(matches!(
        sort(io::ErrorKind::NotFound),
        OpenError::NotFound { .. }
    ));
    assert!(matches!(
        sort(io::ErrorKind::ReadOnlyFilesystem),
        OpenError::NotWritable { .. }
    ));
    assert!(matches!(
        sort(io::ErrorKind::StorageFull),
        OpenError::Io { .. }
    ));
    assert_eq!(
        sort(io::ErrorKind::PermissionDenied).to_string(),
        "registry.lockb has to be readable and writable, and is not"
    );
}

#[test]
fn each_update_changes_its_own_range_only() {
    let (_folder, config) = lockfile();
    let updates = [
        FieldValue::Version(9),
        FieldValue::RegistryHash(0x0102_0304),
        FieldValue::FeatureFlags(FeatureFlags::from_bits(0x8000_0001)),
        FieldValue::TerminalMode(TerminalMode::Cooked),
        FieldValue::Rows(40),
        FieldValue::Cols(120),
        FieldValue::Reserved(7),
    ];
    for value in updates {
        let mut expected = content(&config);
        expected[value.field().range()].copy_from_slice(value.encode().as_slice());
        config.set_field(value).unwrap();
        assert_eq!(content(&config), expected, "{value}");
        assert_eq!(config.read().unwrap().get(value.field()), value);
    }
    for offset in 0..LEN {
        let mut expected = content(&config);
        expected[offset] = 2;
        config.set_byte(offset, 2).unwrap();
        assert_eq!(content(&config), expected, "{offset}");
    }
}

#[test]
fn an_invalid_byte_is_not_written() {
    let (_folder, config) = lockfile();
    let before = content(&config);
    for offset in [LEN, LEN + 1, usize::MAX] {
        assert!(matches!(
            config.set_byte(offset, 0),
            Err(SetByteError::Invalid(InvalidByte::NoSuchOffset { .. }))
        ));
    }
    for value in 3..=u8::MAX {
        assert!(matches!(
            config.set_byte(9, value),
            Err(SetByteError::Invalid(InvalidByte::TerminalMode { .. }))
        ));
    }
    assert_eq!(content(&config), before);
}

#[test]
fn features_are_changed_one_by_one_and_unknown_bits_kept() {
    let (_folder, config) = lockfile();
    config
        .set_field(FieldValue::FeatureFlags(FeatureFlags::from_bits(
            0x8000_0001,
        )))
        .unwrap();
    let check = |flags: FeatureFlags, bits| {
        assert_eq!(flags.bits(), bits);
        assert_eq!(config.read().unwrap().feature_flags(), flags);
    };
    check(config.toggle_feature(Feature::Debug).unwrap(), 0x8000_0005);
    check(config.enable(Feature::Debug).unwrap(), 0x8000_0005);
    check(
        config.enable(Feature::PrivateRegistry).unwrap(),
        0x8000_0007,
    );
    check(config.disable(Feature::PremiumTypes).unwrap(), 0x8000_0006);
    check(config.disable(Feature::PremiumTypes).unwrap(), 0x8000_0006);
    check(config.toggle_feature(Feature::Debug).unwrap(), 0x8000_0002);
    let several = config.change_flags(|flags| {
        let on = flags.with(Feature::PremiumTypes).with(Feature::Debug);
        on.without(Feature::PrivateRegistry)
    });
    check(several.unwrap(), 0x8000_0005);
}

#[test]
fn threads_that_share_one_handle_lose_no_bit() {
    let (_folder, config) = lockfile();
    thread::scope(|scope| {
        for feature in Feature::ALL {
            let config = &config;
            scope.spawn(move || {
                for round in 0..2_001 {
                    let on = config.toggle_feature(feature).unwrap().contains(feature);
                    assert_eq!(on, round % 2 == 0);
                }
            });
        }
    });
    assert_eq!(config.read().unwrap().feature_flags().bits(), 0b111);
}

#[test]
fn a_file_cut_short_is_reported_and_not_filled_up() {
    let (_folder, config) = lockfile();
    for len in (0..LEN).rev() {
        File::options()
            .write(true)
            .open(config.path())
            .unwrap()
            .set_len(len as u64)
            .unwrap();
        let Err(ReadError::Refused { source, .. }) = config.read() else {
            panic!("{len} bytes were read as settings");
        };
        assert_eq!(source, DecodeError::TooShort { len });
        assert!(matches!(
            config.enable(Feature::Debug),
            Err(ChangeFlagsError::Read(ReadError::Refused { .. }))
        ));
        assert_eq!(content(&config).len(), len);
    }
}

#[test]
fn flags_are_not_changed_in_a_file_that_became_something_else() {
    let (_folder, config) = lockfile();
    fs::write(
        config.path(),
        b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n",
    )
    .unwrap();
    let error = config.enable(Feature::Debug).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{} no longer holds valid settings", config.path().display())
    );
    assert_eq!(
        content(&config),
        b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n"
    );
}

/// A disk that takes no more writes, at the only step of an update that makes one.
#[test]
fn a_refused_write_is_reported_and_gives_the_lock_back() {
    let (_folder, config) = lockfile();
    let before = content(&config);
    let refusing = ConfigFile::new(File::open(config.path()).unwrap(), config.path());

    let error = refusing.set_field(FieldValue::Rows(40)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "could not write the settings at 0x0a in {}",
            config.path().display()
        )
    );
    assert!(matches!(
        refusing.set_byte(0, 1),
        Err(SetByteError::Write(_))
    ));
    assert!(matches!(
        refusing.toggle_feature(Feature::Debug),
        Err(ChangeFlagsError::Write(_))
    ));
    assert_eq!(content(&config), before);

    // Both of these would wait in vain if the failed update still held a lock.
    let again = refusing.toggle_feature(Feature::Debug);
    assert!(matches!(again, Err(ChangeFlagsError::Write(_))));
    config.toggle_feature(Feature::Debug).unwrap();
}

#[test]
fn a_lock_of_somebody_else_is_waited_for_but_not_for_ever() {
    let (_folder, config) = lockfile();
    let before = content(&config);
    let other = File::open(config.path()).unwrap();

    other.lock().unwrap();
    let error = config.toggle_feature(Feature::Debug).unwrap_err();
    let path = config.path().display();
    assert_eq!(
        error.to_string(),
        format!("another program holds the lock of {path}")
    );
    assert_eq!(content(&config), before);

    thread::scope(|scope| {
        let waiting = scope.spawn(|| config.toggle_feature(Feature::Debug));
        thread::sleep(Duration::from_millis(100));
        assert!(!waiting.is_finished());
        other.unlock().unwrap();
        waiting.join().unwrap().unwrap();
    });
}

#[test]
fn a_moved_file_keeps_its_settings() {
    let (folder, config) = lockfile();
    let moved = folder.path().join("moved.lockb");
    fs::rename(config.path(), &moved).unwrap();
    config.set_field(FieldValue::Rows(40)).unwrap();
    assert_eq!(ConfigFile::open(&moved).unwrap().read().unwrap().rows(), 40);
}

#[test]
fn a_file_that_was_replaced_or_removed_is_no_longer_current() {
    let (folder, config) = lockfile();
    assert!(config.is_current().unwrap());

    let replacement = folder.path().join("replacement");
    fs::copy(config.path(), &replacement).unwrap();
    fs::rename(&replacement, config.path()).unwrap();
    assert!(!config.is_current().unwrap());

    fs::remove_file(config.path()).unwrap();
    assert_eq!(
        config.is_current().unwrap_err().kind(),
        io::ErrorKind::NotFound
    );
}
