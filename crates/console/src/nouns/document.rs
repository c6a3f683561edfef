//! Packages as npm's documents have them, read into what commands speak of.
//!
//! What a publisher has written into a field that is usually a text can be anything: what makes no sense
//! is as good as nothing.

use std::{collections::BTreeMap, time::SystemTime};

use npm_model::Version;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::Value;

use super::{Found, PackageInfo, PackageLine, VersionInfo};

impl PackageInfo {
    /// Reads a packument in full. Nothing in it tells the sizes of tarballs, and who depends on it.
    pub fn of_packument(json: &[u8]) -> Result<Self, serde_json::Error> {
        let packument: Packument = serde_json::from_slice(json)?;
        let at = |key: &str| packument.time.get(key).and_then(|text| time(text));
        let versions = packument.versions.into_iter().map(|(version, manifest)| {
            let Dist {
                integrity,
                unpacked_size,
                files,
            } = manifest.dist;
            VersionInfo {
                published: at(&version),
                version,
                publisher: manifest.publisher.name,
                integrity,
                size: None,
                unpacked_size,
                files,
                deprecated: manifest.deprecated.filter(|why| !why.is_empty()),
                dependencies: manifest.dependencies,
            }
        });
        let mut versions: Vec<VersionInfo> = versions.collect();
        versions.sort_by_cached_key(|version| {
            (version.published, Version::parse(&version.version).ok())
        });
        let owners = packument.maintainers.into_iter().map(|owner| owner.name);
        Ok(Self {
            name: packument.name,
            description: packument.description,
            keywords: packument.keywords,
            license: packument.license.and_then(|it| it.word("type")),
            homepage: packument.homepage.and_then(|it| it.word("url")),
            repository: packument.repository.and_then(|it| it.word("url")),
            owners: owners.collect(),
            created: at("created"),
            modified: at("modified"),
            tags: packument.tags,
            versions,
            dependents: Vec::new(),
        })
    }
}

impl PackageLine {
    /// Reads the list of all packages, `/-/all`, by name.
    pub fn of_all(json: &[u8]) -> Result<Vec<Self>, serde_json::Error> {
        let all: All = serde_json::from_slice(json)?;
        let lines = all.packages.into_iter().map(|(name, listed)| Self {
            name,
            version: listed.tags.latest,
            description: listed.description,
            keywords: listed.keywords,
            published: time(&listed.time.modified),
            publisher: listed.publisher.name,
            deprecated: listed.deprecated,
        });
        Ok(lines.collect())
    }
}

impl Found {
    /// Reads the answer of `/-/v1/search`.
    pub fn of_search(json: &[u8]) -> Result<Self, serde_json::Error> {
        let answer: Answer = serde_json::from_slice(json)?;
        let packages = answer
            .objects
            .into_iter()
            .map(|Object { package, flags }| PackageLine {
                name: package.name,
                version: package.version,
                description: package.description,
                keywords: package.keywords,
                published: time(&package.date),
                publisher: package.publisher.username,
                deprecated: flags.deprecated,
            });
        Ok(Self {
            total: answer.total,
            packages: packages.collect(),
        })
    }
}

fn time(text: &str) -> Option<SystemTime> {
    humantime::parse_rfc3339(text).ok()
}

#[derive(Deserialize)]
struct Packument {
    name: String,
    #[serde(rename = "dist-tags", default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    versions: BTreeMap<String, Document>,
    #[serde(default, deserialize_with = "or_nothing")]
    time: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "or_nothing")]
    maintainers: Vec<Named>,
    #[serde(default, deserialize_with = "or_nothing")]
    description: String,
    #[serde(default, deserialize_with = "or_nothing")]
    keywords: Vec<String>,
    #[serde(default, deserialize_with = "or_nothing")]
    license: Option<TextOrObject>,
    #[serde(default, deserialize_with = "or_nothing")]
    homepage: Option<TextOrObject>,
    #[serde(default, deserialize_with = "or_nothing")]
    repository: Option<TextOrObject>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default, deserialize_with = "or_nothing")]
    dist: Dist,
    #[serde(rename = "_npmUser", default, deserialize_with = "or_nothing")]
    publisher: Named,
    #[serde(default, deserialize_with = "or_nothing")]
    deprecated: Option<String>,
    #[serde(default, deserialize_with = "or_nothing")]
    dependencies: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
struct Dist {
    #[serde(default, deserialize_with = "or_nothing")]
    integrity: String,
    #[serde(rename = "unpackedSize", default, deserialize_with = "or_nothing")]
    unpacked_size: Option<u64>,
    #[serde(rename = "fileCount", default, deserialize_with = "or_nothing")]
    files: Option<u64>,
}

#[derive(Default, Deserialize)]
struct Named {
    name: String,
}

/// `"MIT"` or `{"type": "MIT"}`.
#[derive(Deserialize)]
#[serde(untagged)]
enum TextOrObject {
    Text(String),
    Object(BTreeMap<String, Value>),
}

impl TextOrObject {
    fn word(self, key: &str) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Object(mut fields) => match fields.remove(key)? {
                Value::String(text) => Some(text),
                _ => None,
            },
        }
    }
}

#[derive(Deserialize)]
struct All {
    /// When the list was made. It stands among the packages.
    #[serde(rename = "_updated", default)]
    _updated: IgnoredAny,
    #[serde(flatten)]
    packages: BTreeMap<String, Listed>,
}

#[derive(Default, Deserialize)]
struct Listed {
    #[serde(rename = "dist-tags", default)]
    tags: Latest,
    #[serde(default)]
    description: String,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    time: Modified,
    #[serde(rename = "_npmUser", default)]
    publisher: Named,
    #[serde(default)]
    deprecated: bool,
}

#[derive(Default, Deserialize)]
struct Latest {
    #[serde(default)]
    latest: String,
}

#[derive(Default, Deserialize)]
struct Modified {
    #[serde(default)]
    modified: String,
}

#[derive(Deserialize)]
struct Answer {
    objects: Vec<Object>,
    total: usize,
}

#[derive(Deserialize)]
struct Object {
    package: Hit,
    #[serde(default)]
    flags: Flags,
}

#[derive(Deserialize)]
struct Hit {
    name: String,
    version: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    date: String,
    #[serde(default)]
    publisher: Person,
}

#[derive(Default, Deserialize)]
struct Person {
    username: String,
}

#[derive(Default, Deserialize)]
struct Flags {
    #[serde(default)]
    deprecated: bool,
}

/// What can be read as it, or else nothing.
fn or_nothing<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + DeserializeOwned,
{
    let value = Value::deserialize(from)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packument_is_read_with_whatever_publishers_have_written() {
        let json = br#"{"name":"a","dist-tags":{"latest":"1.0.0"},"description":["no text"],
            "license":{"type":"MIT"},"homepage":"https://a.example","repository":{"url":7},
            "maintainers":[{"name":"bob","email":""}],
            "time":{"created":"2026-01-01T00:00:00.000Z","modified":"soon",
                    "1.0.0":"2026-01-01T00:00:00.000Z","0.9.0":"2026-01-02T00:00:00.000Z"},
            "versions":{
                "0.9.0":{"deprecated":true,"dependencies":{"b":1},"dist":"none"},
                "1.0.0":{"deprecated":"old","dependencies":{"b":"^1.0.0"},"_npmUser":{"name":"bob"},
                         "dist":{"integrity":"sha512-x","unpackedSize":9,"fileCount":"many"}}}}"#;
        let info = PackageInfo::of_packument(json).unwrap();
        assert_eq!(info.license.as_deref(), Some("MIT"));
        assert_eq!(info.homepage.as_deref(), Some("https://a.example"));
        assert_eq!((info.repository, info.description), (None, String::new()));
        assert_eq!(info.owners, ["bob"]);
        assert!(info.created.is_some() && info.modified.is_none());
        let [first, second] = info.versions.as_slice() else {
            panic!("{:?}", info.versions);
        };
        assert_eq!(
            (first.version.as_str(), second.version.as_str()),
            ("1.0.0", "0.9.0")
        );
        assert_eq!(first.deprecated.as_deref(), Some("old"));
        assert_eq!((first.unpacked_size, first.files), (Some(9), None));
        assert_eq!(first.dependencies.len(), 1);
        assert!(second.deprecated.is_none() && second.dependencies.is_empty());
        assert!(PackageInfo::of_packument(b"[]").is_err());
    }

    #[test]
    fn lists_of_packages_become_lines() {
        let all = br#"{"_updated":1790000000000,"b":{"name":"b","dist-tags":{"latest":"2.0.0"},
            "_npmUser":{"name":"bob"},"deprecated":true},"a":{"dist-tags":{}}}"#;
        let all = PackageLine::of_all(all).unwrap();
        let names: Vec<&str> = all.iter().map(|line| line.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert!(all[1].deprecated && all[1].publisher == "bob" && all[1].version == "2.0.0");
        let found = br#"{"total":3,"objects":[{"package":{"name":"b","version":"2.0.0",
            "date":"2026-01-01T00:00:00.000Z","publisher":{"username":"bob","email":""}},
            "flags":{"deprecated":true}}]}"#;
        let found = Found::of_search(found).unwrap();
        assert_eq!((found.total, found.packages.len()), (3, 1));
        assert!(found.packages[0].deprecated && found.packages[0].published.is_some());
    }
}
