//! Publishing: the document that `npm publish` sends, on its way into the store.
//!
//! The document holds the manifest and, as base64, the tarball. It is checked from the outside in:
//! names and versions before a byte of the tarball is decoded, the tarball's length and digests
//! before anything is named, its contents before anything is visible.

mod add_version;
mod attachment;
mod inspect;
mod wire;

pub(crate) use add_version::{Checked, check, commit};
