//! Trying a password: the one way to it, for every door.
//!
//! Who has an account is told neither by words nor by time. A name that nobody has, a disabled account
//! and a wrong password get the same answer for the same work, which is one hash, and are counted
//! alike ([`crate::attempts`]):
//!
//! - a login while registration is closed, the login page, and a name and a password in a header: always;
//! - a login while registration is open: one hash for each, but a free name becomes an account, or is
//!   told that no account can have that password, so strangers can find out. They find out no more
//!   names than they can guess passwords, because an answer that tells it counts as a wrong password;
//! - an account that is made on the page: that a name is taken has to be told, and costs no hash. It
//!   counts as well;
//! - a token that is made and a password that is changed: only of one's own account, by its token;
//! - what is known of a user is told to accounts alone, and a disabled one is none.

use std::net::IpAddr;

use catalog::{Account, CatalogError, EventKind, Origin};

use crate::{
    address_group::AddressGroup,
    attempts::{Attempt, TooManyAttempts, in_words},
    auth::Auth,
    login::LoginError,
    password::{HashError, Place},
};

/// What is told of a failed login when nothing better is known. Whether there is such an account is
/// not told, as little as which of the two was wrong.
const WRONG: &str = "the user name or password is wrong";

/// A password is about to be tried. It counts as a wrong one, and is told as that, unless it was found
/// right or was not looked at.
#[derive(Debug)]
pub(crate) struct Trial<'a> {
    auth: &'a Auth,
    attempt: Attempt<'a>,
    place: Place<'a>,
    name: String,
    account: Option<Account>,
    by: Origin,
    why: &'static str,
}

/// Why a password is not even tried.
#[derive(Debug)]
pub(crate) enum TrialError {
    TooMany(TooManyAttempts),
    Hash(HashError),
    Catalog(CatalogError),
}

impl From<TrialError> for LoginError {
    fn from(error: TrialError) -> Self {
        match error {
            TrialError::TooMany(error) => error.into(),
            TrialError::Hash(error) => error.into(),
            TrialError::Catalog(error) => error.into(),
        }
    }
}

impl Auth {
    /// Begins to try the password of an account, whose name was checked; whether it is there makes no
    /// difference. `by` is what is known already of who tries.
    pub(crate) async fn try_password(
        &self,
        name: String,
        by: Origin,
    ) -> Result<Trial<'_>, TrialError> {
        let group = AddressGroup::of_text(&by.address);
        // First, so that who waits for others' attempts stands in a line that has an end.
        let place = self.passwords.enter(group).map_err(TrialError::Hash)?;
        let attempt = self.attempts.begin(&name, group).await;
        let mut attempt = attempt.map_err(TrialError::TooMany)?;
        let account = match self.find_account(&name).await {
            Ok(account) => account,
            Err(error) => {
                attempt.not_tried();
                return Err(TrialError::Catalog(error));
            }
        };
        Ok(Trial {
            auth: self,
            attempt,
            place,
            name,
            account,
            by,
            why: WRONG,
        })
    }
}

impl Trial<'_> {
    /// The account of that name, if there is one.
    pub(crate) const fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// Returns the account if the password is its own and it is not disabled. Takes as long for one that
    /// is not there.
    pub(crate) async fn check(self, password: String) -> Result<Account, LoginError> {
        let account = self.account.clone();
        self.check_against(account, password).await
    }

    /// As [`check`](Self::check), for an account that was made since the trial began.
    pub(crate) async fn check_against(
        mut self,
        account: Option<Account>,
        password: String,
    ) -> Result<Account, LoginError> {
        let phc = account.as_ref().map(|it| it.password_hash.clone());
        let verified = self.place.verify(password, phc).await;
        let matches = self.or_not_tried(verified)?;
        match account.filter(|account| matches && !account.disabled) {
            Some(account) => {
                self.attempt.passed();
                Ok(account)
            }
            None => Err(LoginError::Refused {
                name: self.name.clone(),
            }),
        }
    }

    /// Returns the hash of a new account's password.
    pub(crate) async fn hash(&mut self, password: String) -> Result<String, HashError> {
        let hashed = self.place.hash(password).await;
        self.or_not_tried(hashed)
    }

    /// The account was made with the password.
    pub(crate) fn passed(mut self) {
        self.attempt.passed();
    }

    /// No password was looked at.
    pub(crate) fn not_tried(mut self) {
        self.attempt.not_tried();
    }

    /// The attempt failed for this reason.
    pub(crate) fn failed(mut self, why: &'static str) {
        self.why = why;
    }

    fn or_not_tried<T, E>(&mut self, result: Result<T, E>) -> Result<T, E> {
        if result.is_err() {
            self.attempt.not_tried();
        }
        result
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        if self.attempt.is_over() {
            return;
        }
        let wait = self.attempt.failed();
        let detail = match wait {
            Some(wait) => {
                let words = in_words(wait);
                format!("{}; all attempts are refused for {words}", self.why)
            }
            None => self.why.to_owned(),
        };
        let (by, name) = (self.by.clone(), std::mem::take(&mut self.name));
        self.auth.tell_refused(by, EventKind::Login, name, &detail);
    }
}

/// Somebody of whom nothing is known but where they are.
pub(crate) fn stranger(address: IpAddr) -> Origin {
    Origin {
        actor: String::new(),
        token: String::new(),
        address: address.to_canonical().to_string(),
    }
}
