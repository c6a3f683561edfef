//! The bodies of the token endpoints.

use std::{fmt, net::IpAddr};

use auth::{Caller, Exchanged, Proof, TokenProblem};
use catalog::Session;
use http::{HeaderMap, header};
use npm_model::rfc3339_millis;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{json, query, reject::Reject};

const FORM: &str = "application/x-www-form-urlencoded";

/// What a token is asked for with. `grant_type` may be left out: the other fields tell.
#[derive(Deserialize)]
pub(super) struct TokenBody {
    #[serde(default)]
    grant_type: Option<String>,
    #[serde(default, alias = "name")]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    api_key: Option<String>,
    #[serde(default)]
    refresh_token: Option<String>,
}

impl fmt::Debug for TokenBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenBody(***)")
    }
}

impl TokenBody {
    pub(super) fn parse(headers: &HeaderMap, body: &[u8]) -> Result<Self, Reject> {
        parse(headers, body, |field| Self {
            grant_type: field("grant_type"),
            username: field("username").or_else(|| field("name")),
            password: field("password"),
            api_key: field("api_key"),
            refresh_token: field("refresh_token"),
        })
        .ok_or_else(asks_for_one)
    }

    pub(super) fn into_proof(self) -> Result<Proof, Reject> {
        let Self {
            grant_type,
            username,
            password,
            api_key,
            refresh_token,
        } = self;
        let proof = match (username, password, api_key, refresh_token) {
            (Some(name), Some(password), None, None) => Proof::Password { name, password },
            (None, None, Some(key), None) => Proof::ApiKey(key),
            (None, None, None, Some(token)) => Proof::Refresh(token),
            _ => return Err(asks_for_one()),
        };
        let fits = match (grant_type.as_deref(), &proof) {
            (None, _)
            | (Some("password"), Proof::Password { .. })
            | (Some("api_key"), Proof::ApiKey(_))
            | (Some("refresh_token"), Proof::Refresh(_)) => true,
            (Some(_), _) => false,
        };
        if fits { Ok(proof) } else { Err(asks_for_one()) }
    }
}

fn asks_for_one() -> Reject {
    Reject::bad_request(
        "send one of these, as a JSON object or a form: username and password (grant_type password), \
         api_key (grant_type api_key), refresh_token (grant_type refresh_token)",
    )
}

/// The token that is to be revoked.
#[derive(Deserialize)]
pub(super) struct RevokeBody {
    pub(super) token: String,
}

impl RevokeBody {
    pub(super) fn parse(headers: &HeaderMap, body: &[u8]) -> Result<Self, Reject> {
        let read = if is_form(headers) {
            query::value(std::str::from_utf8(body).ok(), "token").map(|token| Self { token })
        } else {
            json::object(body).ok()
        };
        read.ok_or_else(|| {
            Reject::bad_request(
                "send the token that is to be revoked as `token`, in a JSON object or a form",
            )
        })
    }
}

/// A token that is to be looked into, and from where it is said to be used.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LookBody {
    pub(super) token: String,
    #[serde(default)]
    from: Option<String>,
}

impl LookBody {
    /// The parser's words are not passed on: they could quote the token.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reject> {
        json::object(body).map_err(|_| {
            Reject::bad_request(
                "the body is not a JSON object with a token, and perhaps from, an address",
            )
        })
    }

    /// From where it is used, if that is said.
    pub(super) fn from(&self) -> Result<Option<IpAddr>, Reject> {
        let parsed = self.from.as_deref().map(str::parse).transpose();
        parsed.map_err(|_| Reject::bad_request("from is not an address, such as 10.1.2.3 or ::1"))
    }
}

/// Why a token that was looked into is not believed.
#[derive(Serialize)]
pub(super) struct NotBelieved {
    valid: bool,
    reason: &'static str,
    error: String,
}

impl NotBelieved {
    pub(super) fn of(problem: TokenProblem) -> Self {
        Self {
            valid: false,
            reason: problem.word(),
            error: problem.to_string(),
        }
    }
}

/// Reads a JSON object, or a form whose fields `of_form` asks for. The parser's words are not passed
/// on: they could quote a secret.
fn parse<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: &[u8],
    of_form: impl Fn(&dyn Fn(&str) -> Option<String>) -> T,
) -> Option<T> {
    if !is_form(headers) {
        return json::object(body).ok();
    }
    let text = std::str::from_utf8(body).ok()?;
    Some(of_form(&|name| query::value(Some(text), name)))
}

fn is_form(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE);
    let text = value.and_then(|value| value.to_str().ok()).unwrap_or("");
    let media_type = text.split(';').next().unwrap_or("").trim();
    media_type.eq_ignore_ascii_case(FORM)
}

/// A token that was issued (RFC 6749, 5.1).
#[derive(Serialize)]
pub(super) struct Issued<'a> {
    access_token: &'a str,
    token_type: &'static str,
    /// In seconds.
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
}

impl<'a> Issued<'a> {
    pub(super) fn of(exchanged: &'a Exchanged) -> Self {
        Self {
            access_token: &exchanged.token,
            token_type: "Bearer",
            expires_in: exchanged.lifetime.as_secs(),
            refresh_token: exchanged.refresh.as_deref(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Revoked {
    pub(super) revoked: bool,
}

/// What a token stands for.
#[derive(Serialize)]
pub(super) struct Verified<'a> {
    valid: bool,
    user: &'a str,
    role: &'static str,
    /// `login`, `token`, `key`, `access` for the short token of a key or a refresh token; `password` for
    /// somebody who sends theirs, `foreign` for a token of another issuer.
    kind: &'static str,
    /// Names the token in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    /// Whether it may do less than its owner.
    limited: bool,
    /// For an API key, and for what was got with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<String>>,
    cidr: Vec<String>,
    /// For a JSON Web Token.
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<Map<String, Value>>,
}

impl<'a> Verified<'a> {
    pub(super) fn of(
        caller: &'a Caller,
        session: Option<&'a Session>,
        claims: Option<Map<String, Value>>,
    ) -> Self {
        let issuer = claims.as_ref().and_then(|claims| claims.get("iss"));
        let kind = match (session, &claims) {
            (Some(session), _) => session.kind.as_str(),
            (None, Some(_)) => "foreign",
            (None, None) => "password",
        };
        let limits = &caller.limits;
        let scopes = limits.key_scopes.as_ref();
        Self {
            valid: true,
            user: &caller.name,
            role: caller.role.as_str(),
            kind,
            key: session.map(|it| it.id.as_str()),
            name: session.and_then(|it| it.name.as_deref()),
            issuer: issuer.and_then(Value::as_str).map(str::to_owned),
            created: session.map(|it| rfc3339_millis(it.created)),
            expires: session.map(|it| rfc3339_millis(it.expires)),
            limited: limits.is_limited(),
            scopes: scopes.map(|scopes| scopes.iter().map(ToString::to_string).collect()),
            cidr: limits.networks.iter().map(ToString::to_string).collect(),
            claims,
        }
    }
}

/// The claims of the token in a header, which was verified.
pub(super) fn claims(authorization: &str) -> Option<Map<String, Value>> {
    let (_, token) = authorization.trim().split_once(' ')?;
    auth::token::claims(token.trim())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn proof(media_type: &'static str, body: &str) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        let body = TokenBody::parse(&headers, body.as_bytes()).map_err(|it| it.to_string())?;
        let proof = body.into_proof().map_err(|it| it.to_string())?;
        Ok(match proof {
            Proof::Password { name, password } => format!("{name}:{password}"),
            Proof::ApiKey(key) => format!("key {key}"),
            Proof::Refresh(token) => format!("refresh {token}"),
        })
    }

    #[test]
    fn a_token_is_asked_for_with_one_thing_in_json_or_a_form() {
        for (json, form, expected) in [
            (
                r#"{"username":"a","password":"p +"}"#,
                "username=a&password=p+%2b",
                "a:p +",
            ),
            (
                r#"{"grant_type":"password","name":"a","password":"p","scope":"x"}"#,
                "grant_type=password&name=a&password=p&scope=x",
                "a:p",
            ),
            (
                r#"{"api_key":"k"}"#,
                "api_key=k&grant_type=api_key",
                "key k",
            ),
            (
                r#"{"refresh_token":"r"}"#,
                "grant_type=refresh_token&refresh_token=r",
                "refresh r",
            ),
        ] {
            assert_eq!(proof("application/json", json).as_deref(), Ok(expected));
            let form = proof("application/x-www-form-urlencoded; charset=utf-8", form);
            assert_eq!(form.as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_without_the_secret() {
        for body in [
            "",
            "[]",
            "{}",
            r#"{"username":"a"}"#,
            r#"{"password":"secret"}"#,
            r#"{"username":1,"password":"secret"}"#,
            r#"{"username":"a","password":"secret","api_key":"secret"}"#,
            r#"{"grant_type":"authorization_code","api_key":"secret"}"#,
            r#"{"grant_type":"password","refresh_token":"secret"}"#,
        ] {
            let refused = proof("application/json", body).unwrap_err();
            assert!(refused.starts_with("400"), "{body}: {refused}");
            assert!(!refused.contains("secret"), "{refused}");
        }
        let form = "application/x-www-form-urlencoded";
        for body in ["", "a", "username=a", "password=secret&api_key=secret"] {
            let refused = proof(form, body).unwrap_err();
            assert!(refused.starts_with("400") && !refused.contains("secret"));
        }
    }
}
