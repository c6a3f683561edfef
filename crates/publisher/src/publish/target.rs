//! Where a package goes, and under which tag.

use client::{Credentials, Npmrc, RegistryUrl};
use npm_model::{DistTag, PackageName, Quoted, Range};
use serde_json::Value;

use super::PublishError;
use crate::Document;

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

    pub(super) fn as_str(self) -> &'static str {
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

/// Decides where a package goes, and under which tag: what is said wins over `publishConfig`, and that over `.npmrc`.
pub fn target(
    name: &PackageName,
    manifest: &Document,
    npmrc: &Npmrc,
    options: &PublishOptions,
) -> Result<Target, PublishError> {
    let config = manifest.get("publishConfig");
    let config = |key: &str| {
        let value = config.as_ref().and_then(|config| config.get(key));
        let text = value.and_then(Value::as_str);
        text.filter(|text| !text.is_empty())
    };
    let scoped = name.scope();
    let scoped = scoped.and_then(|scope| config(&format!("@{scope}:registry")));
    let registry = match (&options.registry, scoped.or_else(|| config("registry"))) {
        (Some(registry), _) => registry.clone(),
        (None, Some(registry)) => registry.parse()?,
        (None, None) => npmrc.registry_for(name)?,
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
