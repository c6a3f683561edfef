//! The catalogue of a data directory, opened beside the server that may run on it.

use std::env;

use catalog::{Catalog, OpenError, Origin};
use storage::{ClaimError, DataDir, layout};

use crate::{failure::Failure, settings::Settings};

/// Where events say that something came from.
const ADDRESS: &str = "command line";

/// Characters of a system user's name that events show.
const LONGEST_ACTOR: usize = 64;

/// Who sits at the command line, as events tell it.
pub(crate) fn origin() -> Origin {
    origin_of(env::var("USER").ok())
}

fn origin_of(user: Option<String>) -> Origin {
    let user = user.filter(|name| !name.trim().is_empty() && !name.contains(char::is_control));
    let actor = user.unwrap_or_else(|| "local".to_owned());
    Origin {
        actor: actor.chars().take(LONGEST_ACTOR).collect(),
        token: String::new(),
        address: ADDRESS.to_owned(),
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_tell_who_typed_as_far_as_the_system_does() {
        for (user, actor) in [
            (Some("alice"), "alice"),
            (Some(""), "local"),
            (Some(" "), "local"),
            (Some("a\u{1b}[31m"), "local"),
            (None, "local"),
        ] {
            let origin = origin_of(user.map(str::to_owned));
            assert_eq!(origin.actor, actor, "{user:?}");
            assert_eq!(
                (origin.token.as_str(), origin.address.as_str()),
                ("", "command line")
            );
        }
        let long = origin_of(Some("é".repeat(100)));
        assert_eq!(long.actor.chars().count(), LONGEST_ACTOR);
    }
}
