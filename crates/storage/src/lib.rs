//! Keeps packages: tarballs as content-addressed blobs, rows in the catalogue, lines in the lockfile,
//! and the rendered packuments that reads are answered from.
//!
//! Everything enters through [`Store`]. A read sees the last committed state. A version's tarball is
//! received as an [`Incoming`], joined with its manifest in a [`Draft`], and becomes visible all at
//! once, in [`Draft::commit`]: the tarball is durable first, then one transaction names it, then its
//! line is appended to the lockfile. What has changed is announced to whoever follows.
//!
//! Left to others: HTTP, identities, upstream registries. A call that arrives here is permitted.
//! Read next: [`Store`], then [`Draft`], then [`layout`] for the folder and the crash rules.

mod beside;
mod blob;
mod change;
mod dependent;
mod disk;
mod encoding;
pub mod layout;
mod ledger;
mod owner;
mod publish;
mod question;
mod read;
mod rendered;
mod store;
mod summary;
mod tag;
mod update;
mod verify;

pub use beside::{Beside, WholePackage};
pub use blob::{DraftError, Incoming, Received};
pub use change::{ChangeError, Deprecation};
pub use dependent::Dependent;
pub use disk::{Disk, OsDisk};
pub use encoding::Encoding;
pub use layout::{ClaimError, DataDir};
pub use owner::refresh_owners;
pub use publish::{Contents, Draft, Publication, PublishError, Published, Readme};
pub use question::Question;
pub use read::{PackumentRequest, ReadError, Tarball, TarballContent};
pub use rendered::Rendered;
pub use store::{OpenError, Store, StoreOptions};
pub use summary::Summary;
pub use tag::TagError;
pub use verify::{Finding, Progress, VerifyError, VerifyReport, verify};
