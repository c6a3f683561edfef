//! The JSON of pnpm's stars.

use npm_model::PackageName;
use serde::Deserialize;

use crate::{json, reject::Reject};

/// Which package is liked.
#[derive(Deserialize)]
struct Starred {
    #[serde(default)]
    package: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

pub(super) fn package(body: &[u8]) -> Result<PackageName, Reject> {
    let refused = || Reject::bad_request("the body is not a JSON object with a package's name");
    let starred: Starred = json::object(body).map_err(|_| refused())?;
    let name = starred.package.or(starred.name).ok_or_else(refused)?;
    Ok(PackageName::parse(&name)?)
}
