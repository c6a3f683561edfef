//! Dist-tags: movable labels of a package's versions.
//!
//! - `GET /-/package/{package}/dist-tags` — `npm dist-tag ls`
//! - `PUT /-/package/{package}/dist-tags/{tag}` — `npm dist-tag add`
//! - `DELETE /-/package/{package}/dist-tags/{tag}` — `npm dist-tag rm`

mod list;
mod remove;
mod set;
mod wire;

pub(crate) use list::ListDistTags;
pub(crate) use remove::RemoveDistTag;
pub(crate) use set::SetDistTag;
