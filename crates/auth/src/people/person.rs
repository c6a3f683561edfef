use std::{fmt, time::SystemTime};

use catalog::{Account, Role};

/// Somebody who has an account, as an admin sees them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Person {
    /// The user name.
    pub name: String,
    /// The e-mail address, empty when none was given.
    pub email: String,
    /// What the account may do.
    pub role: Role,
    /// Whether it can log in.
    pub disabled: bool,
    /// When it was made.
    pub created: SystemTime,
    /// When a token of it was used last.
    pub last_used: Option<SystemTime>,
}

/// An account that is to be made.
pub struct NewPerson {
    /// The user name as it was typed.
    pub name: String,
    /// The password.
    pub password: String,
    /// The e-mail address, empty for none.
    pub email: String,
    /// What the account may do.
    pub role: Role,
}

/// What is to be changed of an account; what is not said stays.
#[derive(Default)]
pub struct PersonChange {
    /// The password.
    pub password: Option<String>,
    /// The e-mail address, empty for none.
    pub email: Option<String>,
    /// What the account may do.
    pub role: Option<Role>,
    /// Whether it can log in.
    pub disabled: Option<bool>,
}

impl Person {
    pub(super) fn of(account: Account, last_used: Option<SystemTime>) -> Self {
        Self {
            name: account.name,
            email: account.email,
            role: account.role,
            disabled: account.disabled,
            created: account.created,
            last_used,
        }
    }
}

impl fmt::Debug for NewPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewPerson")
            .field("name", &self.name)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PersonChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonChange")
            .field("password", &self.password.as_ref().map(|_| "***"))
            .field("email", &self.email)
            .field("role", &self.role)
            .field("disabled", &self.disabled)
            .finish()
    }
}
