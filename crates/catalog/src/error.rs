use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Why the catalogue could not be read or written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CatalogError {
    /// The disk that holds the catalogue has no room left. Nothing was written.
    #[error("the disk that holds the catalogue is full")]
    DiskFull,
    /// A row holds what this program cannot have written.
    #[error("the catalogue holds {what}, which cannot be read: {value:?}")]
    Damaged {
        /// The kind of value that was expected.
        what: &'static str,
        /// What stands there, shortened.
        value: String,
    },
    /// The database engine refused.
    #[error("the catalogue cannot be used")]
    Engine(#[source] Arc<rusqlite::Error>),
    /// A write that shared the commit made the engine undo all of it. A retry is safe.
    #[error("the write was undone together with another one that failed")]
    Undone,
    /// The thread that writes has ended; the process is stopping.
    #[error("the catalogue is closed")]
    Closed,
}

impl From<rusqlite::Error> for CatalogError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => return Self::DiskFull,
            Some(_) => return Self::Engine(Arc::new(error)),
            None => {}
        }
        match error {
            // The value was read and is not of the kind that its column holds.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => Self::damaged("a value", &error.to_string()),
            _ => Self::Engine(Arc::new(error)),
        }
    }
}

impl CatalogError {
    /// Makes the error for a value that no statement of this crate writes.
    pub(crate) fn damaged(what: &'static str, value: &str) -> Self {
        Self::Damaged {
            what,
            value: value.chars().take(80).collect(),
        }
    }
}

/// Why the catalogue could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer program has changed the tables.
    #[error(
        "the catalogue has format {found}, and this program knows formats 0 to {known}: \
         it was written by another program, perhaps a newer registryd"
    )]
    Newer {
        /// The format found in the file.
        found: i64,
        /// The newest format this program knows.
        known: i64,
    },
    /// The tables are of an older format, and this call does not change them.
    #[error(
        "the catalogue has format {found}, and this program reads format {known}: \
         a start of the registry brings it there"
    )]
    Older {
        /// The format found in the file.
        found: i64,
        /// The format that is read.
        known: i64,
    },
    /// The file is there and is not a database, or is damaged.
    #[error("{} is not a catalogue, or is damaged", path.display())]
    NotADatabase {
        /// The file that was opened.
        path: PathBuf,
        /// What the engine said.
        source: rusqlite::Error,
    },
    /// The system refused the thread that writes.
    #[error("the catalogue's writing thread cannot be started")]
    Thread(#[source] io::Error),
    /// The engine or the disk refused.
    #[error("the catalogue cannot be opened")]
    Engine(#[from] rusqlite::Error),
}

impl OpenError {
    /// Tells a file that is no database from an engine or a disk that refuses.
    pub(crate) fn of(path: &Path, error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
                Self::NotADatabase {
                    path: path.to_owned(),
                    source: error,
                }
            }
            _ => Self::Engine(error),
        }
    }
}
