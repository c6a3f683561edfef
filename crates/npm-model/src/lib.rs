//! The npm nouns: package names, versions and ranges, dist-tags, integrity, manifests, packuments.
//!
//! Text from outside becomes one of these types or an error; from then on the type says that it was
//! checked. [`PackageName`], [`Version`], [`DistTag`] and [`TarballName`] are safe in a URL path and in
//! JSON as they are. A [`Manifest`] keeps what it does not understand byte for byte; when a version is
//! published it becomes a [`StoredManifest`], and any number of those are joined into a packument by
//! [`render_full`] and [`render_abbreviated`] without being parsed again.
//!
//! Every parser here takes hostile input: none panics, each takes linear time, and each has a size cap
//! or works within its input's size. Left to others: I/O, HTTP, and who may do what.
//!
//! Read next: [`PackageName`], [`Manifest`], then [`PackumentHead`].

mod dist_tag;
mod integrity;
mod manifest;
mod name;
mod packument;
mod provenance;
mod quoted;
mod range;
mod size;
mod tarball;
mod version;
mod visible;

pub use dist_tag::{DistTag, DistTagError};
pub use integrity::{Digester, Digests, Integrity, IntegrityError, Shasum, ShasumError};
pub use manifest::{ClaimedDist, Dist, Manifest, ManifestError, Signature, StoredManifest};
pub use name::{NameError, PackageName};
pub use packument::{
    Maintainer, PackumentHead, VersionEntry, render_abbreviated, render_full, render_manifest,
    rfc3339_millis,
};
pub use provenance::{Provenance, ProvenanceError, attestations_path};
pub use quoted::Quoted;
pub use range::{Range, RangeError};
pub use size::size_text;
pub use tarball::{TarballName, tarball_path};
pub use version::{Version, VersionError};
pub use visible::visible;
