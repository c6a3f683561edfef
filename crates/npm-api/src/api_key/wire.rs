//! The JSON of API keys.

use auth::{KeyScope, ListedToken, MadeApiKey, NewApiKey};
use npm_model::rfc3339_millis;
use serde::{Deserialize, Serialize};

use crate::{json, network, reject::Reject};

/// A key that somebody wants. Their password is asked for again.
#[derive(Deserialize)]
pub(super) struct NewKeyBody {
    name: String,
    scopes: Vec<String>,
    password: String,
    #[serde(default)]
    expires_days: Option<u32>,
    #[serde(default)]
    cidr: Vec<String>,
}

impl NewKeyBody {
    /// The parser's words are not passed on: they could quote the password.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reject> {
        json::object(body).map_err(|_| {
            Reject::bad_request(
                "the body is not a JSON object with name, scopes (such as [\"read\", \
                 \"publish:@acme/*\"]) and your password, and perhaps expires_days and cidr",
            )
        })
    }

    pub(super) fn into_new_key(self) -> Result<(NewApiKey, String), Reject> {
        let scopes = self
            .scopes
            .iter()
            .map(|text| text.parse::<KeyScope>().map_err(Reject::bad_request))
            .collect::<Result<_, _>>()?;
        let networks = self.cidr.iter().map(|text| network::parse(text));
        let new = NewApiKey {
            name: self.name,
            scopes,
            days: self.expires_days,
            networks: networks.collect::<Result<_, _>>()?,
        };
        Ok((new, self.password))
    }
}

#[derive(Serialize)]
pub(super) struct Keys<'a> {
    pub(super) keys: Vec<Key<'a>>,
}

#[derive(Serialize)]
pub(super) struct Key<'a> {
    id: &'a str,
    /// The secret, shown once.
    #[serde(rename = "key", skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    name: &'a str,
    user: &'a str,
    scopes: Vec<String>,
    cidr: Vec<String>,
    created: String,
    expires: String,
    last_used: Option<String>,
    last_used_from: Option<&'a str>,
}

impl<'a> Key<'a> {
    pub(super) fn listed(listed: &'a ListedToken, user: &'a str) -> Self {
        let limits = &listed.limits;
        let scopes = limits.key_scopes.iter().flatten();
        let used = listed.used.as_ref();
        Self {
            id: &listed.key,
            secret: None,
            name: listed.name.as_deref().unwrap_or_default(),
            user,
            scopes: scopes.map(ToString::to_string).collect(),
            cidr: limits.networks.iter().map(ToString::to_string).collect(),
            created: rfc3339_millis(listed.created),
            expires: rfc3339_millis(listed.expires),
            last_used: used.map(|used| rfc3339_millis(used.at)),
            last_used_from: used.map(|used| used.from.as_str()),
        }
    }

    pub(super) fn made(made: &'a MadeApiKey, user: &'a str) -> Self {
        Self {
            secret: Some(&made.key),
            ..Self::listed(&made.listed, user)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(json: &str) -> String {
        let body = NewKeyBody::parse(json.as_bytes());
        let new = body.and_then(NewKeyBody::into_new_key);
        new.unwrap_err().to_string()
    }

    #[test]
    fn a_key_is_asked_for_with_scopes() {
        let json = r#"{"name":"ci","scopes":["read","publish:@acme/*"],"password":"p",
                       "expires_days":30,"cidr":["10.0.0.0/8","::1"]}"#;
        let body = NewKeyBody::parse(json.as_bytes()).unwrap();
        let (new, password) = body.into_new_key().unwrap();
        assert_eq!((new.name.as_str(), password.as_str()), ("ci", "p"));
        assert_eq!(
            (new.scopes.len(), new.networks.len(), new.days),
            (2, 2, Some(30))
        );
    }

    #[test]
    fn what_cannot_be_meant_is_refused_without_the_password() {
        for (json, words) in [
            (
                r#"{"name":"n","scopes":"read","password":"secret"}"#,
                "JSON object",
            ),
            (
                r#"{"name":"n","scopes":["reads"],"password":"secret"}"#,
                "not a scope",
            ),
            (
                r#"{"name":"n","scopes":["read:a*"],"password":"secret"}"#,
                "not a pattern",
            ),
            (
                r#"{"name":"n","scopes":["read"],"password":"secret","cidr":["x"]}"#,
                "network",
            ),
        ] {
            let refused = refused(json);
            assert!(
                refused.starts_with("400") && refused.contains(words),
                "{refused}"
            );
            assert!(!refused.contains("secret"), "{refused}");
        }
    }
}
