//! Asking other servers: `GET` with a limit on everything, over HTTP and HTTPS.
//!
//! HTTPS trusts the system's certificates. A redirect is followed only on the host that was asked,
//! and never from HTTPS to HTTP.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response, StatusCode, Uri, header, uri::Scheme};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use crate::outbound::{Outbound, OutboundError, empty, with_causes};

/// Redirects that are followed, one after the other.
const MOST_REDIRECTS: usize = 3;

/// What an answer may ask of this machine.
#[derive(Clone, Copy, Debug)]
pub struct FetchLimits {
    /// Longest body, in bytes.
    pub bytes: usize,
    /// Longest time from the first byte sent to the last one received, with all redirects.
    pub time: Duration,
}

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Not a URL that can be asked.
    #[error("only http:// and https:// URLs with a host can be fetched")]
    Url,
    /// The system has no certificates, or none that can be read.
    #[error("this system's certificates, which HTTPS needs, cannot be read: {problem}")]
    Certificates {
        /// What is wrong with them.
        problem: String,
    },
    /// It takes too long.
    #[error("no whole answer came within {} seconds", time.as_secs_f32())]
    TooSlow {
        /// How long was waited.
        time: Duration,
    },
    /// There is no connection, or it broke.
    #[error("the connection failed: {problem}")]
    Connection {
        /// What the system said, with its causes.
        problem: String,
    },
    /// The answer is no 200.
    #[error("the answer was {status}")]
    Status {
        /// Its status.
        status: StatusCode,
    },
    /// It sends us elsewhere.
    #[error("the answer sends us on to another place, which is not followed")]
    Redirect,
    /// The answer is compressed, which was not asked for.
    #[error("the answer has a content encoding that was not asked for")]
    Encoding,
    /// The answer has no end.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The longest body allowed, in bytes.
        limit: usize,
    },
}

impl From<OutboundError> for FetchError {
    fn from(error: OutboundError) -> Self {
        match error {
            OutboundError::Url => Self::Url,
            OutboundError::Certificates { problem } => Self::Certificates { problem },
            OutboundError::Unreachable { problem } | OutboundError::Broken { problem } => {
                Self::Connection { problem }
            }
        }
    }
}

/// Asks other servers. Clones share connections.
#[derive(Clone, Debug, Default)]
pub struct Fetcher {
    outbound: Outbound,
}

impl Fetcher {
    /// Makes one, which connects to nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fetches the body of a 200.
    pub async fn get(
        &self,
        url: &Uri,
        accept: &'static str,
        limits: FetchLimits,
    ) -> Result<Bytes, FetchError> {
        let time = limits.time;
        let fetched = tokio::time::timeout(time, self.follow(url.clone(), accept, limits.bytes));
        fetched.await.unwrap_or(Err(FetchError::TooSlow { time }))
    }

    async fn follow(
        &self,
        mut url: Uri,
        accept: &'static str,
        limit: usize,
    ) -> Result<Bytes, FetchError> {
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.ask(&url, accept).await?;
            let status = answer.status();
            if status == StatusCode::OK {
                return receive(answer, limit).await;
            }
            if !status.is_redirection() {
                return Err(FetchError::Status { status });
            }
            let place = answer.headers().get(header::LOCATION);
            let place = place.and_then(|place| place.to_str().ok());
            url = place
                .and_then(|place| next(&url, place))
                .ok_or(FetchError::Redirect)?;
        }
        Err(FetchError::Redirect)
    }

    async fn ask(&self, url: &Uri, accept: &'static str) -> Result<Response<Incoming>, FetchError> {
        let request = Request::get(url)
            .header(header::ACCEPT, accept)
            .header(header::USER_AGENT, "registryd")
            .body(empty())
            .map_err(|_| FetchError::Url)?;
        Ok(self.outbound.send(request).await?)
    }
}

/// Where a redirect leads, if that is a place on the same host which is as safe.
fn next(from: &Uri, place: &str) -> Option<Uri> {
    // `//host/path` is another host; `path` alone is rare, and would have to be put together.
    if place.starts_with('/') && !place.starts_with("//") {
        let mut parts = from.clone().into_parts();
        parts.path_and_query = place.split('#').next()?.parse().ok();
        parts.path_and_query.as_ref()?;
        return Uri::from_parts(parts).ok();
    }
    let to: Uri = place.parse().ok()?;
    let is_same_host = to
        .host()
        .zip(from.host())
        .is_some_and(|(to, from)| to.eq_ignore_ascii_case(from));
    let is_same_server = to.scheme() == from.scheme() && to.port_u16() == from.port_u16();
    // A server that asks for HTTPS has it on another port.
    let is_safer = (to.scheme(), from.scheme()) == (Some(&Scheme::HTTPS), Some(&Scheme::HTTP));
    (is_same_host && (is_same_server || is_safer)).then_some(to)
}

async fn receive(answer: Response<Incoming>, limit: usize) -> Result<Bytes, FetchError> {
    let too_large = || FetchError::TooLarge { limit };
    if answer.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(FetchError::Encoding);
    }
    let mut body = answer.into_body();
    let mut received = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|error| broken(&error))?.into_data() else {
            continue;
        };
        if received.len() + data.len() > limit {
            return Err(too_large());
        }
        received.extend_from_slice(&data);
    }
    Ok(received.freeze())
}

fn broken(error: &hyper::Error) -> FetchError {
    FetchError::Connection {
        problem: with_causes(error),
    }
}

#[cfg(test)]
mod tests;
