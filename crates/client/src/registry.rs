//! One registry, asked over HTTP.

use std::{fmt, sync::atomic::Ordering, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use web::outbound::{Outbound, OutboundBody, OutboundError, empty, whole, with_causes};

use crate::{Credentials, Events, RegistryUrl, Upload};

mod error;
mod refusal;

pub use error::RequestError;
pub use refusal::{Challenge, Refusal};

/// Redirects that are followed, one after the other.
const MOST_REDIRECTS: usize = 3;

/// Who asks, if nobody says.
const USER_AGENT: &str = concat!("registry-client/", env!("CARGO_PKG_VERSION"));

/// What one answer may ask of this machine.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Longest answer, in bytes.
    pub bytes: usize,
    /// Longest time for a whole answer. Of an upload: without the connection taking a byte, and then until
    /// the answer is there. Of events: until they begin.
    pub time: Duration,
    /// Longest line and longest event of a stream of events, in bytes.
    pub event_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024 * 1024,
            time: Duration::from_mins(1),
            event_bytes: 1024 * 1024,
        }
    }
}

/// A registry: its base URL, the credentials that it is asked with, and limits. Clones share connections.
#[derive(Clone)]
pub struct Registry {
    url: RegistryUrl,
    credentials: Option<Credentials>,
    headers: HeaderMap,
    limits: Limits,
    outbound: Outbound,
}

impl Registry {
    /// A registry that is connected to when it is first asked.
    pub fn new(url: RegistryUrl, credentials: Option<Credentials>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        Self {
            url,
            credentials,
            headers,
            limits: Limits::default(),
            outbound: Outbound::new(),
        }
    }

    /// Sends a header with every request, such as `User-Agent` or `npm-command`.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Where it is.
    pub fn url(&self) -> &RegistryUrl {
        &self.url
    }

    /// What it is asked with.
    pub fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// Asks for JSON.
    pub async fn get_json<T: DeserializeOwned>(&self, path: &str) -> Result<T, RequestError> {
        self.get_json_as(path, "application/json").await
    }

    /// Asks for JSON of a media type, as an `Accept` header names it.
    pub async fn get_json_as<T: DeserializeOwned>(
        &self,
        path: &str,
        accept: &'static str,
    ) -> Result<T, RequestError> {
        let asked = async {
            let answer = self.follow(path, accept, None).await?;
            self.receive(answer).await
        };
        let bytes = self.within(asked).await?;
        self.parse(&bytes)
    }

    /// Asks for the headers that something would be sent with, and for none of its bytes.
    pub async fn head(&self, path: &str) -> Result<HeaderMap, RequestError> {
        let request = self.request(Method::HEAD, &self.place(path)?, "*/*");
        let asked = async {
            let answer = self.answered(self.send(request).await?).await?;
            Ok(answer.into_parts().0.headers)
        };
        self.within(asked).await
    }

    /// Sends JSON, or no body, and reads the JSON of the answer. An empty answer reads as `null`.
    pub async fn send_json<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<T, RequestError> {
        let body = body.map(serde_json::to_vec).transpose();
        let body = body.map_err(|error| self.not_understood(&error))?;
        let mut request = self.request(method, &self.place(path)?, "application/json");
        if let Some(body) = body {
            let kind = HeaderValue::from_static("application/json");
            request.headers_mut().insert(header::CONTENT_TYPE, kind);
            *request.body_mut() = whole(body.into());
        }
        let asked = async {
            let answer = self.answered(self.send(request).await?).await?;
            self.receive(answer).await
        };
        let bytes = self.within(asked).await?;
        self.parse(if bytes.is_empty() { b"null" } else { &bytes })
    }

    /// Sends a body that is made on the way, and reads the answer, `null` if that is no JSON. Dropping the
    /// future ends it. Nothing is sent twice.
    pub async fn upload(
        &self,
        method: Method,
        path: &str,
        upload: Upload,
    ) -> Result<Value, RequestError> {
        let mut request = self.request(method, &self.place(path)?, "application/json");
        let kind = HeaderValue::from_static(upload.content_type());
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
        let body = upload.into_body();
        let taken = body.taken();
        *request.body_mut() = body.boxed_unsync();
        let asked = async {
            let answer = self.answered(self.send(request).await?).await?;
            self.receive(answer).await
        };
        let mut asked = std::pin::pin!(asked);
        let mut seen = 0;
        // A time-out starts anew as long as the connection takes something.
        let bytes = loop {
            if let Ok(done) = tokio::time::timeout(self.limits.time, &mut asked).await {
                break done?;
            }
            let now = taken.load(Ordering::Relaxed);
            if now == seen {
                return Err(self.too_slow());
            }
            seen = now;
        };
        Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Listens to what a registry tells from now on, or from after the event that was heard last.
    pub async fn events(&self, path: &str, last: Option<&str>) -> Result<Events, RequestError> {
        let answer = self
            .within(self.follow(path, "text/event-stream", last))
            .await?;
        let kind = answer.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("text/event-stream") {
            return Err(self.not_understood(&"it is no stream of events"));
        }
        Ok(Events::new(
            self.url.clone(),
            answer.into_body(),
            self.limits.event_bytes,
        ))
    }

    /// Asks, and follows redirects on the same server.
    async fn follow(
        &self,
        path: &str,
        accept: &'static str,
        last: Option<&str>,
    ) -> Result<Response<Incoming>, RequestError> {
        let mut place = self.place(path)?;
        for _ in 0..MOST_REDIRECTS {
            let mut request = self.request(Method::GET, &place, accept);
            if let Some(last) = last.and_then(|last| HeaderValue::from_str(last).ok()) {
                request.headers_mut().insert("last-event-id", last);
            }
            let answer = self.send(request).await?;
            if !answer.status().is_redirection() {
                return self.answered(answer).await;
            }
            place = self.next(&answer)?;
        }
        Err(self.redirected(&place.to_string()))
    }

    /// Where a redirect leads, if that is on this server.
    fn next(&self, answer: &Response<Incoming>) -> Result<Uri, RequestError> {
        let place = answer.headers().get(header::LOCATION);
        let place = place
            .and_then(|place| place.to_str().ok())
            .unwrap_or_default();
        let place = place.split('#').next().unwrap_or_default();
        let origin = self.url.origin();
        let is_path = place.starts_with('/') && !place.starts_with("//");
        let below = place.strip_prefix(origin);
        let to = if is_path {
            format!("{origin}{place}").parse().ok()
        } else if below.is_some_and(|below| below.starts_with('/')) {
            place.parse().ok()
        } else {
            None
        };
        to.ok_or_else(|| self.redirected(place))
    }

    fn place(&self, path: &str) -> Result<Uri, RequestError> {
        self.url.join(path).map_err(|_| RequestError::Path {
            registry: self.url.clone(),
        })
    }

    fn request(&self, method: Method, place: &Uri, accept: &'static str) -> Request<OutboundBody> {
        let mut request = Request::new(empty());
        *request.method_mut() = method;
        *request.uri_mut() = place.clone();
        let headers = request.headers_mut();
        headers.clone_from(&self.headers);
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        // Every place that is asked begins with this registry's origin.
        if let Some(credentials) = &self.credentials {
            headers.insert(header::AUTHORIZATION, credentials.header());
        }
        request
    }

    async fn send(
        &self,
        request: Request<OutboundBody>,
    ) -> Result<Response<Incoming>, RequestError> {
        let registry = self.url.clone();
        self.outbound
            .send(request)
            .await
            .map_err(|error| match error {
                OutboundError::Url => RequestError::Path { registry },
                OutboundError::Certificates { problem } => RequestError::Certificates { problem },
                OutboundError::Unreachable { problem } => {
                    RequestError::Unreachable { registry, problem }
                }
                OutboundError::Broken { problem } => RequestError::Broken { registry, problem },
            })
    }

    /// Reads what a refusal says.
    async fn answered(
        &self,
        answer: Response<Incoming>,
    ) -> Result<Response<Incoming>, RequestError> {
        if answer.status().is_success() {
            return Ok(answer);
        }
        if answer.status().is_redirection() {
            let place = answer.headers().get(header::LOCATION);
            let place = place
                .and_then(|place| place.to_str().ok())
                .unwrap_or_default();
            return Err(self.redirected(place));
        }
        Err(RequestError::Refused {
            registry: self.url.clone(),
            refusal: Refusal::read(answer).await,
        })
    }

    async fn receive(&self, answer: Response<Incoming>) -> Result<Bytes, RequestError> {
        if answer.headers().contains_key(header::CONTENT_ENCODING) {
            return Err(self.not_understood(&"it is compressed, which was not asked for"));
        }
        let limit = self.limits.bytes;
        let mut body = answer.into_body();
        let mut received = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| RequestError::Broken {
                registry: self.url.clone(),
                problem: with_causes(&error),
            })?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if received.len().saturating_add(data.len()) > limit {
                return Err(RequestError::TooLarge {
                    registry: self.url.clone(),
                    limit,
                });
            }
            received.extend_from_slice(&data);
        }
        Ok(received.freeze())
    }

    fn parse<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, RequestError> {
        serde_json::from_slice(bytes).map_err(|error| self.not_understood(&error))
    }

    async fn within<T>(
        &self,
        asked: impl Future<Output = Result<T, RequestError>>,
    ) -> Result<T, RequestError> {
        let asked = tokio::time::timeout(self.limits.time, asked);
        asked.await.unwrap_or_else(|_| Err(self.too_slow()))
    }

    fn too_slow(&self) -> RequestError {
        RequestError::TooSlow {
            registry: self.url.clone(),
            time: self.limits.time,
        }
    }

    fn redirected(&self, place: &str) -> RequestError {
        RequestError::Redirected {
            registry: self.url.clone(),
            place: crate::visible::shown(place),
        }
    }

    fn not_understood(&self, problem: &impl fmt::Display) -> RequestError {
        RequestError::NotUnderstood {
            registry: self.url.clone(),
            problem: problem.to_string(),
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("url", &self.url)
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
