//! Reading: packuments from memory, single manifests and dist-tags from the catalogue, tarballs from
//! their blobs.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, Read as _},
    sync::Arc,
};

use bytes::Bytes;
use catalog::{
    AttestationRow, Catalog, CatalogError, Overview, PackumentForm, PackumentRows, StoredVersion,
    TarballRow, Totals,
};
use npm_model::{
    DistTag, Integrity, PackageName, Version, render_abbreviated, render_full, render_manifest,
};

use crate::{
    encoding::Encoding,
    rendered::{Known, Rendered, Variant},
    store::{Shared, Store},
};

/// Goes into every entity tag; to be changed when the same rows begin to render to other bytes.
const RENDERING: &str = "3";

/// Documents below this many bytes are sent as they are: the header would outweigh the gain.
const WORTH_ENCODING: usize = 1024;

/// Tarballs up to this many bytes are read whole, in one go.
const READ_WHOLE: u64 = 256 * 1024;

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The catalogue refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The catalogue lists a version whose tarball is not there. `registryd verify` says more.
    #[error("the tarball of {package} {version} cannot be read")]
    Tarball {
        /// The package.
        package: PackageName,
        /// The version.
        version: Version,
        /// What the system said.
        source: io::Error,
    },
    /// A document could not be compressed.
    #[error("a packument could not be compressed")]
    Encode(#[source] io::Error),
    /// The work was dropped because the process is stopping.
    #[error("the store is closing")]
    Closing,
}

/// Which document of a package is wanted.
#[derive(Clone, Debug)]
pub struct PackumentRequest {
    /// The package.
    pub package: PackageName,
    /// All of it or what an install needs.
    pub form: PackumentForm,
    /// The encoding the client takes.
    pub encoding: Encoding,
    /// The registry's base URL as this client sees it, without a trailing slash. Tarball URLs
    /// start with it.
    pub base: Arc<str>,
}

/// A tarball that is ready to be sent.
#[derive(Debug)]
pub struct Tarball {
    /// SHA-512 of its bytes.
    pub integrity: Integrity,
    /// Its length in bytes.
    pub size: u64,
    /// Its bytes.
    pub content: TarballContent,
}

/// The bytes of a tarball.
#[derive(Debug)]
pub enum TarballContent {
    /// A small one, whole.
    Whole(Bytes),
    /// A larger one, to be read from its start.
    File(File),
}

impl Store {
    /// Returns the packument, from memory when it was asked for before.
    pub async fn packument(
        &self,
        request: PackumentRequest,
    ) -> Result<Option<Rendered>, ReadError> {
        let PackumentRequest {
            package,
            form,
            encoding,
            base,
        } = request;
        let variant = Variant {
            form,
            encoding,
            base,
        };
        let slot = self.shared.rendered.slot(&package);
        if let Some(known) = slot.get(&variant) {
            return Ok(known.into());
        }
        // One task renders; the others wait here and find what it made.
        let _turn = slot.turnstile.lock().await;
        if let Some(known) = slot.get(&variant) {
            return Ok(known.into());
        }
        let shared = Arc::clone(&self.shared);
        let (name, wanted) = (package.clone(), variant.clone());
        let known = blocking(move || render(&shared.catalog, &name, &wanted)).await?;
        self.shared.rendered.fill(&package, &slot, variant, &known);
        Ok(known.into())
    }

    /// Returns one version's manifest.
    pub async fn manifest(
        &self,
        package: &PackageName,
        version: &Version,
        base: &str,
    ) -> Result<Option<Bytes>, ReadError> {
        let (package, version, base) = (package.clone(), version.clone(), base.to_owned());
        let shared = Arc::clone(&self.shared);
        blocking(move || {
            let stored = shared
                .catalog
                .read(|rows| rows.manifest(&package, &version))?;
            Ok(stored.map(|found| render_manifest(&package, found.entry(), &base).into()))
        })
        .await
    }

    /// Returns the package's dist-tags, or nothing when there is no such package.
    pub async fn dist_tags(
        &self,
        package: &PackageName,
    ) -> Result<Option<Vec<(DistTag, Version)>>, ReadError> {
        let (package, shared) = (package.clone(), Arc::clone(&self.shared));
        blocking(move || Ok(shared.catalog.read(|rows| rows.dist_tags(&package))?)).await
    }

    /// Returns what a change of the package is held against.
    pub async fn overview(&self, package: &PackageName) -> Result<Option<Overview>, ReadError> {
        let (package, shared) = (package.clone(), Arc::clone(&self.shared));
        blocking(move || Ok(shared.catalog.read(|rows| rows.overview(&package))?)).await
    }

    /// Returns how much there is.
    pub async fn totals(&self) -> Result<Totals, ReadError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || {
            shared.catalog.read(|rows| {
                let totals = rows.totals()?;
                Ok(totals)
            })
        })
        .await
    }

    /// Returns the packages that an account starred.
    pub async fn starred_by(&self, account: &str) -> Result<Vec<PackageName>, ReadError> {
        let (account, shared) = (account.to_owned(), Arc::clone(&self.shared));
        blocking(move || Ok(shared.catalog.read(|rows| rows.starred_by(&account))?)).await
    }

    /// Returns what was stated of a version when it was published.
    pub async fn attestation(
        &self,
        package: &PackageName,
        version: &Version,
    ) -> Result<Option<AttestationRow>, ReadError> {
        let (package, version) = (package.clone(), version.clone());
        let shared = Arc::clone(&self.shared);
        blocking(move || {
            let found = shared
                .catalog
                .read(|rows| rows.attestation(&package, &version))?;
            Ok(found)
        })
        .await
    }

    /// Returns a version's tarball.
    pub async fn tarball(
        &self,
        package: &PackageName,
        version: &Version,
    ) -> Result<Option<Tarball>, ReadError> {
        let (package, version) = (package.clone(), version.clone());
        let shared = Arc::clone(&self.shared);
        blocking(move || {
            let Some(row) = shared
                .catalog
                .read(|rows| rows.tarball(&package, &version))?
            else {
                return Ok(None);
            };
            let content = open(&shared, row).map_err(|source| ReadError::Tarball {
                package,
                version,
                source,
            })?;
            Ok(Some(Tarball {
                integrity: row.integrity,
                size: row.size,
                content,
            }))
        })
        .await
    }
}

impl From<Known> for Option<Rendered> {
    fn from(known: Known) -> Self {
        match known {
            Known::Absent => None,
            Known::Document(rendered) => Some(rendered),
        }
    }
}

/// Runs work that waits for the disk or computes for long where it holds up no request.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ReadError> + Send + 'static,
) -> Result<T, ReadError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(ReadError::Closing))
}

fn open(shared: &Shared, row: TarballRow) -> io::Result<TarballContent> {
    let file = shared.blobs.get(&row.integrity)?;
    if row.size > READ_WHOLE {
        return Ok(TarballContent::File(file));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(row.size).unwrap_or(0));
    file.take(row.size).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != row.size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(TarballContent::Whole(bytes.into()))
}

fn render(catalog: &Catalog, name: &PackageName, variant: &Variant) -> Result<Known, ReadError> {
    let Some(rows) = catalog.read(|rows| rows.packument(name, variant.form))? else {
        return Ok(Known::Absent);
    };
    let PackumentRows { head, versions } = rows;
    let stored = versions.iter().map(StoredVersion::entry);
    let body = match variant.form {
        PackumentForm::Full => render_full(&head, stored, &variant.base),
        PackumentForm::Abbreviated => render_abbreviated(&head, stored, &variant.base),
    };
    let encoding = if body.len() < WORTH_ENCODING {
        Encoding::Identity
    } else {
        variant.encoding
    };
    let body = encoding.encode(body).map_err(ReadError::Encode)?;
    let etag = entity_tag(&head.rev, variant, encoding);
    Ok(Known::Document(Rendered {
        etag,
        encoding,
        body: body.into(),
    }))
}

/// Names one sequence of bytes: the package's state, the form, the encoding, and the base URL that
/// stands in the tarball URLs. Of that its CRC-32 has to do: a client does not change it by itself.
fn entity_tag(rev: &str, variant: &Variant, encoding: Encoding) -> Arc<str> {
    let form = match variant.form {
        PackumentForm::Full => 'f',
        PackumentForm::Abbreviated => 'a',
    };
    let encoding = encoding.letter();
    let base = crc32fast::hash(variant.base.as_bytes());
    let mut tag = String::with_capacity(64);
    // Writing to a string cannot fail.
    let _ = write!(tag, "\"{rev}-{RENDERING}{form}{encoding}-{base:08x}\"");
    tag.into()
}
