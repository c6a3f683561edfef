//! The JSON of a search: every field is read by some client, and npm stops at missing ones.

use npm_model::PackageName;
use serde::Serialize;
use storage::Summary;

#[derive(Serialize)]
pub(super) struct Answer {
    pub(super) objects: Vec<Object>,
    pub(super) total: usize,
    pub(super) time: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Object {
    package: Package,
    score: Score,
    search_score: f64,
    flags: Flags,
    updated: String,
}

#[derive(Serialize)]
struct Package {
    name: String,
    scope: String,
    version: String,
    description: String,
    keywords: Vec<String>,
    date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<String>,
    links: Links,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<Named>,
    publisher: Person,
    maintainers: Vec<Person>,
}

#[derive(Serialize)]
struct Links {
    npm: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    homepage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bugs: Option<String>,
}

#[derive(Serialize)]
struct Named {
    name: String,
}

#[derive(Serialize)]
struct Person {
    username: String,
    email: String,
}

#[derive(Serialize)]
struct Flags {
    #[serde(skip_serializing_if = "is_false")]
    unstable: bool,
    #[serde(skip_serializing_if = "is_false")]
    deprecated: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[derive(Serialize)]
struct Score {
    #[serde(rename = "final")]
    total: f64,
    detail: Detail,
}

#[derive(Serialize)]
struct Detail {
    quality: f64,
    popularity: f64,
    maintenance: f64,
}

impl Object {
    /// `place` is the package's place among the results: the order is the score.
    pub(super) fn new(name: &PackageName, summary: Summary, base: &str, place: usize) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "places are small numbers")]
        let score = 1.0 / (place as f64 + 1.0);
        let mail = |name: &str| {
            let known = summary.maintainers.iter().find(|it| it.name == name);
            known.map(|it| it.email.clone()).unwrap_or_default()
        };
        let publisher = Person {
            email: mail(&summary.publisher),
            username: summary.publisher,
        };
        let maintainers = summary.maintainers.into_iter().map(|it| Person {
            username: it.name,
            email: it.email,
        });
        Self {
            flags: Flags {
                unstable: summary.version.starts_with("0."),
                deprecated: summary.deprecated,
            },
            updated: summary.date.clone(),
            package: Package {
                name: name.to_string(),
                scope: name.scope().unwrap_or("unscoped").to_owned(),
                version: summary.version,
                description: summary.description,
                keywords: summary.keywords,
                date: summary.date,
                license: summary.license,
                links: Links {
                    npm: format!("{base}/{name}"),
                    homepage: summary.homepage,
                    repository: summary.repository,
                    bugs: summary.bugs,
                },
                author: summary.author.map(|name| Named { name }),
                publisher,
                maintainers: maintainers.collect(),
            },
            score: Score {
                total: score,
                detail: Detail {
                    quality: 1.0,
                    popularity: 0.0,
                    maintenance: 1.0,
                },
            },
            search_score: score,
        }
    }
}
