use std::thread;

use tempfile::TempDir;

use super::MappedConfig;
use crate::{
    Config13, ConfigFile, DecodeError, Feature, FeatureFlags, Field, FieldValue, InvalidByte, LEN,
    ReadError, TerminalMode,
};

fn mapped() -> (TempDir, ConfigFile, MappedConfig) {
    let folder = tempfile::tempdir().unwrap();
    let file = ConfigFile::create(folder.path().join("registry.lockb"), &Config13::new(0)).unwrap();
    let map = MappedConfig::new(&file).unwrap();
    (folder, file, map)
}

#[test]
fn a_store_is_seen_through_the_file_and_a_write_through_the_map() {
    let (_folder, file, map) = mapped();
    let values = [
        FieldValue::Version(9),
        FieldValue::RegistryHash(0xdead_beef),
        FieldValue::FeatureFlags(FeatureFlags::from_bits(0x8000_0005)),
        FieldValue::TerminalMode(TerminalMode::Cooked),
        FieldValue::Rows(40),
        FieldValue::Cols(120),
        FieldValue::Reserved(7),
    ];
    assert_eq!(values.map(FieldValue::field), Field::ALL);
    for value in values {
        map.set_field(value);
        assert_eq!(file.read().unwrap().get(value.field()), value);
    }
    file.set_field(FieldValue::Rows(41)).unwrap();
    assert_eq!(map.read().unwrap(), file.read().unwrap());
}

#[test]
fn bytes_are_checked_before_they_are_stored() {
    let (_folder, file, map) = mapped();
    let before = file.read().unwrap();
    assert_eq!(
        map.set_byte(LEN, 0),
        Err(InvalidByte::NoSuchOffset { offset: LEN })
    );
    assert_eq!(
        map.set_byte(9, 3),
        Err(InvalidByte::TerminalMode { value: 3 })
    );
    assert_eq!(file.read().unwrap(), before);
    map.set_byte(9, 0).unwrap();
    assert_eq!(file.read().unwrap().terminal_mode(), TerminalMode::Disabled);
}

#[test]
fn settings_that_became_invalid_are_refused() {
    let (_folder, file, map) = mapped();
    std::fs::write(file.path(), b"left-pad@1.0.0").unwrap();
    assert!(matches!(
        map.read(),
        Err(ReadError::Refused {
            source: DecodeError::TerminalMode { value: b'1' },
            ..
        })
    ));
}

#[test]
fn features_are_changed_one_by_one() {
    let (_folder, file, map) = mapped();
    file.set_field(FieldValue::FeatureFlags(FeatureFlags::from_bits(
        0x8000_0001,
    )))
    .unwrap();
    assert!(map.toggle_feature(Feature::Debug));
    assert!(!map.toggle_feature(Feature::PremiumTypes));
    map.enable(Feature::PrivateRegistry);
    map.disable(Feature::Debug);
    assert_eq!(file.read().unwrap().feature_flags().bits(), 0x8000_0002);
}

#[test]
fn threads_that_toggle_different_features_lose_none() {
    let (_folder, file, map) = mapped();
    thread::scope(|scope| {
        for feature in Feature::ALL {
            let map = &map;
            scope.spawn(move || {
                for round in 0..10_001 {
                    assert_eq!(map.toggle_feature(feature), round % 2 == 0);
                }
            });
        }
    });
    assert_eq!(file.read().unwrap().feature_flags().bits(), 0b111);
}
