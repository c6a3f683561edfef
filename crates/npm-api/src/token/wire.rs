//! The JSON of tokens.
//!
//! Clients have sent two kinds of bodies: `{password, readonly, cidr_whitelist}` (older npm, pnpm), and
//! since npm 11 one with a name, the packages, scopes and organisations it is for, and what it may do
//! with them. One reader takes both.

use auth::{Ability, ListedToken, MadeToken, NewToken, OrgName, TokenAccess, TokenLimits};
use catalog::SessionKind;
use http::StatusCode;
use npm_model::{PackageName, rfc3339_millis};
use serde::{Deserialize, Serialize};

use crate::{json, network, reject::Reject};

/// What every token begins with that this registry issues, so that `npm token revoke` knows a whole
/// one when it sees it. It is no secret.
const BEGINNING: &str = "eyJ0eXAi";

/// What a token of that kind begins with.
const fn beginning_of(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Key => "r13k_",
        SessionKind::Refresh => "r13r_",
        SessionKind::Login | SessionKind::Token | SessionKind::Access => BEGINNING,
    }
}

#[derive(Deserialize)]
pub(super) struct NewTokenBody {
    password: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    /// In days.
    #[serde(default)]
    expires: Option<u32>,
    #[serde(default)]
    readonly: Option<bool>,
    #[serde(default)]
    cidr_whitelist: Option<Vec<String>>,
    #[serde(default)]
    packages: Option<Vec<String>>,
    #[serde(default)]
    packages_all: Option<bool>,
    #[serde(default)]
    scopes: Option<Vec<String>>,
    #[serde(default)]
    orgs: Option<Vec<String>>,
    #[serde(default)]
    packages_and_scopes_permission: Option<PackagePermission>,
    #[serde(default)]
    orgs_permission: Option<OrgPermission>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PackagePermission {
    NoAccess,
    ReadOnly,
    ReadWrite,
    ReadWriteStageOnly,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OrgPermission {
    NoAccess,
    ReadOnly,
    ReadWrite,
}

impl NewTokenBody {
    /// The parser's words are not passed on: they could quote the password.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reject> {
        json::object(body).map_err(|_| {
            Reject::bad_request(
                "the body is not a JSON object with a password and what the token shall be: name, \
                 expires (days), readonly, cidr_whitelist, packages, scopes, orgs, \
                 packages_and_scopes_permission, orgs_permission",
            )
        })
    }

    pub(super) fn into_new_token(self) -> Result<NewToken, Reject> {
        let limits = self.limits()?;
        Ok(NewToken {
            password: self.password,
            name: self.name,
            description: self.description,
            days: self.expires,
            limits,
        })
    }

    fn limits(&self) -> Result<TokenLimits, Reject> {
        let all = self.packages_all == Some(true);
        let list = |names: &Option<Vec<String>>| names.clone().unwrap_or_default();
        let (packages, mut scopes) = if all {
            (Vec::new(), Vec::new())
        } else {
            self.packages_and_scopes()?
        };
        scopes.sort();
        scopes.dedup();
        let says_orgs = self.orgs.is_some() || self.orgs_permission.is_some();
        let says_packages = self.packages_all.is_some()
            || self.packages.is_some()
            || self.scopes.is_some()
            || self.packages_and_scopes_permission.is_some();
        let orgs = list(&self.orgs)
            .iter()
            .map(|org| {
                Ok(OrgName::parse(org)
                    .map_err(Reject::bad_request)?
                    .as_str()
                    .to_owned())
            })
            .collect::<Result<Vec<_>, Reject>>()?;
        let networks = list(&self.cidr_whitelist)
            .iter()
            .map(|text| network::parse(text))
            .collect::<Result<Vec<_>, Reject>>()?;
        let names_packages = all || !packages.is_empty() || !scopes.is_empty();
        let access = match (self.packages_and_scopes_permission, self.readonly) {
            (Some(PackagePermission::NoAccess), _) => TokenAccess::Nothing,
            // Staged publishing is not there yet, and publishing at once is more than was asked for.
            (Some(PackagePermission::ReadOnly | PackagePermission::ReadWriteStageOnly), _)
            | (_, Some(true)) => TokenAccess::Read,
            // A token that speaks of organisations alone is for those.
            (None, _) if says_orgs && !names_packages => TokenAccess::Nothing,
            (Some(PackagePermission::ReadWrite) | None, _) => TokenAccess::Write,
        };
        Ok(TokenLimits {
            access,
            packages,
            scopes,
            orgs: match self.orgs_permission {
                Some(OrgPermission::ReadWrite) => Some(orgs),
                // Looking at an organisation takes an account and nothing more. Whoever says what a token
                // may do with packages has said what it is for.
                _ if says_orgs || says_packages => Some(Vec::new()),
                _ => None,
            },
            networks,
            key_scopes: None,
        })
    }

    /// The names that were given. `@scope/*` among the packages means the scope.
    fn packages_and_scopes(&self) -> Result<(Vec<String>, Vec<String>), Reject> {
        let (mut packages, mut scopes) = (Vec::new(), Vec::new());
        for text in self.packages.iter().flatten() {
            match text.strip_suffix("/*") {
                Some(scope) => scopes.push(scope_name(scope)?),
                None => packages.push(PackageName::parse(text)?.to_string()),
            }
        }
        for text in self.scopes.iter().flatten() {
            scopes.push(scope_name(text)?);
        }
        Ok((packages, scopes))
    }
}

fn scope_name(text: &str) -> Result<String, Reject> {
    let scope =
        OrgName::parse(text).map_err(|error| Reject::told(StatusCode::BAD_REQUEST, error))?;
    Ok(scope.as_str().to_owned())
}

#[derive(Serialize)]
pub(super) struct Page {
    objects: Vec<Token>,
    total: usize,
    urls: Urls,
}

/// npm reads `next` of it, so it has to be there.
#[derive(Serialize)]
struct Urls {}

impl Page {
    pub(super) fn of(objects: Vec<Token>) -> Self {
        Self {
            total: objects.len(),
            objects,
            urls: Urls {},
        }
    }
}

#[derive(Serialize)]
pub(super) struct Token {
    key: String,
    #[serde(rename = "token")]
    text: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    user: String,
    readonly: bool,
    /// Null where there is none: npm prints an empty list as if it said something.
    cidr_whitelist: Option<Vec<String>>,
    created: String,
    updated: String,
    expires: String,
    permissions: Vec<TokenPermission>,
    scopes: Vec<TokenScope>,
    bypass_2fa: bool,
}

#[derive(Serialize)]
struct TokenPermission {
    name: &'static str,
    action: &'static str,
}

#[derive(Serialize)]
struct TokenScope {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl Token {
    pub(super) fn listed(listed: ListedToken, user: &str) -> Self {
        let ListedToken {
            key,
            name,
            description,
            created,
            expires,
            limits,
            kind,
            used: _,
        } = listed;
        let TokenLimits {
            access,
            packages,
            scopes,
            orgs,
            networks,
            key_scopes,
        } = limits;
        let mut permissions = Vec::new();
        let only_reads = key_scopes
            .as_ref()
            .is_some_and(|scopes| scopes.iter().all(|scope| scope.ability == Ability::Read));
        let key_scopes = key_scopes.unwrap_or_default();
        match access {
            // What a key may do stands in its scopes.
            _ if kind == SessionKind::Key => {}
            TokenAccess::Nothing => {}
            TokenAccess::Read => permissions.push(TokenPermission {
                name: "package",
                action: "read",
            }),
            TokenAccess::Write => permissions.push(TokenPermission {
                name: "package",
                action: "write",
            }),
        }
        let orgs = orgs.unwrap_or_default();
        if !orgs.is_empty() {
            permissions.push(TokenPermission {
                name: "org",
                action: "write",
            });
        }
        let named = |kind: &'static str, prefix: &'static str| {
            move |name: String| TokenScope {
                name: format!("{prefix}{name}"),
                kind,
            }
        };
        let packages = packages.into_iter().map(named("package", ""));
        let scopes = scopes.into_iter().map(named("scope", "@"));
        let orgs = orgs.into_iter().map(named("org", ""));
        let of_key = key_scopes.iter().map(ToString::to_string);
        let of_key = of_key.map(named("api key", ""));
        let created = rfc3339_millis(created);
        let networks = networks.iter().map(ToString::to_string);
        Self {
            key,
            text: beginning_of(kind).to_owned(),
            name: name.unwrap_or_else(|| kind.as_str().to_owned()),
            description,
            user: user.to_owned(),
            readonly: access != TokenAccess::Write || only_reads,
            cidr_whitelist: Some(networks.collect::<Vec<_>>()).filter(|list| !list.is_empty()),
            updated: created.clone(),
            created,
            expires: rfc3339_millis(expires),
            permissions,
            scopes: packages.chain(scopes).chain(orgs).chain(of_key).collect(),
            bypass_2fa: false,
        }
    }

    pub(super) fn made(made: MadeToken, user: &str) -> Self {
        Self {
            text: made.token,
            ..Self::listed(made.listed, user)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(json: &str) -> Result<TokenLimits, String> {
        let body = NewTokenBody::parse(json.as_bytes()).map_err(|reject| reject.to_string())?;
        let new = body.into_new_token().map_err(|reject| reject.to_string())?;
        Ok(new.limits)
    }

    #[test]
    fn both_kinds_of_bodies_say_what_a_token_may() {
        let check = |json: &str, expected: TokenLimits| {
            assert_eq!(limits(json), Ok(expected), "{json}");
        };
        let read = TokenLimits {
            access: TokenAccess::Read,
            ..TokenLimits::default()
        };
        check(r#"{"password":"p"}"#, TokenLimits::default());
        check(
            r#"{"password":"p","readonly":false,"cidr_whitelist":[]}"#,
            TokenLimits::default(),
        );
        check(r#"{"password":"p","readonly":true}"#, read.clone());
        let read_of_packages = TokenLimits {
            orgs: Some(Vec::new()),
            ..read.clone()
        };
        check(
            r#"{"password":"p","name":"n","packages_and_scopes_permission":"read-only"}"#,
            read_of_packages.clone(),
        );
        check(
            r#"{"password":"p","packages_all":true,"packages":["x"],
                "packages_and_scopes_permission":"read-write-stage-only"}"#,
            read_of_packages,
        );
        check(
            r#"{"password":"p","packages":["x","@acme/*"],"scopes":["@acme","other"],
                "packages_and_scopes_permission":"read-write",
                "cidr_whitelist":["10.0.0.0/8","192.0.2.1"]}"#,
            TokenLimits {
                packages: vec!["x".to_owned()],
                scopes: vec!["acme".to_owned(), "other".to_owned()],
                orgs: Some(Vec::new()),
                networks: vec![
                    "10.0.0.0/8".parse().unwrap(),
                    "192.0.2.1/32".parse().unwrap(),
                ],
                ..TokenLimits::default()
            },
        );
        check(
            r#"{"password":"p","orgs":["@acme"],"orgs_permission":"read-write"}"#,
            TokenLimits {
                access: TokenAccess::Nothing,
                orgs: Some(vec!["acme".to_owned()]),
                ..TokenLimits::default()
            },
        );
        let of_no_org = |access| TokenLimits {
            access,
            orgs: Some(Vec::new()),
            ..TokenLimits::default()
        };
        check(
            r#"{"password":"p","packages_all":true,"orgs_permission":"no-access",
                "packages_and_scopes_permission":"read-write"}"#,
            of_no_org(TokenAccess::Write),
        );
        for nothing_but_orgs in [
            r#"{"password":"p","orgs":["acme"]}"#,
            r#"{"password":"p","orgs":["acme"],"orgs_permission":"read-only"}"#,
        ] {
            check(nothing_but_orgs, of_no_org(TokenAccess::Nothing));
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_without_the_password() {
        for json in [
            "",
            "[]",
            "null",
            r#"{"name":"n"}"#,
            r#"{"password":"secret","expires":"soon"}"#,
            r#"{"password":"secret","expires":-1}"#,
            r#"{"password":"secret","packages":["a b"]}"#,
            r#"{"password":"secret","packages":["@a/b/*"]}"#,
            r#"{"password":"secret","scopes":["@"]}"#,
            r#"{"password":"secret","orgs":["a/b"]}"#,
            r#"{"password":"secret","cidr_whitelist":["everywhere"]}"#,
            r#"{"password":"secret","cidr_whitelist":["10.0.0.0/33"]}"#,
            r#"{"password":"secret","packages_and_scopes_permission":"everything"}"#,
        ] {
            let refused = limits(json).unwrap_err();
            assert!(refused.starts_with("400"), "{json}: {refused}");
            assert!(!refused.contains("secret"), "{refused}");
        }
    }
}
