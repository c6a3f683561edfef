//! `registryd.toml`.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
    str::FromStr,
};

use auth::{AccessRules, Action};
use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

use super::{
    Layer,
    values::{
        CacheMib, IssuerUrl, Listen, LoggedRequests, PublishMib, RegistrationWord, TokenDays,
    },
};
use crate::failure::Failure;

/// The file that is read when none is named.
const DEFAULT: &str = "registryd.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<Text<Listen>>,
    data: Option<PathBuf>,
    lockfile: Option<PathBuf>,
    public_url: Option<Text<web::PublicUrl>>,
    #[serde(default)]
    auth: Auth,
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
struct Auth {
    registration: Option<Text<RegistrationWord>>,
    token_lifetime_days: Option<Text<TokenDays>>,
    private_issuer: Option<Text<IssuerUrl>>,
    public_issuer: Option<Text<IssuerUrl>>,
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
    read: Option<Vec<String>>,
    publish: Option<Vec<String>>,
    tag: Option<Vec<String>>,
    deprecate: Option<Vec<String>>,
    unpublish: Option<Vec<String>>,
    administer: Option<Vec<String>>,
}

impl Rule {
    /// What it says, action by action.
    fn said(&self) -> impl Iterator<Item = (Action, &Vec<String>)> {
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

/// Reads the settings file. One that was named must be there.
pub(super) fn read(named: Option<&Path>) -> Result<Layer, Failure> {
    let path = named.unwrap_or(Path::new(DEFAULT));
    match fs::read_to_string(path) {
        Ok(text) => parse(path, &text),
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
                .add(pattern.as_ref(), action, subjects)
                .map_err(|error| wrong(path, text, Some(pattern.span().start), &error))?;
        }
    }
    let File {
        listen,
        data,
        lockfile,
        public_url,
        auth,
        cache,
        limits,
        log,
        access: _,
    } = file;
    Ok(Layer {
        listen: listen.map(|text| text.0),
        data,
        lockfile,
        public_url: public_url.map(|text| text.0),
        registration: auth.registration.map(|text| text.0),
        token_lifetime_days: auth.token_lifetime_days.map(|text| text.0),
        private_issuer: auth.private_issuer.map(|text| text.0),
        public_issuer: auth.public_issuer.map(|text| text.0),
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
