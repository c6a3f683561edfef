//! Manifests: one version's entry in a packument, and the form it is stored in.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::integrity::{Integrity, IntegrityError, Shasum, ShasumError};
use crate::name::{NameError, PackageName};
use crate::version::{Version, VersionError};

/// How deeply a manifest may nest. Many JSON readers give up at 128 levels, and a packument adds two.
pub(crate) const MAX_DEPTH: usize = 100;

/// The fields that an installing client needs, and so all that the abbreviated packument has.
///
/// What is bundled can be spelled in two ways: npm publishes only the first, pnpm and bun what the
/// publisher wrote, and both read either.
const ABBREVIATED: [&str; 19] = [
    "name",
    "version",
    "dependencies",
    "optionalDependencies",
    "devDependencies",
    "bundleDependencies",
    "bundledDependencies",
    "peerDependencies",
    "peerDependenciesMeta",
    "acceptDependencies",
    "bin",
    "directories",
    "engines",
    "cpu",
    "os",
    "libc",
    "_hasShrinkwrap",
    "hasInstallScript",
    "funding",
];

/// What a client may send in a version that is not stored with it: attachments are the tarball, the
/// readme is kept once for the package, `_id` and `dist` are written anew, and a deprecation can be
/// taken back, so it is kept beside the text.
const NOT_STORED: [&str; 6] = [
    "_attachments",
    "_id",
    "deprecated",
    "dist",
    "readme",
    "readmeFilename",
];

/// The scripts that run when a package is installed.
const INSTALL_SCRIPTS: [&str; 3] = ["preinstall", "install", "postinstall"];

/// Holds one version's entry in a packument: its `package.json` and what clients and the registry add.
///
/// Only `name` and `version` are understood. Every field keeps its place and the exact text of its
/// value, so that what this program has never heard of (numbers of any precision included) reaches the
/// next client as it was published. Where a key is repeated the last value counts, as in JavaScript.
#[derive(Clone, Debug)]
pub struct Manifest {
    name: PackageName,
    version: Version,
    fields: Fields,
}

/// Why a manifest could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is JSON of another kind, or nothing at all.
    #[error("a manifest must be a JSON object")]
    NotAnObject,
    /// It is no JSON.
    #[error("the manifest is not valid JSON")]
    Json(#[source] serde_json::Error),
    /// Clients that read JSON recursively would fail on it.
    #[error("the manifest nests more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// Every manifest names its package and its version.
    #[error("the manifest must have a {field:?} that is a string")]
    Missing {
        /// `name` or `version`.
        field: &'static str,
    },
    /// The name is no name.
    #[error("the manifest's name is not valid: {0}")]
    Name(#[from] NameError),
    /// The version is no version.
    #[error("the manifest's version is not valid: {0}")]
    Version(#[from] VersionError),
    /// `dist` is something else than an object with text in it.
    #[error("the manifest's dist must be an object whose integrity and shasum are strings")]
    Dist,
    /// `dist.integrity` has a SHA-512 that is none.
    #[error("the manifest's dist is not valid: {0}")]
    Integrity(#[from] IntegrityError),
    /// `dist.shasum` is not a SHA-1.
    #[error("the manifest's dist is not valid: {0}")]
    Shasum(#[from] ShasumError),
    /// A value that was to be set cannot be written as JSON.
    #[error("the value for a manifest's field cannot be written as JSON")]
    Unwritable(#[source] serde_json::Error),
}

/// What the publisher says that the tarball hashes to. The tarball's bytes decide.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ClaimedDist {
    /// The SHA-512; none if the publisher named only weaker hashes.
    pub integrity: Option<Integrity>,
    /// The SHA-1.
    pub shasum: Option<Shasum>,
}

/// What the registry found in the tarball's bytes; it replaces what the publisher sent as `dist`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dist {
    /// The SHA-512 of the tarball.
    pub integrity: Integrity,
    /// The SHA-1 of the tarball.
    pub shasum: Shasum,
    /// How many files are in it.
    pub file_count: Option<u64>,
    /// How many bytes those files have.
    pub unpacked_size: Option<u64>,
    /// What the registry vouches for the name, the version and the integrity with.
    pub signatures: Vec<Signature>,
}

/// A signature over `name@version:integrity`, which `npm audit signatures` checks.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Signature {
    /// Names the key: `SHA256:` and the base64 of its hash.
    pub keyid: String,
    /// The signature, DER in base64.
    pub sig: String,
}

/// What a version adds to a packument, in both forms, ready to be joined with others.
///
/// Each is a JSON object whose last key is `dist`, and that object has no `tarball` yet: its URL depends
/// on how the registry is reached. So each text ends with `}}`, and the URL goes between the braces.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredManifest {
    /// Everything that is kept, for the full packument.
    pub full: String,
    /// What an installing client needs.
    pub abbreviated: String,
}

impl Manifest {
    /// Reads a manifest: a JSON object with a valid `name` and `version`.
    pub fn parse(json: &[u8]) -> Result<Self, ManifestError> {
        // Said before parsing, since the parser's own message would hold the whole value.
        if json.trim_ascii_start().first() != Some(&b'{') {
            return Err(ManifestError::NotAnObject);
        }
        if depth(json) > MAX_DEPTH {
            return Err(ManifestError::TooDeep);
        }
        let fields: Fields = serde_json::from_slice(json).map_err(ManifestError::Json)?;
        let text = |field| {
            fields
                .get_str(field)
                .ok_or(ManifestError::Missing { field })
        };
        let name = PackageName::parse(&text("name")?)?;
        let version = Version::parse(&text("version")?)?;
        Ok(Self {
            name,
            version,
            fields,
        })
    }

    /// Reads a manifest out of a larger document.
    pub fn from_raw(json: &RawValue) -> Result<Self, ManifestError> {
        Self::parse(json.get().as_bytes())
    }

    /// Returns the package's name.
    pub fn name(&self) -> &PackageName {
        &self.name
    }

    /// Returns the version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Returns a field's value as it was written.
    pub fn get(&self, key: &str) -> Option<&RawValue> {
        self.fields.get(key)
    }

    /// Returns a field's value if it is a string.
    pub fn get_str(&self, key: &str) -> Option<String> {
        self.fields.get_str(key)
    }

    /// Returns every field in the order in which they were written.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.fields
            .0
            .iter()
            .map(|(key, value)| (key.as_str(), &**value))
    }

    /// Sets a field: in its place if it is there, as the last one if not. A `name` or `version` has to be
    /// a valid one.
    pub fn set(
        &mut self,
        key: &str,
        value: &(impl Serialize + ?Sized),
    ) -> Result<(), ManifestError> {
        let value = to_raw_value(value).map_err(ManifestError::Unwritable)?;
        match key {
            "name" => {
                let text = as_string(&value).ok_or(ManifestError::Missing { field: "name" })?;
                self.name = PackageName::parse(&text)?;
            }
            "version" => {
                let text = as_string(&value).ok_or(ManifestError::Missing { field: "version" })?;
                self.version = Version::parse(&text)?;
            }
            _ => {}
        }
        self.fields.set(key, value);
        Ok(())
    }

    /// Removes a field. `name` and `version` stay, since without them it would be no manifest.
    pub fn remove(&mut self, key: &str) {
        if !matches!(key, "name" | "version") {
            self.fields.0.retain(|(present, _)| present != key);
        }
    }

    /// Returns what the publisher says that the tarball hashes to.
    pub fn claimed_dist(&self) -> Result<ClaimedDist, ManifestError> {
        let Some(dist) = self.get("dist").filter(|dist| dist.get() != "null") else {
            return Ok(ClaimedDist::default());
        };
        let dist = Fields::read(dist).ok_or(ManifestError::Dist)?;
        let text = |key| match dist.get(key).filter(|value| value.get() != "null") {
            None => Ok(None),
            Some(value) => as_string(value).map(Some).ok_or(ManifestError::Dist),
        };
        let integrity = match text("integrity")?.as_deref().map(Integrity::parse) {
            None | Some(Err(IntegrityError::NoSha512 { .. })) => None,
            Some(parsed) => Some(parsed?),
        };
        let shasum = text("shasum")?.as_deref().map(Shasum::parse).transpose()?;
        Ok(ClaimedDist { integrity, shasum })
    }

    /// Returns why the version should not be used any more, if it is deprecated.
    pub fn deprecated(&self) -> Option<String> {
        self.get_str("deprecated")
            .filter(|message| !message.is_empty())
    }

    /// Returns what a packument needs of this version, with `dist` in place of the publisher's.
    pub fn to_stored(&self, dist: &Dist) -> StoredManifest {
        let size = self
            .fields
            .0
            .iter()
            .map(|(key, value)| key.len() + value.get().len() + 8)
            .sum::<usize>();
        let mut full = ObjectWriter::with_capacity(size + DIST_SIZE);
        let mut abbreviated = ObjectWriter::with_capacity(DIST_SIZE);
        for (key, value) in &self.fields.0 {
            if NOT_STORED.contains(&key.as_str()) {
                continue;
            }
            full.field(key, value.get());
            if ABBREVIATED.contains(&key.as_str()) {
                abbreviated.field(key, value.get());
            }
        }
        if self.get("hasInstallScript").is_none() && self.has_install_script() {
            full.field("hasInstallScript", "true");
            abbreviated.field("hasInstallScript", "true");
        }
        full.field("_id", &format!("\"{}@{}\"", self.name, self.version));

        let mut stored = ObjectWriter::with_capacity(DIST_SIZE);
        stored.field("integrity", &format!("\"{}\"", dist.integrity));
        stored.field("shasum", &format!("\"{}\"", dist.shasum));
        if let Some(count) = dist.file_count {
            stored.field("fileCount", &count.to_string());
        }
        if let Some(size) = dist.unpacked_size {
            stored.field("unpackedSize", &size.to_string());
        }
        if !dist.signatures.is_empty()
            && let Ok(signatures) = to_raw_value(&dist.signatures)
        {
            stored.field("signatures", signatures.get());
        }
        let dist = stored.finish();
        full.field("dist", &dist);
        abbreviated.field("dist", &dist);
        StoredManifest {
            full: full.finish(),
            abbreviated: abbreviated.finish(),
        }
    }

    fn has_install_script(&self) -> bool {
        let scripts = self.get("scripts").and_then(Fields::read);
        scripts.is_some_and(|scripts| {
            let runs = |script| {
                scripts
                    .get_str(script)
                    .is_some_and(|command| !command.is_empty())
            };
            INSTALL_SCRIPTS.into_iter().any(runs)
        })
    }
}

/// About what `_id`, `hasInstallScript` and `dist` take.
const DIST_SIZE: usize = 512;

/// Returns the text that a JSON value is, if it is one.
fn as_string(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// How deeply objects and arrays nest. Does not care whether the rest is JSON; the parser does.
pub(crate) fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for &byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// A JSON object's keys in order, each with the exact text of its value.
#[derive(Clone, Debug, Default)]
struct Fields(Vec<(String, Box<RawValue>)>);

impl Fields {
    /// Reads an object; any other value is `None`.
    fn read(object: &RawValue) -> Option<Self> {
        serde_json::from_str(object.get()).ok()
    }

    fn get(&self, key: &str) -> Option<&RawValue> {
        self.0
            .iter()
            .find(|(present, _)| present == key)
            .map(|(_, value)| &**value)
    }

    fn get_str(&self, key: &str) -> Option<String> {
        self.get(key).and_then(as_string)
    }

    fn set(&mut self, key: &str, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(present, _)| present == key) {
            Some((_, present)) => *present = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields: Vec<(String, Box<RawValue>)> = Vec::new();
                // A search through the list for each key would take quadratic time on hostile input.
                let mut places: HashMap<String, usize> = HashMap::new();
                while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    match places.entry(key) {
                        Entry::Vacant(place) => {
                            fields.push((place.key().clone(), value));
                            place.insert(fields.len() - 1);
                        }
                        Entry::Occupied(place) => {
                            if let Some((_, present)) = fields.get_mut(*place.get()) {
                                *present = value;
                            }
                        }
                    }
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(FieldsVisitor)
    }
}

impl Serialize for Manifest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.0.len()))?;
        for (key, value) in &self.fields.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// Writes a compact JSON object from values that are JSON already.
struct ObjectWriter(String);

impl ObjectWriter {
    fn with_capacity(capacity: usize) -> Self {
        let mut text = String::with_capacity(capacity);
        text.push('{');
        Self(text)
    }

    fn field(&mut self, key: &str, json: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&serde_json::Value::from(key).to_string());
        self.0.push(':');
        self.0.push_str(json);
    }

    fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

#[cfg(test)]
mod tests;
