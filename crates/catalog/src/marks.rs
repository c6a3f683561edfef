//! How far the lockfile's lines are known to be on disk, so that a start need not read them all.

use npm_model::PackageName;
use rusqlite::{Connection, OptionalExtension};

use crate::{
    catalog::Read,
    error::CatalogError,
    package::{PublishedVersion, package_name, published_version},
    writer::Write,
};

/// A point up to which the lockfile's lines were seen to agree with the catalogue, and synced.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LedgerMark {
    /// Every version with a sequence number up to this one has its line before `offset`.
    pub seq: i64,
    /// A length of the lockfile in bytes.
    pub offset: u64,
    /// A checksum of the bytes just before `offset`, to notice a file that was exchanged.
    pub tail_crc: u32,
}

impl Read<'_> {
    /// Returns the last mark, or the zero mark in a new catalogue.
    pub fn ledger_mark(&self) -> Result<LedgerMark, CatalogError> {
        let value = |key: &str| -> Result<i64, CatalogError> {
            let mut statement = self
                .transaction
                .prepare_cached("SELECT value FROM marks WHERE key = ?1")?;
            Ok(statement
                .query_row([key], |row| row.get(0))
                .optional()?
                .unwrap_or(0))
        };
        Ok(LedgerMark {
            seq: value("ledger_seq")?,
            offset: u64::try_from(value("ledger_offset")?).unwrap_or(0),
            tail_crc: u32::try_from(value("ledger_tail_crc")?).unwrap_or(0),
        })
    }

    /// Calls `each` for the versions published after `seq`, in the order of their publishing.
    pub fn published_after<E: From<CatalogError>>(
        &self,
        seq: i64,
        mut each: impl FnMut(PublishedVersion) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self
            .transaction
            .prepare_cached(
                "SELECT v.seq, p.name, v.version, v.integrity, v.shasum, v.size
                 FROM versions v JOIN packages p ON p.id = v.package_id
                 WHERE v.seq > ?1 ORDER BY v.seq",
            )
            .map_err(CatalogError::from)?;
        let mut rows = statement.query([seq]).map_err(CatalogError::from)?;
        while let Some(row) = rows.next().map_err(CatalogError::from)? {
            each(published_version(row)?)?;
        }
        Ok(())
    }
}

impl Read<'_> {
    /// Returns the bytes that [`Write::remember_settings`] was given last.
    pub fn remembered_settings(&self) -> Result<Option<[u8; SETTINGS]>, CatalogError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT value FROM marks WHERE key = ?1")?;
        let mut bytes = Vec::with_capacity(2 * HALF);
        for key in SETTINGS_KEYS {
            let half = statement.query_row([key], |row| row.get::<_, i64>(0));
            let Some(half) = half.optional()? else {
                return Ok(None);
            };
            bytes.extend_from_slice(&half.to_le_bytes());
        }
        bytes.truncate(SETTINGS);
        Ok(bytes.try_into().ok())
    }
}

/// How many bytes of settings are remembered.
const SETTINGS: usize = 13;

/// A mark holds eight bytes, so the settings take two.
const HALF: usize = 8;
const SETTINGS_KEYS: [&str; 2] = ["settings_first_8", "settings_last_5"];

/// Counts the changes of what access is decided by.
const ACCESS_CHANGES: &str = "access_changes";

/// Counts the changes of documents that were made past whoever keeps them rendered.
const DOCUMENT_CHANGES: &str = "document_changes";

impl Read<'_> {
    /// Returns how often what access is decided by has been changed, by any process.
    pub fn access_changes(&self) -> Result<i64, CatalogError> {
        access_changes(&self.transaction)
    }

    /// Returns how often documents have been changed past whoever keeps them rendered, by any process.
    pub fn document_changes(&self) -> Result<i64, CatalogError> {
        count(&self.transaction, DOCUMENT_CHANGES)
    }

    /// Returns the packages whose documents were changed so after the change with this number.
    pub fn changed_after(&self, change: i64) -> Result<Vec<PackageName>, CatalogError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT package FROM changed_packages WHERE change > ?1")?;
        let mut rows = statement.query([change])?;
        let mut packages = Vec::new();
        while let Some(row) = rows.next()? {
            packages.push(package_name(row, 0)?);
        }
        Ok(packages)
    }
}

pub(crate) fn access_changes(connection: &Connection) -> Result<i64, CatalogError> {
    count(connection, ACCESS_CHANGES)
}

fn count(connection: &Connection, key: &str) -> Result<i64, CatalogError> {
    let mut statement = connection.prepare_cached("SELECT value FROM marks WHERE key = ?1")?;
    let changes = statement.query_row([key], |row| row.get(0));
    Ok(changes.optional()?.unwrap_or(0))
}

impl Write<'_> {
    /// Notes that an account, a session or a grant was changed, for other processes to look again.
    /// Returns how many changes there have been with this one.
    pub fn note_access_change(&self) -> Result<i64, CatalogError> {
        self.count_one_more(ACCESS_CHANGES)
    }

    /// Notes that documents were changed past whoever keeps them rendered, for them to look again.
    pub fn note_document_change(&self, packages: &[PackageName]) -> Result<i64, CatalogError> {
        let change = self.count_one_more(DOCUMENT_CHANGES)?;
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO changed_packages (package, change) VALUES (?1, ?2)
             ON CONFLICT (package) DO UPDATE SET change = excluded.change",
        )?;
        for package in packages {
            statement.execute((package.as_str(), change))?;
        }
        Ok(change)
    }

    fn count_one_more(&self, key: &str) -> Result<i64, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO marks (key, value) VALUES (?1, 1)
             ON CONFLICT (key) DO UPDATE SET value = value + 1
             RETURNING value",
        )?;
        Ok(statement.query_row([key], |row| row.get(0))?)
    }
}

impl Write<'_> {
    /// Remembers the live settings, in case the lockfile gets lost: a private registry must not
    /// come back as a public one.
    pub fn remember_settings(&self, settings: [u8; SETTINGS]) -> Result<(), CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO marks (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )?;
        for (key, part) in SETTINGS_KEYS.iter().zip(settings.chunks(HALF)) {
            let mut half = [0; HALF];
            half.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
            statement.execute((key, i64::from_le_bytes(half)))?;
        }
        Ok(())
    }

    /// Moves the mark.
    pub fn set_ledger_mark(&self, mark: LedgerMark) -> Result<(), CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO marks (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )?;
        statement.execute(("ledger_seq", mark.seq))?;
        statement.execute((
            "ledger_offset",
            i64::try_from(mark.offset).unwrap_or(i64::MAX),
        ))?;
        statement.execute(("ledger_tail_crc", i64::from(mark.tail_crc)))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
