//! The 13 bytes.

use config13::Config13;
use console::{CommandError, ConfigChange, Done, write_changes};

use super::LocalDesk;

pub(super) async fn config(desk: &LocalDesk) -> Done<Config13> {
    let file = desk.config_file().await?;
    file.read()
        .map_err(|error| CommandError::failed("the settings cannot be read", &error))
}

pub(super) async fn write_config(desk: &LocalDesk, changes: &[ConfigChange]) -> Done<()> {
    write_changes(desk.config_file().await?, changes)
}
