//! The JSON of owners.

use npm_model::Maintainer;
use serde::{Deserialize, Serialize};

use crate::{json, reject::Reject};

#[derive(Serialize)]
pub(super) struct Owner {
    username: String,
    email: String,
}

impl Owner {
    pub(super) fn of(owner: Maintainer) -> Self {
        Self {
            username: owner.name,
            email: owner.email,
        }
    }
}

#[derive(Deserialize)]
struct NewOwner {
    user: String,
}

pub(super) fn user(body: &[u8]) -> Result<String, Reject> {
    let new: NewOwner = json::object(body)
        .map_err(|_| Reject::bad_request("the body is not a JSON object with a user"))?;
    Ok(new.user.to_ascii_lowercase())
}
