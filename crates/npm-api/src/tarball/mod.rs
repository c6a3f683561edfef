//! The bytes of a version.
//!
//! - `GET /{package}/-/{file}` — every install

mod get;

use npm_model::{PackageName, TarballName, Version};

use crate::reject::Reject;

pub(crate) use get::GetTarball;

/// Returns the version whose tarball a file name in a path means. Nothing on the disk is looked up
/// by that name.
pub(crate) fn version_of(package: &PackageName, file: &str) -> Result<Version, Reject> {
    let version = TarballName::version_of(package, file);
    version
        .ok_or_else(|| Reject::not_found(format!("that is not the name of a tarball of {package}")))
}
