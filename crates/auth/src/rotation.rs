//! Replacing signing keys, and forgetting the ones that were replaced.
//!
//! A key that was replaced verifies until the last of its tokens is over, and then its file is deleted.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use catalog::{Catalog, CatalogError, EventKind, Origin, WriteError};
use config13::Config13;

use crate::{
    auth::Auth,
    jwk::Jwks,
    keys::{Algorithm, Key, KeyError, Keys, replaced},
    token,
};

/// How long a key verifies after it was replaced, whatever is known of its tokens: one may be on its
/// way into the catalogue, and other programs take a while to fetch the public keys again.
const GRACE: Duration = Duration::from_hours(1);

/// Which keys are replaced, and what becomes of the old ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rotation {
    /// Those of all algorithms that have one, and not only of the one that the 13 bytes choose.
    pub all: bool,
    /// The old ones verify nothing from now on, and the sessions of their tokens end: for a key that
    /// somebody else may have.
    pub drop_old: bool,
}

/// What a rotation did.
#[derive(Clone, Debug, Default)]
pub struct Rotated {
    /// The new keys.
    pub made: Vec<(String, Algorithm)>,
    /// The old keys that are gone.
    pub dropped: Vec<String>,
    /// How many sessions have ended.
    pub ended: usize,
}

/// A signing key, as those who look after it see it.
#[derive(Clone, Debug)]
pub struct ListedKey {
    /// Names it in the header of what it signed.
    pub kid: String,
    /// How it signs.
    pub algorithm: Algorithm,
    /// When it was made.
    pub made: SystemTime,
    /// Until when it verifies; the one that signs has no end yet.
    pub until: Option<SystemTime>,
}

/// Why keys could not be looked after.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// A key could not be made, read or deleted.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The catalogue refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// The signing keys of a registry, for looking after them beside its server.
#[derive(Debug)]
pub struct SigningKeys {
    keys: Arc<Keys>,
    catalog: Arc<Catalog>,
}

impl SigningKeys {
    /// Reads the keys that are there.
    pub fn open(folder: &Path, catalog: Arc<Catalog>) -> Result<Self, KeyError> {
        let keys = Arc::new(Keys::open(folder)?);
        Ok(Self { keys, catalog })
    }

    /// Makes new keys, which sign from now on, in a running server too.
    pub async fn rotate(
        &self,
        rotation: Rotation,
        settings: &Config13,
        by: &Origin,
    ) -> Result<Rotated, RotateError> {
        rotate(&self.keys, &self.catalog, rotation, settings, by).await
    }

    /// Returns all keys, the newest first.
    pub fn list(&self) -> Result<Vec<ListedKey>, RotateError> {
        let uses = Uses::of(&self.catalog)?;
        let known = self.keys.known();
        let successors = replaced(&known);
        let listed = known.iter().map(|key| {
            let successor = successors.iter().find(|(old, _)| Arc::ptr_eq(old, key));
            ListedKey {
                kid: key.signing.kid.clone(),
                algorithm: key.signing.algorithm,
                made: key.made(),
                until: successor.map(|(old, successor)| uses.until(old, successor)),
            }
        });
        Ok(listed.collect())
    }
}

impl Auth {
    /// Returns the public keys that tokens of this registry are verified with, among them the one
    /// that signs the next one.
    pub async fn jwks(&self, settings: &Config13) -> Result<Jwks, KeyError> {
        self.prepare_key(settings).await?;
        Ok(self.keys.jwks())
    }

    /// Makes new keys, which sign from now on.
    pub async fn rotate_keys(
        &self,
        rotation: Rotation,
        settings: &Config13,
        by: &Origin,
    ) -> Result<Rotated, RotateError> {
        let rotated = rotate(&self.keys, &self.catalog, rotation, settings, by).await?;
        if rotation.drop_old {
            self.verified.forget_all();
        }
        Ok(rotated)
    }

    /// Deletes the keys that were replaced and have no token any more. Returns their names.
    pub async fn forget_replaced_keys(&self) -> Result<Vec<String>, RotateError> {
        let (keys, catalog) = (Arc::clone(&self.keys), Arc::clone(&self.catalog));
        let forgotten = tokio::task::spawn_blocking(move || forget_replaced(&keys, &catalog));
        forgotten.await.unwrap_or(Err(CatalogError::Closed.into()))
    }
}

async fn rotate(
    keys: &Arc<Keys>,
    catalog: &Arc<Catalog>,
    rotation: Rotation,
    settings: &Config13,
    by: &Origin,
) -> Result<Rotated, RotateError> {
    let chosen = token::algorithm(settings);
    let has_key = |algorithm| {
        let known = keys.known();
        known.iter().any(|key| key.signing.algorithm == algorithm)
    };
    let mut made = Vec::new();
    for algorithm in Algorithm::ALL {
        if algorithm == chosen || rotation.all && has_key(algorithm) {
            let key = keys.replace(algorithm).await?;
            made.push((key.kid.clone(), algorithm));
        }
    }
    // The keys are there before it is told: a crash in between leaves keys that work.
    let mut kids: Vec<String> = made.iter().map(|(kid, _)| kid.clone()).collect();
    for algorithm in Algorithm::ALL {
        if !made.iter().any(|(_, of)| *of == algorithm) && has_key(algorithm) {
            kids.push(keys.signing(algorithm).await?.kid.clone());
        }
    }
    let (told, by) = (made.clone(), by.clone());
    let told = catalog.write(
        move |rows| {
            let mut ended = 0;
            if rotation.drop_old {
                ended = rows.revoke_signed_by_others(&kids, SystemTime::now())?;
                rows.note_access_change()?;
            }
            for (kid, algorithm) in &told {
                let mut detail = algorithm.as_str().to_owned();
                if rotation.drop_old {
                    detail = format!("{detail}; the old keys were dropped, {ended} sessions ended");
                }
                rows.add_event(&by, EventKind::SigningKeyRotate, kid, &detail)?;
            }
            Ok::<_, CatalogError>(ended)
        },
        |_| (),
    );
    let ended = told.await.map_err(|error| match error {
        WriteError::Refused(error) | WriteError::Catalog(error) => error,
    })?;
    let (keys, catalog) = (Arc::clone(keys), Arc::clone(catalog));
    let dropped = tokio::task::spawn_blocking(move || {
        if rotation.drop_old {
            Ok(keys.forget(|_, _| true)?)
        } else {
            forget_replaced(&keys, &catalog)
        }
    });
    let dropped = dropped.await.unwrap_or(Err(CatalogError::Closed.into()))?;
    Ok(Rotated {
        made,
        dropped,
        ended,
    })
}

/// Deletes the keys that were replaced and have no token any more.
pub(crate) fn forget_replaced(keys: &Keys, catalog: &Catalog) -> Result<Vec<String>, RotateError> {
    if replaced(&keys.known()).is_empty() {
        return Ok(Vec::new());
    }
    let (uses, now) = (Uses::of(catalog)?, SystemTime::now());
    Ok(keys.forget(|key, successor| uses.until(key, successor) < now)?)
}

/// Until when keys are needed for the tokens that they have signed.
struct Uses(Vec<(String, SystemTime)>);

impl Uses {
    fn of(catalog: &Catalog) -> Result<Self, CatalogError> {
        let now = SystemTime::now();
        let kids = catalog.read(|rows| rows.kids_in_use(now))?;
        Ok(Self(kids))
    }

    fn until(&self, key: &Key, successor: &Key) -> SystemTime {
        let mut until = successor.made() + GRACE;
        for (kid, last) in &self.0 {
            // Tokens whose key nobody noted may be any key's.
            if kid.is_empty() || *kid == key.signing.kid {
                until = until.max(*last);
            }
        }
        until
    }
}
