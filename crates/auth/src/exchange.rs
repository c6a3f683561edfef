//! Exchanging what somebody has for a short token: a password, an API key, a refresh token.
//!
//! A password gets a short token and a refresh token. A refresh token gets another short token and its
//! own successor, once: when one is sent a second time somebody has a copy, and everything that came
//! from it ends. An API key gets a short token with its own limits.

use std::{
    fmt,
    net::IpAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use catalog::{
    CatalogError, EventKind, OpenSession, Origin, Refreshed, Session, SessionKind, WriteError,
};
use config13::Config13;

use crate::{
    auth::Auth,
    limits::TokenLimits,
    login::{LoginError, origin, random_id, tell_issued, unwrap_write},
    secret::{NewSecret, SecretKind, SentSecret},
    trial::stranger,
};

/// How long a short token is valid.
const SHORT: Duration = Duration::from_hours(1);

/// What is exchanged.
pub enum Proof {
    /// A user name and a password.
    Password {
        /// The user name.
        name: String,
        /// The password.
        password: String,
    },
    /// An API key.
    ApiKey(String),
    /// A refresh token.
    Refresh(String),
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password { .. } => "Password(***)",
            Self::ApiKey(_) => "ApiKey(***)",
            Self::Refresh(_) => "Refresh(***)",
        })
    }
}

/// What was got for it.
pub struct Exchanged {
    /// The token to send from now on.
    pub token: String,
    /// For how long it is valid.
    pub lifetime: Duration,
    /// What gets the next one; an API key does that itself.
    pub refresh: Option<String>,
}

impl fmt::Debug for Exchanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchanged")
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

/// Why nothing was got for it.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// It is no API key of this registry, or no longer.
    #[error("the API key is unknown, over or revoked")]
    ApiKey,
    /// It is no refresh token of this registry, or no longer.
    #[error("the refresh token is unknown, over or revoked; log in again")]
    Refresh,
    /// It was exchanged before.
    #[error("the refresh token was used before, so somebody has a copy of it; log in again")]
    Spent,
    /// Its owner did not allow that address.
    #[error("the API key may not be used from this address")]
    ForeignAddress,
    /// The password is wrong, or no token can be issued.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The catalogue refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl Auth {
    /// Exchanges a proof for a short token.
    pub async fn exchange(
        &self,
        proof: Proof,
        settings: &Config13,
        address: IpAddr,
    ) -> Result<Exchanged, ExchangeError> {
        match proof {
            Proof::Password { name, password } => {
                self.exchange_password(&name, password, settings, address)
                    .await
            }
            Proof::ApiKey(key) => self.exchange_key(&key, settings, address).await,
            Proof::Refresh(token) => self.exchange_refresh(&token, settings, address).await,
        }
    }

    async fn exchange_password(
        &self,
        name: &str,
        password: String,
        settings: &Config13,
        address: IpAddr,
    ) -> Result<Exchanged, ExchangeError> {
        let account = self.sign_in(name, password, stranger(address)).await?;
        let by = origin(&account.name, address);
        let secret = NewSecret::make(SecretKind::Refresh)?;
        let now = SystemTime::now();
        let lifetime = self.policy().token_lifetime.max(Duration::from_secs(1));
        let (id, kind) = (secret.session.clone(), SessionKind::Refresh);
        let session = Session {
            secret: Some(secret.hash.bytes()),
            ..Session::new(id, &account.name, kind, now, now + lifetime)
        };
        let (kept, checked, told) = (session.clone(), account.password_hash.clone(), by.clone());
        let written = self.catalog.write(
            move |rows| {
                // Whoever changes a password ends all logins by the old one, this one too.
                let account = rows.account(&kept.account)?;
                if account.is_none_or(|it| it.password_hash != checked || it.disabled) {
                    return Err(LoginError::Refused { name: kept.account });
                }
                rows.add_session(&kept)?;
                Ok(tell_issued(rows, &told, &kept)?)
            },
            |()| (),
        );
        written.await.map_err(|error| match error {
            WriteError::Refused(error) => error,
            WriteError::Catalog(error) => error.into(),
        })?;
        let open = OpenSession { session, account };
        let (token, lifetime) = self.issue_short(open, settings, &by).await?;
        Ok(Exchanged {
            token,
            lifetime,
            refresh: Some(secret.text),
        })
    }

    async fn exchange_key(
        &self,
        key: &str,
        settings: &Config13,
        address: IpAddr,
    ) -> Result<Exchanged, ExchangeError> {
        let sent = SentSecret::parse(key).filter(|sent| sent.kind == SecretKind::ApiKey);
        let sent = sent.ok_or(ExchangeError::ApiKey)?;
        let open = self.find_by_secret(&sent).await?;
        let open = open.filter(|open| !open.account.disabled);
        let open = open.ok_or(ExchangeError::ApiKey)?;
        let limits = TokenLimits::of(&open.session).map_err(|_| ExchangeError::ApiKey)?;
        if !limits.admits(address) {
            return Err(ExchangeError::ForeignAddress);
        }
        self.last_uses.note(&open.session.id, address);
        let by = by_token(&open, address);
        let (token, lifetime) = self.issue_short(open, settings, &by).await?;
        Ok(Exchanged {
            token,
            lifetime,
            refresh: None,
        })
    }

    async fn exchange_refresh(
        &self,
        token: &str,
        settings: &Config13,
        address: IpAddr,
    ) -> Result<Exchanged, ExchangeError> {
        let sent = SentSecret::parse(token).filter(|sent| sent.kind == SecretKind::Refresh);
        let sent = sent.ok_or(ExchangeError::Refresh)?;
        let (session, hash) = (sent.session.to_owned(), sent.hash.bytes());
        let next = NewSecret::make_for(SecretKind::Refresh, session.clone())?;
        let next_hash = next.hash.bytes();
        let by = origin("", address);
        let (verified, granted) = (Arc::clone(&self.verified), Arc::clone(&self.granted));
        let refreshed = self.catalog.write(
            move |rows| {
                let mut change = None;
                let refreshed =
                    rows.refresh_session(&session, &hash, &next_hash, SystemTime::now())?;
                if let Refreshed::Spent(_) = refreshed {
                    let why = "it was used before; everything that came from it was ended";
                    rows.add_refusal(&by, EventKind::TokenRefresh, &session, why)?;
                    change = Some(rows.note_access_change()?);
                }
                Ok((refreshed, change))
            },
            move |(refreshed, change)| {
                if let (Refreshed::Spent(ended), Some(change)) = (refreshed, change) {
                    verified.forget(ended);
                    granted.follow(*change);
                }
            },
        );
        let (refreshed, _) = refreshed.await.map_err(unwrap_write)?;
        match refreshed {
            Refreshed::Yes => {}
            Refreshed::Spent(_) => return Err(ExchangeError::Spent),
            Refreshed::Unknown => return Err(ExchangeError::Refresh),
        }
        let open = self.find_session(next.session.clone()).await?;
        let open = open.filter(|open| !open.account.disabled);
        let open = open.ok_or(ExchangeError::Refresh)?;
        self.last_uses.note(&open.session.id, address);
        let by = by_token(&open, address);
        let (token, lifetime) = self.issue_short(open, settings, &by).await?;
        Ok(Exchanged {
            token,
            lifetime,
            refresh: Some(next.text),
        })
    }

    /// Issues a short token of a session, with the same limits.
    async fn issue_short(
        &self,
        parent: OpenSession,
        settings: &Config13,
        by: &Origin,
    ) -> Result<(String, Duration), ExchangeError> {
        let OpenSession {
            session: parent,
            account,
        } = parent;
        let now = SystemTime::now();
        let left = parent.expires.duration_since(now).unwrap_or_default();
        let lifetime = SHORT.min(left);
        let (id, kind) = (random_id()?, SessionKind::Access);
        let session = Session {
            limits: parent.limits,
            parent: Some(parent.id),
            ..Session::new(id, &account.name, kind, now, now + lifetime)
        };
        let checked = account.password_hash;
        let token = self.issue(session, checked, settings, by).await?;
        Ok((token, lifetime))
    }
}

/// The owner of a session, who uses it.
fn by_token(open: &OpenSession, address: IpAddr) -> Origin {
    Origin {
        token: open.session.id.clone(),
        ..origin(&open.account.name, address)
    }
}
