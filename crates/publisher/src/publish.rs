//! The publish request, as npm 11 makes it.

use std::collections::BTreeMap;

use bytes::Bytes;
use client::{Npmrc, Part, Progress, Registry, RegistryUrl, RequestError, Upload};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use npm_model::{DistTag, Integrity, PackageName, Version};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Packed, PackedFile};

mod error;
mod target;

pub use error::PublishError;
pub use target::{Access, PublishOptions, Target, target};

/// What npm asks for before it publishes: the short form.
const SHORT: &str = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";

/// A version that is published.
#[derive(Clone, Debug)]
pub struct Published {
    /// The package's name.
    pub name: PackageName,
    /// The version.
    pub version: Version,
    /// The dist-tag that points to it.
    pub tag: DistTag,
    /// Where it is.
    pub registry: RegistryUrl,
    /// The SHA-512 of the tarball.
    pub integrity: Integrity,
    /// Bytes of the tarball.
    pub size: u64,
    /// The files, in the order of the tarball.
    pub files: Vec<PackedFile>,
}

/// Publishes a packed folder. Dropping the future ends it; the registry then has nothing, or all of it.
///
/// Reports what the connection has taken of the request, which is a third longer than the tarball.
pub async fn publish(
    packed: Packed,
    npmrc: &Npmrc,
    options: &PublishOptions,
    report: impl Fn(Progress) + Send + Sync + 'static,
) -> Result<Published, PublishError> {
    let target = target(&packed.name, &packed.manifest, npmrc, options)?;
    check(&packed, &target)?;
    let is_own = options.registry.as_ref() == Some(&target.registry)
        || npmrc.registry_for(&packed.name)? == target.registry;
    let credentials = match &options.credentials {
        Some(credentials) if is_own => Some(credentials.clone()),
        _ => npmrc.credentials_for(&target.registry)?,
    };
    if credentials.is_none() {
        return Err(PublishError::NotLoggedIn {
            registry: target.registry,
        });
    }
    let command = HeaderName::from_static("npm-command");
    let mut registry = Registry::new(target.registry.clone(), credentials)
        .with_header(command, HeaderValue::from_static("publish"));
    let otp = options.otp.as_deref().map(HeaderValue::from_str);
    if let Some(Ok(mut otp)) = otp {
        otp.set_sensitive(true);
        registry = registry.with_header(HeaderName::from_static("npm-otp"), otp);
    }
    compare(&registry, &packed, &target).await?;
    let Packed {
        name,
        version,
        files,
        size,
        integrity,
        ..
    } = &packed;
    let published = Published {
        name: name.clone(),
        version: version.clone(),
        tag: target.tag.clone(),
        registry: target.registry.clone(),
        integrity: *integrity,
        size: *size,
        files: files.clone(),
    };
    let upload = document(packed, &target).reporting(report);
    let path = RegistryUrl::package_path(&published.name);
    match registry.upload(Method::PUT, &path, upload).await {
        Ok(_) => Ok(published),
        Err(error) => Err(error::explained(error, &published)),
    }
}

/// What npm checks before it asks anybody.
pub(crate) fn check(packed: &Packed, target: &Target) -> Result<(), PublishError> {
    if packed.manifest.is_something("private") {
        return Err(PublishError::Private {
            name: packed.name.clone(),
        });
    }
    if packed.name.scope().is_none() && target.access == Some(Access::Restricted) {
        return Err(PublishError::RestrictedWithoutScope {
            name: packed.name.clone(),
        });
    }
    if packed.version.is_prerelease() && !target.is_tag_chosen {
        return Err(PublishError::PrereleaseWithoutTag {
            version: packed.version.clone(),
        });
    }
    Ok(())
}

/// Compares with what is published, so that nothing is sent in vain. What cannot be read decides nothing.
async fn compare(
    registry: &Registry,
    packed: &Packed,
    target: &Target,
) -> Result<(), PublishError> {
    #[derive(Deserialize)]
    struct Versions {
        #[serde(default)]
        versions: BTreeMap<String, Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        #[serde(default)]
        deprecated: Value,
    }
    let path = RegistryUrl::package_path(&packed.name);
    let found = match registry.get_json_as::<Versions>(&path, SHORT).await {
        Ok(found) => found,
        // Nothing could be sent there either.
        Err(
            error @ (RequestError::Unreachable { .. }
            | RequestError::Certificates { .. }
            | RequestError::Redirected { .. }
            | RequestError::TooSlow { .. }),
        ) => return Err(error.into()),
        Err(error) => {
            return match error.refusal().map(|refusal| refusal.status) {
                // Nobody has it yet, and a new name has to keep to stricter rules.
                Some(StatusCode::NOT_FOUND) => Ok(packed.name.check_new()?),
                Some(StatusCode::UNAUTHORIZED) => Err(PublishError::LoginRefused {
                    registry: target.registry.clone(),
                }),
                _ => Ok(()),
            };
        }
    };
    let (name, version) = (&packed.name, &packed.version);
    if found.versions.contains_key(version.as_str()) {
        return Err(PublishError::AlreadyPublished {
            registry: target.registry.clone(),
            name: name.clone(),
            version: version.clone(),
        });
    }
    let released = found
        .versions
        .iter()
        .filter(|(_, entry)| !crate::document::is_something(&entry.deprecated));
    let released = released.filter_map(|(version, _)| Version::parse(version).ok());
    let released = released.filter(|version| !version.is_prerelease());
    let highest = released.max_by(Version::precedence);
    match highest {
        Some(highest) if !target.is_tag_chosen && highest.precedence(version).is_ge() => {
            Err(PublishError::NotHighest {
                name: name.clone(),
                version: version.clone(),
                highest,
            })
        }
        _ => Ok(()),
    }
}

/// The document that publishes, with the tarball read while it is sent.
fn document(packed: Packed, target: &Target) -> Upload {
    let (name, version) = (packed.name.as_str(), packed.version.as_str());
    let file = format!("{name}-{version}.tgz");
    let mut manifest = packed.manifest;
    let url = format!("{}{name}/-/{file}", target.registry);
    // npm says HTTP of every registry.
    let url = match url.strip_prefix("https://") {
        Some(rest) => format!("http://{rest}"),
        None => url,
    };
    let mut dist = match manifest.get("dist") {
        Some(Value::Object(dist)) => dist,
        _ => serde_json::Map::new(),
    };
    let digests = [
        ("integrity", packed.integrity.to_string()),
        ("shasum", packed.shasum.to_string()),
        ("tarball", url),
    ];
    for (key, value) in digests {
        dist.insert(key.to_owned(), value.into());
    }
    manifest.set("dist", &Value::Object(dist));
    let description = manifest
        .get("description")
        .map_or(String::new(), |text| format!(r#""description":{text},"#));
    let access = target.access.map(Access::as_str);
    let before = format!(
        r#"{{"_id":{name},"name":{name},{description}"dist-tags":{tags},"versions":{{{version}:{manifest}}},"access":{access},"_attachments":{{{file}:{{"content_type":"application/octet-stream","data":""#,
        name = json!(name),
        tags = json!({ target.tag.as_str(): version }),
        version = json!(version),
        manifest = manifest.to_json(),
        access = json!(access),
        file = json!(file),
    );
    let after = format!(r#"","length":{}}}}}}}"#, packed.size);
    Upload::new(
        "application/json",
        vec![
            Part::Bytes(Bytes::from(before)),
            Part::Base64 {
                file: packed.tarball,
                size: packed.size,
            },
            Part::Bytes(Bytes::from(after)),
        ],
    )
}
