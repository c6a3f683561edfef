//! Packuments: the document of one package, joined from stored manifests.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::dist_tag::DistTag;
use crate::name::PackageName;
use crate::provenance::attestations_path;
use crate::tarball::tarball_path;
use crate::version::Version;

/// Holds what a packument says beside its versions.
#[derive(Clone, Debug)]
pub struct PackumentHead {
    /// The package's name.
    pub name: PackageName,
    /// The revision: clients that change the document send it back, to show which state they saw.
    pub rev: String,
    /// When the first version was published.
    pub created: SystemTime,
    /// When anything was last changed. Clients skip a package by it, so it has to be true.
    pub modified: SystemTime,
    /// Where each dist-tag points.
    pub dist_tags: Vec<(DistTag, Version)>,
    /// The readme of the latest version.
    pub readme: Option<String>,
    /// The name of the file it was in.
    pub readme_filename: Option<String>,
    /// Who may publish.
    pub maintainers: Vec<Maintainer>,
    /// When each version was published; those that are no longer there stay in this list.
    pub times: Vec<(Version, SystemTime)>,
    /// The users who starred the package.
    pub stars: Vec<String>,
}

/// Names someone who may publish a package.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
pub struct Maintainer {
    /// The user name.
    pub name: String,
    /// The mail address, empty if unknown: clients read it without looking whether it is there.
    #[serde(default)]
    pub email: String,
}

/// One version as a packument shows it: what was published, and what was said of it since.
#[derive(Clone, Copy, Debug)]
pub struct VersionEntry<'a> {
    /// The version.
    pub version: &'a Version,
    /// Its stored document, in the form the packument has.
    pub stored: &'a str,
    /// Why it should not be used any more, if it is deprecated.
    pub deprecated: Option<&'a str>,
    /// The predicate type of its provenance, if it has one.
    pub provenance: Option<&'a str>,
}

/// Renders the full packument: everything known of every version, in the order given.
///
/// Each stored text is a [`StoredManifest::full`](crate::StoredManifest). `tarball_base` is the URL under
/// which the registry was reached, without a slash at the end.
pub fn render_full<'a>(
    head: &PackumentHead,
    versions: impl Iterator<Item = VersionEntry<'a>>,
    tarball_base: &str,
) -> Vec<u8> {
    let versions: Vec<VersionEntry<'_>> = versions.collect();
    let mut out = JsonWriter::new(head, &versions, tarball_base);
    out.field("_id", head.name.as_str());
    out.field("_rev", &head.rev);
    out.field("name", head.name.as_str());
    out.dist_tags(head);
    out.versions(head, &versions, tarball_base);
    out.times(head);
    out.field("maintainers", &head.maintainers);
    if let Some(stored) = described_by(head, &versions) {
        for (key, value) in TopFields::of(stored).present() {
            out.field(key, value);
        }
    }
    if let Some(readme) = &head.readme {
        out.field("readme", readme);
    }
    if let Some(filename) = &head.readme_filename {
        out.field("readmeFilename", filename);
    }
    out.object("users", |out| {
        for user in &head.stars {
            out.field(user, &true);
        }
    });
    out.object("_attachments", |_| {});
    out.finish()
}

/// Renders the abbreviated packument: what an installing client needs, with the times that tell how old
/// a version is.
///
/// Each stored text is a [`StoredManifest::abbreviated`](crate::StoredManifest); the rest is as in
/// [`render_full`].
pub fn render_abbreviated<'a>(
    head: &PackumentHead,
    versions: impl Iterator<Item = VersionEntry<'a>>,
    tarball_base: &str,
) -> Vec<u8> {
    let versions: Vec<VersionEntry<'_>> = versions.collect();
    let mut out = JsonWriter::new(head, &versions, tarball_base);
    out.field("name", head.name.as_str());
    out.field("_rev", &head.rev);
    out.field("modified", &rfc3339_millis(head.modified));
    out.dist_tags(head);
    // yarn 1 asks for this form alone, and sends the owners back with one more or less: those that
    // it was not shown would be lost.
    out.field("maintainers", &head.maintainers);
    out.versions(head, &versions, tarball_base);
    out.times(head);
    out.finish()
}

/// Renders one version by itself, from its [`StoredManifest::full`](crate::StoredManifest).
pub fn render_manifest(name: &PackageName, entry: VersionEntry<'_>, tarball_base: &str) -> Vec<u8> {
    let base = escaped(tarball_base);
    let mut out = Vec::with_capacity(entry.stored.len() + base.len() + 512);
    push_manifest(&mut out, name, entry, &base);
    out
}

/// Writes a time as packuments have it: in UTC, to the millisecond, `2026-01-31T12:00:00.000Z`.
///
/// Times before 1970 or after 9999 have no such form and become the nearest one that has.
pub fn rfc3339_millis(time: SystemTime) -> String {
    let last = Duration::from_millis(253_402_300_799_999);
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .min(last);
    humantime::format_rfc3339_millis(SystemTime::UNIX_EPOCH + since).to_string()
}

/// The stored manifest that describes the package: that of `latest`, else the last one.
fn described_by<'a>(head: &PackumentHead, versions: &[VersionEntry<'a>]) -> Option<&'a str> {
    let latest = head
        .dist_tags
        .iter()
        .find(|(tag, _)| tag.is_latest())
        .map(|(_, version)| version);
    let described = versions.iter().find(|entry| Some(entry.version) == latest);
    described.or(versions.last()).map(|entry| entry.stored)
}

/// What a full packument repeats of the version that describes the package.
#[derive(Default, Deserialize)]
struct TopFields<'a> {
    #[serde(borrow)]
    description: Option<&'a RawValue>,
    #[serde(borrow)]
    author: Option<&'a RawValue>,
    #[serde(borrow)]
    license: Option<&'a RawValue>,
    #[serde(borrow)]
    homepage: Option<&'a RawValue>,
    #[serde(borrow)]
    keywords: Option<&'a RawValue>,
    #[serde(borrow)]
    repository: Option<&'a RawValue>,
    #[serde(borrow)]
    bugs: Option<&'a RawValue>,
    #[serde(borrow)]
    contributors: Option<&'a RawValue>,
}

impl<'a> TopFields<'a> {
    /// Reads a stored manifest. One that cannot be read describes nothing, and its versions still serve.
    fn of(stored: &'a str) -> Self {
        serde_json::from_str(stored).unwrap_or_default()
    }

    fn present(self) -> impl Iterator<Item = (&'static str, &'a RawValue)> {
        let fields = [
            ("description", self.description),
            ("author", self.author),
            ("license", self.license),
            ("homepage", self.homepage),
            ("keywords", self.keywords),
            ("repository", self.repository),
            ("bugs", self.bugs),
            ("contributors", self.contributors),
        ];
        fields
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
    }
}

/// Writes a compact JSON object into one allocation.
struct JsonWriter(Vec<u8>);

impl JsonWriter {
    /// Starts an object with room for all of `head` and `versions`.
    fn new(head: &PackumentHead, versions: &[VersionEntry<'_>], tarball_base: &str) -> Self {
        // What each entry takes beside its own text: quotes, colon, comma, and a time where it has one.
        const ENTRY: usize = 40;
        let tarball = TARBALL_KEY.len() + tarball_base.len() + 2 * head.name.as_str().len() + 16;
        let versions = versions.iter().map(|entry| {
            let deprecated = entry.deprecated.map_or(0, |message| message.len() + ENTRY);
            let version = 2 * entry.version.as_str().len();
            let provenance = entry.provenance.map_or(0, |predicate_type| {
                let path = tarball_base.len() + head.name.as_str().len() + version;
                path + predicate_type.len() + 4 * ENTRY
            });
            entry.stored.len() + tarball + version + deprecated + provenance + ENTRY
        });
        let times = head
            .times
            .iter()
            .map(|(version, _)| version.as_str().len() + ENTRY);
        let tags = head.dist_tags.iter();
        let tags = tags.map(|(tag, version)| tag.as_str().len() + version.as_str().len() + ENTRY);
        let people = head.maintainers.iter();
        let people = people.map(|person| person.name.len() + person.email.len() + ENTRY);
        let stars = head.stars.iter().map(|user| user.len() + ENTRY);
        // A readme grows where its lines end; one byte in eight is more than prose and code need.
        let readme = head
            .readme
            .as_deref()
            .map_or(0, |readme| readme.len() + readme.len() / 8);
        let lists: usize = versions
            .chain(times)
            .chain(tags)
            .chain(people)
            .chain(stars)
            .sum();

        let mut out = Vec::with_capacity(lists + readme + 1024);
        out.push(b'{');
        Self(out)
    }

    fn finish(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }

    fn key(&mut self, key: &str) {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
        push_json(&mut self.0, key);
        self.0.push(b':');
    }

    fn field(&mut self, key: &str, value: &(impl Serialize + ?Sized)) {
        self.key(key);
        push_json(&mut self.0, value);
    }

    /// Writes an object in this one, field by field.
    fn object(&mut self, key: &str, fields: impl FnOnce(&mut Self)) {
        self.key(key);
        self.0.push(b'{');
        fields(self);
        self.0.push(b'}');
    }

    fn dist_tags(&mut self, head: &PackumentHead) {
        self.object("dist-tags", |out| {
            for (tag, version) in &head.dist_tags {
                out.field(tag.as_str(), version.as_str());
            }
        });
    }

    fn versions(
        &mut self,
        head: &PackumentHead,
        versions: &[VersionEntry<'_>],
        tarball_base: &str,
    ) {
        let base = escaped(tarball_base);
        self.object("versions", |out| {
            for entry in versions {
                out.key(entry.version.as_str());
                push_manifest(&mut out.0, &head.name, *entry, &base);
            }
        });
    }

    fn times(&mut self, head: &PackumentHead) {
        self.object("time", |out| {
            out.field("created", &rfc3339_millis(head.created));
            out.field("modified", &rfc3339_millis(head.modified));
            for (version, time) in &head.times {
                out.field(version.as_str(), &rfc3339_millis(*time));
            }
        });
    }
}

/// What stands before a tarball's URL, after the other fields of `dist`.
const TARBALL_KEY: &str = ",\"tarball\":\"";

/// What stands before the URL of a version's attestations.
const ATTESTATIONS_KEY: &str = ",\"attestations\":{\"url\":\"";

/// What stands between that and the type of its provenance.
const PROVENANCE_KEY: &str = "\",\"provenance\":{\"predicateType\":";

/// Writes a stored manifest with the URLs put into its `dist`, and the deprecation behind it. The base
/// is escaped already.
fn push_manifest(out: &mut Vec<u8>, name: &PackageName, entry: VersionEntry<'_>, base: &str) {
    // Whatever does not end as a stored manifest does is passed on as it is: it cannot take a URL.
    let Some(open) = entry.stored.strip_suffix("}}") else {
        out.extend_from_slice(entry.stored.as_bytes());
        return;
    };
    // Neither a name nor a version holds anything that JSON escapes.
    let path = tarball_path(name, entry.version);
    out.extend_from_slice(open.as_bytes());
    if let Some(predicate_type) = entry.provenance {
        let path = attestations_path(name, entry.version);
        for part in [ATTESTATIONS_KEY, base, "/", &path, PROVENANCE_KEY] {
            out.extend_from_slice(part.as_bytes());
        }
        push_json(out, predicate_type);
        out.extend_from_slice(b"}}");
    }
    for part in [TARBALL_KEY, base, "/", &path, "\"}"] {
        out.extend_from_slice(part.as_bytes());
    }
    if let Some(message) = entry.deprecated {
        out.extend_from_slice(b",\"deprecated\":");
        push_json(out, message);
    }
    out.push(b'}');
}

/// Returns `text` as it stands between the quotes of a JSON string.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let inner = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

/// Writes a value that is sure to have a JSON form. Writing to memory does not fail.
fn push_json(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(out, value).unwrap_or_default();
}

#[cfg(test)]
mod tests;
