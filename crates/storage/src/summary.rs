//! What a search finds and shows of a package, made anew whenever the package changes.

use std::{ops::ControlFlow, sync::Arc};

use catalog::{CatalogError, Indexed, LatestVersion, PackageId, Write};
use npm_model::{Maintainer, Manifest, PackageName, rfc3339_millis};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use crate::{dependent, read::ReadError, store::Store};

/// What is shown of a package in a list.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Summary {
    /// The version that `latest` points at.
    pub version: String,
    /// Its description, empty when it has none.
    pub description: String,
    /// Its keywords.
    pub keywords: Vec<String>,
    /// When it was published, as RFC 3339.
    pub date: String,
    /// Its licence.
    pub license: Option<String>,
    /// Its author's name.
    pub author: Option<String>,
    /// The account that published it.
    pub publisher: String,
    /// The package's owners.
    pub maintainers: Vec<Maintainer>,
    /// Where it says it lives.
    pub homepage: Option<String>,
    /// Where its source is.
    pub repository: Option<String>,
    /// Where to complain.
    pub bugs: Option<String>,
    /// Whether it should not be used any more.
    pub deprecated: bool,
}

impl Store {
    /// Calls `each` with the packages that have all of the words, the best match first; without
    /// words, with all of them by name. Breaking ends the search.
    pub async fn search<T: Send + 'static>(
        &self,
        words: Vec<String>,
        start: T,
        mut each: impl FnMut(&mut T, PackageName, &str) -> ControlFlow<()> + Send + 'static,
    ) -> Result<T, ReadError> {
        let shared = Arc::clone(&self.shared);
        let search = move || {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let mut found = start;
            shared.catalog.read(|rows| {
                rows.search(&words, |name, summary| Ok(each(&mut found, name, summary)))
            })?;
            Ok(found)
        };
        tokio::task::spawn_blocking(search)
            .await
            .unwrap_or(Err(ReadError::Closing))
    }
}

impl Summary {
    /// Reads what the catalogue keeps. What cannot be read was written by another program, and is
    /// as good as nothing.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    fn of(manifest: &Manifest, latest: &LatestVersion, maintainers: Vec<Maintainer>) -> Self {
        let link = |key: &str| manifest.get(key).and_then(text_or_url);
        Self {
            version: latest.version.to_string(),
            description: manifest.get_str("description").unwrap_or_default(),
            keywords: manifest.get("keywords").map(keywords).unwrap_or_default(),
            date: rfc3339_millis(latest.published),
            license: manifest.get_str("license"),
            author: manifest.get("author").and_then(author),
            publisher: latest.publisher.clone(),
            maintainers,
            homepage: link("homepage"),
            repository: link("repository"),
            bugs: link("bugs"),
            deprecated: latest.deprecated,
        }
    }
}

/// Makes the summary of a package anew, and notes what it needs now. A package without `latest` has none, and is not found.
pub(crate) fn refresh(
    rows: &Write<'_>,
    name: &PackageName,
    id: PackageId,
) -> Result<(), CatalogError> {
    let Some(latest) = rows.latest_version(id)? else {
        return Ok(());
    };
    let Ok(manifest) = Manifest::parse(latest.full.as_bytes()) else {
        return Ok(());
    };
    let summary = Summary::of(&manifest, &latest, rows.owners(id)?);
    rows.set_dependencies(id, &dependent::dependencies(&manifest))?;
    let people = summary.maintainers.iter().map(|it| it.name.as_str());
    let people = people
        .chain([summary.publisher.as_str()])
        .chain(summary.author.as_deref());
    rows.index(
        id,
        &Indexed {
            summary: &serde_json::to_string(&summary).unwrap_or_default(),
            name: name.as_str(),
            description: &summary.description,
            keywords: &summary.keywords.join(" "),
            people: &people.collect::<Vec<_>>().join(" "),
        },
    )
}

/// A list of texts, or one text with spaces or commas, which old packages have.
fn keywords(value: &RawValue) -> Vec<String> {
    match serde_json::from_str(value.get()) {
        Ok(Value::Array(words)) => words
            .into_iter()
            .filter_map(|word| word.as_str().map(str::to_owned))
            .collect(),
        Ok(Value::String(words)) => words
            .split([' ', ','])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// A text, or an object with a `url`.
fn text_or_url(value: &RawValue) -> Option<String> {
    match serde_json::from_str(value.get()).ok()? {
        Value::String(text) => Some(text),
        Value::Object(fields) => fields.get("url")?.as_str().map(str::to_owned),
        _ => None,
    }
}

/// `Name <mail> (url)`, or an object with a `name`.
fn author(value: &RawValue) -> Option<String> {
    match serde_json::from_str(value.get()).ok()? {
        Value::String(text) => {
            let name = text.split(['<', '(']).next().unwrap_or_default().trim();
            (!name.is_empty()).then(|| name.to_owned())
        }
        Value::Object(fields) => fields.get("name")?.as_str().map(str::to_owned),
        _ => None,
    }
}
