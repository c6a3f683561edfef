//! The accounts of a data directory, opened beside the server that may run on it.

use std::{env, sync::Arc};

use auth::{
    HashError, Invitation, InviteError, NewPerson, People, PeopleError, Person, PersonChange,
    Removed,
};
use catalog::{Catalog, OpenError, Origin, Role};
use storage::{ClaimError, DataDir, layout};
use tokio::runtime::{Builder, Runtime};

use super::{FIRST, refused};
use crate::{failure::Failure, settings::Settings};

/// Where events say that something came from.
const ADDRESS: &str = "command line";

/// Characters of a system user's name that events show.
const LONGEST_ACTOR: usize = 64;

/// Whoever looks after accounts, at work.
pub(super) struct Office {
    people: People,
    by: Origin,
    runtime: Runtime,
}

/// Whether there is a registry in the data directory.
pub(super) fn exists(settings: &Settings) -> bool {
    layout::catalog(settings.data()).exists()
}

impl Office {
    /// Opens the accounts of a registry that is there.
    pub(super) fn open(settings: &Settings) -> Result<Self, Failure> {
        if !exists(settings) {
            let message = format!("there is no registry in {}", settings.data().display());
            return Err(Failure::refused(message).hint(format!(
                "name its data directory with --data; in a new one, {FIRST}"
            )));
        }
        Self::at(open_catalog(settings)?)
    }

    /// The same, and makes the data directory if it is missing, as the first start of the server
    /// would.
    pub(super) fn open_or_make(settings: &Settings) -> Result<Self, Failure> {
        if exists(settings) {
            return Self::at(open_catalog(settings)?);
        }
        // Held until the tables are there, so that no server meets half of them.
        let data = claim(settings)?;
        let catalog = Catalog::open(&layout::catalog(data.path())).map_err(|it| unusable(&it))?;
        Self::at(catalog)
    }

    fn at(catalog: Catalog) -> Result<Self, Failure> {
        let runtime = Builder::new_current_thread()
            .build()
            .map_err(|error| Failure::failed("cannot start").caused_by(&error))?;
        let people = People::open(Arc::new(catalog));
        let people = people.map_err(|error: HashError| {
            Failure::failed("passwords cannot be hashed").caused_by(&error)
        })?;
        Ok(Self {
            people,
            by: origin(),
            runtime,
        })
    }

    pub(super) fn find(&self, name: &str) -> Result<Person, Failure> {
        self.done(self.people.find(name))
    }

    pub(super) fn list(&self) -> Result<Vec<Person>, Failure> {
        let list = async { Ok(self.people.list().await?) };
        self.done(list)
    }

    pub(super) fn add(&self, new: NewPerson) -> Result<Person, Failure> {
        self.done(self.people.add(new, &self.by))
    }

    pub(super) fn change(&self, name: &str, change: PersonChange) -> Result<Person, Failure> {
        self.done(self.people.change(name, change, &self.by))
    }

    pub(super) fn owned_alone(&self, name: &str) -> Result<Vec<String>, Failure> {
        let owned = self.done(self.people.owned_alone(name))?;
        Ok(owned.iter().map(ToString::to_string).collect())
    }

    pub(super) fn remove(&self, name: &str) -> Result<Removed, Failure> {
        self.done(self.people.remove(name, &self.by, storage::refresh_owners))
    }

    pub(super) fn invite(&self, role: Role, days: u32) -> Result<Invitation, Failure> {
        let invited = self.people.invite(role, days, &self.by);
        self.runtime.block_on(invited).map_err(|error| match error {
            InviteError::Days | InviteError::Closed => Failure::refused(error.to_string()),
            InviteError::Login(_) | InviteError::Catalog(_) => {
                Failure::failed("nobody was invited").caused_by(&error)
            }
        })
    }

    fn done<T>(&self, work: impl Future<Output = Result<T, PeopleError>>) -> Result<T, Failure> {
        self.runtime.block_on(work).map_err(|error| refused(&error))
    }
}

/// Who sits at the command line.
fn origin() -> Origin {
    let user = env::var("USER").unwrap_or_default();
    let user: String = user.chars().take(LONGEST_ACTOR).collect();
    Origin {
        actor: if user.is_empty() {
            "local".to_owned()
        } else {
            user
        },
        token: String::new(),
        address: ADDRESS.to_owned(),
    }
}

/// Opens the catalogue beside the server. Tables of an older format are brought up to date only while
/// nobody else uses them.
fn open_catalog(settings: &Settings) -> Result<Catalog, Failure> {
    let path = layout::catalog(settings.data());
    let _alone = match Catalog::open_existing(&path) {
        Ok(_) => None,
        Err(OpenError::Older { .. }) => Some(claim(settings)?),
        Err(error) => return Err(unusable(&error)),
    };
    Catalog::open(&path).map_err(|error| unusable(&error))
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
