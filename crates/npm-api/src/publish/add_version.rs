use std::time::SystemTime;

use auth::Caller;
use http::StatusCode;
use npm_model::{Maintainer, PackageName};
use storage::{Draft, Publication, Readme, Store};
use web::{Response, reply};

use super::{
    attachment,
    wire::{Publishable, PublishedReply},
};
use crate::reject::Reject;

/// Checks a publish document and decodes its tarball into a draft. Blocks on the disk.
pub(crate) fn draft(
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

/// Publishes a draft and tells the client so.
pub(crate) async fn commit(draft: Draft, package: &PackageName) -> Result<Response, Reject> {
    let published = draft.commit().await?;
    tracing::info!(%package, integrity = %published.integrity, "published");
    let (id, rev) = (package.as_str(), published.rev.as_str());
    let told = PublishedReply {
        ok: true,
        success: true,
        id,
        rev,
    };
    Ok(reply::json(StatusCode::CREATED, &told))
}
