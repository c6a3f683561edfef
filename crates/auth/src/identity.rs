//! Who calls.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use catalog::{CatalogError, Role};
use ring::digest;

use crate::{auth::Auth, token};

/// Verified tokens that are remembered. At about 200 bytes each they stay below 4 MiB.
const REMEMBERED: usize = 16 * 1024;

/// How long a verified token is believed without asking the catalogue: as long as another process
/// that revokes it may have to wait. A revocation by this process counts at once.
const BELIEVED: Duration = Duration::from_secs(5);

/// Who calls.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Nobody known, and why a token that was sent did not help.
    Anonymous(Option<TokenProblem>),
    /// Somebody with an account.
    Account(Arc<Caller>),
}

/// Somebody with an account, and the session they use.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Caller {
    /// The user name.
    pub name: String,
    /// The e-mail address, empty when none was given.
    pub email: String,
    /// Whether they may do everything.
    pub is_admin: bool,
    pub(crate) session: String,
}

impl Caller {
    pub(crate) const fn role(&self) -> Role {
        if self.is_admin {
            Role::Admin
        } else {
            Role::Publisher
        }
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
}

/// Nobody could be identified, because the catalogue could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("the session cannot be looked up")]
pub struct IdentifyError(#[from] CatalogError);

impl Auth {
    /// Turns the value of an `Authorization` header into an identity.
    ///
    /// A token that is not believed makes its sender anonymous, because what is public stays
    /// readable with a stale token; the reason is kept for when a token is needed.
    pub async fn identify(&self, authorization: Option<&str>) -> Result<Identity, IdentifyError> {
        let Some(authorization) = authorization else {
            return Ok(Identity::Anonymous(None));
        };
        let Some(token) = bearer(authorization) else {
            return Ok(Identity::Anonymous(Some(TokenProblem::Malformed)));
        };
        let now = SystemTime::now();
        let key = fingerprint(token);
        if let Some(caller) = self.verified.get(&key, now) {
            return Ok(Identity::Account(caller));
        }
        let claims = match token::verify(&self.keys, &self.issuers, token) {
            Ok(claims) => claims,
            Err(problem) => return Ok(Identity::Anonymous(Some(problem))),
        };
        let ended_before = self.verified.ended();
        let (catalog, session) = (Arc::clone(&self.catalog), claims.jti.clone());
        let account = tokio::task::spawn_blocking(move || {
            catalog.read(|rows| rows.session_account(&session, now))
        });
        let account = account.await.unwrap_or(Err(CatalogError::Closed))?;
        let Some(account) = account.filter(|it| it.name == claims.sub && !it.disabled) else {
            return Ok(Identity::Anonymous(Some(TokenProblem::Revoked)));
        };
        let caller = Arc::new(Caller {
            name: account.name,
            email: account.email,
            is_admin: account.role == Role::Admin,
            session: claims.jti,
        });
        self.verified
            .put(key, Arc::clone(&caller), claims.exp, ended_before);
        Ok(Identity::Account(caller))
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

type Fingerprint = [u8; 32];

fn fingerprint(token: &str) -> Fingerprint {
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

    /// Forgets the tokens of a session that has ended.
    pub(crate) fn forget(&self, session: &str) {
        let mut tokens = self.lock();
        tokens.ended += 1;
        tokens
            .verified
            .retain(|_, verified| verified.caller.session != session);
    }

    fn lock(&self) -> MutexGuard<'_, Tokens> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
