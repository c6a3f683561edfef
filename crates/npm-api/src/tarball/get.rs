use auth::{Action, Need, Permit};
use http::{HeaderValue, StatusCode, header};
use npm_model::{PackageName, Version};
use storage::TarballContent;
use web::{Body, Response, none_match, reply};

use crate::{reject::Reject, service::Context};

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
            return Err(Reject::not_found(format!(
                "{package} has no version {version}"
            )));
        };
        let etag = format!("\"{}\"", tarball.integrity);
        let mut response = if none_match(context.headers, &etag) {
            reply::empty(StatusCode::NOT_MODIFIED)
        } else {
            let body = match tarball.content {
                TarballContent::Whole(bytes) => Body::from(bytes),
                TarballContent::File(file) => Body::file(file, tarball.size),
            };
            reply::typed(StatusCode::OK, "application/octet-stream", body)
        };
        let headers = response.headers_mut();
        // A published version never changes, so a copy of it is good for ever.
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static(match permit.caller() {
                Some(_) => "private, max-age=31536000, immutable",
                None => "max-age=31536000, immutable",
            }),
        );
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            headers.insert(header::ETAG, etag);
        }
        Ok(response)
    }
}
