use auth::{Action, Need, Permit};
use http::StatusCode;
use npm_model::PackageName;
use web::{Response, receive, reply};

use super::wire::{Changed, Document};
use crate::{
    bodies::LONGEST_DOCUMENT,
    reject::Reject,
    service::{Context, Incoming},
};

/// What yarn 1 and old clients send in place of a `_rev` that they do not have.
const UNDEFINED: &str = "undefined";

/// Removes the versions that the document lacks, or changes the owners, or stars the package.
#[derive(Debug)]
pub(crate) struct PutRevision {
    pub(crate) package: PackageName,
    pub(crate) rev: String,
}

impl PutRevision {
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let Self { package, rev } = self;
        let caller = permit.caller().ok_or_else(Reject::log_in)?;
        let need = |action| Need::Package(action, package.clone());
        context.decide(permit, need(Action::Read)).await?;
        let mut room = context.bodies.begin();
        let has_room = |bytes| room.grow_to(bytes);
        let limit = LONGEST_DOCUMENT.min(context.limits.publish_bytes);
        let body = receive::whole_within(context.headers, body, limit, has_room).await?;
        let document = Document::parse(&body)?;
        let Some(overview) = context.store.overview(&package).await? else {
            return Err(Reject::not_found(format!(
                "{package} is not published here"
            )));
        };
        let keeps = document.version_keys();
        let removes = document.versions.is_some()
            && overview
                .versions
                .iter()
                .any(|version| !keeps.contains(version.as_str()));
        let starred = overview.stars.contains(&caller.name);
        let new_rev = if removes {
            context.decide(permit, need(Action::Unpublish)).await?;
            context
                .store
                .keep_versions(&package, keeps, &rev, &context.by())
                .await?
        } else if let (None, Some(owners)) = (&document.versions, document.owners()) {
            context.decide(permit, need(Action::Administer)).await?;
            let expected = Some(rev.as_str()).filter(|rev| *rev != UNDEFINED);
            context
                .store
                .set_owners(&package, owners?, expected, &context.by())
                .await?
        } else if let Some(star) = document
            .star_of(&caller.name)
            .filter(|star| *star != starred)
        {
            context.decide(permit, Need::OwnAccount).await?;
            context.store.set_star(&package, &caller.name, star).await?
        } else {
            let deprecations = document.deprecations()?;
            if deprecations.is_empty() {
                overview.rev
            } else {
                context.decide(permit, need(Action::Deprecate)).await?;
                context
                    .store
                    .deprecate(&package, keeps, deprecations, &context.by())
                    .await?
            }
        };
        let changed = Changed {
            ok: true,
            success: true,
            id: package.as_str(),
            rev: &new_rev,
        };
        Ok(reply::json(StatusCode::CREATED, &changed))
    }
}
