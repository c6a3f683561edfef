//! Accounts and their sessions.

use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension, Row};

use crate::{catalog::Read, error::CatalogError, time::to_millis, writer::Write};

/// What an account may do beyond what every account may.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// Uses the registry under its rules.
    Publisher,
    /// May do everything.
    Admin,
}

impl Role {
    /// The word a row and a token hold.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publisher => "publisher",
            Self::Admin => "admin",
        }
    }

    fn parse(text: &str) -> Result<Self, CatalogError> {
        match text {
            "publisher" => Ok(Self::Publisher),
            "admin" => Ok(Self::Admin),
            other => Err(CatalogError::damaged("a role", other)),
        }
    }
}

/// Somebody who can log in.
#[derive(Clone)]
pub struct Account {
    /// The user name.
    pub name: String,
    /// The e-mail address, empty when none was given.
    pub email: String,
    /// The password's hash in PHC form. Never to be shown.
    pub password_hash: String,
    /// What the account may do.
    pub role: Role,
    /// A disabled account keeps its packages and cannot log in.
    pub disabled: bool,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("name", &self.name)
            .field("role", &self.role)
            .field("disabled", &self.disabled)
            .field("password_hash", &"***")
            .finish_non_exhaustive()
    }
}

/// An account that is to be made.
#[derive(Clone)]
pub struct NewAccount {
    /// The user name, already checked.
    pub name: String,
    /// The e-mail address, empty when none was given.
    pub email: String,
    /// The password's hash in PHC form.
    pub password_hash: String,
    /// What the account may do.
    pub role: Role,
    /// When it is made.
    pub created: SystemTime,
}

/// One login: a token was issued for it, and it can be revoked.
#[derive(Clone, Debug)]
pub struct Session {
    /// The token's `jti`.
    pub id: String,
    /// Who logged in.
    pub account: String,
    /// When.
    pub created: SystemTime,
    /// When the token stops being valid.
    pub expires: SystemTime,
}

impl Read<'_> {
    /// Tells whether there is any account yet.
    pub fn has_accounts(&self) -> Result<bool, CatalogError> {
        has_accounts(&self.transaction)
    }

    /// Returns the account of that name.
    pub fn account(&self, name: &str) -> Result<Option<Account>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(ACCOUNT_BY_NAME)?;
        statement
            .query_row([name], account_columns)
            .optional()?
            .map(account)
            .transpose()
    }

    /// Returns the account a session belongs to, unless the session is unknown, revoked or over.
    pub fn session_account(
        &self,
        session: &str,
        now: SystemTime,
    ) -> Result<Option<Account>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT a.name, a.email, a.password_hash, a.role, a.disabled
             FROM sessions s JOIN accounts a ON a.name = s.account
             WHERE s.id = ?1 AND s.revoked_ms IS NULL AND s.expires_ms > ?2",
        )?;
        statement
            .query_row((session, to_millis(now)), account_columns)
            .optional()?
            .map(account)
            .transpose()
    }
}

const ACCOUNT_BY_NAME: &str =
    "SELECT name, email, password_hash, role, disabled FROM accounts WHERE name = ?1";

impl Write<'_> {
    /// Returns the account of that name, as this transaction sees it.
    pub fn account(&self, name: &str) -> Result<Option<Account>, CatalogError> {
        let mut statement = self.connection.prepare_cached(ACCOUNT_BY_NAME)?;
        statement
            .query_row([name], account_columns)
            .optional()?
            .map(account)
            .transpose()
    }

    /// Tells whether there is any account yet, as this transaction sees it.
    pub fn has_accounts(&self) -> Result<bool, CatalogError> {
        has_accounts(self.connection)
    }

    /// Adds an account; `false` when the name is taken.
    pub fn add_account(&self, new: &NewAccount) -> Result<bool, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO accounts (name, email, password_hash, role, created_ms)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO NOTHING",
        )?;
        let added = statement.execute((
            &new.name,
            &new.email,
            &new.password_hash,
            new.role.as_str(),
            to_millis(new.created),
        ))?;
        Ok(added == 1)
    }

    /// Remembers a login, and forgets those that have been over for long: a clock that is wrong for
    /// an hour must not end everybody's session.
    pub fn add_session(&self, session: &Session) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("DELETE FROM sessions WHERE expires_ms <= ?1")?
            .execute([to_millis(session.created) - KEPT_MS])?;
        self.connection
            .prepare_cached(
                "INSERT INTO sessions (id, account, created_ms, expires_ms) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((
                &session.id,
                &session.account,
                to_millis(session.created),
                to_millis(session.expires),
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
}

fn has_accounts(connection: &Connection) -> Result<bool, CatalogError> {
    let mut statement = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM accounts)")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// How long a session that is over is remembered, in milliseconds.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

type AccountColumns = (String, String, String, String, bool);

fn account_columns(row: &Row<'_>) -> rusqlite::Result<AccountColumns> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
    ))
}

fn account(columns: AccountColumns) -> Result<Account, CatalogError> {
    let (name, email, password_hash, role, disabled) = columns;
    Ok(Account {
        name,
        email,
        password_hash,
        role: Role::parse(&role)?,
        disabled,
    })
}

#[cfg(test)]
mod tests;
