//! Who calls.

use std::{net::IpAddr, sync::Arc, time::SystemTime};

use base64::{Engine, engine::general_purpose::STANDARD};
use catalog::{Account, CatalogError, EventKind, OpenSession, Origin, Role, Session};
use config13::Config13;

use crate::{
    account::check_user_name,
    address_group::AddressGroup,
    attempts::TooManyAttempts,
    auth::Auth,
    limits::TokenLimits,
    login::{LoginError, origin},
    password::HashError,
    remote::{Proven, RemoteClaims},
    secret::{Claim, SecretKind, SentSecret},
    token,
    trial::{TrialError, stranger},
    verified::{Known, Sent, Verified},
};

/// Longest name and password in a header, in bytes, in base64.
const LONGEST_BASIC: usize = 2048;

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
    pub(crate) fn new(account: Account, limits: TokenLimits, session: String) -> Self {
        Self {
            role: account.role,
            name: account.name,
            email: account.email,
            limits,
            session,
        }
    }

    /// Somebody who sends their password each time.
    pub(crate) fn with_password(account: Account) -> Self {
        Self::new(account, TokenLimits::default(), String::new())
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
    /// From another issuer, and meant for another service.
    #[error("the token is for another service, or does not say that it is for this one")]
    ForeignAudience,
    /// From another issuer, which limited it in a way that only that one knows.
    #[error("the token's owner limited it, so it can be used only where it was made")]
    LimitedElsewhere,
    /// A name and a password were sent, and do not belong together.
    #[error("the user name or password is wrong")]
    WrongPassword,
    /// A name and a password were sent, and not looked at.
    #[error(transparent)]
    TooManyAttempts(#[from] TooManyAttempts),
}

impl TokenProblem {
    /// The word that stands for it in answers to programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownKey => "unknown_key",
            Self::BadSignature => "bad_signature",
            Self::ForeignIssuer => "wrong_issuer",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Revoked => "revoked",
            Self::ForeignAudience => "wrong_audience",
            Self::LimitedElsewhere => "limited_elsewhere",
            Self::ForeignAddress => "wrong_address",
            Self::WrongPassword => "wrong_password",
            Self::TooManyAttempts(_) => "too_many_attempts",
        }
    }
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
            Some(token) => self.by_token(token, address, settings).await?,
            None => match basic(authorization) {
                Some((name, password)) => {
                    let header = (authorization, address);
                    self.by_password(header, name, password, settings).await?
                }
                None => Err(TokenProblem::Malformed),
            },
        };
        Ok(match known {
            Ok(caller) => Identity::Account(caller),
            Err(problem) => Identity::Anonymous(Some(problem)),
        })
    }

    /// Checks a token or an API key. One that was checked before costs a look into memory, and now and
    /// then one into the catalogue; its signature is not checked again.
    pub(crate) async fn by_token(
        &self,
        token: &str,
        address: IpAddr,
        settings: &Config13,
    ) -> Result<Result<Arc<Caller>, TokenProblem>, IdentifyError> {
        let (caller, was_looked_up) = match self.whose(token, settings).await? {
            Ok(known) => known,
            Err(problem) => return Ok(Err(problem)),
        };
        if !caller.limits.admits(address) {
            self.tell_foreign(&caller.name, &caller.session, address);
            return Ok(Err(TokenProblem::ForeignAddress));
        }
        if was_looked_up {
            self.last_uses.note(&caller.session, address);
        }
        Ok(Ok(caller))
    }

    /// Whose a token or an API key is, wherever it is used from, and whether its session was looked up to
    /// know that. Nothing is noted of it.
    pub(crate) async fn whose(
        &self,
        token: &str,
        settings: &Config13,
    ) -> Result<Result<(Arc<Caller>, bool), TokenProblem>, IdentifyError> {
        let now = SystemTime::now();
        let key = Sent::token(token);
        let claimed = match self.verified.get(&key, now, self.issuer(settings)) {
            Some(Known::Fresh(caller)) => return Ok(Ok((caller, false))),
            Some(Known::Stale(session)) => Claimed::Before(session),
            None => match SentSecret::parse(token) {
                Some(sent) => match Claimed::by_secret(&sent) {
                    Some(claimed) => claimed,
                    None => return Ok(Err(TokenProblem::Malformed)),
                },
                None => match self.prove(token, settings).await {
                    Ok(Proven::Ours(claims, kid)) => Claimed::BySignature {
                        session: claims.jti,
                        account: claims.sub,
                        kid,
                    },
                    Ok(Proven::Elsewhere(claims)) => {
                        let vouched = self.by_issuer(key, claims).await?;
                        return Ok(vouched.map(|caller| (caller, false)));
                    }
                    Err(problem) => return Ok(Err(problem)),
                },
            },
        };
        let ended_before = self.verified.ended();
        let open = self.find_session(claimed.session().to_owned()).await?;
        let Some(OpenSession { account, session }) = open.filter(|it| !it.account.disabled) else {
            return Ok(Err(TokenProblem::Revoked));
        };
        if let Err(problem) = claimed.check(&account, &session) {
            return Ok(Err(problem));
        }
        // Limits that cannot be read could have forbidden anything.
        let Ok(limits) = TokenLimits::of(&session) else {
            return Ok(Err(TokenProblem::Revoked));
        };
        let expires = token::seconds(session.expires);
        let caller = Arc::new(Caller::new(account, limits, session.id));
        let verified = Verified::ours(Arc::clone(&caller), expires);
        self.verified.put(key, verified, ended_before);
        Ok(Ok((caller, true)))
    }

    /// Tells of a token or key that is used from where its owner did not allow it: somebody may have a
    /// copy.
    pub(crate) fn tell_foreign(&self, owner: &str, session: &str, address: IpAddr) {
        let by = Origin {
            token: session.to_owned(),
            ..origin(owner, address)
        };
        let why = "it may not be used from this address";
        self.tell_refused(by, EventKind::TokenLimit, session.to_owned(), why);
    }

    /// Believes a token of an issuer elsewhere, which was proven to be one.
    async fn by_issuer(
        &self,
        key: Sent,
        claims: RemoteClaims,
    ) -> Result<Result<Arc<Caller>, TokenProblem>, IdentifyError> {
        let ended_before = self.verified.ended();
        Ok(self.vouched_for(claims).await?.map(|vouched| {
            let caller = Arc::clone(&vouched.caller);
            let verified = Verified::elsewhere(caller, vouched.expires, vouched.issuer);
            self.verified.put(key, verified, ended_before);
            vouched.caller
        }))
    }

    pub(crate) async fn find_session(
        &self,
        session: String,
    ) -> Result<Option<OpenSession>, CatalogError> {
        self.catalog
            .look(move |rows| rows.open_session(&session, SystemTime::now()))
            .await
    }

    /// Checks a name and a password that are sent with each request, as `_auth` in an `.npmrc` asks
    /// for. Hashing for each of them would be slow, so what a header turned out to be from an address
    /// it stays there, for as long as the account has the password hash that it was held against, and
    /// for some seconds that is not even looked up.
    ///
    /// A wrong one that comes again is the same guess, and no further attempt: a machine that was not
    /// told of a new password does not lock out those that were. While there are too many attempts
    /// from there, what was right is refused as well, or it could be guessed at without a limit.
    async fn by_password(
        &self,
        (header, address): (&str, IpAddr),
        name: String,
        password: String,
        settings: &Config13,
    ) -> Result<Result<Arc<Caller>, TokenProblem>, IdentifyError> {
        let Ok(name) = check_user_name(&name) else {
            return Ok(Err(TokenProblem::WrongPassword));
        };
        let group = AddressGroup::of(address);
        if let Err(error) = self.attempts.check_pair(&name, group) {
            return Ok(Err(error.into()));
        }
        let key = Sent::header(header, group);
        let now = SystemTime::now();
        if let Some(Known::Fresh(caller)) = self.verified.get(&key, now, self.issuer(settings)) {
            return Ok(Ok(caller));
        }
        let ended_before = self.verified.ended();
        let remember = |caller: &Arc<Caller>| {
            let verified = Verified::ours(Arc::clone(caller), u64::MAX);
            self.verified.put(key, verified, ended_before);
        };
        let account = self.find_account(&name).await?;
        if let Some(known) = self.passwords_seen.known(&key, account) {
            return Ok(known.inspect(remember));
        }
        let trial = match self.try_password(name, stranger(address)).await {
            Ok(trial) => trial,
            Err(TrialError::TooMany(error)) => return Ok(Err(error.into())),
            Err(TrialError::Hash(error)) => return Err(error.into()),
            Err(TrialError::Catalog(error)) => return Err(error.into()),
        };
        // Others with the same header may have had it checked while this one waited.
        let account = trial.account().cloned();
        if let Some(known) = self.passwords_seen.known(&key, account.clone()) {
            trial.not_tried();
            return Ok(known);
        }
        match trial.check(password).await {
            Ok(account) => {
                self.passwords_seen.put(key, true, Some(&account));
                let caller = Arc::new(Caller::with_password(account));
                remember(&caller);
                Ok(Ok(caller))
            }
            Err(LoginError::Hash(error)) => Err(error.into()),
            Err(_) => {
                self.passwords_seen.put(key, false, account.as_ref());
                Ok(Err(TokenProblem::WrongPassword))
            }
        }
    }
}

/// Which session a text stands for, and what is known of it already.
enum Claimed {
    /// It was all checked a while ago.
    Before(String),
    BySignature {
        session: String,
        account: String,
        kid: String,
    },
    BySecret {
        session: String,
        claim: Claim,
    },
}

impl Claimed {
    /// Of the secrets only API keys stand for somebody: the others are exchanged.
    fn by_secret(sent: &SentSecret<'_>) -> Option<Self> {
        let (session, claim) = (sent.session.to_owned(), sent.claim());
        (sent.kind == SecretKind::ApiKey).then_some(Self::BySecret { session, claim })
    }

    fn session(&self) -> &str {
        match self {
            Self::Before(session)
            | Self::BySignature { session, .. }
            | Self::BySecret { session, .. } => session,
        }
    }

    /// Whether the session that was found is the one that is meant.
    fn check(&self, account: &Account, session: &Session) -> Result<(), TokenProblem> {
        let is_meant = match self {
            Self::Before(_) => true,
            Self::BySignature {
                account: name, kid, ..
            } => {
                // Whoever has an old key cannot sign for the sessions of the new one.
                if !session.is_signed_by(kid) {
                    return Err(TokenProblem::BadSignature);
                }
                account.name == *name
            }
            Self::BySecret { claim, .. } => claim.fits(session),
        };
        if is_meant {
            Ok(())
        } else {
            Err(TokenProblem::Revoked)
        }
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

#[cfg(test)]
mod tests;
