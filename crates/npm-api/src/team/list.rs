use auth::OrgName;
use http::StatusCode;
use web::{Response, reply};

use super::wire::Names;
use crate::{query, reject::Reject, service::Context};

/// Lists an organisation's teams.
#[derive(Debug)]
pub(crate) struct ListTeams {
    pub(crate) org: OrgName,
}

impl ListTeams {
    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        let teams = context.auth.teams(&self.org).await?;
        let names = if query::is_for_cli(context.query) {
            let org = self.org.as_str();
            Names::Texts(teams.iter().map(|team| format!("{org}:{team}")).collect())
        } else {
            Names::objects(teams)
        };
        Ok(reply::json(StatusCode::OK, &names))
    }
}
