//! The document that clients publish with.

use std::{borrow::Cow, collections::BTreeMap};

use npm_model::{DistTag, Manifest, PackageName, TarballName, Version};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::reject::Reject;

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow, default, rename = "_id")]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(default, rename = "dist-tags")]
    dist_tags: BTreeMap<String, String>,
    #[serde(borrow, default)]
    versions: BTreeMap<String, &'a RawValue>,
    #[serde(borrow, default)]
    readme: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "_attachments")]
    attachments: BTreeMap<String, Attachment<'a>>,
}

/// A file inside the document.
#[derive(Deserialize)]
pub(super) struct Attachment<'a> {
    /// Its bytes in base64.
    #[serde(borrow)]
    pub(super) data: Cow<'a, str>,
    /// How many bytes that are, when the client says so.
    #[serde(default)]
    pub(super) length: Option<u64>,
}

/// A publish document whose parts agree with each other and with the path.
pub(super) struct Publishable<'a> {
    pub(super) manifest: Manifest,
    pub(super) dist_tags: Vec<DistTag>,
    pub(super) readme: Option<String>,
    pub(super) tarball: Attachment<'a>,
}

impl<'a> Publishable<'a> {
    pub(super) fn parse(body: &'a [u8], package: &PackageName) -> Result<Self, Reject> {
        let document: Document<'a> = serde_json::from_slice(body).map_err(|error| {
            // The parser's words hold the whole of a text that stands where it should not.
            let error = shortened(&error.to_string());
            Reject::bad_request(format!("the body is not a publish document: {error}"))
        })?;
        for (what, said) in [("name", &document.name), ("_id", &document.id)] {
            if let Some(said) = said
                && said != package.as_str()
            {
                return Err(Reject::bad_request(format!(
                    "the document's {what} is {:?}, but the path says {package}",
                    shortened(said)
                )));
            }
        }
        let manifest = the_version(&document, package)?;
        let dist_tags = dist_tags(&document, manifest.version())?;
        let tarball = the_tarball(document.attachments, package, manifest.version())?;
        let readme = document
            .readme
            .and_then(|readme| serde_json::from_str::<String>(readme.get()).ok())
            .filter(|readme| !readme.is_empty())
            .or_else(|| manifest.get_str("readme"))
            .filter(|readme| !readme.is_empty());
        Ok(Self {
            manifest,
            dist_tags,
            readme,
            tarball,
        })
    }
}

fn the_version(document: &Document<'_>, package: &PackageName) -> Result<Manifest, Reject> {
    let mut versions = document.versions.iter();
    let (Some((key, manifest)), None) = (versions.next(), versions.next()) else {
        return Err(Reject::bad_request(format!(
            "a publish document holds one version, and this one holds {}",
            document.versions.len()
        )));
    };
    let manifest = Manifest::from_raw(manifest).map_err(Reject::bad_request)?;
    if manifest.name() != package {
        return Err(Reject::bad_request(format!(
            "the manifest's name is {}, but the path says {package}",
            manifest.name()
        )));
    }
    if manifest.version().as_str() != key {
        return Err(Reject::bad_request(format!(
            "the manifest's version is {}, but it stands under {:?}",
            manifest.version(),
            shortened(key)
        )));
    }
    Ok(manifest)
}

/// Tags of one document: each is a row to write while others wait.
const MOST_TAGS: usize = 100;

/// Returns the tags; a document without any means `latest`.
fn dist_tags(document: &Document<'_>, version: &Version) -> Result<Vec<DistTag>, Reject> {
    if document.dist_tags.len() > MOST_TAGS {
        return Err(Reject::bad_request(format!(
            "a version can be published with at most {MOST_TAGS} dist-tags"
        )));
    }
    let mut tags = Vec::with_capacity(document.dist_tags.len().max(1));
    for (tag, target) in &document.dist_tags {
        let tag = DistTag::parse(tag).map_err(Reject::bad_request)?;
        if target != version.as_str() {
            return Err(Reject::bad_request(format!(
                "the dist-tag {tag} points at {:?}, which is not the version {version} that is \
                 published",
                shortened(target)
            )));
        }
        tags.push(tag);
    }
    if tags.is_empty() {
        tags.push(DistTag::latest());
    }
    Ok(tags)
}

fn the_tarball<'a>(
    attachments: BTreeMap<String, Attachment<'a>>,
    package: &PackageName,
    version: &Version,
) -> Result<Attachment<'a>, Reject> {
    let mut tarball = None;
    for (name, attachment) in attachments {
        if name.ends_with(".sigstore") {
            return Err(Reject::bad_request(
                "provenance is not supported yet; publish without --provenance",
            ));
        }
        if TarballName::version_of(package, &name).as_ref() != Some(version) || tarball.is_some() {
            return Err(Reject::bad_request(format!(
                "the attachment {:?} is not the tarball of {package} {version}",
                shortened(&name)
            )));
        }
        tarball = Some(attachment);
    }
    tarball.ok_or_else(|| Reject::bad_request("the document holds no tarball"))
}

/// What a client sent, short enough for an error text.
fn shortened(text: &str) -> String {
    text.chars().take(100).collect()
}

/// The answer to a publish.
#[derive(Serialize)]
pub(super) struct PublishedReply<'a> {
    pub(super) ok: bool,
    pub(super) success: bool,
    pub(super) id: &'a str,
    pub(super) rev: &'a str,
}

#[cfg(test)]
mod tests;
