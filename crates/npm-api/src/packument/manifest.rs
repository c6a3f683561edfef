use auth::{Action, Need, Permit};
use npm_model::{DistTag, PackageName, Version};
use web::Response;

use super::{lacks, not_published};
use crate::{fresh, reject::Reject, service::Context};

/// Sends one version's manifest.
#[derive(Debug)]
pub(crate) struct GetManifest {
    package: PackageName,
    selector: Selector,
}

#[derive(Debug)]
enum Selector {
    Version(Version),
    DistTag(DistTag),
}

impl GetManifest {
    pub(crate) fn new(package: PackageName, selector: &str) -> Result<Self, Reject> {
        let selector = match (Version::parse(selector), DistTag::parse(selector)) {
            (Ok(version), _) => Selector::Version(version),
            (Err(_), Ok(tag)) => Selector::DistTag(tag),
            (Err(_), Err(_)) => {
                let sent: String = selector.chars().take(100).collect();
                return Err(Reject::not_found(format!(
                    "{sent:?} is neither a version nor a dist-tag"
                )));
            }
        };
        Ok(Self { package, selector })
    }

    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Read, self.package.clone())
    }

    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let Self { package, selector } = self;
        let version = match selector {
            Selector::Version(version) => version,
            Selector::DistTag(wanted) => {
                let tags = context.store.dist_tags(&package).await?;
                let tags = tags.ok_or_else(|| not_published(&package))?;
                let found = tags.into_iter().find(|(tag, _)| *tag == wanted);
                let missing = || Reject::not_found(format!("{package} has no dist-tag {wanted}"));
                found.ok_or_else(missing)?.1
            }
        };
        let manifest = context
            .store
            .manifest(&package, &version, &context.base)
            .await?;
        let Some(manifest) = manifest else {
            let text = format!("version not found: {version}");
            return Err(lacks(context, &package, text).await);
        };
        fresh::json(permit, context.headers, manifest)
    }
}
