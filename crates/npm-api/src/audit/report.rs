use std::{collections::BTreeMap, sync::Arc};

use http::StatusCode;
use serde::Serialize;
use web::{Response, reply};

use super::{
    Advisories,
    advisories::{Advisory, Severity},
    tree::{Inventory, Tree},
};
use crate::{
    json,
    reject::Reject,
    service::{Context, Incoming},
};

/// Answers the questions of old clients, which send a whole dependency tree, with a report of what is
/// known of the packages in it. Current clients ask in bulk.
#[derive(Debug)]
pub(crate) struct AuditReport;

#[derive(Serialize)]
struct Report<'a> {
    /// How to mend it: these clients do that themselves once they know what is wrong.
    actions: [(); 0],
    advisories: BTreeMap<String, Entry<'a>>,
    muted: [(); 0],
    metadata: Metadata,
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    advisory: &'a Advisory,
    module_name: &'a str,
    findings: Vec<Finding<'a>>,
    patched_versions: &'static str,
    overview: &'a str,
    recommendation: &'static str,
    access: &'static str,
}

#[derive(Serialize)]
struct Finding<'a> {
    version: &'a str,
    paths: &'a [String],
    dev: bool,
    optional: bool,
    bundled: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    vulnerabilities: Counts,
    dependencies: usize,
    dev_dependencies: usize,
    optional_dependencies: usize,
    total_dependencies: usize,
}

#[derive(Default, Serialize)]
struct Counts {
    info: usize,
    low: usize,
    moderate: usize,
    high: usize,
    critical: usize,
}

impl AuditReport {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let (body, room) = super::question(context, body).await?;
        let advisories = Arc::clone(context.advisories);
        let answer = tokio::task::spawn_blocking(move || {
            let _room = room;
            let tree: Tree = json::object(&body).map_err(|error| {
                Reject::bad_request(format!("the body is not a tree of dependencies: {error}"))
            })?;
            let inventory = tree.inventory();
            let report = report(&inventory, &advisories);
            Ok(reply::json(StatusCode::OK, &report))
        });
        answer.await.map_err(|error| Reject::logged(&error))?
    }
}

fn report<'a>(inventory: &'a Inventory, known: &'a Advisories) -> Report<'a> {
    let mut advisories: BTreeMap<String, Entry<'a>> = BTreeMap::new();
    let mut vulnerabilities = Counts::default();
    for (package, versions) in &inventory.packages {
        for (version, found) in versions {
            let finding = || Finding {
                version,
                paths: &found.paths,
                dev: found.dev,
                optional: found.optional,
                bundled: false,
            };
            let one = std::slice::from_ref(version);
            for advisory in known.about(package, one) {
                vulnerabilities.count(advisory.severity, found.paths.len());
                // An advisory's number is not its own in a file that people write by hand.
                let key = format!("{}-{package}", advisory.id);
                let key = match advisories.get(&advisory.id.to_string()) {
                    Some(other) if other.module_name != package => key,
                    _ => advisory.id.to_string(),
                };
                let entry = advisories.entry(key).or_insert_with(|| Entry {
                    advisory,
                    module_name: package,
                    findings: Vec::new(),
                    patched_versions: "<0.0.0",
                    overview: &advisory.title,
                    recommendation: "Choose a version that is not vulnerable",
                    access: "public",
                });
                entry.findings.push(finding());
            }
        }
    }
    Report {
        actions: [],
        advisories,
        muted: [],
        metadata: Metadata {
            vulnerabilities,
            dependencies: inventory.dependencies,
            dev_dependencies: inventory.dev,
            optional_dependencies: inventory.optional,
            total_dependencies: inventory.dependencies + inventory.dev + inventory.optional,
        },
    }
}

impl Counts {
    fn count(&mut self, severity: Severity, places: usize) {
        let count = match severity {
            Severity::Info => &mut self.info,
            Severity::Low => &mut self.low,
            Severity::Moderate => &mut self.moderate,
            Severity::High => &mut self.high,
            Severity::Critical => &mut self.critical,
        };
        *count += places;
    }
}
