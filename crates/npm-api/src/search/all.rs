use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use auth::{Action, Permit};
use http::StatusCode;
use npm_model::{Maintainer, PackageName};
use serde::Serialize;
use storage::Summary;
use web::{Response, reply};

use crate::{reject::Reject, service::Context};

/// Lists every package that the caller may read, in one object.
#[derive(Debug)]
pub(crate) struct ListAll;

#[derive(Serialize)]
struct Everything {
    #[serde(rename = "_updated")]
    updated: u64,
    #[serde(flatten)]
    packages: BTreeMap<String, Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    description: String,
    #[serde(rename = "dist-tags")]
    dist_tags: Latest,
    maintainers: Vec<Maintainer>,
    time: Modified,
    keywords: Vec<String>,
    #[serde(rename = "_npmUser")]
    publisher: Publisher,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deprecated: bool,
}

#[derive(Serialize)]
struct Latest {
    latest: String,
}

/// Who published `latest`, named as its manifest does.
#[derive(Serialize)]
struct Publisher {
    name: String,
}

#[derive(Serialize)]
struct Modified {
    modified: String,
}

impl ListAll {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let (auth, permit) = (Arc::clone(context.auth), permit.clone());
        let settings = *context.settings;
        let each = move |all: &mut BTreeMap<String, Entry>, name: PackageName, summary: &str| {
            if auth.may_too(&permit, Action::Read, &name, &settings)
                && let Some(summary) = Summary::parse(summary)
            {
                let name = name.to_string();
                all.insert(name.clone(), Entry::of(name, summary));
            }
            ControlFlow::Continue(())
        };
        let packages = context
            .store
            .search(Vec::new(), BTreeMap::new(), each)
            .await?;
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let updated = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        Ok(reply::json(
            StatusCode::OK,
            &Everything { updated, packages },
        ))
    }
}

impl Entry {
    fn of(name: String, summary: Summary) -> Self {
        Self {
            name,
            description: summary.description,
            dist_tags: Latest {
                latest: summary.version,
            },
            maintainers: summary.maintainers,
            time: Modified {
                modified: summary.date,
            },
            keywords: summary.keywords,
            publisher: Publisher {
                name: summary.publisher,
            },
            deprecated: summary.deprecated,
        }
    }
}
