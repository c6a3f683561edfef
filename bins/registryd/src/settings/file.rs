//! `registryd.toml`.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
    str::FromStr,
};

use auth::{AccessRules, Action, RuleError};
use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

use super::{
    Layer,
    values::{
        Audience, CacheMib, IssuerUrl, Jwks, Listen, LoggedRequests, PublishMib, RegistrationWord,
        Switch, TokenDays,
    },
};
use crate::failure::Failure;

/// The file in the current folder that is read when none is named.
const DEFAULT: &str = "registryd.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<Text<Listen>>,
    data: Option<Place>,
    lockfile: Option<Place>,
    public_url: Option<Text<web::PublicUrl>>,
    #[serde(default)]
    server: Server,
    #[serde(default)]
    auth: Auth,
    #[serde(default)]
    audit: Audit,
    #[serde(default)]
    cache: Cache,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    log: Log,
    #[serde(default)]
    access: BTreeMap<Spanned<String>, Rule>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    trusted_proxies: Option<List<web::TrustedProxies>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Auth {
    registration: Option<Text<RegistrationWord>>,
    token_lifetime_days: Option<Text<TokenDays>>,
    owner_only_publishing: Option<YesOrNo>,
    hide_private: Option<YesOrNo>,
    private_issuer: Option<Text<IssuerUrl>>,
    public_issuer: Option<Text<IssuerUrl>>,
    private_jwks: Option<Text<Jwks>>,
    public_jwks: Option<Text<Jwks>>,
    audience: Option<Text<Audience>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Audit {
    advisories: Option<Place>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cache {
    packument_mib: Option<Text<CacheMib>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    publish_mib: Option<Text<PublishMib>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    requests: Option<Text<LoggedRequests>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    read: Option<Spanned<Vec<String>>>,
    publish: Option<Spanned<Vec<String>>>,
    tag: Option<Spanned<Vec<String>>>,
    deprecate: Option<Spanned<Vec<String>>>,
    unpublish: Option<Spanned<Vec<String>>>,
    administer: Option<Spanned<Vec<String>>>,
}

impl Rule {
    /// What it says, action by action.
    fn said(&self) -> impl Iterator<Item = (Action, &Spanned<Vec<String>>)> {
        Action::ALL.into_iter().filter_map(|action| {
            let subjects = match action {
                Action::Read => &self.read,
                Action::Publish => &self.publish,
                Action::Tag => &self.tag,
                Action::Deprecate => &self.deprecate,
                Action::Unpublish => &self.unpublish,
                Action::Administer => &self.administer,
            };
            subjects.as_ref().map(|subjects| (action, subjects))
        })
    }
}

/// A value that reads itself from the text of a TOML string or whole number.
struct Text<T>(T);

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a string or a whole number")]
        enum Plain {
            Text(String),
            Number(i64),
        }
        let text = match Plain::deserialize(deserializer)? {
            Plain::Text(text) => text,
            Plain::Number(number) => number.to_string(),
        };
        text.parse().map(Self).map_err(de::Error::custom)
    }
}

/// A TOML boolean, or the same as a string, as it stands in the environment.
struct YesOrNo(Switch);

impl<'de> Deserialize<'de> for YesOrNo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected true or false")]
        enum Plain {
            Switch(bool),
            Text(String),
        }
        let text = match Plain::deserialize(deserializer)? {
            Plain::Switch(on) => on.to_string(),
            Plain::Text(text) => text,
        };
        text.parse().map(Self).map_err(de::Error::custom)
    }
}

/// A value that reads itself from a TOML list of strings, or from one string with commas, as it
/// stands in the environment.
struct List<T>(T);

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a list of strings")]
        enum Plain {
            Text(String),
            List(Vec<String>),
        }
        let text = match Plain::deserialize(deserializer)? {
            Plain::Text(text) => text,
            Plain::List(list) => list.join(","),
        };
        text.parse().map(Self).map_err(de::Error::custom)
    }
}

/// Where something is. An empty text would be the current folder by another name.
#[derive(Deserialize)]
#[serde(try_from = "PathBuf")]
struct Place(PathBuf);

impl TryFrom<PathBuf> for Place {
    type Error = &'static str;

    fn try_from(path: PathBuf) -> Result<Self, Self::Error> {
        if path.as_os_str().is_empty() {
            Err("a path cannot be empty; leave the line out for the default")
        } else {
            Ok(Self(path))
        }
    }
}

/// Reads the settings file: the one that is named, which must be there, or the one in `folder`.
pub(super) fn read(named: Option<&Path>, folder: &Path) -> Result<Layer, Failure> {
    let path = named.map_or_else(|| folder.join(DEFAULT), Path::to_owned);
    match fs::read_to_string(&path) {
        Ok(text) => parse(&path, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => {
            Ok(Layer::default())
        }
        Err(error) => {
            let message = format!("the settings file {} cannot be read", path.display());
            Err(Failure::refused(message).caused_by(&error))
        }
    }
}

fn parse(path: &Path, text: &str) -> Result<Layer, Failure> {
    let file: File = toml::from_str(text).map_err(|error| {
        wrong(
            path,
            text,
            error.span().map(|span| span.start),
            error.message(),
        )
    })?;
    let mut rules = AccessRules::default();
    for (pattern, rule) in &file.access {
        for (action, subjects) in rule.said() {
            rules
                .add(pattern.as_ref(), action, subjects.as_ref())
                .map_err(|error| {
                    let span = match &error {
                        RuleError::Pattern(_) => pattern.span(),
                        RuleError::Subject(_) => subjects.span(),
                    };
                    wrong(path, text, Some(span.start), &error)
                })?;
        }
    }
    let File {
        listen,
        data,
        lockfile,
        public_url,
        server,
        auth,
        audit,
        cache,
        limits,
        log,
        access: _,
    } = file;
    Ok(Layer {
        listen: listen.map(|text| text.0),
        data: data.map(|place| place.0),
        lockfile: lockfile.map(|place| place.0),
        public_url: public_url.map(|text| text.0),
        trusted_proxies: server.trusted_proxies.map(|list| list.0),
        registration: auth.registration.map(|text| text.0),
        token_lifetime_days: auth.token_lifetime_days.map(|text| text.0),
        owner_only_publishing: auth.owner_only_publishing.map(|text| text.0),
        hide_private: auth.hide_private.map(|text| text.0),
        private_issuer: auth.private_issuer.map(|text| text.0),
        public_issuer: auth.public_issuer.map(|text| text.0),
        private_jwks: auth.private_jwks.map(|text| text.0),
        public_jwks: auth.public_jwks.map(|text| text.0),
        audience: auth.audience.map(|text| text.0),
        advisories: audit.advisories.map(|place| place.0),
        packument_mib: cache.packument_mib.map(|text| text.0),
        publish_mib: limits.publish_mib.map(|text| text.0),
        requests: log.requests.map(|text| text.0),
        rules,
    })
}

/// Names the file, the line, and what stands there.
fn wrong(path: &Path, text: &str, offset: Option<usize>, problem: impl fmt::Display) -> Failure {
    let before = offset
        .and_then(|offset| text.get(..offset))
        .unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    let line = text.lines().nth(number - 1).unwrap_or_default().trim();
    Failure::refused(format!("{}, line {number}: {line}", path.display()))
        .caused_by(&Problem(problem.to_string()))
        .hint("`registryd --help` lists the settings")
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Problem(String);
