use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync::broadcast;

use crate::{
    announcer::{self, Announcer},
    error::{CatalogError, OpenError},
    event::Event,
    migrations,
    writer::{Write, WriteError, Writer},
};

/// Readers need to write too: what they have seen is noted in the memory that they share.
const READ_FLAGS: OpenFlags =
    OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// Idle read connections kept for the next reader; more are opened while more read at once.
const IDLE_READERS: usize = 8;

/// How long an engine call waits for another process that holds the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The registry's rows, in one SQLite database.
///
/// Calls block the calling thread on the disk, except [`Catalog::write`], whose answer is awaited.
#[derive(Debug)]
pub struct Catalog {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    events: broadcast::Sender<Arc<Event>>,
    /// Absent where the rows are only looked at.
    writer: Option<Writer>,
}

impl Catalog {
    /// Opens the database file, making it and its tables when they are missing.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let mut connection = Connection::open(path)?;
        prepare(&connection).map_err(|error| OpenError::of(path, error))?;
        migrations::apply(&mut connection)?;
        let events = broadcast::Sender::new(announcer::KEPT);
        let announcer = Announcer::new(&connection, events.clone())?;
        let writer = Writer::start(connection, announcer).map_err(OpenError::Thread)?;
        Ok(Self {
            path: path.to_owned(),
            idle: Mutex::new(Vec::new()),
            events,
            writer: Some(writer),
        })
    }

    /// Opens a database that is there, to look at it beside the program that writes it. Changes
    /// nothing, and refuses tables of another format.
    pub fn open_existing(path: &Path) -> Result<Self, OpenError> {
        let connection = Connection::open_with_flags(path, READ_FLAGS)
            .map_err(|error| OpenError::of(path, error))?;
        migrations::check(&connection).map_err(|error| match error {
            OpenError::Engine(error) => OpenError::of(path, error),
            other => other,
        })?;
        Ok(Self {
            path: path.to_owned(),
            idle: Mutex::new(Vec::new()),
            events: broadcast::Sender::new(announcer::KEPT),
            writer: None,
        })
    }

    /// Runs `job` on one committed state of the rows.
    pub fn read<T, E: From<CatalogError>>(
        &self,
        job: impl FnOnce(&Read<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.take_reader().map_err(E::from)?;
        let result = match connection.transaction_with_behavior(TransactionBehavior::Deferred) {
            Ok(transaction) => job(&Read { transaction }),
            Err(error) => Err(E::from(CatalogError::from(error))),
        };
        self.return_reader(connection);
        result
    }

    /// As [`Catalog::read`], on a thread that may wait for the disk.
    pub async fn look<T, E>(
        self: &Arc<Self>,
        job: impl FnOnce(&Read<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<CatalogError> + Send + 'static,
    {
        let catalog = Arc::clone(self);
        let looked = tokio::task::spawn_blocking(move || catalog.read(job));
        looked
            .await
            .unwrap_or_else(|_| Err(CatalogError::Closed.into()))
    }

    /// Queues `job`; answers once what it wrote is on disk.
    ///
    /// `after` runs on the writing thread between the commit and the answer, also when nobody
    /// waits for the answer any more: what must follow a commit belongs there. When the job
    /// fails, what it wrote is undone and `after` is not called.
    pub async fn write<T, E>(
        &self,
        job: impl FnOnce(&Write<'_>) -> Result<T, E> + Send + 'static,
        after: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let Some(writer) = &self.writer else {
            return Err(CatalogError::Closed.into());
        };
        let answer = writer.queue(job, after).await;
        answer.unwrap_or_else(|_| Err(CatalogError::Closed.into()))
    }

    /// As [`Catalog::write`], for a thread that may block. Not to be called inside a runtime.
    pub fn write_blocking<T, E>(
        &self,
        job: impl FnOnce(&Write<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, WriteError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let Some(writer) = &self.writer else {
            return Err(CatalogError::Closed.into());
        };
        let answer = writer.queue(job, |_| ()).blocking_recv();
        answer.unwrap_or_else(|_| Err(CatalogError::Closed.into()))
    }

    /// Queues `job` for somebody who does not wait, and does not learn whether it was done.
    pub fn write_later<E>(&self, job: impl FnOnce(&Write<'_>) -> Result<(), E> + Send + 'static)
    where
        E: Send + 'static,
    {
        if let Some(writer) = &self.writer {
            drop(writer.queue(job, |()| ()));
        }
    }

    /// Returns what hears of every event from now on, once it is committed. A listener that is too slow
    /// misses the oldest ones, and learns that it did.
    pub fn follow_events(&self) -> broadcast::Receiver<Arc<Event>> {
        self.events.subscribe()
    }

    /// Announces the events that other processes have written since the last commit of this one.
    pub fn announce_events(&self) {
        // Whatever is queued is followed by a look.
        self.write_later(|_| Ok::<_, CatalogError>(()));
    }

    /// Returns what tells whether another process has changed anything.
    pub fn watch(&self) -> Result<Watch, CatalogError> {
        let connection = self.take_reader()?;
        let seen = data_version(&connection)?;
        Ok(Watch { connection, seen })
    }

    fn take_reader(&self) -> Result<Connection, CatalogError> {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        if let Some(connection) = idle {
            return Ok(connection);
        }
        let connection = Connection::open_with_flags(&self.path, READ_FLAGS)?;
        prepare(&connection)?;
        connection.execute_batch("PRAGMA query_only = ON")?;
        Ok(connection)
    }

    fn return_reader(&self, connection: Connection) {
        if let Ok(mut idle) = self.idle.lock()
            && idle.len() < IDLE_READERS
        {
            idle.push(connection);
        }
    }
}

/// One committed state of the rows.
#[derive(Debug)]
pub struct Read<'a> {
    pub(crate) transaction: Transaction<'a>,
}

/// Notices changes of the database, whoever makes them. Asking reads shared memory and no disk.
#[derive(Debug)]
pub struct Watch {
    connection: Connection,
    seen: i64,
}

impl Watch {
    /// Tells whether anything was committed since this was asked last.
    pub fn has_changed(&mut self) -> Result<bool, CatalogError> {
        let now = data_version(&self.connection)?;
        Ok(std::mem::replace(&mut self.seen, now) != now)
    }
}

fn data_version(connection: &Connection) -> Result<i64, CatalogError> {
    Ok(connection.query_row("PRAGMA data_version", [], |row| row.get(0))?)
}

/// What every connection is told first. WAL lets readers go on while one writes, and
/// `synchronous = FULL` makes each commit wait for the disk, which a publish is promised.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA mmap_size = 268435456;",
    )
}

#[cfg(test)]
mod tests;
