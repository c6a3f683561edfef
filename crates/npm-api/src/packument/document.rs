use std::{fmt, sync::Arc};

use auth::{Action, Need, Permit};
use catalog::PackumentForm;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use npm_model::PackageName;
use storage::{Encoding, PackumentRequest, Rendered};
use web::{Body, Response, best_encoding, best_match, reply, unless_known};

use crate::{fresh::cache_control, reject::Reject, service::Context};

/// The media type of abbreviated metadata.
const ABBREVIATED: &str = "application/vnd.npm.install-v1+json";

/// The content codings on offer, the best first. Zstandard is by far the cheapest, here and for the
/// client to unpack, and as small as brotli; brotli is smaller than gzip.
const CODINGS: [(&str, Encoding); 3] = [
    ("zstd", Encoding::Zstd),
    ("br", Encoding::Brotli),
    ("gzip", Encoding::Gzip),
];

/// Sends a package's packument, in the form and encoding the client prefers.
#[derive(Debug)]
pub(crate) struct GetPackument {
    pub(crate) package: PackageName,
}

impl GetPackument {
    pub(crate) fn need(&self) -> Need {
        Need::Package(Action::Read, self.package.clone())
    }

    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let headers = context.headers;
        // A client that takes neither, such as a browser, still gets the document.
        let form = match best_match(headers, &[reply::JSON, ABBREVIATED]) {
            Some(1) => PackumentForm::Abbreviated,
            _ => PackumentForm::Full,
        };
        let encoding = wanted_encoding(headers);
        let package = self.package.clone();
        let base = Arc::clone(&context.base);
        let request = PackumentRequest {
            package,
            form,
            encoding,
            base,
        };
        let Some(rendered) = context.store.packument(request).await? else {
            return Err(not_published(&self.package));
        };
        let mut response = unless_known(headers, &rendered.etag, || {
            Ok::<_, Reject>(document(form, &rendered))
        })?;
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, cache_control(permit));
        // Never `Authorization`: npm would write the token into its cache's index.
        headers.insert(
            header::VARY,
            HeaderValue::from_static("Accept, Accept-Encoding"),
        );
        Ok(response)
    }
}

fn document(form: PackumentForm, rendered: &Rendered) -> Response {
    let media_type = match form {
        PackumentForm::Full => reply::JSON,
        PackumentForm::Abbreviated => ABBREVIATED,
    };
    let body = Body::from(rendered.body.clone());
    let mut response = reply::typed(StatusCode::OK, media_type, body);
    let coding = CODINGS
        .iter()
        .find(|(_, encoding)| *encoding == rendered.encoding);
    if let Some((coding, _)) = coding {
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

fn wanted_encoding(headers: &HeaderMap) -> Encoding {
    let offered = CODINGS.map(|(coding, _)| coding);
    best_encoding(headers, &offered)
        .and_then(|place| CODINGS.get(place))
        .map_or(Encoding::Identity, |(_, encoding)| *encoding)
}

/// What is said of something that a package lacks, which may be because there is no such package. Of
/// one that is not there the same is said whatever was asked for, as of one that is hidden.
pub(crate) async fn lacks(
    context: &Context<'_>,
    package: &PackageName,
    text: impl fmt::Display,
) -> Reject {
    match is_there(context, package).await {
        Ok(()) => Reject::not_found(text),
        Err(reject) => reject,
    }
}

/// Refuses what is asked of a package that is not there, before anything else about the request is
/// looked at: who is told what is wrong with it would know that no hidden package has that name.
pub(crate) async fn is_there(context: &Context<'_>, package: &PackageName) -> Result<(), Reject> {
    match context.store.dist_tags(package).await? {
        Some(_) => Ok(()),
        None => Err(not_published(package)),
    }
}

pub(crate) fn not_published(package: &PackageName) -> Reject {
    Reject::not_found(format!("{package} is not published here"))
}
