use std::sync::Arc;

use auth::Permit;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use tokio::sync::mpsc;
use web::{Body, Response, reply};

use super::{
    standing::Standing,
    stream::{Sources, Stream},
};
use crate::{query, reject::Reject, service::Context};

/// Begins to tell what happens.
#[derive(Debug)]
pub(crate) struct OpenStream;

/// What keeps nginx from gathering an answer before it sends it on.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

impl OpenStream {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let place = context.live.places.take(context.address)?;
        let body = if context.method == Method::HEAD {
            Body::empty()
        } else {
            let sources = Sources {
                live: Arc::clone(context.live),
                auth: Arc::clone(context.auth),
                store: context.store.clone(),
                surroundings: context.surroundings.clone(),
            };
            let auth = Arc::clone(context.auth);
            let authorization = context.headers.get(header::AUTHORIZATION).cloned();
            let (address, settings) = (context.address, context.settings);
            let standing = Standing::new(auth, permit, authorization, address, settings).await;
            let figures = query::value(context.query, "figures").is_some();
            let stream = Stream::new(standing, sources, figures, place);
            let (pieces, body) = mpsc::channel(1);
            tokio::spawn(stream.run(pieces));
            Body::live(body)
        };
        let mut response = reply::typed(StatusCode::OK, "text/event-stream", body);
        let no = HeaderValue::from_static("no");
        response.headers_mut().insert(BUFFERING, no);
        Ok(response)
    }
}
