//! API keys: secrets for machines and programs, with scopes, made by a name.
//!
//! A key is looked up by its name each time it is checked, so a revocation counts at the next request.

use std::{
    fmt,
    net::IpAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use catalog::{CatalogError, EventKind, OpenSession, Origin, Session, SessionKind, WriteError};
use config13::Config13;
use ipnet::IpNet;

use crate::{
    auth::Auth,
    identity::{Caller, IdentifyError, TokenProblem},
    issue::tell_issued,
    key_scope::KeyScope,
    limits::TokenLimits,
    login::LoginError,
    named_token::{
        LONGEST_DAYS, LONGEST_NAME, ListedToken, MOST_NAMED, MOST_OPEN, MakeTokenError, check_name,
    },
    secret::{NewSecret, SecretKind, SentSecret},
};

/// An API key that is to be made.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// What its owner calls it.
    pub name: String,
    /// What it may do. At least one.
    pub scopes: Vec<KeyScope>,
    /// For how many days it is valid; as long as a login's token when it is not said.
    pub days: Option<u32>,
    /// Where it may be used from. Empty: from everywhere.
    pub networks: Vec<IpNet>,
}

impl NewApiKey {
    /// A key with a name and scopes, for everywhere and as long as a login.
    pub fn new(name: &str, scopes: &[KeyScope]) -> Self {
        Self {
            name: name.to_owned(),
            scopes: scopes.to_vec(),
            days: None,
            networks: Vec::new(),
        }
    }
}

/// An API key that was made. Its text is shown once.
pub struct MadeApiKey {
    /// The key to send, as a `Bearer` token.
    pub key: String,
    /// What lists say of it.
    pub listed: ListedToken,
}

impl fmt::Debug for MadeApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadeApiKey")
            .field("key", &"***")
            .field("listed", &self.listed)
            .finish()
    }
}

/// Why an API key was not made.
#[derive(Debug, thiserror::Error)]
pub enum MakeKeyError {
    /// Its owner could not tell it from others, or could not read it.
    #[error(
        "an API key needs a name of at most {LONGEST_NAME} characters, without control characters"
    )]
    Name,
    /// The account has keys without end.
    #[error("there are {MOST_OPEN} open API keys already; revoke some")]
    TooMany,
    /// A key that may do nothing is a mistake.
    #[error("an API key needs at least one scope, such as \"read\" or \"publish:@acme/*\"")]
    NoScope,
    /// Nobody has that name, or the account is disabled.
    #[error("there is no user {0} who could own the key")]
    NoSuchUser(String),
    /// It cannot be made like any token that could not.
    #[error(transparent)]
    Token(#[from] MakeTokenError),
}

impl From<LoginError> for MakeKeyError {
    fn from(error: LoginError) -> Self {
        Self::Token(error.into())
    }
}

impl From<CatalogError> for MakeKeyError {
    fn from(error: CatalogError) -> Self {
        Self::Token(error.into())
    }
}

impl Auth {
    /// Makes an API key of an account. Whoever calls has made sure that its owner wants it.
    pub async fn generate_api_key(
        &self,
        owner: &str,
        new: NewApiKey,
        by: &Origin,
    ) -> Result<MadeApiKey, MakeKeyError> {
        self.generate(owner, None, new, by).await
    }

    /// Makes the key, if the account's password hash is still the one that was `checked`.
    async fn generate(
        &self,
        owner: &str,
        checked: Option<String>,
        new: NewApiKey,
        by: &Origin,
    ) -> Result<MadeApiKey, MakeKeyError> {
        let NewApiKey {
            name,
            scopes,
            days,
            networks,
        } = new;
        if name.trim().is_empty() || !check_name(&name) {
            return Err(MakeKeyError::Name);
        }
        if scopes.is_empty() {
            return Err(MakeKeyError::NoScope);
        }
        if scopes.len() > MOST_NAMED || networks.len() > MOST_NAMED {
            return Err(MakeTokenError::TooManyNamed.into());
        }
        let lifetime = self.lifetime(days)?;
        let limits = TokenLimits {
            key_scopes: Some(scopes),
            networks,
            ..TokenLimits::default()
        };
        let secret = NewSecret::make(SecretKind::ApiKey)?;
        let now = SystemTime::now();
        let (id, kind) = (secret.session.clone(), SessionKind::Key);
        let session = Session {
            name: Some(name),
            limits: Some(serde_json::to_string(&limits).map_err(|_| LoginError::Signing)?),
            secret: Some(secret.hash.bytes()),
            ..Session::new(id, owner, kind, now, now + lifetime)
        };
        let (kept, by) = (session.clone(), by.clone());
        let written = self.catalog.write(
            move |rows| {
                let account = rows.account(&kept.account)?;
                let Some(account) = account.filter(|account| !account.disabled) else {
                    return Err(MakeKeyError::NoSuchUser(kept.account));
                };
                if checked.is_some_and(|checked| checked != account.password_hash) {
                    let name = kept.account;
                    return Err(LoginError::Refused { name }.into());
                }
                if rows.count_open(&kept.account, SessionKind::Key, now)? >= MOST_OPEN {
                    return Err(MakeKeyError::TooMany);
                }
                rows.add_session(&kept)?;
                Ok(tell_issued(rows, &by, &kept)?)
            },
            |()| (),
        );
        written.await.map_err(WriteError::into_inner)?;
        Ok(MadeApiKey {
            key: secret.text,
            listed: ListedToken::of(session),
        })
    }

    /// Revokes an API key by its name or its whole text, which counts at the next request. `owner` says
    /// whose it has to be, when it has to be somebody's.
    ///
    /// Returns `false` when there is no such key.
    pub async fn revoke_api_key(
        &self,
        owner: Option<&str>,
        key: &str,
        by: &Origin,
    ) -> Result<bool, CatalogError> {
        let open = match SentSecret::parse(key) {
            Some(sent) => self.find_by_secret(&sent).await?,
            None => self.find_session(key.to_owned()).await?,
        };
        let is_meant = |open: &OpenSession| {
            let is_theirs = owner.is_none_or(|owner| owner == open.account.name);
            open.session.kind == SessionKind::Key && is_theirs
        };
        let Some(open) = open.filter(is_meant) else {
            return Ok(false);
        };
        let (id, account) = (open.session.id, open.account.name);
        self.revoke(id, &account, EventKind::KeyRevoke, by).await
    }

    /// Makes an API key for the caller, whose password is asked for again: a token that was stolen
    /// makes no key that outlives it.
    pub async fn make_api_key(
        &self,
        caller: &Caller,
        password: String,
        new: NewApiKey,
        by: &Origin,
    ) -> Result<MadeApiKey, MakeKeyError> {
        let account = self.sign_in(&caller.name, password, by.clone()).await?;
        let checked = Some(account.password_hash);
        self.generate(&caller.name, checked, new, by).await
    }

    /// Tells whose an API key is that is used from an address, or why it is not believed.
    pub async fn verify_api_key(
        &self,
        key: &str,
        address: IpAddr,
        settings: &Config13,
    ) -> Result<Result<Arc<Caller>, TokenProblem>, IdentifyError> {
        match SentSecret::parse(key) {
            Some(sent) if sent.kind == SecretKind::ApiKey => {
                self.by_token(key, address, settings).await
            }
            _ => Ok(Err(TokenProblem::Malformed)),
        }
    }

    /// How long a token is valid that somebody made for so many days.
    pub(crate) fn lifetime(&self, days: Option<u32>) -> Result<Duration, MakeTokenError> {
        match days {
            None => Ok(self.policy().login_lifetime()),
            Some(days @ 1..=LONGEST_DAYS) => Ok(Duration::from_hours(u64::from(days) * 24)),
            Some(_) => Err(MakeTokenError::Days),
        }
    }
}
