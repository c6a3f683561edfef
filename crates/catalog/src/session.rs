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

/// A token was issued, by a login or because somebody asked for one, and it can be revoked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Session {
    /// The token's `jti`.
    pub id: String,
    /// Whose token it is.
    pub account: String,
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
}

impl Read<'_> {
    /// Returns a session and the account it belongs to, unless it is unknown, revoked or over.
    pub fn open_session(
        &self,
        session: &str,
        now: SystemTime,
    ) -> Result<Option<(Account, Option<String>)>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "SELECT {ACCOUNT_COLUMNS}, s.limits
             FROM sessions s JOIN accounts a ON a.name = s.account
             WHERE s.id = ?1 AND s.revoked_ms IS NULL AND s.expires_ms > ?2"
        ))?;
        let mut rows = statement.query((session, to_millis(now)))?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        Ok(Some((account(row)?, row.get("limits")?)))
    }

    /// Returns the sessions of an account that are neither revoked nor over, the newest first.
    pub fn open_sessions(
        &self,
        account: &str,
        now: SystemTime,
    ) -> Result<Vec<Session>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT id, account, created_ms, expires_ms, name, description, limits FROM sessions
             WHERE account = ?1 AND revoked_ms IS NULL AND expires_ms > ?2
             ORDER BY created_ms DESC, id",
        )?;
        let sessions = statement.query_map((account, to_millis(now)), session)?;
        Ok(sessions.collect::<Result<_, _>>()?)
    }
}

impl Write<'_> {
    /// Remembers a token, and forgets those that have been over for long: a clock that is wrong for
    /// an hour must not end everybody's session.
    pub fn add_session(&self, session: &Session) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("DELETE FROM sessions WHERE expires_ms <= ?1")?
            .execute([to_millis(session.created) - KEPT_MS])?;
        self.connection
            .prepare_cached(
                "INSERT INTO sessions
                     (id, account, created_ms, expires_ms, name, description, limits)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                &session.id,
                &session.account,
                to_millis(session.created),
                to_millis(session.expires),
                &session.name,
                &session.description,
                &session.limits,
            ))?;
        Ok(())
    }

    /// Ends a session; `false` when there is none of that account that is still open.
    pub fn revoke_session(
        &self,
        session: &str,
        account: &str,
        now: SystemTime,
    ) -> Result<bool, CatalogError> {
        let revoked = self
            .connection
            .prepare_cached(
                "UPDATE sessions SET revoked_ms = ?3
                 WHERE id = ?1 AND account = ?2 AND revoked_ms IS NULL",
            )?
            .execute((session, account, to_millis(now)))?;
        Ok(revoked == 1)
    }

    /// Ends the logins of an account but for one session, and leaves the tokens that have a name.
    /// Returns the sessions that were ended.
    pub fn revoke_logins(
        &self,
        account: &str,
        except: &str,
        now: SystemTime,
    ) -> Result<Vec<String>, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "UPDATE sessions SET revoked_ms = ?3
             WHERE id <> ?1 AND account = ?2 AND name IS NULL AND revoked_ms IS NULL
             RETURNING id",
        )?;
        let revoked = statement.query_map((except, account, to_millis(now)), |row| row.get(0))?;
        Ok(revoked.collect::<Result<_, _>>()?)
    }
}

fn session(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: row.get(0)?,
        account: row.get(1)?,
        created: from_millis(row.get(2)?),
        expires: from_millis(row.get(3)?),
        name: row.get(4)?,
        description: row.get(5)?,
        limits: row.get(6)?,
    })
}

/// How long a session that is over is remembered, in milliseconds.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

#[cfg(test)]
mod tests;
