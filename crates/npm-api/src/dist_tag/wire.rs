//! The JSON of the dist-tag endpoints.

use npm_model::{DistTag, Version};
use serde::{Serialize, Serializer};

use crate::reject::Reject;

/// `{tag: version, …}`
pub(super) struct DistTags(pub(super) Vec<(DistTag, Version)>);

impl Serialize for DistTags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .iter()
                .map(|(tag, version)| (tag.as_str(), version.as_str())),
        )
    }
}

#[derive(Serialize)]
pub(super) struct Done {
    pub(super) ok: bool,
}

/// Reads the body of a change: a version as a JSON string.
pub(super) fn version(body: &[u8]) -> Result<Version, Reject> {
    let text: String = serde_json::from_slice(body)
        .map_err(|_| Reject::bad_request("the body is not a JSON string with a version"))?;
    Version::parse(&text).map_err(Reject::bad_request)
}
