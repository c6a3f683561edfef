//! Keeps the registry's rows: packages, versions, dist-tags, owners, accounts, sessions.
//!
//! Every SQL statement of the project is in this crate. Everything enters through [`Catalog`]:
//! [`Catalog::read`] hands out a [`Read`], which sees one committed state for as long as it lives,
//! and [`Catalog::write`] queues a job that gets a [`Write`] inside a transaction.
//!
//! Writes that wait at the same moment share one commit, so many publishers cost few disk syncs.
//! A job is answered only after that commit is on disk, and a job that fails undoes only itself.
//! Events are announced to whoever follows them once they are committed.
//!
//! Left to others: HTTP, tarballs, who may do what. A call that arrives here is permitted, and the
//! rules of a publish are `storage`'s: this crate only says what rows there are.
//! Read next: [`Catalog`], then [`Write`], then [`migrations`] for the tables.

mod account;
mod announcer;
mod attestation;
mod catalog;
mod dependency;
mod error;
mod event;
mod invitation;
mod marks;
pub mod migrations;
mod org;
mod package;
mod people;
mod removal;
mod rule;
mod search;
mod session;
#[cfg(test)]
mod testing;
mod time;
mod totals;
mod writer;

pub use account::{Account, NewAccount, Role};
pub use attestation::AttestationRow;
pub use catalog::{Catalog, Read, Watch};
pub use error::{CatalogError, OpenError};
pub use event::{Event, EventFilter, EventKind, Origin};
pub use invitation::NewInvitation;
pub use marks::LedgerMark;
pub use org::{AccessRows, Grant, MemberRole, Permission};
pub use package::{
    LatestVersion, NewVersion, PackageId, PackageRow, PackumentForm, PackumentRows,
    PublishedVersion, StoredVersion, TarballRow,
};
pub use removal::{ListedVersion, Overview};
pub use rule::RuleRow;
pub use search::Indexed;
pub use session::{OpenSession, RefreshSecret, Refreshed, Session, SessionKind, Used};
pub use totals::Totals;
pub use writer::{Write, WriteError};
