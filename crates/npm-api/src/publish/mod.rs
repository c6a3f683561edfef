//! Publishing: the document that `npm publish` sends, on its way into the store.
//!
//! The document holds the manifest and, as base64, the tarball, which may be many times as long as
//! there is memory for. So it is split while it arrives (`split.rs`): the tarball goes decoded to the
//! disk, a piece at a time, and the rest of the document is gathered (`intake.rs`). What is known
//! early is refused early: who may not publish before a byte is written, a version that exists as
//! soon as its attachment is named. The rest is checked from the outside in once all is there: names
//! and versions, the tarball's length and digests, its contents. Nothing is visible before that, and
//! nothing stays of what was refused.

mod add_version;
mod arrive;
mod base64;
mod inspect;
mod intake;
mod split;
#[cfg(test)]
mod testing;
mod wire;

pub(crate) use add_version::{Checked, check, commit};
pub(crate) use arrive::arrive;
pub(crate) use intake::{Arrived, Intake};
