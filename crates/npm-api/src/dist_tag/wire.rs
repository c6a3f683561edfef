//! The JSON of the dist-tag endpoints.

use std::collections::BTreeMap;

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

/// Tags of one document: each is a row to write while others wait.
pub(crate) const MOST_TAGS: usize = 100;

/// Reads the body of a change of several tags.
pub(super) fn tags(body: &[u8]) -> Result<Vec<(DistTag, Version)>, Reject> {
    let tags: BTreeMap<String, String> = serde_json::from_slice(body).map_err(|_| {
        Reject::bad_request("the body is not a JSON object of dist-tags and versions")
    })?;
    if tags.is_empty() || tags.len() > MOST_TAGS {
        return Err(Reject::bad_request(format!(
            "a change names 1 to {MOST_TAGS} dist-tags"
        )));
    }
    let tags = tags.iter().map(|(tag, version)| {
        let tag = DistTag::parse(tag).map_err(Reject::bad_request)?;
        let version = Version::parse(version).map_err(Reject::bad_request)?;
        Ok((tag, version))
    });
    tags.collect()
}

/// Reads the body of a change: a version as a JSON string.
pub(super) fn version(body: &[u8]) -> Result<Version, Reject> {
    let text: String = serde_json::from_slice(body)
        .map_err(|_| Reject::bad_request("the body is not a JSON string with a version"))?;
    Version::parse(&text).map_err(Reject::bad_request)
}
