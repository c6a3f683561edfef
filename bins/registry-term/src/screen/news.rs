//! What the registry answers, in the words of the screens.

use std::time::Duration;

use console::{Event, PackageInfo, PackageLine, ServerFigures, Token, User, VersionInfo};

/// A package in the list.
pub(super) fn package(package: PackageLine) -> tui::PackageLine {
    tui::PackageLine {
        name: package.name,
        version: package.version,
        description: package.description,
        keywords: package.keywords,
        modified: package.published,
    }
}

/// The line in the list of a package that was asked for.
pub(super) fn line_of(info: &PackageInfo) -> tui::PackageLine {
    tui::PackageLine {
        name: info.name.clone(),
        version: info.tags.get("latest").cloned().unwrap_or_default(),
        description: info.description.clone(),
        keywords: info.keywords.clone(),
        modified: info.modified,
    }
}

/// All that is known of a package of a registry.
pub(super) fn details(info: PackageInfo, registry: &str) -> tui::PackageDetails {
    let latest = info.tags.get("latest");
    let latest = info.versions.iter().find(|it| Some(&it.version) == latest);
    let dependencies = latest.map(|it| it.dependencies.clone());
    tui::PackageDetails {
        description: info.description,
        owners: info.owners,
        licence: info.license,
        dist_tags: info.tags.into_iter().collect(),
        dependencies: dependencies.into_iter().flatten().collect(),
        versions: info.versions.into_iter().rev().map(version).collect(),
        dependents: info.dependents,
        install: format!("npm install {} --registry {registry}", info.name),
    }
}

fn version(version: VersionInfo) -> tui::VersionLine {
    tui::VersionLine {
        version: version.version,
        published: version.published,
        tarball_bytes: version.size,
        unpacked_bytes: version.unpacked_size,
        integrity: version.integrity,
        deprecated: version.deprecated,
    }
}

/// The server's figures.
pub(super) fn figures(figures: ServerFigures) -> tui::StatusFigures {
    tui::StatusFigures {
        version: figures.version,
        uptime: Duration::from_secs(figures.uptime_seconds),
        requests: figures.requests,
        requests_per_second: figures.requests_per_second,
        latency_p50: Duration::from_micros(figures.latency_p50_us),
        latency_p99: Duration::from_micros(figures.latency_p99_us),
        packages: figures.packages,
        versions: figures.versions,
        storage_bytes: figures.storage_bytes,
        memory_bytes: figures.memory_bytes,
    }
}

/// Something that happened.
pub(super) fn event(event: Event) -> tui::LogEvent {
    tui::LogEvent {
        at: event.at,
        actor: event.actor,
        kind: event.kind,
        target: event.target,
        refused: event.refused,
        detail: event.detail,
    }
}

/// Who has accounts and keys.
pub(super) fn access(users: Vec<User>, tokens: Vec<Token>) -> tui::Access {
    let keys = tokens.into_iter().filter(|token| token.kind == Token::KEY);
    tui::Access {
        users: users.into_iter().map(user).collect(),
        keys: keys.map(key).collect(),
    }
}

fn user(user: User) -> tui::UserLine {
    tui::UserLine {
        name: user.name,
        role: user.role.to_string(),
        disabled: user.disabled,
        last_seen: user.last_used,
    }
}

fn key(key: Token) -> tui::ApiKeyLine {
    tui::ApiKeyLine {
        id: key.id,
        user: key.user,
        name: key.name.unwrap_or_default(),
        scopes: key.scopes.unwrap_or_default(),
        expires: Some(key.expires),
    }
}
