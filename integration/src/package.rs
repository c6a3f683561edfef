//! Packages to publish, and the document that publishes them.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use npm_model::Digests;
use serde_json::{Map, Value, json};

use crate::http::{Http, Request};

/// One version of a package, made for a story.
#[derive(Clone, Debug)]
pub struct Package {
    name: String,
    version: String,
    tag: String,
    manifest: Map<String, Value>,
    files: Vec<(String, Vec<u8>)>,
    tarball: Option<Vec<u8>>,
}

impl Package {
    /// Begins a package whose tarball holds a manifest and a small module.
    pub fn new(name: &str, version: &str) -> Self {
        let mut manifest = Map::new();
        manifest.insert("name".into(), name.into());
        manifest.insert("version".into(), version.into());
        manifest.insert("description".into(), format!("The package {name}").into());
        manifest.insert("license".into(), "MIT".into());
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            tag: "latest".to_owned(),
            manifest,
            files: Vec::new(),
            tarball: None,
        }
    }

    /// Publishes under this tag in place of `latest`.
    #[must_use]
    pub fn tag(mut self, tag: &str) -> Self {
        tag.clone_into(&mut self.tag);
        self
    }

    /// Sets a field of package.json.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.manifest.insert(name.to_owned(), value.into());
        self
    }

    /// Adds these bytes as a file, to make the tarball big or different.
    #[must_use]
    pub fn filler(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.file("filler.bin", bytes)
    }

    /// Adds a file to the tarball.
    #[must_use]
    pub fn file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((format!("package/{path}"), bytes.into()));
        self
    }

    /// Publishes these bytes in place of a well-made tarball.
    #[must_use]
    pub fn with_tarball(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.tarball = Some(bytes.into());
        self
    }

    /// Makes the tarball now, so that it is not made again each time it is needed.
    #[must_use]
    pub fn sealed(self) -> Self {
        let tarball = self.tarball();
        self.with_tarball(tarball)
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the tag that it is published under.
    pub fn dist_tag(&self) -> &str {
        &self.tag
    }

    /// Returns what is in its package.json.
    pub fn manifest(&self) -> &Map<String, Value> {
        &self.manifest
    }

    /// Returns the tarball: the same bytes each time.
    pub fn tarball(&self) -> Vec<u8> {
        if let Some(tarball) = &self.tarball {
            return tarball.clone();
        }
        let package_json = serde_json::to_vec_pretty(&self.manifest).unwrap();
        let module = format!("module.exports = {:?};\n", self.version);
        let mut files: Vec<(&str, &[u8])> = vec![
            ("package/package.json", &package_json),
            ("package/index.js", module.as_bytes()),
        ];
        let others = self.files.iter();
        files.extend(others.map(|(path, bytes)| (path.as_str(), bytes.as_slice())));
        let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (path, bytes) in files {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(499_162_500);
            archive.append_data(&mut header, path, bytes).unwrap();
        }
        archive.into_inner().unwrap().finish().unwrap()
    }

    /// Returns the sha512 of the tarball, as `sha512-…`.
    pub fn integrity(&self) -> String {
        Digests::of(&self.tarball()).integrity.to_string()
    }

    /// Returns the document that npm would send.
    pub fn document(&self) -> Value {
        let Self {
            name, version, tag, ..
        } = self;
        let tarball = self.tarball();
        let digests = Digests::of(&tarball);
        let file = format!("{name}-{version}.tgz");
        let mut manifest = self.manifest.clone();
        manifest.insert("_id".into(), format!("{name}@{version}").into());
        manifest.insert("readme".into(), format!("# {name}\n").into());
        manifest.insert("readmeFilename".into(), "README.md".into());
        manifest.insert(
            "dist".into(),
            json!({
                "integrity": digests.integrity.to_string(),
                "shasum": digests.shasum.to_string(),
                "tarball": format!("http://localhost:4873/{name}/-/{file}"),
            }),
        );
        json!({
            "_id": name,
            "name": name,
            "description": manifest.get("description"),
            "dist-tags": { tag: version },
            "versions": { version: manifest },
            "access": null,
            "_attachments": {
                file: {
                    "content_type": "application/octet-stream",
                    "data": STANDARD.encode(&tarball),
                    "length": tarball.len(),
                },
            },
        })
    }

    /// Returns the path of the package's document, spelled as npm spells it.
    pub fn path(&self) -> String {
        document_path(&self.name)
    }

    /// Returns the request that publishes it.
    pub fn publish<'a>(&self, http: &'a Http) -> Request<'a> {
        http.put(&self.path()).json(&self.document())
    }
}

/// Returns the path of a package's document, spelled as npm spells it.
pub fn document_path(name: &str) -> String {
    format!("/{}", name.replace('/', "%2f"))
}

/// Returns a text with every byte percent-encoded, so that nothing on the way can take it for a separator.
pub fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        let _ = write!(encoded, "%{byte:02X}");
        encoded
    })
}
