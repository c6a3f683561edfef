//! Packages, and how the server is.

use client::{Registry, RegistryUrl, RequestError};
use console::{CommandError, Done, Found, PackageInfo, PackageLine, Status};
use http::StatusCode;
use npm_model::{PackageName, Version, tarball_path};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::{
    TermDesk, errors,
    path::{query, word},
};

/// Most results that the server puts into one answer.
const PAGE: u32 = 250;

pub(super) fn tags_path(name: &PackageName) -> String {
    format!("-/package/{}/dist-tags", RegistryUrl::package_path(name))
}

/// What is known of a server that has answered or not.
pub(super) fn status(registry: &Registry, answer: Result<Value, RequestError>) -> Status {
    let url = errors::base(registry);
    match answer {
        Ok(answer) => Status::told(url, answer)
            .unwrap_or_else(|_| Status::unknown(url, "what listens there is no registryd")),
        Err(RequestError::Unreachable { .. }) => Status::down(url),
        Err(error) => match error.refusal() {
            Some(refusal) if refusal.status == StatusCode::NOT_FOUND => Status::untold(url),
            _ => Status::unknown(url, errors::of_request(registry, &error).text),
        },
    }
}

pub(super) async fn packages(desk: &TermDesk) -> Done<Vec<PackageLine>> {
    let all: Box<RawValue> = desk.get("-/all").await?;
    PackageLine::of_all(all.get().as_bytes()).map_err(|error| no_registry(&desk.registry, &error))
}

pub(super) async fn search(desk: &TermDesk, text: &str, limit: u32) -> Done<Found> {
    let mut found = Found::default();
    loop {
        let from = u32::try_from(found.packages.len()).unwrap_or(u32::MAX);
        let size = limit.saturating_sub(from).min(PAGE);
        let asked = [
            ("text", Some(text.to_owned())),
            ("size", Some(size.to_string())),
            ("from", Some(from.to_string())),
        ];
        let answer: Box<RawValue> = desk.get(&query("-/v1/search", &asked)).await?;
        let page = Found::of_search(answer.get().as_bytes())
            .map_err(|error| no_registry(&desk.registry, &error))?;
        let is_last = page.packages.is_empty();
        found.total = page.total;
        found.packages.extend(page.packages);
        let has_all = found.packages.len() >= found.total;
        if is_last || has_all || found.packages.len() >= limit as usize {
            return Ok(found);
        }
    }
}

pub(super) async fn package(desk: &TermDesk, name: &PackageName) -> Done<PackageInfo> {
    let path = RegistryUrl::package_path(name);
    let (packument, dependents) =
        tokio::join!(desk.get::<Box<RawValue>>(&path), dependents(desk, name));
    let mut info = PackageInfo::of_packument(packument?.get().as_bytes())
        .map_err(|error| no_registry(&desk.registry, &error))?;
    info.dependents = dependents?;
    let latest = info.tags.get("latest").cloned().unwrap_or_default();
    let version = info.versions.iter_mut().find(|it| it.version == latest);
    if let (Some(version), Ok(number)) = (version, Version::parse(&latest)) {
        version.size = size(desk, name, &number).await;
    }
    Ok(info)
}

/// How long a tarball is. Where that cannot be asked it is not known, which is no reason to show nothing.
async fn size(desk: &TermDesk, name: &PackageName, version: &Version) -> Option<u64> {
    let head = desk
        .registry
        .head(&tarball_path(name, version))
        .await
        .ok()?;
    let length = head.get(http::header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

#[derive(Deserialize)]
struct Dependents {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    /// The package and who depends on it.
    key: (String, String),
}

/// Packages whose `latest` depends on one; none where the server does not tell.
async fn dependents(desk: &TermDesk, name: &PackageName) -> Done<Vec<String>> {
    let (start, end) = (format!("[\"{name}\"]"), format!("[\"{name}\",{{}}]"));
    let (start, end) = (word(&start), word(&end));
    let path = format!("-/_view/dependedUpon?group_level=2&startkey={start}&endkey={end}");
    let answer: Result<Dependents, RequestError> = desk.registry.get_json(&path).await;
    match answer {
        Ok(Dependents { rows }) => Ok(rows.into_iter().map(|row| row.key.1).collect()),
        Err(error) => match error.refusal() {
            Some(refusal) if refusal.status == StatusCode::NOT_FOUND => Ok(Vec::new()),
            _ => Err(errors::of_request(&desk.registry, &error)),
        },
    }
}

/// The answer was JSON, and is not what a registry answers.
fn no_registry(registry: &Registry, error: &serde_json::Error) -> CommandError {
    let url = errors::base(registry);
    let text = format!("the answer of {url} is not what a registry answers");
    CommandError::failed(text, error)
}
