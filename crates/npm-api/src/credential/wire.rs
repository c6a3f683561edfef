//! The JSON of what is good in place of a password.

use auth::ListedToken;
use npm_model::rfc3339_millis;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Credentials {
    pub(super) tokens: Vec<Credential>,
}

#[derive(Serialize)]
pub(super) struct Credential {
    id: String,
    user: String,
    /// `login`, `token`, `key` or `refresh`.
    kind: &'static str,
    name: Option<String>,
    /// For an API key, what it may do; else null.
    scopes: Option<Vec<String>>,
    /// Whether it may do less than its owner.
    limited: bool,
    cidr: Vec<String>,
    created: String,
    expires: String,
    last_used: Option<String>,
    last_used_from: Option<String>,
}

impl Credential {
    pub(super) fn of(listed: ListedToken, user: &str) -> Self {
        let limits = listed.limits;
        let scopes = limits.key_scopes.as_ref();
        let (last_used, last_used_from) = listed.used.map(|used| (used.at, used.from)).unzip();
        Self {
            id: listed.key,
            user: user.to_owned(),
            kind: listed.kind.as_str(),
            name: listed.name,
            scopes: scopes.map(|scopes| scopes.iter().map(ToString::to_string).collect()),
            limited: limits.is_limited(),
            cidr: limits.networks.iter().map(ToString::to_string).collect(),
            created: rfc3339_millis(listed.created),
            expires: rfc3339_millis(listed.expires),
            last_used: last_used.map(rfc3339_millis),
            last_used_from,
        }
    }
}
