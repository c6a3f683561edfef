use http::StatusCode;
use web::{Response, reply};

use super::wire::UserDocument;
use crate::{reject::Reject, service::Context};

/// Says who a user is: `npm owner add` copies it into the maintainers.
#[derive(Debug)]
pub(crate) struct GetUser {
    pub(crate) name: String,
}

impl GetUser {
    pub(crate) async fn apply(self, context: &Context<'_>) -> Result<Response, Reject> {
        let found = context.auth.find_user(&self.name).await?;
        let Some(user) = found else {
            return Err(Reject::not_found("there is no such user"));
        };
        Ok(reply::json(StatusCode::OK, &UserDocument::of(&user)))
    }
}
