//! Logging in, which makes an account where that is allowed, and logging out.

use std::{
    fmt::{self, Write as _},
    net::IpAddr,
    time::SystemTime,
};

use catalog::{Account, CatalogError, EventKind, NewAccount, Origin, Role, WriteError};
use config13::Config13;
use ring::rand::{SecureRandom, SystemRandom};

use crate::{
    account::{PasswordError, UserNameError, check_password, check_user_name, plain_email},
    attempts::TooManyAttempts,
    auth::{Auth, Registration},
    identity::{Caller, TokenProblem},
    keys::KeyError,
    password::HashError,
    revoke::{Ended, ShownError},
    trial::{Trial, stranger},
    verified::Fingerprint,
};

/// What somebody logs in with.
pub struct Credentials {
    /// The user name as it was typed.
    pub name: String,
    /// The password.
    pub password: String,
    /// The e-mail address for a new account.
    pub email: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What others may know of an account.
#[derive(Clone, Debug)]
pub struct User {
    /// The user name.
    pub name: String,
    /// The e-mail address, empty when none was given.
    pub email: String,
}

/// A login that succeeded.
pub struct LoggedIn {
    /// The user name, in lower case.
    pub name: String,
    /// The token to send from now on.
    pub token: String,
    /// Whether the account was made by this login.
    pub created: bool,
}

impl fmt::Debug for LoggedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoggedIn")
            .field("name", &self.name)
            .field("token", &"***")
            .field("created", &self.created)
            .finish()
    }
}

/// Why somebody could not log in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Nobody can have that name.
    #[error(transparent)]
    UserName(#[from] UserNameError),
    /// A new account cannot have that password.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The password is not the account's, or the account is disabled.
    #[error("the password of {name} is wrong, or the account is disabled")]
    Refused {
        /// The user name.
        name: String,
    },
    /// Somebody has that name.
    #[error("the user name {name} is taken; choose another one, or log in with its password")]
    NameTaken {
        /// The user name.
        name: String,
    },
    /// Too many wrong passwords were tried. Nothing was looked at.
    #[error(transparent)]
    TooMany(#[from] TooManyAttempts),
    /// There is no such account with that password, and strangers cannot make one here.
    #[error(
        "the user name or password is wrong; new accounts cannot be made from here, \
         ask an admin of this registry"
    )]
    RegistrationClosed,
    /// There is no such account with that password, and strangers need an invitation to make one.
    #[error("the user name or password is wrong; new accounts are made with an invitation")]
    ByInvitation,
    /// Strangers need an invitation to make an account.
    #[error("a new account takes an invitation; ask an admin of this registry for one")]
    InvitationNeeded,
    /// That invitation does not count.
    #[error(
        "the invitation is not good: it was used, it is over, or it never was; \
         ask an admin of this registry for another one"
    )]
    Invitation,
    /// Tokens come from somewhere else.
    #[error("this registry takes its tokens from {issuer} now; log in there")]
    IssuedElsewhere {
        /// The issuer.
        issuer: String,
    },
    /// Somebody asks for short tokens without end.
    #[error("too many short tokens were asked for; use those that are open, or the API key itself")]
    TooManyShort,
    /// No token can be signed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The key signed nothing.
    #[error("the token could not be signed")]
    Signing,
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The catalogue refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// Why an attempt to make an account counts as a wrong password: names could be guessed by it.
pub(crate) const TAKEN: &str = "a new account cannot have a name that is taken";

impl Auth {
    /// Checks the password and issues a token, signed as the 13 bytes say. Makes the account when
    /// the name is free and registration is open; the first account of a registry is an admin's.
    pub async fn login(
        &self,
        credentials: Credentials,
        settings: &Config13,
        address: IpAddr,
    ) -> Result<LoggedIn, LoginError> {
        let Credentials {
            name,
            password,
            email,
        } = credentials;
        let name = check_user_name(&name)?;
        self.check_issues_here(settings).await?;
        let policy = self.policy();
        let trial = self.try_password(name.clone(), stranger(address)).await?;
        let (created, checked) = match (trial.account(), policy.registration) {
            // Where strangers may make accounts, whether a name is taken cannot be hidden from them. It
            // costs one hash to find out either way.
            (None, Registration::Open) => {
                let email = plain_email(email.unwrap_or_default());
                self.make_account(trial, &name, password, email, None, address)
                    .await?
            }
            (Some(_), Registration::Open) => (false, trial.check(password).await?.password_hash),
            (_, registration @ (Registration::Invite | Registration::Closed)) => {
                let account = trial.check(password).await;
                let account = account.map_err(|error| match error {
                    // The words do not tell a stranger who has an account here, nor does the time.
                    LoginError::Refused { .. } => no_account(registration),
                    other => other,
                })?;
                (false, account.password_hash)
            }
        };
        let token = self
            .issue_login(&name, checked, settings, &origin(&name, address))
            .await?;
        Ok(LoggedIn {
            name,
            token,
            created,
        })
    }

    /// Checks the password of an account that is there, and returns the account. `by` is what is
    /// known already of who sends it: at a login, [`stranger`].
    pub(crate) async fn sign_in(
        &self,
        name: &str,
        password: String,
        by: Origin,
    ) -> Result<Account, LoginError> {
        let name = check_user_name(name)?;
        self.try_password(name, by).await?.check(password).await
    }

    /// Ends the session of a token that belongs to the caller, and the refresh token with which it was
    /// got.
    ///
    /// Returns `false` when the token names no open session of theirs.
    pub async fn logout(
        &self,
        caller: &Caller,
        token: &str,
        by: &Origin,
    ) -> Result<bool, CatalogError> {
        let session = match self.session_shown(token).await {
            Ok(open) => self.login_of(open).await?,
            Err(ShownError::Token(TokenProblem::Expired)) => return Ok(true),
            Err(ShownError::Token(_)) => return Ok(false),
            Err(ShownError::Catalog(error)) => return Err(error),
        };
        self.revoke(session, &caller.name, EventKind::Logout, by)
            .await
    }

    /// Ends a session of an account, and those that were got with it. Returns `false` when the account
    /// has no such session that is still open.
    pub(crate) async fn revoke(
        &self,
        session: String,
        account: &str,
        kind: EventKind,
        by: &Origin,
    ) -> Result<bool, CatalogError> {
        let (account, by) = (account.to_owned(), by.clone());
        let revoked = self.catalog.write(
            move |rows| {
                let sessions = rows.revoke_session(&session, &account, SystemTime::now())?;
                if sessions.is_empty() {
                    return Ok(None);
                }
                rows.add_event(&by, kind, &session, &account)?;
                let change = rows.note_access_change()?;
                Ok(Some(Ended { sessions, change }))
            },
            self.forget_ended(),
        );
        let revoked = revoked.await;
        Ok(revoked
            .map_err(WriteError::<CatalogError>::into_inner)?
            .is_some())
    }

    /// Returns what others may know of an account, if there is one.
    pub async fn find_user(&self, name: &str) -> Result<Option<User>, CatalogError> {
        let account = self.find_account(&name.to_ascii_lowercase()).await?;
        Ok(account.filter(|it| !it.disabled).map(|account| User {
            name: account.name,
            email: account.email,
        }))
    }

    pub(crate) async fn find_account(&self, name: &str) -> Result<Option<Account>, CatalogError> {
        let name = name.to_owned();
        self.catalog.look(move |rows| rows.account(&name)).await
    }

    /// Makes the account, and uses the invitation up in the same transaction. Returns `false` when
    /// somebody else has just made it with this password, and the hash that the password was held
    /// against.
    pub(crate) async fn make_account(
        &self,
        mut trial: Trial<'_>,
        name: &str,
        password: String,
        email: String,
        invitation: Option<Fingerprint>,
        address: IpAddr,
    ) -> Result<(bool, String), LoginError> {
        if let Err(error) = check_password(&password) {
            // It tells that the name is free, and so counts as one that was tried.
            trial.failed("a new account cannot have that password");
            return Err(error.into());
        }
        let password_hash = trial.hash(password.clone()).await?;
        let (account_name, made) = (name.to_owned(), password_hash.clone());
        let (by, is_local) = (origin(name, address), address.to_canonical().is_loopback());
        let added = self.catalog.write(
            move |rows| {
                let now = SystemTime::now();
                let (role, invited) = match &invitation {
                    Some(secret) => {
                        let taken = rows.take_invitation(secret, now)?;
                        let (role, by) = taken.ok_or(LoginError::Invitation)?;
                        (role, format!(", invited by {by}"))
                    }
                    // Whoever is first on this machine owns it; whoever is first from elsewhere does not.
                    None if is_local && !rows.has_accounts()? => (Role::Admin, String::new()),
                    None => (Role::Publisher, String::new()),
                };
                let new = NewAccount {
                    name: account_name,
                    email,
                    password_hash,
                    role,
                    created: now,
                };
                if rows.add_account(&new)? {
                    let detail = format!("{}{invited}", role.as_str());
                    rows.add_event(&by, EventKind::AccountCreate, &new.name, &detail)?;
                    Ok(true)
                } else if invitation.is_some() {
                    // A refusal undoes the transaction, so the invitation is as good as before.
                    Err(LoginError::NameTaken { name: new.name })
                } else {
                    Ok(false)
                }
            },
            |_| (),
        );
        let made_since = match added.await {
            Ok(true) => {
                trial.passed();
                return Ok((true, made));
            }
            Ok(false) => self.find_account(name).await,
            Err(WriteError::Refused(error)) => {
                match &error {
                    LoginError::NameTaken { .. } => trial.failed(TAKEN),
                    _ => trial.not_tried(),
                }
                return Err(error);
            }
            Err(WriteError::Catalog(error)) => Err(error),
        };
        match made_since {
            Ok(account) => {
                let account = trial.check_against(account, password).await?;
                Ok((false, account.password_hash))
            }
            Err(error) => {
                trial.not_tried();
                Err(error.into())
            }
        }
    }
}

/// What strangers are told, whether it is the name or the password that is wrong.
fn no_account(registration: Registration) -> LoginError {
    match registration {
        Registration::Open | Registration::Closed => LoginError::RegistrationClosed,
        Registration::Invite => LoginError::ByInvitation,
    }
}

/// Somebody who has proven who they are, with a password or by what they show.
pub(crate) fn origin(name: &str, address: IpAddr) -> Origin {
    Origin {
        actor: name.to_owned(),
        token: String::new(),
        address: address.to_canonical().to_string(),
    }
}

/// 128 bits that nobody can guess, in hexadecimal: what people have to type or pass on begins with
/// no hyphen.
pub(crate) fn random_id() -> Result<String, LoginError> {
    let mut bytes = [0; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| LoginError::Signing)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
