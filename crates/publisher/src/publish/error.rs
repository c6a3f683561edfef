//! Why a package was not published, and what to do about it.

use client::{Challenge, CredentialsError, NpmrcError, RegistryUrl, RequestError};
use http::StatusCode;
use npm_model::{DistTag, DistTagError, NameError, PackageName, Quoted, Version};

use super::Published;

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

/// Says what an answer means for whoever publishes.
pub(super) fn explained(error: RequestError, published: &Published) -> PublishError {
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
