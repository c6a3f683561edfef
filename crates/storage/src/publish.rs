//! Publishing a version: its tarball received on its own, joined with its manifest in a [`Draft`], and
//! visible all at once.

use std::{fs::File, sync::Arc, time::SystemTime};

use catalog::{CatalogError, EventKind, NewVersion, Origin, PackageId, Write, WriteError};
use npm_model::{
    ClaimedDist, Digests, Dist, DistTag, Integrity, Manifest, ManifestError, NameError,
    PackageName, Provenance, ProvenanceError, Shasum, Signature, Version,
};

use crate::{
    blob::{DraftError, Incoming, Received},
    ledger,
    store::{Shared, Store},
    summary,
};

/// What is published, beside the tarball.
#[derive(Clone, Debug)]
pub struct Publication {
    /// The version's manifest as it was sent, plus what the server adds.
    pub manifest: Manifest,
    /// The tags that shall point at the version.
    pub dist_tags: Vec<DistTag>,
    /// The package's README, when one was sent.
    pub readme: Option<Readme>,
    /// What says where and how the version was built, when that was sent.
    pub provenance: Option<Provenance>,
    /// Who publishes, and from where. Their account owns the package if the package is new.
    pub by: Origin,
    /// When.
    pub published: SystemTime,
}

/// A README.
#[derive(Clone, Debug)]
pub struct Readme {
    /// Its file name, when it was told.
    pub filename: Option<String>,
    /// Its text.
    pub text: String,
}

/// What was published.
#[derive(Clone, Debug)]
pub struct Published {
    /// The package's new `_rev`.
    pub rev: String,
    /// What the tarball's bytes are.
    pub integrity: Integrity,
}

/// Why a version could not be added.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Published versions never change; the publisher must pick a new number.
    #[error(
        "cannot publish over the previously published version {version} of {package}; \
         choose another version number"
    )]
    VersionExists {
        /// The package.
        package: PackageName,
        /// The version that is taken.
        version: Version,
    },
    /// A version that was removed never returns with other bytes: whoever has it would not notice.
    #[error(
        "version {version} of {package} was removed and cannot be published again with other contents"
    )]
    VersionRemoved {
        /// The package.
        package: PackageName,
        /// The version that is taken for ever.
        version: Version,
    },
    /// The name may be read where it exists, but no new package may have it.
    #[error(transparent)]
    NameRefused(#[from] NameError),
    /// The name of a new package could be mistaken for one that is there.
    ///
    /// The words do not say which: the publisher may not be allowed to see that one.
    #[error(
        "the name {package} is too similar to that of a package which is published here already"
    )]
    SimilarName {
        /// The new name.
        package: PackageName,
        /// The name that is there.
        existing: String,
    },
    /// The received bytes are not the ones the manifest describes.
    #[error("the tarball of {package} has integrity {actual}, but its manifest says {expected}")]
    IntegrityMismatch {
        /// The package.
        package: PackageName,
        /// What the manifest says.
        expected: Integrity,
        /// What was received.
        actual: Integrity,
    },
    /// The same, for the older checksum.
    #[error("the tarball of {package} has shasum {actual}, but its manifest says {expected}")]
    ShasumMismatch {
        /// The package.
        package: PackageName,
        /// What the manifest says.
        expected: Shasum,
        /// What was received.
        actual: Shasum,
    },
    /// A tarball has at least a header.
    #[error("the tarball of {package} is empty")]
    EmptyTarball {
        /// The package.
        package: PackageName,
    },
    /// What was stated of the version is about something else.
    #[error(transparent)]
    Provenance(#[from] ProvenanceError),
    /// The manifest cannot be kept as it is.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The tarball could not be kept.
    #[error(transparent)]
    Tarball(#[from] DraftError),
    /// The catalogue refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// A version that only has to be published: its tarball was received whole and is what its manifest
/// claims. Nobody sees it before [`Draft::commit`], and dropped before that it leaves nothing behind.
#[derive(Debug)]
pub struct Draft {
    shared: Arc<Shared>,
    publication: Publication,
    tarball: Received,
}

impl Store {
    /// Refuses a version, or the name of a new package, that cannot be published, as the commit would
    /// after the tarball was received. Blocks on the disk.
    pub fn check_vacant(
        &self,
        package: &PackageName,
        version: &Version,
    ) -> Result<(), PublishError> {
        let catalog = &self.shared.catalog;
        catalog.read(|rows| match rows.package(package)? {
            Some(_) if rows.tarball(package, version)?.is_some() => {
                let (package, version) = (package.clone(), version.clone());
                Err(PublishError::VersionExists { package, version })
            }
            Some(_) => Ok(()),
            None => Ok(package.check_new()?),
        })
    }

    /// Starts to receive a tarball, of whichever version it will turn out to be. Blocks on the disk.
    pub fn receive(&self) -> Result<Incoming, DraftError> {
        self.shared.blobs.receive()
    }

    /// Joins a version with its tarball, which has to be what the manifest claims. Blocks on the disk.
    pub fn draft(
        &self,
        publication: Publication,
        tarball: Received,
    ) -> Result<Draft, PublishError> {
        let manifest = &publication.manifest;
        self.check_vacant(manifest.name(), manifest.version())?;
        if let Some(provenance) = &publication.provenance {
            let integrity = tarball.digests().integrity;
            provenance.check_subject(manifest.name(), manifest.version(), &integrity)?;
        }
        check_claims(
            manifest.name(),
            &manifest.claimed_dist()?,
            &tarball.digests(),
        )?;
        Ok(Draft {
            shared: Arc::clone(&self.shared),
            publication,
            tarball,
        })
    }
}

/// What was found in a tarball by whoever looked into it, and what is vouched for it.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// How many files are in it.
    pub file_count: Option<u64>,
    /// How many bytes those files have.
    pub unpacked_size: Option<u64>,
    /// Whether it has an `npm-shrinkwrap.json`.
    pub shrinkwrap: bool,
    /// Signatures over the name, the version and the integrity.
    pub signatures: Vec<Signature>,
}

impl Draft {
    /// What the tarball's bytes are.
    pub const fn integrity(&self) -> Integrity {
        self.tarball.digests().integrity
    }

    /// What is about to be published.
    pub const fn manifest(&self) -> &Manifest {
        &self.publication.manifest
    }

    /// The tags that are about to point at it.
    pub fn dist_tags(&self) -> &[DistTag] {
        &self.publication.dist_tags
    }

    /// Opens the tarball from its start, to look into it.
    pub fn open(&self) -> Result<File, DraftError> {
        self.tarball.open()
    }

    /// Publishes the version. Once this has returned, it survives a crash and a loss of power.
    ///
    /// Goes on to its end, whichever that is, when the caller stops waiting.
    pub async fn commit(self, contents: Contents) -> Result<Published, PublishError> {
        let task = tokio::spawn(self.commit_to_its_end(contents));
        task.await
            .unwrap_or(Err(PublishError::Catalog(CatalogError::Closed)))
    }

    async fn commit_to_its_end(self, contents: Contents) -> Result<Published, PublishError> {
        let Self {
            shared,
            publication,
            tarball,
        } = self;
        let package = publication.manifest.name().clone();
        let prepared = tokio::task::spawn_blocking(move || prepare(publication, contents, tarball));
        let prepared = prepared.await.unwrap_or(Err(CatalogError::Closed.into()))?;
        let version = prepared.new.version.clone();
        let integrity = prepared.new.integrity;

        let after = Arc::clone(&shared);
        let line = ledger::line(&package, &version, &integrity);
        let name = package.clone();
        let committed = shared.catalog.write(
            move |rows| add_version(rows, &package, &prepared),
            move |added: &Added| {
                after.ledger.append(added.seq, &line);
                after.changed(&name);
            },
        );
        let added = committed.await.map_err(|error| match error {
            WriteError::Refused(refusal) => refusal,
            WriteError::Catalog(error) => error.into(),
        })?;
        shared.settle_ledger_when_due().await;
        Ok(Published {
            rev: added.rev,
            integrity,
        })
    }
}

/// A version whose tarball is durable, ready for the transaction.
struct Prepared {
    new: NewVersion,
    by: Origin,
    dist_tags: Vec<DistTag>,
    readme: Option<Readme>,
    provenance: Option<Provenance>,
}

struct Added {
    seq: i64,
    rev: String,
}

/// Holds the tarball against its manifest.
fn check_claims(
    package: &PackageName,
    claimed: &ClaimedDist,
    digests: &Digests,
) -> Result<(), PublishError> {
    let Digests {
        integrity,
        shasum,
        size,
    } = *digests;
    let package = || package.clone();
    if size == 0 {
        return Err(PublishError::EmptyTarball { package: package() });
    }
    if let Some(expected) = claimed.integrity.filter(|expected| *expected != integrity) {
        return Err(PublishError::IntegrityMismatch {
            package: package(),
            expected,
            actual: integrity,
        });
    }
    if let Some(expected) = claimed.shasum.filter(|expected| *expected != shasum) {
        return Err(PublishError::ShasumMismatch {
            package: package(),
            expected,
            actual: shasum,
        });
    }
    Ok(())
}

/// Makes the tarball durable and the version's documents ready.
fn prepare(
    publication: Publication,
    contents: Contents,
    tarball: Received,
) -> Result<Prepared, PublishError> {
    let Publication {
        mut manifest,
        dist_tags,
        readme,
        provenance,
        by,
        published,
    } = publication;
    let Digests {
        integrity,
        shasum,
        size,
    } = tarball.digests();
    // No client says so, and npm looks for the file only in packages of which it is said.
    if contents.shrinkwrap {
        manifest.set("_hasShrinkwrap", &true)?;
    } else {
        manifest.remove("_hasShrinkwrap");
    }
    let dist = Dist {
        integrity,
        shasum,
        file_count: contents.file_count,
        unpacked_size: contents.unpacked_size,
        signatures: contents.signatures,
    };
    let stored = manifest.to_stored(&dist);
    tarball.place()?;
    let new = NewVersion {
        version: manifest.version().clone(),
        deprecated: manifest.deprecated(),
        manifest: stored,
        integrity,
        shasum,
        size,
        publisher: by.actor.clone(),
        published,
    };
    Ok(Prepared {
        new,
        by,
        dist_tags,
        readme,
        provenance,
    })
}

/// The one transaction of a publish.
fn add_version(
    rows: &Write<'_>,
    package: &PackageName,
    prepared: &Prepared,
) -> Result<Added, PublishError> {
    let Prepared {
        new,
        by,
        dist_tags,
        readme,
        provenance,
    } = prepared;
    let id = package_for(rows, package, new)?;
    if rows.find_version(id, &new.version)?.is_some() {
        let (package, version) = (package.clone(), new.version.clone());
        return Err(PublishError::VersionExists { package, version });
    }
    match rows.tombstone(package, &new.version)? {
        Some(bytes) if bytes != new.integrity => {
            let (package, version) = (package.clone(), new.version.clone());
            return Err(PublishError::VersionRemoved { package, version });
        }
        Some(_) => rows.clear_tombstone(package, &new.version)?,
        None => {}
    }
    let seq = rows.add_version(id, new)?;
    let detail = format!("{} {}", new.version, new.integrity);
    rows.add_event(by, EventKind::PackagePublish, package.as_str(), &detail)?;
    if let Some(provenance) = provenance {
        rows.add_attestation(seq, provenance)?;
    }
    for tag in dist_tags {
        rows.set_dist_tag(id, tag, &new.version)?;
    }
    let latest = DistTag::latest();
    if rows.dist_tag(id, &latest)?.is_none() {
        // Clients take `latest` for granted, so a package's first version gets it in any case.
        rows.set_dist_tag(id, &latest, &new.version)?;
    }
    // The package's page shows the README of what people get when they name no version.
    if let Some(readme) = readme
        && rows.dist_tag(id, &latest)?.as_ref() == Some(&new.version)
    {
        rows.set_readme(id, readme.filename.as_deref(), &readme.text)?;
    }
    summary::refresh(rows, package, id)?;
    rows.touch_package(id, new.published)?;
    let rev = rows
        .package(package)?
        .map(|row| row.rev)
        .unwrap_or_default();
    Ok(Added { seq, rev })
}

fn package_for(
    rows: &Write<'_>,
    package: &PackageName,
    new: &NewVersion,
) -> Result<PackageId, PublishError> {
    if let Some(row) = rows.package(package)? {
        return Ok(row.id);
    }
    package.check_new()?;
    if let Some(existing) = rows.similar_package(package)? {
        return Err(PublishError::SimilarName {
            package: package.clone(),
            existing,
        });
    }
    let id = rows.add_package(package, new.published)?;
    rows.add_owner(id, &new.publisher)?;
    Ok(id)
}
