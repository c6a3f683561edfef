use std::collections::HashMap;

use auth::{Action, Permit};
use http::StatusCode;
use serde::Serialize;
use storage::Dependent;
use web::{Response, reply};

use super::question::{Level, Question};
use crate::{reject::Reject, service::Context};

/// Lists the packages that need one, as far as the caller may read them.
#[derive(Debug)]
pub(crate) struct ListDependents;

#[derive(Serialize)]
struct Rows<'a> {
    rows: Vec<Row<'a>>,
}

/// How often a key is there, which is once.
#[derive(Serialize)]
struct Row<'a> {
    key: Vec<&'a str>,
    value: u32,
}

impl ListDependents {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        let Question {
            package,
            level,
            skip,
            limit,
        } = Question::parse(context.query)?;
        let dependents = context.store.dependents(&package).await?;
        let names = dependents.iter().map(|it| it.package.clone()).collect();
        let readable = context.where_caller_may(permit, Action::Read, names);
        let readable = readable.await?;
        let descriptions: HashMap<_, _> = dependents
            .iter()
            .map(
                |Dependent {
                     package,
                     description,
                 }| (package, description.trim()),
            )
            .collect();
        let rows = readable.iter().skip(skip).take(limit).map(|dependent| {
            let mut key = vec![package.as_str(), dependent.as_str()];
            if level == Level::Description {
                key.push(descriptions.get(dependent).copied().unwrap_or_default());
            }
            Row { key, value: 1 }
        });
        let rows = rows.collect();
        Ok(reply::json(StatusCode::OK, &Rows { rows }))
    }
}
