//! Dist-tags: movable labels of a package's versions.
//!
//! - `GET /-/package/{package}/dist-tags` — `npm dist-tag ls`
//! - `PUT` and `POST /-/package/{package}/dist-tags` — scripts
//! - `PUT` and `POST /-/package/{package}/dist-tags/{tag}` — `npm dist-tag add`
//! - `PUT /{package}/{tag}` — npm 2
//! - `DELETE /-/package/{package}/dist-tags/{tag}` — `npm dist-tag rm`

mod list;
mod merge;
mod remove;
mod set;
mod wire;

pub(crate) use list::ListDistTags;
pub(crate) use merge::MergeDistTags;
pub(crate) use remove::RemoveDistTag;
pub(crate) use set::SetDistTag;
