//! What is known of a package: the whole document, what an install needs of it, one version.
//!
//! - `GET /{package}` — every client's first question
//! - `GET /{package}/{version or dist-tag}` — scripts

mod document;
mod manifest;

pub(crate) use document::{GetPackument, is_there, lacks, not_published};
pub(crate) use manifest::GetManifest;
