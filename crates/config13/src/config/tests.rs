use std::format;
use std::string::ToString;

use proptest::prelude::*;

use super::{BUN_LOCKFILE_MAGIC, Config13, DecodeError, InvalidByte};
use crate::{FeatureFlags, Field, FieldValue, LEN, TerminalMode};

/// Every field differs from every other, and each byte of the long ones from its neighbours.
const GOLDEN: [u8; LEN] = [
    0x01, // version
    0xef, 0xbe, 0xad, 0xde, // registry_hash
    0x06, 0x00, 0x00, 0x80, // feature_flags
    0x01, // terminal_mode
    0x28, // rows
    0x78, // cols
    0x5a, // reserved
];

fn golden() -> Config13 {
    Config13::decode(&GOLDEN).unwrap()
}

#[test]
fn the_golden_image_decodes_field_by_field() {
    let config = golden();
    assert_eq!(config.version(), 1);
    assert_eq!(config.registry_hash(), 0xdead_beef);
    assert_eq!(config.feature_flags(), FeatureFlags::from_bits(0x8000_0006));
    assert_eq!(config.terminal_mode(), TerminalMode::Cooked);
    assert_eq!(config.rows(), 40);
    assert_eq!(config.cols(), 120);
    assert_eq!(config.reserved(), 0x5a);
    assert!(config.is_debug() && config.is_private() && !config.is_premium());
}

#[test]
fn setters_produce_the_golden_image() {
    let mut config = Config13::new(0xdead_beef);
    config.set_version(1);
    config.set_registry_hash(0xdead_beef);
    config.set_feature_flags(FeatureFlags::from_bits(0x8000_0006));
    config.set_terminal_mode(TerminalMode::Cooked);
    config.set_rows(40);
    config.set_cols(120);
    config.set(FieldValue::Reserved(0x5a));
    assert_eq!(config.to_bytes(), GOLDEN);
    assert_eq!(config.as_bytes(), &GOLDEN);
}

#[test]
fn a_new_lockfile_starts_as_decided() {
    assert_eq!(
        Config13::new(0x28aa_1533).to_bytes(),
        [1, 0x33, 0x15, 0xaa, 0x28, 0, 0, 0, 0, 2, 0, 0, 0]
    );
}

#[test]
fn what_follows_the_header_is_ignored() {
    let mut content = GOLDEN.to_vec();
    content.extend_from_slice(b"left-pad@1.0.0 sha512-AAAA\n");
    assert_eq!(Config13::decode(&content), Ok(golden()));
}

#[test]
fn every_truncation_is_refused_by_its_length() {
    for len in 0..LEN {
        let error = Config13::decode(&GOLDEN[..len]).unwrap_err();
        assert_eq!(error, DecodeError::TooShort { len });
        assert_eq!(
            error.to_string(),
            format!("the settings are 13 bytes, but there are only {len}")
        );
    }
}

#[test]
fn every_mode_byte_is_read_or_refused_by_its_offset() {
    for value in 0..=u8::MAX {
        let mut bytes = GOLDEN;
        bytes[0x09] = value;
        let decoded = Config13::decode(&bytes);
        match TerminalMode::from_byte(value) {
            Some(mode) => {
                assert_eq!(decoded.unwrap().terminal_mode(), mode);
                assert_eq!(mode.to_byte(), value);
            }
            None => assert_eq!(
                decoded.unwrap_err().to_string(),
                format!("terminal_mode at 0x09 is 0 disabled, 1 cooked or 2 raw; got {value}")
            ),
        }
    }
}

#[test]
fn a_bun_lockfile_is_recognised_before_anything_else() {
    let image = b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n\x02\0\0\0";
    for len in LEN..=image.len() {
        assert_eq!(
            Config13::decode(&image[..len]),
            Err(DecodeError::BunLockfile)
        );
    }
    assert!(image.starts_with(BUN_LOCKFILE_MAGIC));
    assert_eq!(
        Config13::decode(b"#!/usr/bin/env node\n"),
        Err(DecodeError::TerminalMode { value: b'n' })
    );
}

#[test]
fn a_byte_is_set_unless_it_would_be_invalid() {
    for offset in 0..LEN {
        let mut config = golden();
        let mut expected = GOLDEN;
        expected[offset] = 2;
        assert_eq!(config.set_byte(offset, 2), Ok(()));
        assert_eq!(config.to_bytes(), expected);
    }
    let mut config = golden();
    assert_eq!(
        config.set_byte(LEN, 0).unwrap_err().to_string(),
        "offsets are 0x00–0x0c; got 0x0d"
    );
    assert_eq!(
        config.set_byte(9, 3),
        Err(InvalidByte::TerminalMode { value: 3 })
    );
    assert_eq!(config, golden());
}

#[test]
fn the_hexadecimal_text_shows_all_bytes_or_one_field() {
    assert_eq!(
        golden().hex().to_string(),
        "01 ef be ad de 06 00 00 80 01 28 78 5a"
    );
    assert_eq!(
        golden().field_hex(Field::RegistryHash).to_string(),
        "ef be ad de"
    );
    assert_eq!(golden().field_hex(Field::Reserved).to_string(), "5a");
}

#[test]
fn debug_output_is_readable() {
    assert_eq!(
        format!("{:?}", golden()),
        "Config13 { version: 1, registry_hash: 0xdeadbeef, feature_flags: 0x80000006, \
         terminal_mode: Cooked, rows: 40, cols: 120, reserved: 90 }"
    );
}

prop_compose! {
    fn any_valid()(mut bytes: [u8; LEN], mode in 0..=2_u8) -> [u8; LEN] {
        bytes[0x09] = mode;
        bytes
    }
}

proptest! {
    #[test]
    fn valid_bytes_survive_decoding_unchanged(bytes in any_valid()) {
        let config = Config13::decode(&bytes).unwrap();
        prop_assert_eq!(config.to_bytes(), bytes);
        prop_assert_eq!(config.as_bytes(), &bytes);
    }

    #[test]
    fn fields_together_are_the_whole(bytes in any_valid()) {
        let config = Config13::decode(&bytes).unwrap();
        let mut rebuilt = Config13::new(0);
        for field in Field::ALL {
            rebuilt.set(config.get(field));
        }
        prop_assert_eq!(rebuilt, config);
    }

    #[test]
    fn setting_a_field_changes_its_range_only(before in any_valid(), source in any_valid()) {
        let source = Config13::decode(&source).unwrap();
        for field in Field::ALL {
            let value = source.get(field);
            let mut config = Config13::decode(&before).unwrap();
            config.set(value);
            let mut expected = before;
            expected[field.range()].copy_from_slice(value.encode().as_slice());
            prop_assert_eq!(config.to_bytes(), expected);
            prop_assert_eq!(config.get(field), value);
        }
    }

    #[test]
    fn no_content_makes_decoding_panic(content: std::vec::Vec<u8>) {
        let _ = Config13::decode(&content).map_err(|error| error.to_string());
    }
}
