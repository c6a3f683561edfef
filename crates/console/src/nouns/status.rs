//! How the registry is.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How the registry is, as far as it can be known.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Status {
    /// Where it is.
    pub registry: String,
    /// As whom it is asked; nothing for somebody without an account.
    pub user: Option<String>,
    /// What the server says of itself, if one answers.
    pub server: Option<ServerFigures>,
    /// Why nothing is known of the server.
    pub problem: Option<String>,
}

impl Status {
    /// Reads what a server answered when it was asked for `/-/status`.
    pub fn told(registry: impl Into<String>, answer: Value) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(flatten)]
            server: ServerFigures,
            user: Option<String>,
        }
        let Answer { server, user } = serde_json::from_value(answer)?;
        Ok(Self {
            registry: registry.into(),
            user,
            server: Some(server),
            problem: None,
        })
    }

    /// Nobody answers there.
    pub fn down(registry: impl Into<String>) -> Self {
        Self::unknown(registry, "the server is down")
    }

    /// A server of an older version answers.
    pub fn untold(registry: impl Into<String>) -> Self {
        Self::unknown(registry, "the server does not tell")
    }

    /// Nothing is known of the server, for this reason.
    pub fn unknown(registry: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            registry: registry.into(),
            problem: Some(problem.into()),
            ..Self::default()
        }
    }
}

/// What a server says of itself.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct ServerFigures {
    /// Its version.
    pub version: String,
    /// For how long it has been serving.
    pub uptime_seconds: u64,
    /// Requests that it has answered.
    pub requests: u64,
    /// Of these, how many were answered with 500 and above.
    pub failures: u64,
    /// Requests in the last full second.
    pub requests_per_second: f64,
    /// Half of the last requests were answered within so many microseconds.
    pub latency_p50_us: u64,
    /// 99 of 100 were.
    pub latency_p99_us: u64,
    /// Packages that are kept.
    pub packages: u64,
    /// Versions of them.
    pub versions: u64,
    /// Bytes of their tarballs.
    pub storage_bytes: u64,
    /// Bytes of memory that the server takes.
    pub memory_bytes: u64,
}
