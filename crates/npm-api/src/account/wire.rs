//! The JSON of the account endpoints.

use serde::{Deserialize, Serialize};

use crate::{json, reject::Reject};

/// What a client logs in with. It sends more, which is a memory of `CouchDB`.
#[derive(Deserialize)]
pub(super) struct Login {
    pub(super) name: String,
    pub(super) password: String,
    #[serde(default)]
    pub(super) email: Option<String>,
}

impl Login {
    /// The parser's words are not passed on: they could quote the password.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reject> {
        json::object(body).map_err(|_| {
            Reject::bad_request("the login is not a JSON object with a name and a password")
        })
    }
}

#[derive(Serialize)]
pub(super) struct Issued<'a> {
    pub(super) ok: bool,
    pub(super) id: &'a str,
    pub(super) rev: &'a str,
    pub(super) token: &'a str,
}

#[derive(Serialize)]
pub(super) struct UserName<'a> {
    pub(super) username: &'a str,
}

/// A user as `CouchDB` kept them.
#[derive(Serialize)]
pub(super) struct UserDocument<'a> {
    #[serde(rename = "_id")]
    id: String,
    name: &'a str,
    email: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    roles: [&'static str; 0],
}

impl<'a> UserDocument<'a> {
    pub(super) fn of(user: &'a auth::User) -> Self {
        Self {
            id: format!("{}{}", super::Login::PREFIX, user.name),
            name: &user.name,
            email: &user.email,
            kind: "user",
            roles: [],
        }
    }
}
