//! Exchanging what somebody has for a short token: a password, an API key, a refresh token.
//!
//! A password gets a short token and a refresh token. A refresh token gets another short token and its
//! own successor, once: when one is sent a second time somebody has a copy, and everything that came
//! from it ends. An API key gets a short token with its own limits.

use std::{
    fmt,
    net::IpAddr,
    time::{Duration, SystemTime},
};

use catalog::{
    CatalogError, EventKind, OpenSession, Origin, RefreshSecret, Refreshed, Session, SessionKind,
    WriteError,
};
use config13::Config13;

use crate::{
    auth::Auth,
    issue::{Signed, keep},
    limits::TokenLimits,
    login::{LoginError, origin, random_id},
    revoke::Ended,
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
        self.check_issues_here(settings).await?;
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
        let lifetime = self.policy().login_lifetime();
        let (id, kind) = (secret.session.clone(), SessionKind::Refresh);
        let session = Session {
            secret: Some(secret.hash.bytes()),
            family: Some(secret.family.bytes()),
            ..Session::new(id, &account.name, kind, now, now + lifetime)
        };
        let (short, lifetime) = self.sign_short(&session, settings).await?;
        let (checked, token) = (account.password_hash, short.token);
        let written = self.catalog.write(
            move |rows| {
                let displaced = keep(rows, &session, &checked, &by)?;
                keep(rows, &short.session, &checked, &by)?;
                Ok(displaced)
            },
            self.forget_ended(),
        );
        written
            .await
            .map_err(WriteError::<LoginError>::into_inner)?;
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
            self.tell_foreign(&open.account.name, &open.session.id, address);
            return Err(ExchangeError::ForeignAddress);
        }
        self.last_uses.note(&open.session.id, address);
        let by = by_token(&open, address);
        let (short, lifetime) = self.sign_short(&open.session, settings).await?;
        let (checked, token) = (open.account.password_hash, short.token);
        let written = self.catalog.write(
            move |rows| keep(rows, &short.session, &checked, &by),
            self.forget_ended(),
        );
        written.await.map_err(|error| match error {
            // It was revoked a moment ago.
            WriteError::Refused(LoginError::Refused { .. }) => ExchangeError::ApiKey,
            WriteError::Refused(error) => error.into(),
            WriteError::Catalog(error) => error.into(),
        })?;
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
        let open = self.find_session(sent.session.to_owned()).await?;
        // A disabled account keeps its refresh token for when it is enabled: nothing is exchanged.
        let open = open.filter(|open| !open.account.disabled);
        let open = open.ok_or(ExchangeError::Refresh)?;
        let next = NewSecret::after(&sent)?;
        let by = by_token(&open, address);
        let advance = Advance {
            session: open.session.id.clone(),
            secret: sent.refresh(),
            next: next.hash.bytes(),
        };
        // One that does not fit gets nothing signed, and may be one that was used before.
        if !sent.claim().fits(&open.session) {
            self.advance(advance, None, stranger(address)).await?;
            return Err(ExchangeError::Refresh);
        }
        let (Signed { session, token }, lifetime) =
            self.sign_short(&open.session, settings).await?;
        let short = (session, open.account.password_hash);
        self.advance(advance, Some(short), by).await?;
        self.last_uses.note(&open.session.id, address);
        Ok(Exchanged {
            token,
            lifetime,
            refresh: Some(next.text),
        })
    }

    /// Exchanges the secret of a refresh token for the next one, and remembers the short token that is
    /// got with it. A secret that was used before ends everything that came from it.
    async fn advance(
        &self,
        advance: Advance,
        short: Option<(Session, String)>,
        by: Origin,
    ) -> Result<(), ExchangeError> {
        let written = self.catalog.write(
            move |rows| {
                let Advance {
                    session,
                    secret,
                    next,
                } = advance;
                let refreshed =
                    rows.refresh_session(&session, &secret, &next, SystemTime::now())?;
                match (refreshed, short) {
                    (Refreshed::Yes, Some((short, checked))) => {
                        keep(rows, &short, &checked, &by)?;
                        Ok(None)
                    }
                    (Refreshed::Spent(sessions), _) => {
                        let why = "it was used before; everything that came from it was ended";
                        rows.add_refusal(&by, EventKind::TokenRefresh, &session, why)?;
                        let change = rows.note_access_change()?;
                        Ok(Some(Ended { sessions, change }))
                    }
                    // A refusal undoes what was written.
                    (Refreshed::Yes | Refreshed::Unknown, _) => Err(ExchangeError::Refresh),
                }
            },
            self.forget_ended(),
        );
        match written.await {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(ExchangeError::Spent),
            Err(WriteError::Refused(error)) => Err(error),
            Err(WriteError::Catalog(error)) => Err(error.into()),
        }
    }

    /// Signs a short token of a session, with the same limits.
    async fn sign_short(
        &self,
        parent: &Session,
        settings: &Config13,
    ) -> Result<(Signed, Duration), LoginError> {
        let now = SystemTime::now();
        let left = parent.expires.duration_since(now).unwrap_or_default();
        let lifetime = SHORT.min(left);
        let (id, kind) = (random_id()?, SessionKind::Access);
        let session = Session {
            limits: parent.limits.clone(),
            parent: Some(parent.id.clone()),
            ..Session::new(id, &parent.account, kind, now, now + lifetime)
        };
        Ok((self.sign_for(session, settings).await?, lifetime))
    }
}

/// A refresh token that is to get its successor.
struct Advance {
    session: String,
    secret: RefreshSecret,
    /// The hash of the successor.
    next: [u8; 32],
}

/// The owner of a session, who uses it.
fn by_token(open: &OpenSession, address: IpAddr) -> Origin {
    Origin {
        token: open.session.id.clone(),
        ..origin(&open.account.name, address)
    }
}
