//! How far the lockfile's lines are known to be on disk, so that a start need not read them all.

use rusqlite::OptionalExtension;

use crate::{
    catalog::Read,
    error::CatalogError,
    package::{PublishedVersion, published_version},
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

    /// Counts all versions of all packages. Walks an index: for reports, not for requests.
    pub fn count_versions(&self) -> Result<u64, CatalogError> {
        let count: i64 =
            self.transaction
                .query_row("SELECT count(*) FROM versions", [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

impl Write<'_> {
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
