use catalog::CatalogError;

use crate::{
    account::{PasswordError, UserNameError},
    password::HashError,
};

/// Why an account was not made, changed or shown.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// Nobody can have that name.
    #[error(transparent)]
    UserName(#[from] UserNameError),
    /// Nobody can have that password.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// That is no e-mail address.
    #[error("{0:?} is not an e-mail address")]
    Email(String),
    /// Somebody has that name.
    #[error("the user name {name} is taken")]
    Taken {
        /// The user name.
        name: String,
    },
    /// Nobody has that name.
    #[error("there is no user {name}")]
    NoSuchUser {
        /// The user name.
        name: String,
    },
    /// Nobody could look after the registry.
    #[error(
        "{name} is the only admin who can log in, and has to stay one; make somebody else an admin first"
    )]
    LastAdmin {
        /// The user name.
        name: String,
    },
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The catalogue refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}
