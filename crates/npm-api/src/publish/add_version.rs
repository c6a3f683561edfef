use std::{sync::Arc, time::SystemTime};

use auth::{Action, Caller, Need, Permit};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body::Body;
use npm_model::{Maintainer, PackageName};
use storage::{Draft, Publication, Readme, Store};
use web::{Response, receive, reply};

use super::{
    attachment,
    wire::{Publishable, PublishedReply},
};
use crate::{reject::Reject, service::Context};

/// Publishes a version.
#[derive(Debug)]
pub(crate) struct Publish {
    pub(crate) package: PackageName,
}

impl Publish {
    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Publish, self.package.clone())
    }

    pub(crate) async fn apply<B>(
        self,
        permit: &Permit,
        context: &Context<'_>,
        body: &mut B,
    ) -> Result<Response, Reject>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        // A rule may let everybody publish; the version still has to be somebody's.
        let Some(publisher) = permit.caller() else {
            return Err(Reject::told(
                StatusCode::UNAUTHORIZED,
                "you must be logged in to publish",
            ));
        };
        check_content_type(context.headers)?;
        let body = receive::whole(context.headers, body, context.limits.publish_bytes).await?;
        let (store, package, publisher) = (
            context.store.clone(),
            self.package.clone(),
            Arc::clone(publisher),
        );
        let drafted =
            tokio::task::spawn_blocking(move || draft(&store, &package, &publisher, &body));
        let draft = drafted.await.map_err(|error| Reject::logged(&error))??;
        let published = draft.commit().await?;
        tracing::info!(package = %self.package, integrity = %published.integrity, "published");
        let (id, rev) = (self.package.as_str(), published.rev.as_str());
        let told = PublishedReply {
            ok: true,
            success: true,
            id,
            rev,
        };
        Ok(reply::json(StatusCode::CREATED, &told))
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
        Ok(())
    } else {
        Err(Reject::told(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "a publish document is application/json",
        ))
    }
}

/// Checks the document and decodes the tarball into a draft.
fn draft(
    store: &Store,
    package: &PackageName,
    publisher: &Caller,
    body: &[u8],
) -> Result<Draft, Reject> {
    let Publishable {
        mut manifest,
        dist_tags,
        readme,
        tarball,
    } = Publishable::parse(body, package)?;
    let person = Maintainer {
        name: publisher.name.clone(),
        email: publisher.email.clone(),
    };
    // No client says who publishes; `npm owner` and `npm view` want to know.
    manifest
        .set("_npmUser", &person)
        .map_err(Reject::bad_request)?;
    manifest
        .set("maintainers", &[person])
        .map_err(Reject::bad_request)?;
    let filename = manifest.get_str("readmeFilename");
    let mut draft = store.draft(Publication {
        manifest,
        dist_tags,
        readme: readme.map(|text| Readme { filename, text }),
        publisher: publisher.name.clone(),
        published: SystemTime::now(),
    })?;
    attachment::decode_into(&mut draft, &tarball)?;
    Ok(draft)
}
