//! Tokens that somebody makes for a machine or a program, and gives a name.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use catalog::{CatalogError, EventKind, Origin, Session, SessionKind};
use config13::Config13;

use crate::{
    auth::Auth,
    identity::Caller,
    limits::TokenLimits,
    login::{LoginError, random_id},
    token,
};

/// Longest name of a token and longest description, in characters.
const LONGEST_NAME: usize = 100;
const LONGEST_DESCRIPTION: usize = 1000;

/// Tokens that one account can have open at a time, logins and all.
const MOST_OPEN: usize = 1000;

/// Names a token may be limited to, of packages, scopes, organisations and networks each.
const MOST_NAMED: usize = 100;

/// Longest time that a token may be valid, in days.
const LONGEST_DAYS: u32 = 3650;

/// A token that is to be made.
pub struct NewToken {
    /// The password of the account: a token that was stolen makes no other tokens.
    pub password: String,
    /// What its owner calls it; none is as good as `token`.
    pub name: Option<String>,
    /// What its owner says of it.
    pub description: Option<String>,
    /// For how many days it is valid; as long as a login's when it is not said.
    pub days: Option<u32>,
    /// What it may do less than its owner.
    pub limits: TokenLimits,
}

impl fmt::Debug for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewToken")
            .field("name", &self.name)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// A token as its owner sees it in a list.
#[derive(Clone, Debug)]
pub struct ListedToken {
    /// Names it for revoking. It is no secret.
    pub key: String,
    /// What its owner calls it; nothing for a login.
    pub name: Option<String>,
    /// What its owner says of it.
    pub description: Option<String>,
    /// When it was issued.
    pub created: SystemTime,
    /// When it stops being valid.
    pub expires: SystemTime,
    /// What it may do less than its owner.
    pub limits: TokenLimits,
}

/// A token that was made. Its text is shown once.
pub struct MadeToken {
    /// The token to send.
    pub token: String,
    /// What lists say of it.
    pub listed: ListedToken,
}

impl fmt::Debug for MadeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadeToken")
            .field("token", &"***")
            .field("listed", &self.listed)
            .finish()
    }
}

/// Why a token was not made.
#[derive(Debug, thiserror::Error)]
pub enum MakeTokenError {
    /// The name or the description is too long.
    #[error(
        "a token's name can have at most {LONGEST_NAME} characters and its description \
         {LONGEST_DESCRIPTION}, without control characters"
    )]
    Text,
    /// Nobody could follow a list of that length.
    #[error(
        "a token can be limited to at most {MOST_NAMED} packages, scopes, organisations and networks each"
    )]
    TooManyNamed,
    /// It would be valid for too long, or not at all.
    #[error("a token can be valid for 1 to {LONGEST_DAYS} days")]
    Days,
    /// The account has tokens without end.
    #[error("you have {MOST_OPEN} open tokens; revoke some with `npm token revoke`")]
    TooMany,
    /// The password is wrong, or no token could be issued.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The catalogue refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl Auth {
    /// Makes a token for the caller, whose password is asked for again.
    pub async fn make_token(
        &self,
        caller: &Caller,
        new: NewToken,
        settings: &Config13,
        by: &Origin,
    ) -> Result<MadeToken, MakeTokenError> {
        let NewToken {
            password,
            name,
            description,
            days,
            limits,
        } = new;
        let is_plain = |text: &Option<String>, longest| {
            text.as_ref().is_none_or(|text| {
                text.chars().count() <= longest && !text.contains(char::is_control)
            })
        };
        if !is_plain(&name, LONGEST_NAME) || !is_plain(&description, LONGEST_DESCRIPTION) {
            return Err(MakeTokenError::Text);
        }
        let TokenLimits {
            packages,
            scopes,
            orgs,
            networks,
            access: _,
        } = &limits;
        let orgs = orgs.as_ref().map_or(0, Vec::len);
        let named = [packages.len(), scopes.len(), orgs, networks.len()];
        if named.into_iter().any(|count| count > MOST_NAMED) {
            return Err(MakeTokenError::TooManyNamed);
        }
        let lifetime = match days {
            None => self.policy().token_lifetime.max(Duration::from_secs(1)),
            Some(days @ 1..=LONGEST_DAYS) => Duration::from_secs(u64::from(days) * 24 * 60 * 60),
            Some(_) => return Err(MakeTokenError::Days),
        };
        let account = self.sign_in(&caller.name, password, by.clone()).await?;
        if self.tokens_of(caller).await?.len() >= MOST_OPEN {
            return Err(MakeTokenError::TooMany);
        }
        let now = SystemTime::now();
        let name = name.filter(|name| !name.trim().is_empty());
        let (id, kind) = (random_id()?, SessionKind::Token);
        let session = Session {
            name: Some(name.unwrap_or_else(|| "token".to_owned())),
            description,
            limits: Some(serde_json::to_string(&limits).map_err(|_| LoginError::Signing)?),
            ..Session::new(id, &caller.name, kind, now, now + lifetime)
        };
        let listed = ListedToken::of(session.clone());
        let token = self
            .issue(session, account.password_hash, settings, by)
            .await?;
        Ok(MadeToken { token, listed })
    }

    /// Returns the caller's tokens that are still good, logins among them, the newest first.
    pub async fn tokens_of(&self, caller: &Caller) -> Result<Vec<ListedToken>, CatalogError> {
        let (catalog, name) = (Arc::clone(&self.catalog), caller.name.clone());
        let sessions = tokio::task::spawn_blocking(move || {
            catalog.read(|rows| rows.open_sessions(&name, SystemTime::now()))
        });
        let sessions = sessions.await.unwrap_or(Err(CatalogError::Closed))?;
        Ok(sessions.into_iter().map(ListedToken::of).collect())
    }

    /// Revokes a token of the caller's, by its key or its whole text. It takes effect at once.
    ///
    /// Returns `false` when they have no such token.
    pub async fn revoke_token(
        &self,
        caller: &Caller,
        key: &str,
        by: &Origin,
    ) -> Result<bool, CatalogError> {
        let session = match token::verify(&self.keys, &self.issuers, key) {
            Ok(claims) => claims.jti,
            Err(_) => key.to_owned(),
        };
        self.revoke(session, &caller.name, EventKind::TokenRevoke, by)
            .await
    }
}

impl ListedToken {
    fn of(session: Session) -> Self {
        let limits = session.limits.as_deref().map(serde_json::from_str);
        Self {
            key: session.id,
            name: session.name,
            description: session.description,
            created: session.created,
            expires: session.expires,
            // A token whose limits cannot be read is not believed, so it does not matter what is shown.
            limits: limits.and_then(Result::ok).unwrap_or_default(),
        }
    }
}
