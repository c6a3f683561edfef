//! Sending requests to other servers, over HTTP and HTTPS.
//!
//! HTTPS trusts the system's certificates. Nothing is limited and no redirect is followed here: that is for
//! whoever sends.

use std::{error::Error, io, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty, Full, combinators::UnsyncBoxBody};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::sync::OnceCell;

/// How long a connection that nobody uses is kept.
const IDLE: Duration = Duration::from_secs(30);

/// The body of a request that is sent. Its length is told beforehand if its size hint is exact.
pub type OutboundBody = UnsyncBoxBody<Bytes, io::Error>;

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// Not a URL that can be asked.
    #[error("only http:// and https:// URLs with a host can be asked")]
    Url,
    /// The system has no certificates, or none that can be read.
    #[error("this system's certificates, which HTTPS needs, cannot be read: {problem}")]
    Certificates {
        /// What is wrong with them.
        problem: String,
    },
    /// Nobody answers there: nothing of the request was sent.
    #[error("no connection could be made: {problem}")]
    Unreachable {
        /// What the system said, with its causes.
        problem: String,
    },
    /// The connection broke.
    #[error("the connection failed: {problem}")]
    Broken {
        /// What the system said, with its causes.
        problem: String,
    },
}

type Plain = Client<HttpConnector, OutboundBody>;
type Secure = Client<HttpsConnector<HttpConnector>, OutboundBody>;

/// Sends requests to other servers. Clones share connections.
#[derive(Clone, Debug)]
pub struct Outbound {
    plain: Plain,
    /// Made when it is first needed: reading the system's certificates takes a while.
    secure: Arc<OnceCell<Secure>>,
}

impl Default for Outbound {
    fn default() -> Self {
        Self::new()
    }
}

impl Outbound {
    /// Makes one, which connects to nobody yet.
    pub fn new() -> Self {
        Self {
            plain: builder().build(prompt()),
            secure: Arc::default(),
        }
    }

    /// Sends a request and waits for the head of its answer.
    pub async fn send(
        &self,
        request: Request<OutboundBody>,
    ) -> Result<Response<Incoming>, OutboundError> {
        if request.uri().host().is_none_or(str::is_empty) {
            return Err(OutboundError::Url);
        }
        let answer = match request.uri().scheme_str() {
            Some("http") => self.plain.request(request).await,
            Some("https") => self.secure().await?.request(request).await,
            _ => return Err(OutboundError::Url),
        };
        answer.map_err(|error| {
            let problem = with_causes(&error);
            if error.is_connect() {
                OutboundError::Unreachable { problem }
            } else {
                OutboundError::Broken { problem }
            }
        })
    }

    async fn secure(&self) -> Result<&Secure, OutboundError> {
        let certificates = |problem: String| OutboundError::Certificates { problem };
        let make = || async {
            let connector = tokio::task::spawn_blocking(|| {
                let builder = HttpsConnectorBuilder::new().with_native_roots()?;
                let mut connector = prompt();
                connector.enforce_http(false);
                let builder = builder.https_only().enable_http1();
                Ok::<_, io::Error>(builder.wrap_connector(connector))
            });
            let connector = connector
                .await
                .map_err(|_| certificates("interrupted".to_owned()))?;
            let connector = connector.map_err(|error| certificates(error.to_string()))?;
            Ok(builder().build(connector))
        };
        self.secure.get_or_try_init(make).await
    }
}

/// A body without a byte.
pub fn empty() -> OutboundBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// A body that is in memory whole.
pub fn whole(bytes: Bytes) -> OutboundBody {
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// An error and what caused it, in one line.
pub fn with_causes(error: &dyn Error) -> String {
    let mut problem = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        problem = format!("{problem}: {error}");
        cause = error.source();
    }
    problem
}

/// Connects, and sends the end of a request at once: waiting for more costs 40 ms with each body.
fn prompt() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector
}

fn builder() -> hyper_util::client::legacy::Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    builder
        .pool_idle_timeout(IDLE)
        .pool_timer(TokioTimer::new());
    builder
}
