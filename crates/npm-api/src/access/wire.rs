//! The JSON of access.

use std::{collections::BTreeMap, fmt};

use catalog::Permission;
use http::StatusCode;
use npm_model::PackageName;
use serde::{Deserialize, Serialize, Serializer};

use crate::{json, reject::Reject};

#[derive(Serialize)]
pub(super) struct Visibility {
    pub(super) public: bool,
}

#[derive(Serialize)]
pub(super) struct AccessDocument {
    access: &'static str,
    publish_requires_tfa: bool,
}

impl AccessDocument {
    pub(super) const fn of(public: bool) -> Self {
        Self {
            access: if public { "public" } else { "restricted" },
            publish_requires_tfa: false,
        }
    }
}

/// What is to be changed: the access, or what a second factor is needed for.
#[derive(Deserialize)]
pub(super) struct AccessBody {
    #[serde(default)]
    access: Option<String>,
    #[serde(default)]
    publish_requires_tfa: Option<bool>,
}

impl AccessBody {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reject> {
        json::object(body).map_err(|_| {
            Reject::bad_request("the body is not a JSON object with access or publish_requires_tfa")
        })
    }

    /// Whether the package shall be restricted, if the body says anything of it.
    pub(super) fn restricted(&self) -> Result<Option<bool>, Reject> {
        if self.publish_requires_tfa == Some(true) {
            return Err(Reject::not_found(
                "two-factor authentication is not there yet on this registry",
            ));
        }
        match self.access.as_deref() {
            // npm calls it private where it prints it, and restricted where it sends it.
            Some("restricted" | "private") => Ok(Some(true)),
            Some("public") => Ok(Some(false)),
            Some(_) => Err(Reject::told(
                StatusCode::UNPROCESSABLE_ENTITY,
                "the access of a package is public or restricted",
            )),
            None if self.publish_requires_tfa.is_some() => Ok(None),
            None => Err(Reject::bad_request("the body changes nothing")),
        }
    }
}

/// `{who or what: "read" or "write", …}`
pub(super) struct Permissions<K>(pub(super) BTreeMap<K, Permission>);

impl<K: fmt::Display> Serialize for Permissions<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.0.iter();
        serializer.collect_map(entries.map(|(key, it)| (key.to_string(), it.as_str())))
    }
}

/// What pnpm reads.
#[derive(Serialize)]
pub(super) struct Collaborator {
    user: String,
    username: String,
    email: String,
    permissions: &'static str,
}

impl Collaborator {
    pub(super) fn new(name: String, email: String, permission: Permission) -> Self {
        Self {
            user: name.clone(),
            username: name,
            email,
            permissions: permission.as_str(),
        }
    }
}

#[derive(Deserialize)]
struct GrantBody {
    package: String,
    #[serde(default)]
    permissions: Option<String>,
}

pub(super) fn grant(body: &[u8]) -> Result<(PackageName, Permission), Reject> {
    let body = parse(body)?;
    let permission = match body.permissions.as_deref() {
        Some("read-only") => Permission::Read,
        Some("read-write") => Permission::Write,
        _ => {
            return Err(Reject::told(
                StatusCode::UNPROCESSABLE_ENTITY,
                "the permissions of a team are read-only or read-write",
            ));
        }
    };
    Ok((PackageName::parse(&body.package)?, permission))
}

pub(super) fn package(body: &[u8]) -> Result<PackageName, Reject> {
    Ok(PackageName::parse(&parse(body)?.package)?)
}

fn parse(body: &[u8]) -> Result<GrantBody, Reject> {
    json::object(body)
        .map_err(|_| Reject::bad_request("the body is not a JSON object with a package"))
}
