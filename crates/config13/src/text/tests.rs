use std::string::ToString;

use proptest::prelude::*;

use super::{Excerpt, HexPairs, number};
use crate::{FeatureFlags, Field, FieldValue, TerminalMode};

fn check(text: &str, expected: FieldValue) {
    assert_eq!(text.parse(), Ok(expected), "{text}");
}

fn refuse(text: &str, message: &str) {
    assert_eq!(text.parse::<FieldValue>().unwrap_err().to_string(), message);
}

#[test]
fn values_are_read_in_decimal_and_in_hexadecimal() {
    check("version 255", FieldValue::Version(255));
    check(
        "registry_hash 0xdeadbeef",
        FieldValue::RegistryHash(0xdead_beef),
    );
    check(
        "registry_hash 4294967295",
        FieldValue::RegistryHash(u32::MAX),
    );
    check(
        "feature_flags 0X80000005",
        FieldValue::FeatureFlags(FeatureFlags::from_bits(0x8000_0005)),
    );
    check(
        "terminal_mode raw",
        FieldValue::TerminalMode(TerminalMode::Raw),
    );
    check(
        "terminal_mode Cooked",
        FieldValue::TerminalMode(TerminalMode::Cooked),
    );
    check(
        "terminal_mode 0",
        FieldValue::TerminalMode(TerminalMode::Disabled),
    );
    check(
        "terminal_mode 0x2",
        FieldValue::TerminalMode(TerminalMode::Raw),
    );
    check("  rows \t 40\n", FieldValue::Rows(40));
    check("cols 0x50", FieldValue::Cols(80));
    check("reserved 007", FieldValue::Reserved(7));
}

#[test]
fn a_refusal_says_what_is_allowed() {
    refuse("rows 300", "rows is one byte, 0–255; got 300");
    refuse("cols -1", "cols is one byte, 0–255; got -1");
    refuse("cols +1", "cols is one byte, 0–255; got +1");
    refuse("cols 0x", "cols is one byte, 0–255; got 0x");
    refuse("rows 40 50", "rows is one byte, 0–255; got 40 50");
    refuse(
        "registry_hash 0x1deadbeef",
        "registry_hash is four bytes, 0–4294967295 or 0x0–0xffffffff; got 0x1deadbeef",
    );
    refuse(
        "terminal_mode 3",
        "terminal_mode is 0 disabled, 1 cooked or 2 raw; got 3",
    );
    refuse(
        "terminal_mode off",
        "terminal_mode is 0 disabled, 1 cooked or 2 raw; got off",
    );
    refuse("rows", "rows needs a value: one byte, 0–255");
    let fields =
        "fields are version, registry_hash, feature_flags, terminal_mode, rows, cols and reserved";
    refuse(
        "lines 40",
        &std::format!("there is no field lines; {fields}"),
    );
    refuse("Rows 40", &std::format!("there is no field Rows; {fields}"));
    refuse(" ", &std::format!("there is no field nothing; {fields}"));
}

#[test]
fn an_excerpt_is_short_and_harmless_on_a_terminal() {
    assert_eq!(Excerpt::of("\u{1b}[2J").to_string(), "\\u{1b}[2J");
    assert_eq!(
        Excerpt::of(&"é".repeat(17)).to_string(),
        "é".repeat(16) + "…"
    );
    assert_eq!(
        Excerpt::of(&("x".repeat(31) + "é")).to_string(),
        "x".repeat(31) + "…"
    );
    assert_eq!(Excerpt::of(&"x".repeat(32)).to_string(), "x".repeat(32));
}

#[test]
fn hexadecimal_pairs_are_separated_by_one_space() {
    assert_eq!(HexPairs(&[]).to_string(), "");
    assert_eq!(HexPairs(&[0x0a]).to_string(), "0a");
    assert_eq!(HexPairs(&[1, 0x7f, 0xff]).to_string(), "01 7f ff");
}

fn any_value() -> impl Strategy<Value = FieldValue> {
    prop_oneof![
        any::<u8>().prop_map(FieldValue::Version),
        any::<u32>().prop_map(FieldValue::RegistryHash),
        any::<u32>().prop_map(|bits| FieldValue::FeatureFlags(FeatureFlags::from_bits(bits))),
        prop::sample::select(&TerminalMode::ALL).prop_map(FieldValue::TerminalMode),
        any::<u8>().prop_map(FieldValue::Rows),
        any::<u8>().prop_map(FieldValue::Cols),
        any::<u8>().prop_map(FieldValue::Reserved),
    ]
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(value in any_value()) {
        prop_assert_eq!(value.to_string().parse(), Ok(value));
        prop_assert_eq!(FieldValue::parse(value.field(), &value.value().to_string()), Ok(value));
    }

    #[test]
    fn any_number_is_read_in_both_notations(expected: u32) {
        prop_assert_eq!(number(&std::format!("{expected}")), Some(expected));
        prop_assert_eq!(number(&std::format!("{expected:#x}")), Some(expected));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text: std::string::String) {
        for field in Field::ALL {
            let _ = FieldValue::parse(field, &text);
            let _ = std::format!("{field} {text}").parse::<FieldValue>().map_err(|error| error.to_string());
        }
        let _ = text.parse::<FieldValue>();
    }
}
