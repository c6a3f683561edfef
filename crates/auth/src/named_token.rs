//! Tokens that somebody makes for a machine or a program, and gives a name.

use std::{fmt, time::SystemTime};

use catalog::{CatalogError, EventKind, Origin, Session, SessionKind, Used};
use config13::Config13;

use crate::{
    auth::Auth,
    identity::Caller,
    limits::TokenLimits,
    login::{LoginError, random_id},
    revoke::ShownError,
};

/// Longest name of a token and longest description, in characters.
pub(crate) const LONGEST_NAME: usize = 100;
const LONGEST_DESCRIPTION: usize = 1000;

/// Tokens and keys that one account can have open at a time, each; logins do not count.
pub(crate) const MOST_OPEN: usize = 1000;

/// Names a token may be limited to, of packages, scopes, organisations and networks each.
pub(crate) const MOST_NAMED: usize = 100;

/// Longest time that a token may be valid, in days.
pub(crate) const LONGEST_DAYS: u32 = 3650;

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
    /// What it came from.
    pub kind: SessionKind,
    /// When and from where it was used last; a few seconds may be missing.
    pub used: Option<Used>,
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
        let name_is_plain = name.as_deref().is_none_or(check_name);
        let described = description.as_deref();
        if !name_is_plain || !described.is_none_or(|text| is_plain(text, LONGEST_DESCRIPTION)) {
            return Err(MakeTokenError::Text);
        }
        let TokenLimits {
            packages,
            scopes,
            orgs,
            networks,
            access: _,
            key_scopes: _,
        } = &limits;
        let orgs = orgs.as_ref().map_or(0, Vec::len);
        let named = [packages.len(), scopes.len(), orgs, networks.len()];
        if named.into_iter().any(|count| count > MOST_NAMED) {
            return Err(MakeTokenError::TooManyNamed);
        }
        let lifetime = self.lifetime(days)?;
        let account = self.sign_in(&caller.name, password, by.clone()).await?;
        let open = self.tokens_of(&caller.name).await?.into_iter();
        if open.filter(|it| it.kind == SessionKind::Token).count() >= MOST_OPEN {
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

    /// Returns an account's tokens that are still good, logins among them, the newest first.
    pub async fn tokens_of(&self, account: &str) -> Result<Vec<ListedToken>, CatalogError> {
        let name = account.to_owned();
        let sessions = self
            .catalog
            .look(move |rows| rows.open_sessions(&name, SystemTime::now()));
        let sessions = sessions.await?;
        let listed = sessions.into_iter().map(|mut session| {
            session.used = self.last_uses.of(&session.id).or(session.used);
            ListedToken::of(session)
        });
        Ok(listed.collect())
    }

    /// Returns everybody's tokens that are still good, each with whose it is: by name, and the newest of
    /// each account first.
    pub async fn tokens_of_all(&self) -> Result<Vec<(String, ListedToken)>, CatalogError> {
        let sessions = self.catalog.look(|rows| {
            let now = SystemTime::now();
            let mut sessions = Vec::new();
            for (account, _) in rows.accounts()? {
                sessions.extend(rows.open_sessions(&account.name, now)?);
            }
            Ok::<_, CatalogError>(sessions)
        });
        let listed = sessions.await?.into_iter().map(|mut session| {
            session.used = self.last_uses.of(&session.id).or(session.used);
            (session.account.clone(), ListedToken::of(session))
        });
        Ok(listed.collect())
    }

    /// Revokes a token of an account, by its key or its whole text. It takes effect at once.
    ///
    /// Returns `false` when they have no such token.
    pub async fn revoke_token(
        &self,
        account: &str,
        key: &str,
        by: &Origin,
    ) -> Result<bool, CatalogError> {
        let session = match self.session_shown(key).await {
            Ok(open) => open.session.id,
            Err(ShownError::Token(_)) => key.to_owned(),
            Err(ShownError::Catalog(error)) => return Err(error),
        };
        self.revoke(session, account, EventKind::TokenRevoke, by)
            .await
    }
}

/// Whether a text can be the name of a token.
pub(crate) fn check_name(text: &str) -> bool {
    is_plain(text, LONGEST_NAME)
}

fn is_plain(text: &str, longest: usize) -> bool {
    text.chars().count() <= longest && !text.contains(char::is_control)
}

impl Auth {
    /// Revokes a token by its key, whosever it is. Returns `false` when there is no such token.
    pub async fn revoke_anybodys_token(
        &self,
        key: &str,
        by: &Origin,
    ) -> Result<bool, CatalogError> {
        let Some(open) = self.find_session(key.to_owned()).await? else {
            return Ok(false);
        };
        let (id, account) = (open.session.id, open.account.name);
        self.revoke(id, &account, EventKind::TokenRevoke, by).await
    }

    /// Returns the session that a caller uses; nothing for somebody who sends their password.
    pub async fn session_of(&self, caller: &Caller) -> Result<Option<Session>, CatalogError> {
        if caller.session.is_empty() {
            return Ok(None);
        }
        let open = self.find_session(caller.session.clone()).await?;
        Ok(open.map(|open| open.session))
    }
}

impl ListedToken {
    pub(crate) fn of(session: Session) -> Self {
        let limits = TokenLimits::of(&session);
        Self {
            key: session.id,
            name: session.name,
            description: session.description,
            created: session.created,
            expires: session.expires,
            // A token whose limits cannot be read is not believed, so it does not matter what is shown.
            limits: limits.unwrap_or_default(),
            kind: session.kind,
            used: session.used,
        }
    }
}
