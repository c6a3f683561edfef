//! The 13 bytes.

use config13::{Config13, FeatureFlags};
use console::{CommandError, ConfigChange, Done};

use super::LocalDesk;

pub(super) async fn config(desk: &LocalDesk) -> Done<Config13> {
    let file = desk.config_file().await?;
    file.read()
        .map_err(|error| CommandError::failed("the settings cannot be read", &error))
}

pub(super) async fn write_config(desk: &LocalDesk, changes: &[ConfigChange]) -> Done<()> {
    let file = desk.config_file().await?;
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
