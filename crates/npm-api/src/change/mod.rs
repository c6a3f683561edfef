//! Writing to a package: publishing, and changing what was published.
//!
//! Clients send very different things to the same paths, so the body decides what is meant, and the
//! right to do it is asked for then. Who is not logged in is refused before a byte of it is read.
//!
//! - `PUT /{package}` — `npm publish`, `npm deprecate`, `npm star`
//! - `PUT /{package}/-rev/{rev}` — `npm unpublish {package}@{version}`, `npm owner`
//! - `DELETE /{package}/-rev/{rev}` — `npm unpublish {package}`
//! - `DELETE /{package}/-/{file}/-rev/{rev}` — the end of `npm unpublish {package}@{version}`

mod delete_package;
mod delete_tarball;
mod put_package;
mod put_revision;
mod wire;

pub(crate) use delete_package::DeletePackage;
pub(crate) use delete_tarball::DeleteTarball;
pub(crate) use put_package::PutPackage;
pub(crate) use put_revision::PutRevision;
