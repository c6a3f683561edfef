use http::StatusCode;
use serde::Serialize;
use web::{Response, reply};

/// Answers the questions of old clients, which send a whole dependency tree, with an empty report.
/// Current clients ask in bulk.
#[derive(Debug)]
pub(crate) struct AuditReport;

#[derive(Default, Serialize)]
struct Report {
    actions: [(); 0],
    advisories: Nothing,
    muted: [(); 0],
    metadata: Metadata,
}

#[derive(Default, Serialize)]
struct Nothing {}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    vulnerabilities: Counts,
    dependencies: u32,
    dev_dependencies: u32,
    optional_dependencies: u32,
    total_dependencies: u32,
}

#[derive(Default, Serialize)]
struct Counts {
    info: u32,
    low: u32,
    moderate: u32,
    high: u32,
    critical: u32,
}

impl AuditReport {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) fn apply(self) -> Response {
        reply::json(StatusCode::OK, &Report::default())
    }
}
