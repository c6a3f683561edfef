//! `packages`, `info`, `search`.

use npm_model::size_text;
use serde_json::json;

use crate::{
    desk::{Desk, Done, Surface},
    error::CommandError,
    grid::Grid,
    kind::{NamePart, Number, PackageOrRelease},
    nouns::{PackageInfo, PackageLine, VersionInfo},
    reply::{Reply, day_or_hyphen, or_hyphen},
    session::Session,
};

/// Packages that `packages` and `search` show when nobody says how many.
const LISTED: u32 = 100;
const FOUND: u32 = 20;

/// Versions that `info` shows of a package: the newest.
const VERSIONS: usize = 20;

impl<D: Desk, S: Surface> Session<D, S> {
    pub(crate) async fn packages(
        &self,
        part: Option<NamePart>,
        limit: Option<Number>,
    ) -> Done<Reply> {
        let mut packages = self.desk.packages().await?;
        if let Some(NamePart(part)) = &part {
            let part = part.to_lowercase();
            packages.retain(|package| package.name.to_lowercase().contains(&part));
        }
        let total = packages.len();
        packages.truncate(limit.map_or(LISTED, |limit| limit.0) as usize);
        let text = match (packages.as_slice(), part) {
            ([], None) => {
                "there are no packages; `publish DIR` or `npm publish` adds one".to_owned()
            }
            ([], Some(NamePart(part))) => format!("no package has {part:?} in its name"),
            (packages, _) => listed(packages),
        };
        let reply = Reply::new(text, &json!({ "packages": packages, "total": total }))?;
        Ok(cut_note(reply, packages.len(), total))
    }

    pub(crate) async fn search(&self, text: &str, limit: Option<Number>) -> Done<Reply> {
        let found = self
            .desk
            .search(text, limit.map_or(FOUND, |limit| limit.0))
            .await?;
        let told = match found.packages.as_slice() {
            [] => "nothing was found".to_owned(),
            packages => listed(packages),
        };
        let shown = found.packages.len();
        let reply = Reply::new(told, &found)?;
        Ok(cut_note(reply, shown, found.total))
    }

    pub(crate) async fn info(&self, wanted: PackageOrRelease) -> Done<Reply> {
        let PackageOrRelease { package, version } = wanted;
        let mut info = self.desk.package(&package).await?;
        let Some(wanted) = version else {
            return Reply::new(about(&info), &info);
        };
        let named = info.tags.get(&wanted).unwrap_or(&wanted);
        let at = info.versions.iter().position(|it| it.version == *named);
        let Some(at) = at else {
            let text = format!("{package} has no version and no dist-tag {wanted}");
            let hint = format!("`info {package}` shows which there are");
            return Err(CommandError::not_found(text).hint(hint));
        };
        let version = info.versions.swap_remove(at);
        let tags = info.tags.iter();
        let tags = tags.filter(|(_, points_at)| **points_at == version.version);
        let tags: Vec<String> = tags.map(|(tag, _)| tag.clone()).collect();
        let text = about_version(&info, &version, &tags);
        Reply::new(
            text,
            &json!({ "name": info.name, "tags": tags, "version": version }),
        )
    }
}

fn cut_note(reply: Reply, shown: usize, total: usize) -> Reply {
    if shown < total {
        reply.note(format!("{shown} of {total}; --limit N shows more"))
    } else {
        reply
    }
}

fn listed(packages: &[PackageLine]) -> String {
    let mut grid = Grid::with_head(["PACKAGE", "LATEST", "PUBLISHED", "BY", "DESCRIPTION"]);
    for package in packages {
        let deprecated = if package.deprecated {
            "deprecated; "
        } else {
            ""
        };
        grid.row([
            package.name.clone(),
            package.version.clone(),
            day_or_hyphen(package.published),
            or_hyphen(&package.publisher),
            or_hyphen(&format!("{deprecated}{}", package.description)),
        ]);
    }
    grid.to_string()
}

fn about(info: &PackageInfo) -> String {
    let mut grid = Grid::plain("");
    let mut say = |name: &str, value: String| {
        if !value.is_empty() {
            grid.row([name.to_owned(), value]);
        }
    };
    say("package", info.name.clone());
    say("description", info.description.clone());
    say("licence", info.license.clone().unwrap_or_default());
    say("homepage", info.homepage.clone().unwrap_or_default());
    say("repository", info.repository.clone().unwrap_or_default());
    say("owners", info.owners.join(", "));
    let tags = info
        .tags
        .iter()
        .map(|(tag, version)| format!("{tag} {version}"));
    say("tags", tags.collect::<Vec<_>>().join(", "));
    say("dependents", info.dependents.join(", "));
    let mut versions = Grid::with_head(["VERSION", "PUBLISHED", "BY", "SIZE", "INTEGRITY", ""]);
    for version in info.versions.iter().rev().take(VERSIONS) {
        versions.row([
            version.version.clone(),
            day_or_hyphen(version.published),
            or_hyphen(&version.publisher),
            size(version),
            or_hyphen(&version.integrity),
            deprecated(version),
        ]);
    }
    let more = match info.versions.len() {
        number if number > VERSIONS => format!("\nand {} older versions", number - VERSIONS),
        _ => String::new(),
    };
    format!("{grid}\n\n{versions}{more}")
}

fn about_version(info: &PackageInfo, version: &VersionInfo, tags: &[String]) -> String {
    let mut grid = Grid::plain("");
    let mut say = |name: &str, value: String| {
        if !value.is_empty() {
            grid.row([name.to_owned(), value]);
        }
    };
    say("package", format!("{}@{}", info.name, version.version));
    say("description", info.description.clone());
    say("tags", tags.join(", "));
    say("published", day_or_hyphen(version.published));
    say("by", version.publisher.clone());
    say("size", size(version));
    let files = version.files.map(|files| files.to_string());
    say("files", files.unwrap_or_default());
    say("integrity", version.integrity.clone());
    say("deprecated", version.deprecated.clone().unwrap_or_default());
    let dependencies = version.dependencies.iter();
    let dependencies = dependencies.map(|(name, range)| format!("{name}@{range}"));
    say("dependencies", dependencies.collect::<Vec<_>>().join(", "));
    grid.to_string()
}

fn size(version: &VersionInfo) -> String {
    match (version.size, version.unpacked_size) {
        (Some(size), Some(unpacked)) => {
            format!("{}, unpacked {}", size_text(size), size_text(unpacked))
        }
        (Some(size), None) => size_text(size),
        (None, Some(unpacked)) => format!("unpacked {}", size_text(unpacked)),
        (None, None) => "-".to_owned(),
    }
}

fn deprecated(version: &VersionInfo) -> String {
    let why = version.deprecated.as_ref();
    why.map_or_else(String::new, |why| format!("deprecated: {why}"))
}
