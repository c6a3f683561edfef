//! Who calls.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use catalog::{Account, CatalogError, OpenSession, Origin, Role};
use config13::Config13;
use ring::digest;

use crate::{
    account::check_user_name, auth::Auth, limits::TokenLimits, login::LoginError,
    password::HashError, token,
};

/// Verified tokens that are remembered. At about 200 bytes each they stay below 4 MiB.
const REMEMBERED: usize = 16 * 1024;

/// Passwords in headers that are remembered as right.
const REMEMBERED_PASSWORDS: usize = 1024;

/// Longest name and password in a header, in bytes, in base64.
const LONGEST_BASIC: usize = 2048;

/// How long a verified token is believed without asking the catalogue. A revocation by this process
/// counts at once, and one by another process as soon as it is noticed ([`Auth::reload`]).
const BELIEVED: Duration = Duration::from_secs(5);

/// Who calls.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Nobody known, and why a token that was sent did not help.
    Anonymous(Option<TokenProblem>),
    /// Somebody with an account.
    Account(Arc<Caller>),
}

impl Identity {
    /// Who calls, when they have an account.
    pub const fn caller(&self) -> Option<&Arc<Caller>> {
        match self {
            Self::Account(caller) => Some(caller),
            Self::Anonymous(_) => None,
        }
    }

    /// Who does something, as events tell it.
    pub fn origin(&self, address: IpAddr) -> Origin {
        let caller = self.caller();
        Origin {
            actor: caller.map_or_else(String::new, |it| it.name.clone()),
            token: caller.map_or_else(String::new, |it| it.session.clone()),
            address: address.to_canonical().to_string(),
        }
    }
}

/// Somebody with an account, and the session they use.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Caller {
    /// The user name.
    pub name: String,
    /// The e-mail address, empty when none was given.
    pub email: String,
    /// What their account may do.
    pub role: Role,
    /// What the token may do less than its owner.
    pub limits: TokenLimits,
    /// Empty for somebody who sends their password each time.
    pub(crate) session: String,
}

impl Caller {
    fn new(account: Account, limits: TokenLimits, session: String) -> Self {
        Self {
            role: account.role,
            name: account.name,
            email: account.email,
            limits,
            session,
        }
    }

    /// Whether they may do everything.
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }
}

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TokenProblem {
    /// Not a token.
    #[error("the token is malformed")]
    Malformed,
    /// Signed by a key that is not ours.
    #[error("the token was signed with an unknown key")]
    UnknownKey,
    /// Not signed by the key it names.
    #[error("the token's signature is wrong")]
    BadSignature,
    /// From an issuer that is not ours.
    #[error("the token is from another issuer")]
    ForeignIssuer,
    /// Over.
    #[error("the token has expired; log in again")]
    Expired,
    /// From the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// Logged out, or the account is gone or disabled.
    #[error("the token has been revoked; log in again")]
    Revoked,
    /// Sent from an address that its owner did not allow.
    #[error("the token may not be used from this address")]
    ForeignAddress,
    /// A name and a password were sent, and do not belong together.
    #[error("the user name or password is wrong")]
    WrongPassword,
}

/// Nobody could be identified.
#[derive(Debug, thiserror::Error)]
pub enum IdentifyError {
    /// The catalogue could not be asked.
    #[error("the session cannot be looked up")]
    Catalog(#[from] CatalogError),
    /// A password could not be checked.
    #[error(transparent)]
    Hash(#[from] HashError),
}

impl Auth {
    /// Turns the value of an `Authorization` header into an identity. `address` is the client's.
    ///
    /// A token that is not believed makes its sender anonymous, because what is public stays
    /// readable with a stale token; the reason is kept for when a token is needed.
    pub async fn identify(
        &self,
        authorization: Option<&str>,
        address: IpAddr,
        settings: &Config13,
    ) -> Result<Identity, IdentifyError> {
        let Some(authorization) = authorization else {
            return Ok(Identity::Anonymous(None));
        };
        let known = match bearer(authorization) {
            Some(token) => self.by_token(token, settings).await?,
            None => match basic(authorization) {
                Some((name, password)) => self.by_password(authorization, name, password).await?,
                None => Err(TokenProblem::Malformed),
            },
        };
        Ok(match known {
            Ok(caller) if caller.limits.admits(address) => Identity::Account(caller),
            Ok(_) => Identity::Anonymous(Some(TokenProblem::ForeignAddress)),
            Err(problem) => Identity::Anonymous(Some(problem)),
        })
    }

    async fn by_token(
        &self,
        token: &str,
        _settings: &Config13,
    ) -> Result<Result<Arc<Caller>, TokenProblem>, IdentifyError> {
        let now = SystemTime::now();
        let key = fingerprint(token);
        if let Some(caller) = self.verified.get(&key, now) {
            return Ok(Ok(caller));
        }
        let claims = match token::verify(&self.keys, &self.issuers, token) {
            Ok(claims) => claims,
            Err(problem) => return Ok(Err(problem)),
        };
        let ended_before = self.verified.ended();
        let (catalog, session) = (Arc::clone(&self.catalog), claims.jti.clone());
        let found = tokio::task::spawn_blocking(move || {
            catalog.read(|rows| rows.open_session(&session, now))
        });
        let found = found.await.unwrap_or(Err(CatalogError::Closed))?;
        let open = found.filter(|open| open.account.name == claims.sub && !open.account.disabled);
        let Some(OpenSession { account, session }) = open else {
            return Ok(Err(TokenProblem::Revoked));
        };
        let limits = match session.limits {
            None => TokenLimits::default(),
            // Limits that cannot be read could have forbidden anything.
            Some(text) => match serde_json::from_str(&text) {
                Ok(limits) => limits,
                Err(_) => return Ok(Err(TokenProblem::Revoked)),
            },
        };
        let caller = Arc::new(Caller::new(account, limits, claims.jti));
        self.verified
            .put(key, Arc::clone(&caller), claims.exp, ended_before);
        Ok(Ok(caller))
    }

    /// Checks a name and a password that are sent with each request, as `_auth` in an `.npmrc` asks
    /// for. Hashing for each of them would be slow, so a header that was right stays right for as
    /// long as the account has the password hash that it was held against.
    async fn by_password(
        &self,
        header: &str,
        name: String,
        password: String,
    ) -> Result<Result<Arc<Caller>, TokenProblem>, IdentifyError> {
        let refused = Ok(Err(TokenProblem::WrongPassword));
        let Ok(name) = check_user_name(&name) else {
            return refused;
        };
        let account = self.find_account(&name).await?;
        let key = fingerprint(header);
        let account = match account {
            Some(account) if self.passwords_seen.holds(&key, &account.password_hash) => account,
            Some(account) => {
                let seen = account.password_hash.clone();
                match self.check(account, password).await {
                    Ok(account) => {
                        self.passwords_seen.put(key, seen);
                        account
                    }
                    Err(LoginError::Hash(error)) => return Err(error.into()),
                    Err(_) => return refused,
                }
            }
            None => {
                // It takes as long as for a name that is known.
                self.passwords.verify(password, None).await?;
                return refused;
            }
        };
        if account.disabled {
            return refused;
        }
        let caller = Caller::new(account, TokenLimits::default(), String::new());
        Ok(Ok(Arc::new(caller)))
    }
}

/// Returns the token of a `Bearer` header; the scheme's case does not matter (RFC 9110, 11.1).
pub(crate) fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
        .filter(|token| !token.is_empty())
}

/// Returns the name and the password of a `Basic` header (RFC 7617).
fn basic(authorization: &str) -> Option<(String, String)> {
    let (scheme, encoded) = authorization.trim().split_once(' ')?;
    let encoded = encoded.trim();
    if !scheme.eq_ignore_ascii_case("basic") || encoded.len() > LONGEST_BASIC {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

pub(crate) type Fingerprint = [u8; 32];

pub(crate) fn fingerprint(token: &str) -> Fingerprint {
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    fingerprint
}

/// Tokens whose signature and session were checked a moment ago, by the hash of their text.
#[derive(Debug, Default)]
pub(crate) struct VerifiedTokens(Mutex<Tokens>);

#[derive(Debug, Default)]
struct Tokens {
    verified: HashMap<Fingerprint, Verified>,
    /// How many sessions have been ended here.
    ended: u64,
}

#[derive(Debug)]
struct Verified {
    caller: Arc<Caller>,
    expires: u64,
    checked: Instant,
}

impl VerifiedTokens {
    fn get(&self, key: &Fingerprint, now: SystemTime) -> Option<Arc<Caller>> {
        let tokens = self.lock();
        let verified = tokens.verified.get(key)?;
        let believed =
            token::seconds(now) < verified.expires && verified.checked.elapsed() < BELIEVED;
        believed.then(|| Arc::clone(&verified.caller))
    }

    /// Returns what [`put`](Self::put) has to be told, from before the session is looked up.
    fn ended(&self) -> u64 {
        self.lock().ended
    }

    /// Remembers a token, unless some session was ended since `ended_before`: it may have been
    /// this one, after it was looked up and found open.
    fn put(&self, key: Fingerprint, caller: Arc<Caller>, expires: u64, ended_before: u64) {
        let mut tokens = self.lock();
        if tokens.ended != ended_before {
            return;
        }
        let tokens = &mut tokens.verified;
        if tokens.len() >= REMEMBERED {
            tokens.retain(|_, verified| verified.checked.elapsed() < BELIEVED);
        }
        if tokens.len() < REMEMBERED {
            tokens.insert(
                key,
                Verified {
                    caller,
                    expires,
                    checked: Instant::now(),
                },
            );
        }
    }

    /// Forgets the tokens of sessions that have ended.
    pub(crate) fn forget(&self, sessions: &[String]) {
        let mut tokens = self.lock();
        tokens.ended += 1;
        tokens
            .verified
            .retain(|_, verified| !sessions.contains(&verified.caller.session));
    }

    /// Forgets the tokens of an account that has changed.
    pub(crate) fn forget_account(&self, name: &str) {
        let mut tokens = self.lock();
        tokens.ended += 1;
        tokens
            .verified
            .retain(|_, verified| verified.caller.name != name);
    }

    /// Forgets all tokens, because another process may have changed anything.
    pub(crate) fn forget_all(&self) {
        let mut tokens = self.lock();
        tokens.ended += 1;
        tokens.verified.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Tokens> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Headers whose password was right, by the hash of their text, each with the password hash that it
/// was right for.
#[derive(Debug, Default)]
pub(crate) struct PasswordsSeen(Mutex<HashMap<Fingerprint, String>>);

impl PasswordsSeen {
    fn holds(&self, key: &Fingerprint, password_hash: &str) -> bool {
        self.lock()
            .get(key)
            .is_some_and(|seen| seen == password_hash)
    }

    fn put(&self, key: Fingerprint, password_hash: String) {
        let mut seen = self.lock();
        if seen.len() >= REMEMBERED_PASSWORDS {
            seen.clear();
        }
        seen.insert(key, password_hash);
    }

    pub(crate) fn forget_all(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Fingerprint, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
