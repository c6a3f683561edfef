//! Writing what is pending of the 13 bytes.

use config13::{ConfigFile, FeatureFlags};

use crate::{desk::Done, error::CommandError, nouns::ConfigChange};

/// Writes fields of a lockfile in place, each in one write, for a [`Desk`](crate::Desk) that has the file.
pub fn write_changes(file: &ConfigFile, changes: &[ConfigChange]) -> Done<()> {
    // Flags first: they alone need the file's lock, and without it nothing is to be written.
    let (flags, fields): (Vec<&ConfigChange>, Vec<_>) = changes
        .iter()
        .partition(|change| matches!(change, ConfigChange::Features { .. }));
    for change in flags.into_iter().chain(fields) {
        let written = match *change {
            ConfigChange::Set(value) => file.set_field(value).map_err(|error| {
                let text = format!("{} was not changed", value.field());
                CommandError::failed(text, &error)
            }),
            ConfigChange::Features { on, off } => file
                .change_flags(|flags| {
                    FeatureFlags::from_bits((flags.bits() | on.bits()) & !off.bits())
                })
                .map(|_| ())
                .map_err(|error| CommandError::failed("no feature was changed", &error)),
        };
        written?;
    }
    file.sync()
        .map_err(|error| CommandError::failed("the change may not be on the disk", &error))
}
