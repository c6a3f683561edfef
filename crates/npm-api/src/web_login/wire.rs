//! The JSON of a web login.

use serde::{Deserialize, Serialize};

use crate::{json, reject::Reject};

#[derive(Default, Deserialize)]
struct Begin {
    #[serde(default)]
    create: bool,
}

/// Whether the body asks for a new account. yarn 4 sends no body at all.
pub(super) fn wants_account(body: &[u8]) -> Result<bool, Reject> {
    if body.trim_ascii().is_empty() {
        return Ok(false);
    }
    let begin: Begin = json::object(body)
        .map_err(|_| Reject::bad_request("the body is neither empty nor a JSON object"))?;
    Ok(begin.create)
}

#[derive(Serialize)]
pub(super) struct Addresses {
    #[serde(rename = "loginUrl")]
    pub(super) login: String,
    #[serde(rename = "doneUrl")]
    pub(super) done: String,
}

#[derive(Serialize)]
pub(super) struct Waiting {}

#[derive(Serialize)]
pub(super) struct Token<'a> {
    pub(super) token: &'a str,
}
