use std::{collections::BTreeSet, sync::Arc};

use auth::{Action, Caller, Need, Permit};
use http::{HeaderMap, StatusCode, header};
use npm_model::PackageName;
use storage::Deprecation;
use web::{
    Response,
    receive::{Inflater, Pieces},
    reply,
};

use super::wire::{Changed, Document};
use crate::{
    publish::{self, Intake},
    reject::Reject,
    service::{Context, Incoming},
};

/// Longest document from somebody who may not publish, and so only stars, in bytes.
const LONGEST_OF_READERS: usize = 1024 * 1024;

/// Publishes a version, deprecates versions, or stars the package.
#[derive(Debug)]
pub(crate) struct PutPackage {
    pub(crate) package: PackageName,
}

/// What the body turned out to ask for.
enum Plan {
    Publish(Box<publish::Checked>),
    Deprecate(BTreeSet<String>, Vec<Deprecation>),
    Star(bool),
}

impl PutPackage {
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let Self { package } = self;
        let caller = Arc::clone(permit.caller().ok_or_else(Reject::log_in)?);
        check_content_type(context.headers)?;
        let need = |action| Need::Package(action, package.clone());
        let may_publish = context.decide(permit, need(Action::Publish)).await;
        let may_deprecate = context.decide(permit, need(Action::Deprecate)).await;
        let only_reads = may_publish.is_err() && may_deprecate.is_err();
        let limit = if only_reads {
            LONGEST_OF_READERS
        } else {
            context.limits.publish_bytes
        };
        let (store, name, publisher) =
            (context.store.clone(), package.clone(), Arc::clone(&caller));
        let by = context.by();
        let plan = move |mut arrived: publish::Arrived| {
            let document = Document::parse(&arrived.document)?;
            if document.attachments.is_empty() {
                return plan_change(&document, &publisher);
            }
            arrived.check_may_publish()?;
            publish::check(&store, &name, &publisher, by, arrived)
                .map(|checked| Plan::Publish(Box::new(checked)))
        };
        let inflater = Inflater::new(context.headers, limit)?;
        let room = context.bodies.begin();
        let intake = Intake::new(context.store, &package, inflater, room, may_publish.err());
        let planned = match Pieces::new(body, limit) {
            Ok(pieces) => publish::arrive(pieces, intake, plan).await,
            Err(error) => Err(error.into()),
        };
        let plan = match planned {
            Err(refused) if only_reads && refused.is_too_large() => {
                // A star is never that long, so this was to be a publish.
                context.decide(permit, need(Action::Publish)).await?;
                return Err(refused);
            }
            planned => planned?,
        };
        let rev = match plan {
            Plan::Publish(checked) => {
                if checked.moves_tags() {
                    context.decide(permit, need(Action::Tag)).await?;
                }
                return publish::commit(*checked, context.auth).await;
            }
            Plan::Deprecate(known, deprecations) => {
                may_deprecate?;
                context
                    .store
                    .deprecate(&package, known, deprecations, &context.by())
                    .await?
            }
            Plan::Star(starred) => {
                context.decide(permit, Need::OwnAccount).await?;
                context.decide(permit, need(Action::Read)).await?;
                context
                    .store
                    .set_star(&package, &caller.name, starred)
                    .await?
            }
        };
        let changed = Changed {
            ok: true,
            success: true,
            id: package.as_str(),
            rev: &rev,
        };
        Ok(reply::json(StatusCode::CREATED, &changed))
    }
}

fn plan_change(document: &Document<'_>, caller: &Caller) -> Result<Plan, Reject> {
    match (&document.versions, document.star_of(&caller.name)) {
        (Some(versions), _) if !versions.is_empty() => {
            let deprecations = document.deprecations()?;
            Ok(Plan::Deprecate(document.version_keys(), deprecations))
        }
        (_, Some(starred)) => Ok(Plan::Star(starred)),
        _ => Err(Reject::bad_request(
            "the document holds no tarball and changes nothing",
        )),
    }
}

/// Clients send JSON, or do not say what they send.
fn check_content_type(headers: &HeaderMap) -> Result<(), Reject> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let media_type = value
        .to_str()
        .unwrap_or("")
        .split(';')
        .next()
        .unwrap_or("")
        .trim();
    if media_type.eq_ignore_ascii_case(reply::JSON) {
        return Ok(());
    }
    Err(Reject::told(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "a package document is application/json",
    ))
}
