//! The lockfile at start.

use std::path::Path;

use catalog::{Catalog, CatalogError};
use config13::{Config13, ConfigFile, CreateError, OpenError};

use crate::failure::Failure;

/// Opens the lockfile, or makes a new one for a registry whose URL has that hash.
///
/// One that got lost is made again with the settings it had: a private registry must not come back
/// as a public one.
pub(super) fn open_or_create(
    path: &Path,
    registry_hash: u32,
    catalog: &Catalog,
) -> Result<ConfigFile, Failure> {
    match ConfigFile::open(path) {
        Err(OpenError::NotFound { .. }) => {}
        opened => return opened.map_err(|error| refused(&error)),
    }
    let remembered = catalog
        .read(|rows| {
            let bytes = rows.remembered_settings()?;
            Ok::<_, CatalogError>(bytes.and_then(|bytes| Config13::decode(&bytes).ok()))
        })
        .map_err(|error| Failure::refused("the catalogue cannot be read").caused_by(&error))?;
    let settings = match remembered {
        Some(settings) => {
            tracing::warn!(
                "the lockfile {} is missing; it is made again, with the settings it had",
                path.display()
            );
            settings
        }
        None => Config13::new(registry_hash),
    };
    match ConfigFile::create(path, &settings) {
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
            "nothing was written to it; mend its first 13 bytes, move it away (the next start makes \
             it again, with its last settings), or name another file with --lockfile",
        ),
        OpenError::NotFound { .. } => failure.hint("start again"),
        _ => failure.hint("name another file with --lockfile"),
    }
}
