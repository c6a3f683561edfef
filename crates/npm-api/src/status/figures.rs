//! How the registry is doing, in numbers.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use auth::Permit;
use catalog::Totals;
use config13::Config13;
use http::StatusCode;
use serde::Serialize;
use storage::{ReadError, Store};
use tokio::sync::Mutex;
use web::{Response, reply};

use crate::{
    reject::Reject,
    service::Context,
    surroundings::{Counted, Counts},
};

/// Tells how the registry is doing.
#[derive(Debug)]
pub(crate) struct GetStatus;

impl GetStatus {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let counts = context.surroundings.counts.as_ref();
        let figures = Figures::gather(counts, context.store).await?;
        let user = permit.caller().map(|it| it.name.as_str());
        let status = figures.told_to(user, context.settings);
        Ok(reply::json(StatusCode::OK, &status))
    }
}

/// Everything that is the same whoever asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    counted: Counted,
    totals: Totals,
}

impl Figures {
    async fn gather(counts: &dyn Counts, store: &Store) -> Result<Self, ReadError> {
        let totals = store.totals().await?;
        let counted = counts.now();
        Ok(Self { counted, totals })
    }

    /// What somebody is told of them.
    pub(crate) fn told_to<'a>(&self, user: Option<&'a str>, settings: &Config13) -> Status<'a> {
        let Counted {
            uptime_seconds,
            requests,
            failures,
            requests_per_second,
            latency_p50_us,
            latency_p99_us,
            memory_bytes,
        } = self.counted;
        let Totals {
            packages,
            versions,
            bytes,
        } = self.totals;
        Status {
            version: env!("CARGO_PKG_VERSION"),
            uptime_seconds,
            requests,
            failures,
            requests_per_second,
            latency_p50_us,
            latency_p99_us,
            packages,
            versions,
            storage_bytes: bytes,
            memory_bytes,
            user,
            config: Config {
                bytes: hex(settings),
                version: settings.version(),
                terminal_mode: settings.terminal_mode().name(),
                rows: settings.rows(),
                cols: settings.cols(),
            },
        }
    }
}

/// The 13 bytes as 26 hexadecimal digits.
pub(crate) fn hex(settings: &Config13) -> String {
    settings.hex().to_string().replace(' ', "")
}

/// What is told.
#[derive(Debug, Serialize)]
pub(crate) struct Status<'a> {
    version: &'static str,
    uptime_seconds: u64,
    requests: u64,
    failures: u64,
    requests_per_second: f64,
    latency_p50_us: u64,
    latency_p99_us: u64,
    packages: u64,
    versions: u64,
    storage_bytes: u64,
    memory_bytes: Option<u64>,
    user: Option<&'a str>,
    config: Config,
}

#[derive(Debug, Serialize)]
struct Config {
    bytes: String,
    version: u8,
    terminal_mode: &'static str,
    rows: u8,
    cols: u8,
}

/// How long figures are good for everybody who wants them at the same moment.
const SAME_MOMENT: Duration = Duration::from_millis(100);

/// Figures for those who are told every second: they are gathered once for all of them.
#[derive(Debug, Default)]
pub(crate) struct SharedFigures(Mutex<Option<(Instant, Figures)>>);

impl SharedFigures {
    /// Returns the figures of this moment.
    pub(crate) async fn now(
        &self,
        counts: &Arc<dyn Counts>,
        store: &Store,
    ) -> Result<Figures, ReadError> {
        let mut last = self.0.lock().await;
        if let Some((at, figures)) = *last
            && at.elapsed() < SAME_MOMENT
        {
            return Ok(figures);
        }
        let figures = Figures::gather(counts.as_ref(), store).await?;
        *last = Some((Instant::now(), figures));
        Ok(figures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_has_the_bytes_as_26_digits_and_everything_by_name() {
        let figures = Figures {
            counted: Counted {
                requests: 7,
                requests_per_second: 0.5,
                ..Counted::default()
            },
            totals: Totals {
                packages: 1,
                versions: 2,
                bytes: 3,
            },
        };
        let settings = Config13::new(0x1234_abcd);
        let status = serde_json::to_value(figures.told_to(Some("alice"), &settings)).unwrap();
        let expected = serde_json::json!({
            "version": env!("CARGO_PKG_VERSION"),
            "uptime_seconds": 0,
            "requests": 7,
            "failures": 0,
            "requests_per_second": 0.5,
            "latency_p50_us": 0,
            "latency_p99_us": 0,
            "packages": 1,
            "versions": 2,
            "storage_bytes": 3,
            "memory_bytes": null,
            "user": "alice",
            "config": {
                "bytes": "01cdab341200000000" .to_owned() + "02000000",
                "version": 1,
                "terminal_mode": "raw",
                "rows": 0,
                "cols": 0,
            },
        });
        assert_eq!(status, expected);
    }
}
