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
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Role {
    /// Reads, and changes nothing.
    Reader,
    /// Uses the registry under its rules.
    Publisher,
    /// Publishes, tags and deprecates what others own as well.
    Maintainer,
    /// May do everything.
    Admin,
}

impl Role {
    /// All of them, from the least to the most.
    pub const ALL: [Self; 4] = [Self::Reader, Self::Publisher, Self::Maintainer, Self::Admin];

    /// The word a row and a token hold.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Publisher => "publisher",
            Self::Maintainer => "maintainer",
            Self::Admin => "admin",
        }
    }

    /// Reads that word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    pub(crate) fn of_row(text: &str) -> Result<Self, CatalogError> {
        Self::parse(text).ok_or_else(|| CatalogError::damaged("a role", text))
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

    /// Returns all accounts, by name, and when each of them last used a token.
    pub fn accounts(&self) -> Result<Vec<(Account, Option<SystemTime>)>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "SELECT {ACCOUNT_COLUMNS},
                    (SELECT max(s.used_ms) FROM sessions s WHERE s.account = a.name) AS last_used_ms
             FROM accounts a ORDER BY a.name"
        ))?;
        let mut rows = statement.query([])?;
        let mut accounts = Vec::new();
        while let Some(row) = rows.next()? {
            let used: Option<i64> = row.get("last_used_ms")?;
            accounts.push((account(row)?, used.map(from_millis)));
        }
        Ok(accounts)
    }
}

impl Read<'_> {
    /// Returns how many accounts that can log in have a role.
    pub fn count_of_role(&self, role: Role) -> Result<u64, CatalogError> {
        count_of_role(&self.transaction, role)
    }

    /// Returns when an account last used a token.
    pub fn last_used(&self, account: &str) -> Result<Option<SystemTime>, CatalogError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT max(used_ms) FROM sessions WHERE account = ?1")?;
        let used: Option<i64> = statement.query_row([account], |row| row.get(0))?;
        Ok(used.map(from_millis))
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

    /// Changes what an account may do.
    pub fn set_role(&self, name: &str, role: Role, now: SystemTime) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("UPDATE accounts SET role = ?2, modified_ms = ?3 WHERE name = ?1")?
            .execute((name, role.as_str(), to_millis(now)))?;
        Ok(())
    }

    /// Keeps an account from logging in, or lets it again.
    pub fn set_disabled(
        &self,
        name: &str,
        disabled: bool,
        now: SystemTime,
    ) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("UPDATE accounts SET disabled = ?2, modified_ms = ?3 WHERE name = ?1")?
            .execute((name, disabled, to_millis(now)))?;
        Ok(())
    }

    /// Removes an account with its sessions, its places in organisations and teams, its stars, and
    /// what it owned: whoever gets the name next is somebody else. `false` when there is none.
    pub fn remove_account(&self, name: &str) -> Result<bool, CatalogError> {
        for statement in [
            "DELETE FROM owners WHERE account = ?1",
            "DELETE FROM stars WHERE account = ?1",
        ] {
            self.connection.prepare_cached(statement)?.execute([name])?;
        }
        let removed = self
            .connection
            .prepare_cached("DELETE FROM accounts WHERE name = ?1")?
            .execute([name])?;
        Ok(removed == 1)
    }

    /// Returns how many accounts that can log in have a role, as this transaction sees it.
    pub fn count_of_role(&self, role: Role) -> Result<u64, CatalogError> {
        count_of_role(self.connection, role)
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

fn count_of_role(connection: &Connection, role: Role) -> Result<u64, CatalogError> {
    let mut statement = connection
        .prepare_cached("SELECT count(*) FROM accounts WHERE role = ?1 AND disabled = 0")?;
    let count: i64 = statement.query_row([role.as_str()], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
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
        role: Role::of_row(&role)?,
        disabled: row.get(4)?,
        profile: row.get(5)?,
        created: from_millis(created_ms),
        // Accounts that were made before changes were noted say nothing of them.
        modified: from_millis(modified_ms.max(created_ms)),
    })
}

#[cfg(test)]
mod tests;
