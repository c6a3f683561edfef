//! Issuing tokens: signed, and remembered as the sessions that they stand for.

use std::time::SystemTime;

use catalog::{CatalogError, EventKind, Origin, Session, SessionKind, Write, WriteError};
use config13::Config13;

use crate::{
    auth::Auth,
    limits::TokenLimits,
    login::{LoginError, random_id},
    revoke::Ended,
    token::{self, Claims},
};

/// Short tokens of one key or refresh token that are open at a time: each is a row, for an hour.
const MOST_SHORT: usize = 1000;

/// Logins of one account that count at a time, and refresh tokens: the newest.
const MOST_LOGINS: usize = 1000;

/// A token that was signed, and counts once its session is remembered.
pub(crate) struct Signed {
    pub(crate) session: Session,
    pub(crate) token: String,
}

impl Auth {
    /// Issues the token of a login whose password was held against this hash.
    pub(crate) async fn issue_login(
        &self,
        account: &str,
        checked: String,
        settings: &Config13,
        by: &Origin,
    ) -> Result<String, LoginError> {
        let now = SystemTime::now();
        let lifetime = self.policy().login_lifetime();
        let (id, kind) = (random_id()?, SessionKind::Login);
        let session = Session::new(id, account, kind, now, now + lifetime);
        self.issue(session, checked, settings, by).await
    }

    /// Issues the token of a session, and remembers it; see [`keep`].
    pub(crate) async fn issue(
        &self,
        session: Session,
        checked: String,
        settings: &Config13,
        by: &Origin,
    ) -> Result<String, LoginError> {
        let Signed { session, token } = self.sign_for(session, settings).await?;
        let by = by.clone();
        let kept = self.catalog.write(
            move |rows| keep(rows, &session, &checked, &by),
            self.forget_ended(),
        );
        kept.await.map_err(WriteError::into_inner)?;
        Ok(token)
    }

    /// Signs the token of a session, as the 13 bytes say.
    pub(crate) async fn sign_for(
        &self,
        mut session: Session,
        settings: &Config13,
    ) -> Result<Signed, LoginError> {
        let key = self.signing_key(settings).await?;
        let issued = token::seconds(session.created);
        let claims = Claims {
            iss: self.issuers.choose(settings).to_owned(),
            sub: session.account.clone(),
            iat: issued,
            // Clocks are set back a little now and then, and a new token has to work all the same.
            nbf: issued.saturating_sub(30),
            exp: token::seconds(session.expires),
            jti: session.id.clone(),
            limited: TokenLimits::are_in(&session),
        };
        let token = token::sign(&key, &claims).map_err(|_| LoginError::Signing)?;
        session.kid = Some(key.kid.clone());
        Ok(Signed { session, token })
    }
}

/// Remembers the session of a token, unless the password was changed or the account disabled since
/// `checked` was its hash, or what the token was got with is over: whoever changes a password or
/// revokes a key ends what came from it, this too. Returns what older logins it put an end to.
pub(crate) fn keep(
    rows: &Write<'_>,
    session: &Session,
    checked: &str,
    by: &Origin,
) -> Result<Option<Ended>, LoginError> {
    let account = rows.account(&session.account)?;
    let holds = account.is_some_and(|it| it.password_hash == checked && !it.disabled);
    let is_rooted = match session.parent.as_deref() {
        None => true,
        Some(parent) => rows.is_open(parent, session.created)?,
    };
    if !holds || !is_rooted {
        let name = session.account.clone();
        return Err(LoginError::Refused { name });
    }
    let now = session.created;
    let mut displaced = None;
    match session.kind {
        SessionKind::Access => {
            let parent = session.parent.as_deref().unwrap_or_default();
            if rows.count_children(parent, now)? >= MOST_SHORT {
                return Err(LoginError::TooManyShort);
            }
        }
        // Tokens that nobody gave a name are not kept for ever: the newest count.
        SessionKind::Login | SessionKind::Refresh => {
            let beyond = MOST_LOGINS - 1;
            let mut sessions = Vec::new();
            for oldest in rows.oldest_open(&session.account, session.kind, beyond, now)? {
                sessions.extend(rows.revoke_session(&oldest, &session.account, now)?);
                let why = format!("there are {MOST_LOGINS} newer ones");
                rows.add_event(by, EventKind::TokenRevoke, &oldest, &why)?;
            }
            if !sessions.is_empty() {
                let change = rows.note_access_change()?;
                displaced = Some(Ended { sessions, change });
            }
        }
        SessionKind::Token | SessionKind::Key => {}
    }
    rows.add_session(session)?;
    tell_issued(rows, by, session)?;
    Ok(displaced)
}

/// Tells that a token was issued.
pub(crate) fn tell_issued(
    rows: &Write<'_>,
    by: &Origin,
    session: &Session,
) -> Result<(), CatalogError> {
    let named = session.name.as_deref().unwrap_or_default();
    match session.kind {
        SessionKind::Login | SessionKind::Refresh => {
            let kind = EventKind::Login;
            rows.add_event(by, kind, &session.account, session.kind.as_str())
        }
        SessionKind::Token => rows.add_event(by, EventKind::TokenCreate, &session.id, named),
        SessionKind::Key => rows.add_event(by, EventKind::KeyCreate, &session.id, named),
        // Of a login it was told already, and whoever has no token yet logs in.
        SessionKind::Access if by.token.is_empty() => Ok(()),
        SessionKind::Access => rows.add_event(by, EventKind::TokenRefresh, &by.token, ""),
    }
}
