use auth::Permit;
use http::StatusCode;
use serde::Serialize;
use web::{Response, reply};

use crate::{query, reject::Reject, service::Context};

/// Lists the packages that a user starred, as far as the caller may read them.
#[derive(Debug)]
pub(crate) struct StarredBy;

#[derive(Serialize)]
struct Rows {
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    value: String,
}

impl StarredBy {
    #[allow(clippy::unused_self, reason = "every endpoint is applied the same way")]
    pub(crate) async fn apply(
        self,
        permit: &Permit,
        context: &Context<'_>,
    ) -> Result<Response, Reject> {
        // The key is JSON, as CouchDB's views had it.
        let user = query::value(context.query, "key")
            .and_then(|key| serde_json::from_str::<String>(&key).ok())
            .ok_or_else(|| Reject::bad_request("the key is not a user name as a JSON string"))?;
        let packages = super::readable_stars(permit, context, &user).await?;
        let rows = packages.into_iter().map(|package| Row {
            value: package.to_string(),
        });
        let rows = rows.collect();
        Ok(reply::json(StatusCode::OK, &Rows { rows }))
    }
}
