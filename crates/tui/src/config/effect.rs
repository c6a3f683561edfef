//! What the fields mean, and what a change of them does, in words.

use config13::{Config13, Feature, Field, TerminalMode};

use super::{Known, Row, named_bits};
use crate::layout::{LEAST_COLS, LEAST_ROWS};

/// Returns what saving would do, a sentence for each thing, with the row that it is about.
pub(super) fn effects(known: &Known) -> Vec<(Row, String)> {
    let Known { saved, pending } = *known;
    let mut effects = Vec::new();
    for field in known.pending_fields() {
        if field != Field::FeatureFlags {
            effects.push((Row::Field(field), of_field(pending, field)));
            continue;
        }
        let changed = saved.feature_flags().bits() ^ pending.feature_flags().bits();
        for feature in Feature::ALL {
            if changed & feature.mask() != 0 {
                let is_on = pending.feature_flags().contains(feature);
                effects.push((Row::Switch(feature), of_feature(feature, is_on).to_owned()));
            }
        }
        if changed & !named_bits().bits() != 0 {
            let text = "bits without a name change; this registry reads none of them";
            effects.push((Row::Field(field), text.to_owned()));
        }
    }
    effects
}

fn of_feature(feature: Feature, is_on: bool) -> &'static str {
    match (feature, is_on) {
        (Feature::PremiumTypes, true) => "new tokens will be signed with EdDSA",
        (Feature::PremiumTypes, false) => "new tokens will be signed with RS256",
        (Feature::PrivateRegistry, true) => {
            "every read will need a token; tokens get the private issuer"
        }
        (Feature::PrivateRegistry, false) => {
            "reads will need a token only where a rule says so; tokens get the public issuer"
        }
        (Feature::Debug, true) => "the server will write its debug log",
        (Feature::Debug, false) => "the server will stop writing its debug log",
    }
}

fn of_field(then: Config13, field: Field) -> String {
    match field {
        Field::Version => format!(
            "the configuration will call itself version {}",
            then.version()
        ),
        Field::RegistryHash => "new tokens will name another issuer".to_owned(),
        Field::TerminalMode => of_mode(then.terminal_mode()).to_owned(),
        Field::Rows => size(then.rows(), LEAST_ROWS, "row", "high"),
        Field::Cols => size(then.cols(), LEAST_COLS, "column", "wide"),
        Field::FeatureFlags | Field::Reserved => "nothing reads this byte yet".to_owned(),
    }
}

const fn of_mode(mode: TerminalMode) -> &'static str {
    match mode {
        TerminalMode::Disabled => "terminals will refuse, this one too",
        TerminalMode::Cooked => "terminals will read whole lines, without screens",
        TerminalMode::Raw => "terminals will take the whole screen and every key",
    }
}

fn size(cells: u8, least: u16, cell: &str, way: &str) -> String {
    match u16::from(cells) {
        0 => format!("screens will be as {way} as the window is"),
        cells if cells < least => {
            format!("screens will be {least} {cell}s {way}: {cells} is less than they need")
        }
        cells => format!("screens will be {cells} {cell}s {way}, in a larger window too"),
    }
}

/// Returns what a row is for.
pub(super) const fn about(row: Row) -> &'static str {
    match row {
        Row::Field(Field::Version) => {
            "Which version of the configuration this is. Nothing else reads it."
        }
        Row::Field(Field::RegistryHash) => {
            "Identifies the registry: CRC-32 of its base URL. Chooses the issuer that tokens name."
        }
        Row::Field(Field::FeatureFlags) => {
            "32 switches, one bit each. Three have a name; the others are kept as they are."
        }
        Row::Field(Field::TerminalMode) => {
            "0 disabled: terminals refuse. 1 cooked: they read whole lines. 2 raw: they take the whole screen."
        }
        Row::Field(Field::Rows) => "How many rows screens have. 0 follows the window.",
        Row::Field(Field::Cols) => "How many columns screens have. 0 follows the window.",
        Row::Field(Field::Reserved) => "Kept for later. Nothing reads it yet.",
        Row::Switch(Feature::PremiumTypes) => "Tokens are signed with EdDSA in place of RS256.",
        Row::Switch(Feature::PrivateRegistry) => {
            "Every read needs a token, and tokens name the private issuer."
        }
        Row::Switch(Feature::Debug) => "The server writes its debug log.",
    }
}
