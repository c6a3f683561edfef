//! The JSON of profiles.

use auth::{PasswordChange, Profile, ProfileChange};
use npm_model::rfc3339_millis;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{json, reject::Reject};

/// What is to be changed. npm sends back every field that it knows, with null for what is not set, so
/// null changes nothing.
#[derive(Deserialize)]
pub(super) struct ChangeBody<'a> {
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    fullname: Option<String>,
    #[serde(default)]
    homepage: Option<String>,
    #[serde(default)]
    freenode: Option<String>,
    #[serde(default)]
    twitter: Option<String>,
    #[serde(default)]
    github: Option<String>,
    #[serde(default)]
    password: Option<PasswordBody>,
    #[serde(borrow, default)]
    tfa: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct PasswordBody {
    old: String,
    new: String,
}

impl<'a> ChangeBody<'a> {
    /// The parser's words are not passed on: they could quote a password.
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, Reject> {
        json::object(body).map_err(|_| {
            Reject::bad_request(
                "the body is not a JSON object of texts: email, fullname, homepage, freenode, \
                 twitter, github; or a password with an old and a new one",
            )
        })
    }

    pub(super) fn split(self) -> Result<(ProfileChange, Option<PasswordChange>), Reject> {
        // npm sends back the `false` that it was given.
        if self
            .tfa
            .is_some_and(|tfa| !matches!(tfa.get(), "null" | "false"))
        {
            return Err(Reject::not_found(
                "two-factor authentication is not there yet on this registry",
            ));
        }
        let change = ProfileChange {
            email: self.email,
            fullname: self.fullname,
            homepage: self.homepage,
            freenode: self.freenode,
            twitter: self.twitter,
            github: self.github,
        };
        let password = self
            .password
            .map(|PasswordBody { old, new }| PasswordChange { old, new });
        Ok((change, password))
    }
}

#[derive(Serialize)]
pub(super) struct ProfileDocument<'a> {
    tfa: bool,
    name: &'a str,
    email: &'a str,
    email_verified: bool,
    created: String,
    updated: String,
    fullname: &'a str,
    homepage: &'a str,
    freenode: &'a str,
    twitter: &'a str,
    github: &'a str,
    cidr_whitelist: Option<()>,
}

impl<'a> ProfileDocument<'a> {
    pub(super) fn of(profile: &'a Profile) -> Self {
        let about = &profile.about;
        Self {
            tfa: false,
            name: &profile.name,
            email: &profile.email,
            email_verified: false,
            created: rfc3339_millis(profile.created),
            updated: rfc3339_millis(profile.modified),
            fullname: &about.fullname,
            homepage: &about.homepage,
            freenode: &about.freenode,
            twitter: &about.twitter,
            github: &about.github,
            cidr_whitelist: None,
        }
    }
}
