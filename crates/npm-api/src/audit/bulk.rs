use std::{collections::BTreeMap, sync::Arc};

use http::StatusCode;
use web::{Response, reply};

use super::Advisories;
use crate::{
    reject::Reject,
    service::{Context, Incoming},
};

/// Answers with the advisories about the packages that are asked for, and no others: yarn 4 stops
/// when it gets more. It takes no account, since deno sends no token here.
#[derive(Debug)]
pub(crate) struct BulkAudit;

impl BulkAudit {
    pub(crate) async fn apply(
        self,
        context: &Context<'_>,
        body: &mut Incoming,
    ) -> Result<Response, Reject> {
        let (body, room) = super::question(context, body).await?;
        let advisories = Arc::clone(context.advisories);
        let answer = tokio::task::spawn_blocking(move || {
            let _room = room;
            answer(&body, &advisories)
        });
        answer.await.map_err(|error| Reject::logged(&error))?
    }
}

/// A project of ten thousand packages takes its time, in which others are not to wait.
fn answer(body: &[u8], advisories: &Advisories) -> Result<Response, Reject> {
    let asked: BTreeMap<String, Vec<String>> = serde_json::from_slice(body).map_err(|error| {
        Reject::bad_request(format!(
            "the body is not an object of package names and their versions: {error}"
        ))
    })?;
    let told: BTreeMap<&String, _> = asked
        .iter()
        .map(|(package, versions)| (package, advisories.about(package, versions)))
        .filter(|(_, advisories)| !advisories.is_empty())
        .collect();
    Ok(reply::json(StatusCode::OK, &told))
}
