//! Who calls, and whether they may: accounts, passwords, JSON Web Tokens, access rules.
//!
//! Everything enters through [`Auth`]. [`Auth::identify`] turns an `Authorization` header into an
//! [`Identity`]; [`Auth::decide`] turns an identity and a [`Need`] into a [`Permit`], and is the
//! only place that can: an endpoint that wants a permit has asked. [`Auth::login`], a page
//! ([`mod@web_login`]) and [`Auth::make_token`] issue tokens, [`Auth::logout`] and
//! [`Auth::revoke_token`] revoke them. [`People`] looks after accounts, with or without a server. Which issuer and algorithm a token gets is read from the 13
//! bytes at each issue.
//!
//! Left to others: routes and statuses, where packages are kept, SQL.
//! Read next: [`Auth`], then [`access`] for what is decided and [`mod@token`] for what is in a token.

pub mod access;
mod account;
mod address_group;
mod api_key;
mod argon;
mod attempts;
mod auth;
mod decision;
mod events;
mod exchange;
mod granted;
mod identity;
mod invitation;
mod issue;
mod jwk;
mod key_scope;
mod keys;
mod limits;
mod login;
mod named_token;
mod network;
mod org;
mod package_key;
mod password;
mod pattern;
mod people;
mod profile;
mod provider;
mod refusals;
mod registration;
mod remote;
mod revoke;
mod rotation;
mod rule_change;
mod rules;
mod run_time_rule;
mod secret;
pub mod token;
mod trial;
mod turns;
mod verified;
pub mod web_login;

pub use access::{Action, DecideError, Decision, Denied, Need, Permit};
pub use account::{PasswordError, UserNameError, check_password, check_user_name};
pub use api_key::{MadeApiKey, MakeKeyError, NewApiKey};
pub use attempts::TooManyAttempts;
pub use auth::{Auth, AuthOptions, OpenError, Policy, Registration};
pub use events::MOST_EVENTS;
pub use exchange::{ExchangeError, Exchanged, Proof};
pub use identity::{Caller, IdentifyError, Identity, TokenProblem};
pub use invitation::{Invitation, InviteError};
pub use jwk::{Jwk, Jwks};
pub use key_scope::{Ability, KeyScope, KeyScopeError};
pub use keys::{Algorithm, KeyError};
pub use limits::{TokenAccess, TokenLimits};
pub use login::{Credentials, LoggedIn, LoginError, User};
pub use named_token::{ListedToken, MadeToken, MakeTokenError, NewToken};
pub use network::{NetworkError, parse_network};
pub use org::{OrgError, OrgName, OrgNameError, TeamName, TeamNameError};
pub use package_key::PackageKey;
pub use password::HashError;
pub use pattern::{PackagePattern, PatternError};
pub use people::{NewPerson, People, PeopleError, Person, PersonChange, Removed};
pub use profile::{About, PasswordChange, Profile, ProfileChange, ProfileError};
pub use remote::{JwksSource, JwksSourceError, Trust, TrustError};
pub use rotation::{ListedKey, RotateError, Rotated, Rotation, SigningKeys};
pub use rule_change::{ChangeSubjectsError, ChangedRule, RuleChange};
pub use rules::{AccessRules, RuleError};
pub use run_time_rule::{ChangeRuleError, ListedRule};
pub use token::Issuers;

#[cfg(test)]
mod tests;
