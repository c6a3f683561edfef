//! The catalogue of a data directory, opened beside the server that may run on it.

use catalog::{Catalog, OpenError};
use storage::{ClaimError, DataDir, layout};

use crate::{failure::Failure, settings::Settings};

/// Whether there is a registry in the data directory.
pub(crate) fn exists(settings: &Settings) -> bool {
    layout::catalog(settings.data()).exists()
}

/// Opens the catalogue of a registry that is there. Tables of an older format are brought up to date
/// only while nobody else uses them.
pub(crate) fn open(settings: &Settings) -> Result<Catalog, Failure> {
    if !exists(settings) {
        let message = format!("there is no registry in {}", settings.data().display());
        return Err(Failure::refused(message).hint(
            "name its data directory with --data; in a new one, make the admin's account with \
             `registryd user add NAME --role admin`",
        ));
    }
    let path = layout::catalog(settings.data());
    let _alone = match Catalog::open_existing(&path) {
        Ok(_) => None,
        Err(OpenError::Older { .. }) => Some(claim(settings)?),
        Err(error) => return Err(unusable(&error)),
    };
    Catalog::open(&path).map_err(|error| unusable(&error))
}

/// The same, and makes the data directory if it is missing, as the first start of the server would.
pub(crate) fn open_or_make(settings: &Settings) -> Result<Catalog, Failure> {
    if exists(settings) {
        return open(settings);
    }
    // Held until the tables are there, so that no server meets half of them.
    let data = claim(settings)?;
    Catalog::open(&layout::catalog(data.path())).map_err(|error| unusable(&error))
}

fn claim(settings: &Settings) -> Result<DataDir, Failure> {
    DataDir::claim(settings.data()).map_err(|error| match error {
        ClaimError::InUse { .. } => Failure::refused(error.to_string()).hint(
            "it is of another version or is just starting; try again, or use the `registryd` that runs",
        ),
        ClaimError::Io { .. } => Failure::refused(format!(
            "the data directory {} cannot be used",
            settings.data().display()
        ))
        .caused_by(&error)
        .hint("name a folder that you can write to with --data"),
    })
}

fn unusable(error: &OpenError) -> Failure {
    Failure::refused("the catalogue cannot be opened").caused_by(error)
}
