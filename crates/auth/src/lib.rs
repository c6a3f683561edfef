//! Who calls, and whether they may: accounts, passwords, JSON Web Tokens, access rules.
//!
//! Everything enters through [`Auth`]. [`Auth::identify`] turns an `Authorization` header into an
//! [`Identity`]; [`Auth::decide`] turns an identity and a [`Need`] into a [`Permit`], and is the
//! only place that can: an endpoint that wants a permit has asked. [`Auth::login`] and
//! [`Auth::logout`] issue and revoke tokens. Which issuer and algorithm a token gets is read from
//! the 13 bytes at each issue.
//!
//! Left to others: routes and statuses, where packages are kept, SQL.
//! Read next: [`Auth`], then [`access`] for the rules and [`mod@token`] for what is in a token.

pub mod access;
mod account;
mod auth;
mod identity;
mod keys;
mod login;
mod package_key;
mod password;
mod provider;
pub mod token;

pub use access::{AccessRules, Action, DecideError, Denied, Need, Permit, RuleError};
pub use account::{PasswordError, UserNameError, check_password, check_user_name};
pub use auth::{Auth, AuthOptions, OpenError, Policy, Registration};
pub use identity::{Caller, IdentifyError, Identity, TokenProblem};
pub use keys::{Algorithm, KeyError};
pub use login::{Credentials, LoggedIn, LoginError, User};
pub use package_key::PackageKey;
pub use password::HashError;
pub use token::Issuers;

#[cfg(test)]
mod tests;
