//! What commands ask for and are answered with: plain values, without any crate's types but the
//! ground's. Their JSON is the one that the registry's endpoints answer with.

mod document;
mod package;
mod status;
pub(crate) mod time;

use std::{fmt, time::SystemTime};

use config13::{FeatureFlags, FieldValue};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::kind::{Action, OrgRole, Role};

pub use package::{
    Found, PackageInfo, PackageLine, PackedFile, Progress, Published, ToPublish, VersionInfo,
};
pub use status::{ServerFigures, Status};

/// A change of the 13 bytes that is one write.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ConfigChange {
    /// A field is to have this value.
    Set(FieldValue),
    /// Some features are to be on and some off; the others stay as they are at that moment.
    Features {
        /// Those to be on.
        on: FeatureFlags,
        /// Those to be off.
        off: FeatureFlags,
    },
}

/// Somebody who has an account.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct User {
    /// The user name.
    pub name: String,
    /// What the account may do.
    pub role: Role,
    /// Whether it is kept out.
    pub disabled: bool,
    /// The e-mail address, empty when none was given.
    pub email: String,
    /// When it was made.
    #[serde(with = "time")]
    pub created: SystemTime,
    /// When a token of it was used last.
    #[serde(with = "time::or_null", default)]
    pub last_used: Option<SystemTime>,
}

/// An account that is to be made.
#[derive(Clone)]
pub struct NewUser {
    /// The user name as it was typed.
    pub name: String,
    /// The password.
    pub password: String,
    /// The e-mail address, empty for none.
    pub email: String,
    /// What the account may do.
    pub role: Role,
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser")
            .field("name", &self.name)
            .field("password", &"***")
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// What an account leaves behind.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct RemovedUser {
    /// Packages that have no owner any more.
    pub unowned: Vec<String>,
    /// Whether a rule of the settings file still names it, which is for people to change.
    #[serde(default)]
    pub named_in_settings: bool,
}

/// Somebody may make an account.
#[derive(Clone, Deserialize, Serialize)]
pub struct Invitation {
    /// What they need. It is shown once.
    #[serde(rename = "invitation")]
    pub text: String,
    /// What the account may do.
    pub role: Role,
    /// When it stops being good.
    #[serde(with = "time")]
    pub expires: SystemTime,
    /// How it is used.
    #[serde(rename = "use", default)]
    pub use_of_it: String,
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invitation")
            .field("text", &"***")
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// An organisation in a list.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct OrgSummary {
    /// The name, without its `@`.
    pub org: String,
    /// How many members it has.
    pub members: u64,
    /// How many teams.
    pub teams: u64,
}

/// An organisation.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Org {
    /// The name, without its `@`.
    pub org: String,
    /// Who belongs to it.
    pub members: Vec<Member>,
    /// Its teams.
    pub teams: Vec<TeamView>,
}

/// Somebody who belongs to an organisation.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Member {
    /// The user name.
    pub name: String,
    /// What they are there.
    pub role: OrgRole,
}

/// A team.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct TeamView {
    /// What it is called in its organisation.
    pub team: String,
    /// Who is in it.
    pub members: Vec<String>,
    /// What it may do with which packages, of its own right.
    pub packages: Vec<TeamPackage>,
}

/// What a team may do with a package.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct TeamPackage {
    /// The package.
    pub package: String,
    /// `read` or `write`.
    pub permission: String,
}

/// Who may do something with the packages of a pattern.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Rule {
    /// Which packages it is for.
    pub pattern: String,
    /// What may be done.
    pub action: Action,
    /// By whom; empty for nobody.
    pub subjects: Vec<String>,
    /// Where it was made.
    pub source: RuleSource,
    /// Whether another one for the same pattern counts in its place.
    pub overruled: bool,
    /// Whether it has just begun to speak of the action.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_new: bool,
}

/// Where a rule was made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub enum RuleSource {
    /// In the settings file.
    #[serde(rename = "settings")]
    Settings,
    /// While the registry runs.
    #[serde(rename = "run time")]
    RunTime,
}

/// What is to become of the subjects of a rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RuleChange {
    /// One more.
    Add(String),
    /// One less.
    Remove(String),
    /// None any more.
    Nobody,
}

/// Whether somebody may do something, and why.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Decision {
    /// Whether they may.
    pub allowed: bool,
    /// Why.
    pub because: String,
}

/// Something that is good in place of a password.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Token {
    /// Names it; no secret.
    pub id: String,
    /// Whose it is.
    pub user: String,
    /// `login`, `token`, `key`, `refresh` or `access`. Where it is not said, everything is a key.
    #[serde(default = "key")]
    pub kind: String,
    /// What its owner calls it.
    pub name: Option<String>,
    /// For an API key, what it may do; else nothing.
    pub scopes: Option<Vec<String>>,
    /// Whether it may do less than its owner, as every key does.
    #[serde(default = "yes")]
    pub limited: bool,
    /// Where it may be used from; everywhere when empty.
    pub cidr: Vec<String>,
    /// When it was made.
    #[serde(with = "time")]
    pub created: SystemTime,
    /// When it stops being good.
    #[serde(with = "time")]
    pub expires: SystemTime,
    /// When it was used last.
    #[serde(with = "time::or_null", default)]
    pub last_used: Option<SystemTime>,
    /// From where.
    #[serde(default)]
    pub last_used_from: Option<String>,
}

fn key() -> String {
    Token::KEY.to_owned()
}

const fn yes() -> bool {
    true
}

impl Token {
    /// The kind of an API key.
    pub const KEY: &'static str = "key";
}

/// An API key that is to be made.
#[derive(Clone)]
pub struct NewKey {
    /// Whose it is to be; the caller's when it is not said.
    pub user: Option<String>,
    /// What it is called.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// For how many days it is good.
    pub days: Option<u32>,
    /// Where it may be used from.
    pub cidr: Vec<String>,
    /// The caller's password, where it takes one.
    pub password: Option<String>,
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewKey")
            .field("user", &self.user)
            .field("name", &self.name)
            .field("scopes", &self.scopes)
            .field("password", &self.password.as_ref().map(|_| "***"))
            .finish_non_exhaustive()
    }
}

/// An API key that was made.
#[derive(Clone, Deserialize, Serialize)]
pub struct MadeKey {
    /// The key. It is shown once.
    #[serde(rename = "key")]
    pub secret: String,
    /// What lists show of it.
    #[serde(flatten)]
    pub listed: Token,
}

impl fmt::Debug for MadeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadeKey")
            .field("secret", &"***")
            .field("listed", &self.listed)
            .finish()
    }
}

/// What is to be said of a token.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Verified {
    /// It is good.
    Good(Box<GoodToken>),
    /// It is not believed.
    Bad {
        /// Why, as one word for programs.
        reason: String,
        /// Why.
        error: String,
    },
}

/// A token that is good.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct GoodToken {
    /// Whose it is.
    pub user: String,
    /// What that account may do.
    pub role: String,
    /// `login`, `token`, `key` or `access`; `foreign` for one of another issuer.
    pub kind: String,
    /// Names it in lists.
    #[serde(rename = "key")]
    pub id: Option<String>,
    /// What its owner calls it.
    pub name: Option<String>,
    /// For a JSON Web Token, who issued it.
    pub issuer: Option<String>,
    /// Whether it may do less than its owner.
    pub limited: bool,
    /// For an API key, what it may do.
    pub scopes: Option<Vec<String>>,
    /// Where it may be used from; everywhere when empty.
    pub cidr: Vec<String>,
    /// When it was made.
    #[serde(with = "time::or_null", default)]
    pub created: Option<SystemTime>,
    /// When it stops being good.
    #[serde(with = "time::or_null", default)]
    pub expires: Option<SystemTime>,
    /// For a JSON Web Token, what it says.
    pub claims: Option<Map<String, Value>>,
}

/// Which events are wanted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LogFilter {
    /// Of whom.
    pub user: Option<String>,
    /// Of what kind.
    pub kind: Option<String>,
    /// To what.
    pub target: Option<String>,
    /// What was refused, alone.
    pub refused: bool,
    /// How many at most.
    pub limit: u32,
}

/// Something that happened.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Event {
    /// Grows from one event to the next.
    pub seq: i64,
    /// When.
    #[serde(with = "time")]
    pub at: SystemTime,
    /// Who; nothing for somebody unknown.
    pub actor: Option<String>,
    /// By which token.
    pub token: Option<String>,
    /// From where.
    pub address: String,
    /// What.
    pub kind: String,
    /// To what.
    pub target: String,
    /// Whether it was refused.
    pub refused: bool,
    /// More about it, or why it was refused.
    pub detail: String,
}
