use std::ops::Range;

use auth::{Action, Need, Permit};
use http::{HeaderValue, StatusCode, header};
use npm_model::{PackageName, Version};
use storage::{Tarball, TarballContent};
use web::{
    Body, Response,
    range::{self, Wanted},
    reply, unless_known,
};

use crate::{packument::lacks, reject::Reject, service::Context};

/// Sends a version's tarball.
#[derive(Debug)]
pub(crate) struct GetTarball {
    package: PackageName,
    version: Version,
}

impl GetTarball {
    pub(crate) fn new(package: PackageName, file: &str) -> Result<Self, Reject> {
        let version = super::version_of(&package, file)?;
        Ok(Self { package, version })
    }

    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Read, self.package.clone())
    }

    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let Self { package, version } = self;
        let Some(tarball) = context.store.tarball(&package, &version).await? else {
            let text = format!("{package} has no version {version}");
            return Err(lacks(context, &package, text).await);
        };
        let etag = format!("\"{}\"", tarball.integrity);
        let mut response = unless_known(context.headers, &etag, || {
            let wanted = range::wanted(context.method, context.headers, &etag, tarball.size);
            part(tarball, wanted)
        })?;
        let headers = response.headers_mut();
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        // A published version never changes, so a copy of it is good for ever.
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static(match permit.caller() {
                Some(_) => "private, max-age=31536000, immutable",
                None => "max-age=31536000, immutable",
            }),
        );
        Ok(response)
    }
}

fn part(tarball: Tarball, wanted: Wanted) -> Result<Response, Reject> {
    let Tarball { size, content, .. } = tarball;
    let sent = |bytes: Range<u64>, status| {
        let body = match content {
            TarballContent::Whole(whole) => Body::part(&whole, bytes),
            TarballContent::File(file) => {
                Body::file(file, bytes).map_err(|error| Reject::logged(&error))?
            }
        };
        Ok(reply::typed(status, "application/octet-stream", body))
    };
    match wanted {
        Wanted::Whole => sent(0..size, StatusCode::OK),
        Wanted::Part(bytes) => {
            // A part is not empty, so it has a last byte.
            let last = bytes.end.saturating_sub(1);
            let range = HeaderValue::try_from(format!("bytes {}-{last}/{size}", bytes.start))
                .map_err(|error| Reject::logged(&error))?;
            let mut response = sent(bytes, StatusCode::PARTIAL_CONTENT)?;
            response.headers_mut().insert(header::CONTENT_RANGE, range);
            Ok(response)
        }
        Wanted::NotThere => Err(Reject::not_satisfiable(size)),
    }
}
