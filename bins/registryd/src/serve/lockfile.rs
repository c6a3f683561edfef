//! The lockfile at start.

use std::path::Path;

use config13::{Config13, ConfigFile, CreateError, OpenError};

use crate::failure::Failure;

/// Opens the lockfile, or makes a new one for a registry whose URL has that hash.
pub(super) fn open_or_create(path: &Path, registry_hash: u32) -> Result<ConfigFile, Failure> {
    match ConfigFile::open(path) {
        Err(OpenError::NotFound { .. }) => {}
        opened => return opened.map_err(|error| refused(&error)),
    }
    match ConfigFile::create(path, &Config13::new(registry_hash)) {
        // Somebody else has just made it.
        Err(CreateError::Exists { .. }) => ConfigFile::open(path).map_err(|error| refused(&error)),
        created => created.map_err(|error| {
            Failure::refused(format!("the lockfile {} cannot be made", path.display()))
                .caused_by(&error)
                .hint("its folder must exist and be writable; --lockfile names another file")
        }),
    }
}

fn refused(error: &OpenError) -> Failure {
    let failure = Failure::refused("the lockfile cannot be used").caused_by(error);
    match error {
        OpenError::Refused { .. } => failure.hint(
            "mend its first 13 bytes, or name another file with --lockfile; nothing was written to it",
        ),
        OpenError::NotFound { .. } => failure.hint("start again"),
        _ => failure.hint("name another file with --lockfile"),
    }
}
