//! Lock files, as far as they say what a tarball has to be.

use integration::ClientKind;
use serde_json::Value;

/// Returns what the client calls its lock file.
pub(super) fn file_name(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::Pnpm => "pnpm-lock.yaml",
        ClientKind::Yarn4 => "yarn.lock",
        ClientKind::Bun => "bun.lock",
        _ => "package-lock.json",
    }
}

/// Returns each `name@version` with the SHA-512 that its tarball has to have.
pub(super) fn integrities(kind: ClientKind, lock: &str) -> Vec<(String, String)> {
    match kind {
        ClientKind::Pnpm => of_pnpm(lock),
        ClientKind::Yarn4 => Vec::new(),
        ClientKind::Bun => lock.lines().filter_map(of_bun).collect(),
        _ => of_npm(lock),
    }
}

/// `"node_modules/ALIAS": { "name": NAME, "version": VERSION, "integrity": … }`, the name only if it is another.
fn of_npm(lock: &str) -> Vec<(String, String)> {
    let lock: Value = serde_json::from_str(lock).unwrap();
    let packages = lock["packages"].as_object().unwrap().iter();
    let found = packages.filter_map(|(path, package)| {
        let integrity = package["integrity"].as_str()?;
        let alias = path.rsplit_once("node_modules/")?.1;
        let name = package["name"].as_str().unwrap_or(alias);
        let version = package["version"].as_str()?;
        Some((format!("{name}@{version}"), integrity.to_owned()))
    });
    found.collect()
}

/// A line with the name and the version, quoted if it begins with `@`; on the next one the resolution.
fn of_pnpm(lock: &str) -> Vec<(String, String)> {
    let lines = lock.lines().zip(lock.lines().skip(1));
    let found = lines.filter_map(|(id, resolution)| {
        let (_, integrity) = resolution.split_once("resolution: {integrity: ")?;
        let integrity = integrity.split([',', '}']).next()?;
        let id = id.trim().trim_end_matches(':').trim_matches('\'');
        Some((id.to_owned(), integrity.to_owned()))
    });
    found.collect()
}

/// `"PLACE": ["NAME@VERSION", "URL", {…}, "sha512-…"],`, which is no JSON: lists have a comma at their end.
fn of_bun(line: &str) -> Option<(String, String)> {
    let (_, list) = line.split_once("\": [\"")?;
    let (id, rest) = list.split_once('"')?;
    let (_, hash) = rest.split_once("\"sha512-")?;
    let (hash, _) = hash.split_once('"')?;
    Some((id.to_owned(), format!("sha512-{hash}")))
}
