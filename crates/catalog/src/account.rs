//! Accounts.

use std::time::SystemTime;

use rusqlite::{Connection, Row};

use crate::{
    catalog::Read,
    error::CatalogError,
    time::{from_millis, to_millis},
    writer::Write,
};

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
    /// What the account says of its owner beside the e-mail address, as text that only the caller
    /// understands.
    pub profile: String,
    /// When it was made.
    pub created: SystemTime,
    /// When its password or profile was changed last.
    pub modified: SystemTime,
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

impl Read<'_> {
    /// Tells whether there is any account yet.
    pub fn has_accounts(&self) -> Result<bool, CatalogError> {
        has_accounts(&self.transaction)
    }

    /// Returns the account of that name.
    pub fn account(&self, name: &str) -> Result<Option<Account>, CatalogError> {
        account_by_name(&self.transaction, name)
    }
}

impl Write<'_> {
    /// Returns the account of that name, as this transaction sees it.
    pub fn account(&self, name: &str) -> Result<Option<Account>, CatalogError> {
        account_by_name(self.connection, name)
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

    /// Replaces an account's password hash.
    pub fn set_password(
        &self,
        name: &str,
        password_hash: &str,
        now: SystemTime,
    ) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "UPDATE accounts SET password_hash = ?2, modified_ms = ?3 WHERE name = ?1",
            )?
            .execute((name, password_hash, to_millis(now)))?;
        Ok(())
    }

    /// Replaces what an account says of its owner.
    pub fn set_profile(
        &self,
        name: &str,
        email: &str,
        profile: &str,
        now: SystemTime,
    ) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "UPDATE accounts SET email = ?2, profile = ?3, modified_ms = ?4 WHERE name = ?1",
            )?
            .execute((name, email, profile, to_millis(now)))?;
        Ok(())
    }
}

fn has_accounts(connection: &Connection) -> Result<bool, CatalogError> {
    let mut statement = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM accounts)")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

fn account_by_name(connection: &Connection, name: &str) -> Result<Option<Account>, CatalogError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {ACCOUNT_COLUMNS} FROM accounts a WHERE a.name = ?1"
    ))?;
    let mut rows = statement.query([name])?;
    rows.next()?.map(account).transpose()
}

/// The columns that [`account`] reads, of the table `accounts` under the name `a`.
pub(crate) const ACCOUNT_COLUMNS: &str =
    "a.name, a.email, a.password_hash, a.role, a.disabled, a.profile, a.created_ms, a.modified_ms";

pub(crate) fn account(row: &Row<'_>) -> Result<Account, CatalogError> {
    let role: String = row.get(3)?;
    let (created_ms, modified_ms): (i64, i64) = (row.get(6)?, row.get(7)?);
    Ok(Account {
        name: row.get(0)?,
        email: row.get(1)?,
        password_hash: row.get(2)?,
        role: Role::parse(&role)?,
        disabled: row.get(4)?,
        profile: row.get(5)?,
        created: from_millis(created_ms),
        // Accounts that were made before changes were noted say nothing of them.
        modified: from_millis(modified_ms.max(created_ms)),
    })
}

#[cfg(test)]
mod tests;
