//! The bytes of a version.
//!
//! - `GET /{package}/-/{file}` — every install

mod get;

pub(crate) use get::GetTarball;
