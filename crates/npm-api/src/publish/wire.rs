//! The document that clients publish with.

use std::{borrow::Cow, collections::BTreeMap};

use npm_model::{DistTag, Manifest, PackageName, Provenance, Version};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::intake::{Arrived, ArrivedTarball};
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

/// A file inside the document. Its bytes were taken out of `data` while they arrived.
#[derive(Deserialize)]
struct Attachment<'a> {
    #[serde(borrow, rename = "data")]
    _data: Cow<'a, str>,
    /// How many bytes it has, when the client says so.
    #[serde(default)]
    length: Option<u64>,
}

/// A publish document whose parts agree with each other and with the path.
pub(super) struct Publishable {
    pub(super) manifest: Manifest,
    pub(super) dist_tags: Vec<DistTag>,
    pub(super) readme: Option<String>,
    pub(super) provenance: Option<Provenance>,
}

impl Publishable {
    /// Reads the document; the tarball that it brought has to be that of its version.
    pub(super) fn parse(arrived: &Arrived, package: &PackageName) -> Result<Self, Reject> {
        let document: Document<'_> =
            serde_json::from_slice(&arrived.document).map_err(|error| {
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
        check_attachments(&document, arrived, &manifest)?;
        let provenance = arrived.provenance.as_ref();
        let provenance = provenance.map(|it| Provenance::parse(&it.text)).transpose();
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
            provenance: provenance.map_err(Reject::bad_request)?,
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

/// Holds what the document says of its attachments against what arrived.
fn check_attachments(
    document: &Document<'_>,
    arrived: &Arrived,
    manifest: &Manifest,
) -> Result<(), Reject> {
    for (name, attachment) in &document.attachments {
        let version = manifest.version();
        // What a client calls the length of a text is in units of its own language.
        if let Some(provenance) = arrived.provenance.as_ref().filter(|it| it.name == *name) {
            if provenance.version == *version {
                continue;
            }
            return Err(Reject::bad_request(format!(
                "the attachment {:?} is not the provenance of {} {version}",
                shortened(name),
                manifest.name(),
            )));
        }
        let tarball = arrived.tarball.as_ref().filter(|it| it.name == *name);
        check_tarball(name, attachment, tarball, manifest)?;
    }
    if arrived.tarball.is_none() {
        return Err(Reject::bad_request("the document holds no tarball"));
    }
    Ok(())
}

fn check_tarball(
    name: &str,
    attachment: &Attachment<'_>,
    arrived: Option<&ArrivedTarball>,
    manifest: &Manifest,
) -> Result<(), Reject> {
    let Some(tarball) = arrived.filter(|it| it.version == *manifest.version()) else {
        return Err(Reject::bad_request(format!(
            "the attachment {:?} is not the tarball of {} {}",
            shortened(name),
            manifest.name(),
            manifest.version()
        )));
    };
    let length = tarball.received.digests().size;
    match attachment.length {
        Some(claimed) if claimed != length => Err(Reject::bad_request(format!(
            "the tarball has {length} bytes, but the document says {claimed}"
        ))),
        _ => Ok(()),
    }
}

/// What a client sent, short enough for an error text.
pub(super) fn shortened(text: &str) -> String {
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
