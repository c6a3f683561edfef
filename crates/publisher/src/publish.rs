//! The publish request, as npm 11 makes it.

use std::collections::BTreeMap;

use bytes::Bytes;
use client::{
    Challenge, Credentials, CredentialsError, Npmrc, NpmrcError, Part, Progress, Registry,
    RegistryUrl, RequestError, Upload,
};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use npm_model::{DistTag, DistTagError, Integrity, NameError, PackageName, Quoted, Range, Version};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Packed, PackedFile};

/// What npm asks for before it publishes: the short form.
const SHORT: &str = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";

/// Who may read a package, as far as registries go by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Those whom the registry lets, for packages with a scope.
    Restricted,
}

impl Access {
    /// Reads `public` or `restricted`.
    pub fn parse(text: &str) -> Result<Self, PublishError> {
        match text {
            "public" => Ok(Self::Public),
            "restricted" => Ok(Self::Restricted),
            _ => Err(PublishError::Access {
                text: Quoted::new(text),
            }),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Restricted => "restricted",
        }
    }
}

/// What whoever publishes says, where that is not what the package or `.npmrc` says.
#[derive(Clone, Debug, Default)]
pub struct PublishOptions {
    /// Where to.
    pub registry: Option<RegistryUrl>,
    /// With what, if it is not in `.npmrc`. For `registry`, or else for the one that `.npmrc` has for the package:
    /// never for one that only the package itself names.
    pub credentials: Option<Credentials>,
    /// The dist-tag that points to the version.
    pub tag: Option<DistTag>,
    /// Who may read the package.
    pub access: Option<Access>,
    /// A one-time password.
    pub otp: Option<String>,
}

/// Where a package would go, and how.
#[derive(Clone, Debug)]
pub struct Target {
    /// The registry.
    pub registry: RegistryUrl,
    /// The dist-tag that will point to the version.
    pub tag: DistTag,
    /// Whether somebody chose the tag.
    pub is_tag_chosen: bool,
    /// Who may read the package, if somebody says.
    pub access: Option<Access>,
}

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

/// Why a package was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Its author does not want it to be.
    #[error("{name} is private, by the field `private` in its package.json")]
    Private {
        /// The package.
        name: PackageName,
    },
    /// No registry hosts a new package of this name.
    #[error("the `name` in package.json cannot be published: {0}")]
    Name(#[from] NameError),
    /// Nobody would get it who asks for `latest`, or everybody.
    #[error("{version} is a prerelease, which needs a tag of its own")]
    PrereleaseWithoutTag {
        /// The version.
        version: Version,
    },
    /// Only a scope can be restricted.
    #[error("access to {name} cannot be restricted, as it has no scope")]
    RestrictedWithoutScope {
        /// The package.
        name: PackageName,
    },
    /// A tag that is none.
    #[error(transparent)]
    Tag(#[from] DistTagError),
    /// A tag that clients take for a version.
    #[error("the tag {tag} could be taken for a version")]
    TagIsRange {
        /// The tag.
        tag: DistTag,
    },
    /// Who may read it is said in words that nobody knows.
    #[error("access {text} is neither `public` nor `restricted`")]
    Access {
        /// The text.
        text: Quoted,
    },
    /// The settings say no registry.
    #[error(transparent)]
    Settings(#[from] NpmrcError),
    /// `publishConfig` in `package.json` says no registry.
    #[error("the `publishConfig` in package.json names no registry: {0}")]
    Registry(#[from] client::RegistryUrlError),
    /// The settings hold credentials that cannot be sent.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// Nobody is logged in there.
    #[error("publishing to {registry} needs a login")]
    NotLoggedIn {
        /// The registry.
        registry: RegistryUrl,
    },
    /// The credentials are not, or no longer, those of anybody.
    #[error("{registry} does not accept the login")]
    LoginRefused {
        /// The registry.
        registry: RegistryUrl,
    },
    /// A one-time password is needed, or was not the right one.
    #[error("{registry} wants a one-time password")]
    OtpNeeded {
        /// The registry.
        registry: RegistryUrl,
    },
    /// Whoever is logged in may not.
    #[error("{registry} does not let this account publish {name}{}", because(said.as_deref()))]
    Forbidden {
        /// The registry.
        registry: RegistryUrl,
        /// The package.
        name: PackageName,
        /// What the registry said.
        said: Option<String>,
    },
    /// Published versions never change.
    #[error("{name}@{version} is already published on {registry}")]
    AlreadyPublished {
        /// The registry.
        registry: RegistryUrl,
        /// The package.
        name: PackageName,
        /// The version.
        version: Version,
    },
    /// `latest` would go back to an older version.
    #[error("{highest} of {name} is published already, and is higher than {version}")]
    NotHighest {
        /// The package.
        name: PackageName,
        /// The version.
        version: Version,
        /// The highest version that is published.
        highest: Version,
    },
    /// The registry takes no tarball as large.
    #[error("{registry} takes no tarball of {size} bytes{}", because(said.as_deref()))]
    TooLarge {
        /// The registry.
        registry: RegistryUrl,
        /// Bytes of the tarball.
        size: u64,
        /// What the registry said.
        said: Option<String>,
    },
    /// There is no answer, or another one.
    #[error(transparent)]
    Request(#[from] RequestError),
}

impl PublishError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Private { .. } => {
                "take `private` out of package.json if everybody on the registry may have it"
                    .to_owned()
            }
            Self::PrereleaseWithoutTag { .. } => {
                "name one with --tag, such as --tag next".to_owned()
            }
            Self::NotHighest { .. } => {
                "raise the version, or name a tag with --tag that is not `latest`".to_owned()
            }
            Self::NotLoggedIn { registry } | Self::LoginRefused { registry } => {
                format!("npm login --registry {registry}")
            }
            Self::OtpNeeded { .. } => "pass the one-time password of your second factor".to_owned(),
            Self::Forbidden { name, .. } => {
                format!("ask an owner of {name}, or an admin of the registry, for the right")
            }
            Self::AlreadyPublished { .. } => "raise the version in package.json".to_owned(),
            Self::TooLarge { .. } => {
                "leave out what nobody needs: `files` in package.json says what goes in".to_owned()
            }
            Self::Request(RequestError::Unreachable { registry, .. }) => {
                format!("is the registry at {registry} running?")
            }
            _ => return None,
        };
        Some(hint)
    }
}

/// Decides where a package goes, and under which tag: what is said wins over `publishConfig`, and that over `.npmrc`.
pub fn target(
    packed: &Packed,
    npmrc: &Npmrc,
    options: &PublishOptions,
) -> Result<Target, PublishError> {
    let config = packed.manifest.get("publishConfig");
    let config = |key: &str| {
        let value = config.as_ref().and_then(|config| config.get(key));
        let text = value.and_then(Value::as_str);
        text.filter(|text| !text.is_empty())
    };
    let scoped = packed.name.scope();
    let scoped = scoped.and_then(|scope| config(&format!("@{scope}:registry")));
    let registry = match (&options.registry, scoped.or_else(|| config("registry"))) {
        (Some(registry), _) => registry.clone(),
        (None, Some(registry)) => registry.parse()?,
        (None, None) => npmrc.registry_for(&packed.name)?,
    };
    let chosen = match &options.tag {
        Some(tag) => Some(tag.clone()),
        None => config("tag")
            .or_else(|| npmrc.get("tag"))
            .map(DistTag::parse)
            .transpose()?,
    };
    if let Some(tag) = chosen
        .as_ref()
        .filter(|tag| Range::parse(tag.as_str()).is_ok())
    {
        return Err(PublishError::TagIsRange { tag: tag.clone() });
    }
    let access = match options.access {
        Some(access) => Some(access),
        None => config("access")
            .or_else(|| npmrc.get("access").filter(|access| *access != "null"))
            .map(Access::parse)
            .transpose()?,
    };
    Ok(Target {
        registry,
        is_tag_chosen: chosen.is_some(),
        tag: chosen.unwrap_or_else(DistTag::latest),
        access,
    })
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
    let target = target(&packed, npmrc, options)?;
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
        Err(error) => Err(explained(error, &published)),
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

/// Says what an answer means for whoever publishes.
fn explained(error: RequestError, published: &Published) -> PublishError {
    let Some(refusal) = error.refusal() else {
        return error.into();
    };
    let registry = published.registry.clone();
    let name = published.name.clone();
    let said = refusal.text.clone();
    let is_over = said.as_ref().is_some_and(|said| {
        said.contains("previously published") || said.contains("already published")
    });
    match (refusal.status, refusal.challenge) {
        (StatusCode::UNAUTHORIZED, Some(Challenge::Otp)) => PublishError::OtpNeeded { registry },
        (StatusCode::UNAUTHORIZED, None | Some(Challenge::Bearer | Challenge::Basic)) => {
            PublishError::LoginRefused { registry }
        }
        (StatusCode::FORBIDDEN | StatusCode::CONFLICT, _) if is_over => {
            PublishError::AlreadyPublished {
                registry,
                name,
                version: published.version.clone(),
            }
        }
        (StatusCode::FORBIDDEN, _) => PublishError::Forbidden {
            registry,
            name,
            said,
        },
        (StatusCode::PAYLOAD_TOO_LARGE, _) => PublishError::TooLarge {
            registry,
            size: published.size,
            said,
        },
        _ => error.into(),
    }
}

fn because(said: Option<&str>) -> String {
    said.map(|said| format!(": {said}")).unwrap_or_default()
}
