//! Sessions: one for each token that was issued, so that a token can be revoked.

use std::time::SystemTime;

use rusqlite::Row;

use crate::{
    account::{ACCOUNT_COLUMNS, Account, account},
    catalog::Read,
    error::CatalogError,
    time::{from_millis, to_millis},
    writer::Write,
};

/// What a session came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SessionKind {
    /// Somebody logged in.
    Login,
    /// Somebody asked for a token and gave it a name.
    Token,
    /// Somebody asked for an API key: a secret that is no JSON Web Token.
    Key,
    /// A secret that is exchanged for short tokens, and for its own successor.
    Refresh,
    /// A short token of a refresh token.
    Access,
}

impl SessionKind {
    const ALL: [Self; 5] = [
        Self::Login,
        Self::Token,
        Self::Key,
        Self::Refresh,
        Self::Access,
    ];

    /// The word that rows hold and lists show.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Token => "token",
            Self::Key => "key",
            Self::Refresh => "refresh",
            Self::Access => "access",
        }
    }
}

/// A token was issued, by a login or because somebody asked for one, and it can be revoked.
#[derive(Clone, Eq, PartialEq)]
pub struct Session {
    /// The token's `jti`, or what an API key begins with. It is no secret.
    pub id: String,
    /// Whose token it is.
    pub account: String,
    /// What it came from.
    pub kind: SessionKind,
    /// When it was issued.
    pub created: SystemTime,
    /// When the token stops being valid.
    pub expires: SystemTime,
    /// What its owner calls it; nothing for a login.
    pub name: Option<String>,
    /// What its owner says of it.
    pub description: Option<String>,
    /// What it may do less than its owner, as text that only the caller understands.
    pub limits: Option<String>,
    /// The hash of the secret, for what is no JSON Web Token.
    pub secret: Option<[u8; 32]>,
    /// The hash of that part of a refresh token's secret which its successors have as well.
    pub family: Option<[u8; 32]>,
    /// The refresh token it was got with.
    pub parent: Option<String>,
    /// The key that signed the token.
    pub kid: Option<String>,
    /// When it was used last, and from where. Written down a while after.
    pub used: Option<Used>,
}

/// A token was used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Used {
    /// When.
    pub at: SystemTime,
    /// From which address.
    pub from: String,
}

impl Session {
    /// A session of which nothing more is said than has to be.
    pub fn new(
        id: String,
        account: &str,
        kind: SessionKind,
        created: SystemTime,
        expires: SystemTime,
    ) -> Self {
        Self {
            id,
            account: account.to_owned(),
            kind,
            created,
            expires,
            name: None,
            description: None,
            limits: None,
            secret: None,
            family: None,
            parent: None,
            kid: None,
            used: None,
        }
    }
}

impl Session {
    /// Whether its token can be one that this key signed: not if it has a secret instead, or was opened
    /// with another key.
    pub fn is_signed_by(&self, kid: &str) -> bool {
        self.secret.is_none() && self.kid.as_ref().is_none_or(|signed_by| signed_by == kid)
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .field("account", &self.account)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// A session that is neither revoked nor over, and the account it belongs to.
#[derive(Clone, Debug)]
pub struct OpenSession {
    /// The session.
    pub session: Session,
    /// Its account.
    pub account: Account,
}

/// Hashes of what somebody sends as a refresh token.
#[derive(Clone, Copy)]
pub struct RefreshSecret {
    /// Of the whole secret.
    pub secret: [u8; 32],
    /// Of the part which its successors have as well.
    pub family: [u8; 32],
}

impl std::fmt::Debug for RefreshSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshSecret(***)")
    }
}

/// What became of a refresh token that was to be exchanged.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Refreshed {
    /// It has a successor now.
    Yes,
    /// It has had one already, however long ago: somebody has a copy, so neither is good any more. Names the sessions
    /// that were ended.
    Spent(Vec<String>),
    /// It is not, or no longer, a refresh token.
    Unknown,
}

/// The columns that [`session`] reads, of the table `sessions` under the name `s`.
const SESSION_COLUMNS: &str = "s.id, s.account AS session_account, s.kind, s.created_ms AS issued_ms, \
     s.expires_ms, s.name AS session_name, s.description, s.limits, s.secret, s.family, s.parent, \
     s.kid, s.used_ms, s.used_from";

impl Read<'_> {
    /// Returns a session and the account it belongs to, unless it is unknown, revoked or over.
    pub fn open_session(
        &self,
        session_id: &str,
        now: SystemTime,
    ) -> Result<Option<OpenSession>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "SELECT {ACCOUNT_COLUMNS}, {SESSION_COLUMNS}
             FROM sessions s JOIN accounts a ON a.name = s.account
             WHERE s.id = ?1 AND s.revoked_ms IS NULL AND s.expires_ms > ?2"
        ))?;
        let mut rows = statement.query((session_id, to_millis(now)))?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        Ok(Some(OpenSession {
            account: account(row)?,
            session: session(row)?,
        }))
    }

    /// Returns the sessions of an account that are neither revoked nor over, the newest first. The
    /// short tokens of refresh tokens are left out.
    pub fn open_sessions(
        &self,
        account: &str,
        now: SystemTime,
    ) -> Result<Vec<Session>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "SELECT {SESSION_COLUMNS} FROM sessions s
             WHERE s.account = ?1 AND s.parent IS NULL AND s.revoked_ms IS NULL AND s.expires_ms > ?2
             ORDER BY s.created_ms DESC, s.id"
        ))?;
        let mut rows = statement.query((account, to_millis(now)))?;
        let mut sessions = Vec::new();
        while let Some(row) = rows.next()? {
            sessions.push(session(row)?);
        }
        Ok(sessions)
    }

    /// Returns the keys that have signed a token which may still be used, each with the time when the
    /// last of its tokens is over. An empty name stands for tokens of which nobody noted the key.
    pub fn kids_in_use(&self, now: SystemTime) -> Result<Vec<(String, SystemTime)>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT coalesce(kid, ''), max(expires_ms) FROM sessions
             WHERE revoked_ms IS NULL AND expires_ms > ?1 AND secret IS NULL
             GROUP BY coalesce(kid, '')",
        )?;
        let kids = statement.query_map([to_millis(now)], |row| {
            Ok((row.get(0)?, from_millis(row.get(1)?)))
        })?;
        Ok(kids.collect::<Result<_, _>>()?)
    }
}

impl Write<'_> {
    /// Remembers a token, and forgets those that have been over for long: a clock that is wrong for
    /// an hour must not end everybody's session.
    pub fn add_session(&self, session: &Session) -> Result<(), CatalogError> {
        let now = to_millis(session.created);
        self.connection
            .prepare_cached(
                "DELETE FROM sessions
                 WHERE expires_ms <= ?1 OR parent IS NOT NULL AND expires_ms <= ?2",
            )?
            .execute((now - KEPT_MS, now - SHORT_KEPT_MS))?;
        self.connection
            .prepare_cached(
                "INSERT INTO sessions
                     (id, account, kind, created_ms, expires_ms, name, description, limits, secret,
                      family, parent, kid)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute((
                &session.id,
                &session.account,
                session.kind.as_str(),
                to_millis(session.created),
                to_millis(session.expires),
                &session.name,
                &session.description,
                &session.limits,
                session.secret,
                session.family,
                &session.parent,
                &session.kid,
            ))?;
        Ok(())
    }

    /// Tells whether a session is neither revoked nor over.
    pub fn is_open(&self, session: &str, now: SystemTime) -> Result<bool, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM sessions
                            WHERE id = ?1 AND revoked_ms IS NULL AND expires_ms > ?2)",
        )?;
        Ok(statement.query_row((session, to_millis(now)), |row| row.get(0))?)
    }

    /// Returns how many sessions of a kind an account has open.
    pub fn count_open(
        &self,
        account: &str,
        kind: SessionKind,
        now: SystemTime,
    ) -> Result<usize, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT count(*) FROM sessions
             WHERE account = ?1 AND kind = ?2 AND revoked_ms IS NULL AND expires_ms > ?3",
        )?;
        let key = (account, kind.as_str(), to_millis(now));
        let count: i64 = statement.query_row(key, |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// Returns how many sessions were got with another one and are still open.
    pub fn count_children(&self, parent: &str, now: SystemTime) -> Result<usize, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT count(*) FROM sessions
             WHERE parent = ?1 AND revoked_ms IS NULL AND expires_ms > ?2",
        )?;
        let count: i64 = statement.query_row((parent, to_millis(now)), |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// Returns the oldest open sessions of a kind that an account has beyond a number.
    pub fn oldest_open(
        &self,
        account: &str,
        kind: SessionKind,
        beyond: usize,
        now: SystemTime,
    ) -> Result<Vec<String>, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id FROM sessions
             WHERE account = ?1 AND kind = ?2 AND revoked_ms IS NULL AND expires_ms > ?3
             ORDER BY created_ms DESC, id LIMIT -1 OFFSET ?4",
        )?;
        let beyond = i64::try_from(beyond).unwrap_or(i64::MAX);
        let key = (account, kind.as_str(), to_millis(now), beyond);
        let oldest = statement.query_map(key, |row| row.get(0))?;
        Ok(oldest.collect::<Result<_, _>>()?)
    }

    /// Ends a session, and those that were got with it. Returns the sessions that were ended: none
    /// when there is none of that account that is still open.
    pub fn revoke_session(
        &self,
        session: &str,
        account: &str,
        now: SystemTime,
    ) -> Result<Vec<String>, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE sessions SET revoked_ms = ?3
             WHERE (id = ?1 OR parent = ?1) AND account = ?2 AND revoked_ms IS NULL
             RETURNING id",
        )?;
        let revoked = statement.query_map((session, account, to_millis(now)), |row| row.get(0))?;
        Ok(revoked.collect::<Result<_, _>>()?)
    }

    /// Ends the logins of an account but for one session and those of its refresh token, and leaves
    /// the tokens that have a name. Returns the sessions that were ended.
    pub fn revoke_logins(
        &self,
        account: &str,
        except: &str,
        now: SystemTime,
    ) -> Result<Vec<String>, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE sessions SET revoked_ms = ?3
             WHERE id <> ?1 AND account = ?2 AND name IS NULL AND revoked_ms IS NULL
               AND id IS NOT (SELECT parent FROM sessions WHERE id = ?1)
             RETURNING id",
        )?;
        let revoked = statement.query_map((except, account, to_millis(now)), |row| row.get(0))?;
        Ok(revoked.collect::<Result<_, _>>()?)
    }

    /// Ends the sessions whose tokens were signed by a key that is not among these. Returns how many.
    pub fn revoke_signed_by_others(
        &self,
        kids: &[String],
        now: SystemTime,
    ) -> Result<usize, CatalogError> {
        let kids = serde_json::to_string(kids).unwrap_or_default();
        let revoked = self
            .connection
            .prepare_cached(
                "UPDATE sessions SET revoked_ms = ?2
                 WHERE secret IS NULL AND revoked_ms IS NULL
                   AND coalesce(kid, '') NOT IN (SELECT value FROM json_each(?1))",
            )?
            .execute((kids, to_millis(now)))?;
        Ok(revoked)
    }

    /// Exchanges a refresh token's secret for the next one of its family.
    pub fn refresh_session(
        &self,
        session: &str,
        RefreshSecret { secret, family }: &RefreshSecret,
        next: &[u8; 32],
        now: SystemTime,
    ) -> Result<Refreshed, CatalogError> {
        let refreshed = self
            .connection
            .prepare_cached(
                "UPDATE sessions SET secret = ?3
                 WHERE id = ?1 AND secret = ?2 AND kind = 'refresh'
                   AND revoked_ms IS NULL AND expires_ms > ?4",
            )?
            .execute((session, secret, next, to_millis(now)))?;
        if refreshed == 1 {
            return Ok(Refreshed::Yes);
        }
        // Somebody who knows the name of the session and no secret of it must not end it: the name
        // stands in lists. Only who has had a secret of the family knows what all of them share.
        let is_of_family: bool = self
            .connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM sessions
                                WHERE id = ?1 AND family = ?2 AND secret <> ?3)",
            )?
            .query_row((session, family, secret), |row| row.get(0))?;
        if !is_of_family {
            return Ok(Refreshed::Unknown);
        }
        let mut statement = self.connection.prepare_cached(
            "UPDATE sessions SET revoked_ms = ?2
             WHERE (id = ?1 OR parent = ?1) AND revoked_ms IS NULL RETURNING id",
        )?;
        let ended = statement.query_map((session, to_millis(now)), |row| row.get(0))?;
        Ok(Refreshed::Spent(ended.collect::<Result<_, _>>()?))
    }

    /// Notes when sessions were used last.
    pub fn note_used(&self, used: &[(String, Used)]) -> Result<(), CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE sessions SET used_ms = ?2, used_from = ?3
             WHERE id = ?1 AND coalesce(used_ms, 0) < ?2",
        )?;
        for (session, Used { at, from }) in used {
            statement.execute((session, to_millis(*at), from))?;
        }
        Ok(())
    }
}

fn session(row: &Row<'_>) -> Result<Session, CatalogError> {
    let kind: String = row.get("kind")?;
    let kind = SessionKind::ALL
        .into_iter()
        .find(|known| known.as_str() == kind)
        .ok_or_else(|| CatalogError::damaged("a session's kind", &kind))?;
    let used_ms: Option<i64> = row.get("used_ms")?;
    let from: Option<String> = row.get("used_from")?;
    Ok(Session {
        id: row.get("id")?,
        account: row.get("session_account")?,
        kind,
        created: from_millis(row.get("issued_ms")?),
        expires: from_millis(row.get("expires_ms")?),
        name: row.get("session_name")?,
        description: row.get("description")?,
        limits: row.get("limits")?,
        secret: row.get("secret")?,
        family: row.get("family")?,
        parent: row.get("parent")?,
        kid: row.get("kid")?,
        used: used_ms.map(|at| Used {
            at: from_millis(at),
            from: from.unwrap_or_default(),
        }),
    })
}

/// How long a session that is over is remembered, in milliseconds.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The same for what was got with another session, of which there may be many.
const SHORT_KEPT_MS: i64 = 60 * 60 * 1000;

#[cfg(test)]
mod tests;
