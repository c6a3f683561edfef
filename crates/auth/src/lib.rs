//! Who calls, and whether they may: accounts, passwords, JSON Web Tokens, access rules.
//!
//! Everything enters through [`Auth`]. [`Auth::identify`] turns an `Authorization` header into an
//! [`Identity`]; [`Auth::decide`] turns an identity and a [`Need`] into a [`Permit`], and is the
//! only place that can: an endpoint that wants a permit has asked. `decision.rs` holds what rules,
//! grants and roles say together, and why.
//!
//! - Tokens are got by [`Auth::login`], a page ([`mod@web_login`]), [`Auth::make_token`],
//!   [`Auth::generate_api_key`] and [`Auth::exchange`], and ended by [`Auth::logout`],
//!   [`Auth::revoke_token`] and [`Auth::revoke_shown`]. Which issuer and algorithm a token gets is read
//!   from the 13 bytes at each issue; issuers elsewhere are believed by the keys they publish ([`Trust`]).
//! - Every password is tried in one place, `trial.rs`, which counts first (`attempts.rs`).
//! - Accounts and invitations are looked after by [`People`], organisations, teams, grants and rules by
//!   [`Auth`]. Each change is told in its own transaction, and refusals within a budget (`refusals.rs`).
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
mod looked_into;
mod named_token;
mod network;
mod org;
mod org_view;
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
pub use looked_into::LookedInto;
pub use named_token::{ListedToken, MadeToken, MakeTokenError, NewToken};
pub use network::{NetworkError, parse_network};
pub use org::{OrgError, OrgName, OrgNameError, TeamName, TeamNameError};
pub use org_view::{OrgView, TeamView};
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
