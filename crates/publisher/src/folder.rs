//! A folder, packed and published in one go, or only packed to see what that would be.

use std::{ops::ControlFlow, path::PathBuf, pin::pin};

use client::{Credentials, Npmrc, Progress, RegistryUrl, RequestError};
use npm_model::{DistTag, Integrity, PackageName, Version};
use serde_json::Value;
use tokio::sync::watch;

use crate::{
    ListError, ManifestError, Note, PackError, PackProgress, PackageError, Packed, PackedFile,
    PublishError, PublishOptions, pack, publish,
    publish::{check, target},
};

/// The registry that a package goes to, unless its `publishConfig` names another.
#[derive(Clone, Debug)]
pub struct Home {
    /// Where it is asked.
    pub registry: RegistryUrl,
    /// What it is asked with. Another registry never gets it.
    pub credentials: Option<Credentials>,
    /// Other names of the same registry.
    pub also: Vec<RegistryUrl>,
}

/// A folder that is to be published.
#[derive(Clone, Debug)]
pub struct FolderOptions {
    /// The folder.
    pub folder: PathBuf,
    /// The dist-tag that is to point at the version, if somebody says.
    pub tag: Option<DistTag>,
    /// Whether nothing is sent.
    pub dry_run: bool,
}

/// How far it is.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Files are being packed.
    Packing(PackProgress),
    /// The request is being sent.
    Sending(Progress),
}

/// A folder that was published, or would have been.
#[derive(Clone, Debug)]
pub struct PublishedFolder {
    /// The package's name.
    pub name: PackageName,
    /// The version.
    pub version: Version,
    /// The dist-tag that points at it.
    pub tag: DistTag,
    /// Where it is.
    pub registry: RegistryUrl,
    /// The SHA-512 of the tarball.
    pub integrity: Integrity,
    /// Bytes of the tarball.
    pub size: u64,
    /// Bytes of all files.
    pub unpacked_size: u64,
    /// The files, in the order of the tarball.
    pub files: Vec<PackedFile>,
    /// What whoever publishes might want to know.
    pub notes: Vec<Note>,
}

/// Why a folder was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishFolderError {
    /// It could not be packed.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// It could not be sent.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The work was dropped because the process is stopping.
    #[error("packing was interrupted")]
    Interrupted,
}

/// Whose fault it is that a folder was not published, for colours and exit codes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The package's, or what was said: the registry was not asked.
    Package,
    /// Nobody's: the registry said no.
    Refused,
    /// The registry is down, or cannot be reached from here.
    Unreachable,
    /// A disk's, a network's or the registry's own: trying again may help.
    Broken,
}

impl PublishFolderError {
    /// Whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Interrupted => Fault::Broken,
            Self::Pack(error) => match error {
                PackError::Package(
                    PackageError::Missing { .. }
                    | PackageError::Json { .. }
                    | PackageError::TooLarge { .. },
                )
                | PackError::List(
                    ListError::Package(_)
                    | ListError::NotUnicode { .. }
                    | ListError::TooMany { .. }
                    | ListError::Files { .. }
                    | ListError::TooDeep { .. },
                )
                | PackError::Manifest(
                    ManifestError::NoName
                    | ManifestError::Name(_)
                    | ManifestError::NoVersion
                    | ManifestError::Version { .. }
                    | ManifestError::Main,
                ) => Fault::Package,
                PackError::Package(PackageError::Read { .. })
                | PackError::List(ListError::Read { .. })
                | PackError::Manifest(ManifestError::Read { .. })
                | PackError::Vanished { .. }
                | PackError::Changed { .. }
                | PackError::Read { .. }
                | PackError::Write(_)
                | PackError::GivenUp => Fault::Broken,
            },
            Self::Publish(error) => match error {
                PublishError::Private { .. }
                | PublishError::Name(_)
                | PublishError::PrereleaseWithoutTag { .. }
                | PublishError::RestrictedWithoutScope { .. }
                | PublishError::Tag(_)
                | PublishError::TagIsRange { .. }
                | PublishError::Access { .. }
                | PublishError::Settings(_)
                | PublishError::Registry(_)
                | PublishError::Credentials(_) => Fault::Package,
                PublishError::NotLoggedIn { .. }
                | PublishError::LoginRefused { .. }
                | PublishError::OtpNeeded { .. }
                | PublishError::Forbidden { .. }
                | PublishError::AlreadyPublished { .. }
                | PublishError::NotHighest { .. }
                | PublishError::TooLarge { .. } => Fault::Refused,
                PublishError::Request(error) => match error {
                    RequestError::Unreachable { .. } | RequestError::Certificates { .. } => {
                        Fault::Unreachable
                    }
                    RequestError::Refused { refusal, .. } if !refusal.status.is_server_error() => {
                        Fault::Refused
                    }
                    _ => Fault::Broken,
                },
            },
        }
    }

    /// Whether it is this registry that is down, or cannot be reached from here.
    pub fn is_down(&self, home: &Home) -> bool {
        let Self::Publish(PublishError::Request(RequestError::Unreachable { registry, .. })) = self
        else {
            return false;
        };
        *registry == home.registry
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Publish(error) => error.hint(),
            Self::Pack(_) | Self::Interrupted => None,
        }
    }
}

/// Packs a folder and publishes it. Dropping the future ends it; the registry then has nothing, or all of it.
pub async fn publish_folder(
    options: FolderOptions,
    home: &Home,
    npmrc: &Npmrc,
    mut report: impl FnMut(Step) + Send,
) -> Result<PublishedFolder, PublishFolderError> {
    let FolderOptions {
        folder,
        tag,
        dry_run,
    } = options;
    let (tell, mut told) = watch::channel(None);
    let packing = tell.clone();
    let packing = tokio::task::spawn_blocking(move || {
        pack(&folder, |progress| {
            packing.send_replace(Some(Step::Packing(progress)));
            // Nobody listens any more.
            if packing.is_closed() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    });
    let packed = reporting(packing, &mut told, &mut report).await;
    let packed = packed.map_err(|_| PublishFolderError::Interrupted)??;

    let mut options = PublishOptions {
        registry: (!names_registry(&packed)).then(|| home.registry.clone()),
        tag,
        ..PublishOptions::default()
    };
    let mut target = target(&packed.name, &packed.manifest, npmrc, &options)?;
    if target.registry == home.registry || home.also.contains(&target.registry) {
        target.registry = home.registry.clone();
        options.registry = Some(home.registry.clone());
        options.credentials.clone_from(&home.credentials);
    }
    let published = PublishedFolder {
        name: packed.name.clone(),
        version: packed.version.clone(),
        tag: target.tag.clone(),
        registry: target.registry.clone(),
        integrity: packed.integrity,
        size: packed.size,
        unpacked_size: packed.unpacked_size,
        files: packed.files.clone(),
        notes: packed.notes.clone(),
    };
    if dry_run {
        check(&packed, &target)?;
        return Ok(published);
    }
    let sending = move |progress| {
        tell.send_replace(Some(Step::Sending(progress)));
    };
    let sent = publish(packed, npmrc, &options, sending);
    reporting(sent, &mut told, &mut report).await?;
    Ok(published)
}

/// Does something, and passes on meanwhile how far it is.
async fn reporting<T>(
    work: impl Future<Output = T>,
    told: &mut watch::Receiver<Option<Step>>,
    report: &mut (impl FnMut(Step) + Send),
) -> T {
    let mut work = pin!(work);
    loop {
        let done = tokio::select! {
            biased;
            done = &mut work => Some(done),
            Ok(()) = told.changed() => None,
        };
        let step = *told.borrow_and_update();
        if let Some(step) = step {
            report(step);
        }
        if let Some(done) = done {
            return done;
        }
    }
}

/// Whether the package itself says where it goes.
fn names_registry(packed: &Packed) -> bool {
    let Some(config) = packed.manifest.get("publishConfig") else {
        return false;
    };
    let says = |key: &str| {
        let value = config.get(key).and_then(Value::as_str);
        value.is_some_and(|url| !url.is_empty())
    };
    let of_scope = packed.name.scope();
    let of_scope = of_scope.is_some_and(|scope| says(&format!("@{scope}:registry")));
    of_scope || says("registry")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use client::Environment;
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;

    fn url(text: &str) -> RegistryUrl {
        text.parse().unwrap()
    }

    fn folder(config: &Value) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let manifest = json!({ "name": "@acme/x", "version": "1.0.0", "publishConfig": config });
        let path = folder.path().join("package.json");
        fs::write(path, manifest.to_string()).unwrap();
        folder
    }

    async fn dry(
        config: Value,
        steps: &mut Vec<Step>,
    ) -> Result<PublishedFolder, PublishFolderError> {
        let home = Home {
            registry: url("http://127.0.0.1:4873"),
            credentials: None,
            also: vec![url("http://localhost:4873")],
        };
        let npmrc = Npmrc::parse("registry=https://npmrc.example/", &Environment::default());
        let made = folder(&config);
        let options = FolderOptions {
            folder: made.path().to_owned(),
            tag: None,
            dry_run: true,
        };
        publish_folder(options, &home, &npmrc, |step| steps.push(step)).await
    }

    #[tokio::test]
    async fn a_package_goes_home_unless_it_names_another_registry() {
        for (config, expected) in [
            (json!({}), "http://127.0.0.1:4873/"),
            (json!({ "tag": "beta" }), "http://127.0.0.1:4873/"),
            (json!({ "registry": "" }), "http://127.0.0.1:4873/"),
            (
                json!({ "registry": "http://LOCALHOST:4873" }),
                "http://127.0.0.1:4873/",
            ),
            (
                json!({ "registry": "https://a.example" }),
                "https://a.example/",
            ),
            (
                json!({ "@acme:registry": "https://b.example/npm" }),
                "https://b.example/npm/",
            ),
            (
                json!({ "@other:registry": "https://b.example" }),
                "http://127.0.0.1:4873/",
            ),
        ] {
            let mut steps = Vec::new();
            let done = dry(config.clone(), &mut steps).await.unwrap();
            assert_eq!(done.registry.as_str(), expected, "{config}");
            let last = steps.last();
            assert!(
                matches!(last, Some(Step::Packing(it)) if it.bytes == it.all_bytes),
                "{last:?}"
            );
        }
    }

    #[tokio::test]
    async fn whose_fault_it_is_and_what_to_do_is_said() {
        let mut steps = Vec::new();
        let wrong = dry(json!({ "registry": "ftp://a" }), &mut steps).await;
        assert_eq!(wrong.unwrap_err().fault(), Fault::Package);
        let options = FolderOptions {
            folder: "/nowhere".into(),
            tag: None,
            dry_run: false,
        };
        let home = Home {
            registry: url("http://127.0.0.1:9"),
            credentials: None,
            also: Vec::new(),
        };
        let npmrc = Npmrc::default();
        let missing = publish_folder(options, &home, &npmrc, |_| ()).await;
        assert_eq!(missing.unwrap_err().fault(), Fault::Package);
        let made = folder(&json!({}));
        let options = FolderOptions {
            folder: made.path().to_owned(),
            tag: None,
            dry_run: false,
        };
        let nobody = publish_folder(options, &home, &npmrc, |_| ()).await;
        let nobody = nobody.unwrap_err();
        assert_eq!(nobody.fault(), Fault::Refused);
        assert!(nobody.hint().unwrap().contains("npm login"));
    }
}
