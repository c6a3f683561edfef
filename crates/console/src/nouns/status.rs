//! How the registry is.

use serde::{Deserialize, Deserializer, Serialize};
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
    /// Bytes of memory that the server takes; 0 where its system does not say.
    #[serde(deserialize_with = "or_zero")]
    pub memory_bytes: u64,
}

fn or_zero<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    Ok(Option::<u64>::deserialize(from)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_server_tells_of_itself_is_read() {
        let answer = json!({
            "version": "0.1.0", "uptime_seconds": 3, "requests": 7, "failures": 0,
            "requests_per_second": 0.5, "latency_p50_us": 90, "latency_p99_us": 900,
            "packages": 2, "versions": 3, "storage_bytes": 4096, "memory_bytes": null,
            "user": "alice", "config": { "version": 1 },
        });
        let status = Status::told("http://localhost:4873", answer).unwrap();
        assert_eq!(status.user.as_deref(), Some("alice"));
        let server = status.server.unwrap();
        assert_eq!((server.requests, server.memory_bytes), (7, 0));
        assert!(Status::told("x", json!({ "ok": true })).is_err());
        assert!(Status::told("x", json!([])).is_err());
    }
}
