//! The documents that change a package.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use npm_model::Version;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use storage::Deprecation;

use crate::{json, reject::Reject};

/// What is looked at of a packument that a client sends back. Everything else in it is ignored:
/// tarball URLs, manifests and times are ours and not the client's to change.
#[derive(Deserialize)]
pub(super) struct Document<'a> {
    #[serde(borrow, default)]
    pub(super) versions: Option<BTreeMap<String, Entry<'a>>>,
    #[serde(default)]
    pub(super) users: Option<BTreeMap<String, bool>>,
    #[serde(default)]
    pub(super) maintainers: Option<Vec<Person>>,
    #[serde(borrow, default, rename = "_attachments")]
    pub(super) attachments: BTreeMap<String, &'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Entry<'a> {
    #[serde(borrow, default)]
    deprecated: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Person {
    #[serde(default)]
    name: Option<String>,
}

/// Longest reason of a deprecation, in bytes: every client that installs the version prints it.
const LONGEST_REASON: usize = 4 * 1024;

impl<'a> Document<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, Reject> {
        json::object(body).map_err(|error| {
            Reject::bad_request(format!("the body is not a package document: {error}"))
        })
    }

    /// What the document says of deprecations. A version without the key stays as it is, and an empty
    /// text takes a deprecation back.
    pub(super) fn deprecations(&self) -> Result<Vec<Deprecation>, Reject> {
        let said = self
            .versions
            .iter()
            .flatten()
            .filter_map(|(version, entry)| {
                let text: Cow<'_, str> = serde_json::from_str(entry.deprecated?.get()).ok()?;
                Some((version, text.into_owned()))
            });
        said.map(|(version, message)| {
            let version = Version::parse(version).map_err(Reject::bad_request)?;
            if message.len() > LONGEST_REASON {
                return Err(Reject::bad_request(format!(
                    "the reason of a deprecation can have at most {LONGEST_REASON} bytes"
                )));
            }
            let message = Some(message).filter(|message| !message.is_empty());
            Ok(Deprecation { version, message })
        })
        .collect()
    }

    /// The versions that the document still has.
    pub(super) fn version_keys(&self) -> BTreeSet<String> {
        self.versions
            .iter()
            .flatten()
            .map(|(version, _)| version.clone())
            .collect()
    }

    /// Whether the document says that this user likes the package.
    pub(super) fn star_of(&self, user: &str) -> Option<bool> {
        self.users
            .as_ref()
            .map(|users| users.get(user).copied().unwrap_or(false))
    }

    /// The owners that the document names.
    pub(super) fn owners(&self) -> Option<Result<Vec<String>, Reject>> {
        let people = self.maintainers.as_ref()?;
        let names = people.iter().map(|person| {
            person.name.clone().ok_or_else(|| {
                Reject::told(
                    http::StatusCode::UNPROCESSABLE_ENTITY,
                    "each maintainer needs a name",
                )
            })
        });
        Some(names.collect())
    }
}

/// The answer to a change. yarn 1 wants to see a `success`.
#[derive(Serialize)]
pub(super) struct Changed<'a> {
    pub(super) ok: bool,
    pub(super) success: bool,
    pub(super) id: &'a str,
    pub(super) rev: &'a str,
}
