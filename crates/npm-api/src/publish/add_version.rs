use std::time::SystemTime;

use auth::{Auth, Caller};
use catalog::Origin;
use http::StatusCode;
use npm_model::{Maintainer, PackageName};
use storage::{Contents, Draft, Publication, Readme, Store};
use web::{Response, reply};

use super::{
    inspect::{Inventory, inspect},
    intake::Arrived,
    wire::{Publishable, PublishedReply},
};
use crate::reject::Reject;

/// A version that was checked in every way and only has to be published.
#[derive(Debug)]
pub(crate) struct Checked {
    draft: Draft,
    inventory: Inventory,
}

impl Checked {
    /// Whether it moves tags beside `latest`, which takes the right to do that.
    pub(crate) fn moves_tags(&self) -> bool {
        self.draft.dist_tags().iter().any(|tag| !tag.is_latest())
    }
}

/// Checks a publish document and the tarball it brought. Blocks on the disk.
pub(crate) fn check(
    store: &Store,
    package: &PackageName,
    publisher: &Caller,
    by: Origin,
    arrived: Arrived,
) -> Result<Checked, Reject> {
    let Publishable {
        mut manifest,
        dist_tags,
        readme,
        provenance,
    } = Publishable::parse(&arrived, package)?;
    let Some(tarball) = arrived.tarball else {
        return Err(Reject::bad_request("the document holds no tarball"));
    };
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
    let publication = Publication {
        manifest,
        dist_tags,
        readme: readme.map(|text| Readme { filename, text }),
        provenance,
        by,
        published: SystemTime::now(),
    };
    let draft = store.draft(publication, tarball.received)?;
    let inventory = inspect(draft.open()?, draft.manifest())?;
    Ok(Checked { draft, inventory })
}

/// Publishes what was checked, vouches for it, and tells the client so.
pub(crate) async fn commit(checked: Checked, auth: &Auth) -> Result<Response, Reject> {
    let Checked { draft, inventory } = checked;
    let manifest = draft.manifest();
    let package = manifest.name().clone();
    let signature = auth
        .package_key()
        .sign(&package, manifest.version(), &draft.integrity())
        .map_err(|error| Reject::logged(&error))?;
    let contents = Contents {
        file_count: Some(inventory.files),
        unpacked_size: Some(inventory.bytes),
        shrinkwrap: inventory.shrinkwrap,
        signatures: vec![signature],
    };
    let published = draft.commit(contents).await?;
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
