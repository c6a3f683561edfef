//! People who logged in.

use serde_json::json;

use crate::http::Http;

/// The password of everybody: the stories are about rights, not about secrets.
pub const PASSWORD: &str = "correct horse battery";

/// Somebody with a token.
#[derive(Clone, Debug)]
pub struct User {
    /// The name of the account.
    pub name: String,
    /// What the server gave at login.
    pub token: String,
    /// Speaks to the server as this person.
    pub http: Http,
}

impl User {
    /// Logs in as npm does; a name that is new is registered by that.
    #[track_caller]
    pub(crate) fn log_in(http: &Http, name: &str) -> Self {
        let answer = http
            .put(&format!("/-/user/org.couchdb.user:{name}"))
            .json(&json!({
                "_id": format!("org.couchdb.user:{name}"),
                "name": name,
                "password": PASSWORD,
                "type": "user",
                "roles": [],
                "date": "2026-01-01T00:00:00.000Z",
            }))
            .send()
            .expect(201);
        let token = answer.json()["token"]
            .as_str()
            .unwrap_or_else(|| panic!("login should give a token: {answer}"))
            .to_owned();
        Self {
            name: name.to_owned(),
            http: http.with_token(&token),
            token,
        }
    }
}
