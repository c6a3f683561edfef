use std::{
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    thread::{self, JoinHandle},
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{announcer::Announcer, error::CatalogError};

/// Jobs that may share one commit. Bounds how long the first of them waits for the others' work.
const BATCH: usize = 64;

/// Why a queued write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum WriteError<E> {
    /// The job itself refused; what it had written is undone.
    #[error(transparent)]
    Refused(E),
    /// The catalogue failed; nothing of the job is kept.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl<E: From<CatalogError>> WriteError<E> {
    /// Returns the job's own error, or the catalogue's as one of its kind.
    pub fn into_inner(self) -> E {
        match self {
            Self::Refused(error) => error,
            Self::Catalog(error) => error.into(),
        }
    }
}

/// The rows, inside a transaction that commits when the job is done.
#[derive(Debug)]
pub struct Write<'a> {
    pub(crate) connection: &'a Connection,
}

/// The one thread that writes, and the queue in front of it.
pub(crate) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(connection: Connection, announcer: Announcer) -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("catalog-writer".to_owned())
            .spawn(move || write_until_closed(&connection, &queue, announcer))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    pub(crate) fn queue<T, E>(
        &self,
        job: impl FnOnce(&Write<'_>) -> Result<T, E> + Send + 'static,
        after: impl FnOnce(&T) + Send + 'static,
    ) -> oneshot::Receiver<Result<T, WriteError<E>>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        if let Some(jobs) = &self.jobs {
            // A closed queue drops the job, which drops `answer`: the receiver sees that.
            let _ = jobs.send(Box::new(Queued {
                work: Some((job, after)),
                outcome: None,
                answer,
            }));
        }
        receiver
    }
}

impl Drop for Writer {
    /// Lets the thread finish what is queued, so that a dropped catalogue is a closed database.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            // What follows a commit can hold the last owner of the catalogue. The thread then ends
            // by itself once the queue is empty, and cannot wait for itself.
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// A job with its types forgotten, so that one queue holds all of them.
trait Job: Send {
    /// Does the work and remembers how it went; `false` asks to have it undone.
    fn run(&mut self, write: &Write<'_>) -> bool;
    /// Answers, after the commit succeeded or failed.
    fn finish(self: Box<Self>, commit: Result<(), CatalogError>);
}

struct Queued<T, E, F, G> {
    work: Option<(F, G)>,
    outcome: Option<(Result<T, E>, G)>,
    answer: oneshot::Sender<Result<T, WriteError<E>>>,
}

impl<T, E, F, G> Job for Queued<T, E, F, G>
where
    T: Send + 'static,
    E: Send + 'static,
    F: FnOnce(&Write<'_>) -> Result<T, E> + Send + 'static,
    G: FnOnce(&T) + Send + 'static,
{
    fn run(&mut self, write: &Write<'_>) -> bool {
        let Some((work, after)) = self.work.take() else {
            return false;
        };
        // One broken job must not end the thread that all writes depend on. What it wrote is undone,
        // and what it captured is dropped, so nothing half done is seen again.
        let Ok(result) = catch_unwind(AssertUnwindSafe(|| work(write))) else {
            return false;
        };
        let keep = result.is_ok();
        self.outcome = Some((result, after));
        keep
    }

    fn finish(self: Box<Self>, commit: Result<(), CatalogError>) {
        let answer = match (self.outcome, commit) {
            (Some((Err(refusal), _)), _) => Err(WriteError::Refused(refusal)),
            (_, Err(error)) => Err(WriteError::Catalog(error)),
            (Some((Ok(value), after)), Ok(())) => {
                // The commit stands whatever becomes of this.
                let _ = catch_unwind(AssertUnwindSafe(|| after(&value)));
                Ok(value)
            }
            (None, Ok(())) => Err(WriteError::Catalog(CatalogError::Closed)),
        };
        // Nobody may be waiting any more: the commit stands all the same.
        let _ = self.answer.send(answer);
    }
}

fn write_until_closed(
    connection: &Connection,
    queue: &mpsc::Receiver<Box<dyn Job>>,
    mut announcer: Announcer,
) {
    while let Ok(first) = queue.recv() {
        let mut waiting = vec![first];
        waiting.extend(queue.try_iter().take(BATCH - 1));
        write_batch(connection, waiting, &mut announcer);
    }
}

/// Runs the jobs in one transaction, each in its own savepoint, and answers them after the commit.
fn write_batch(connection: &Connection, jobs: Vec<Box<dyn Job>>, announcer: &mut Announcer) {
    let mut done = Vec::with_capacity(jobs.len());
    let mut fate = connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(CatalogError::from);
    for mut job in jobs {
        if fate.is_ok() {
            fate = run_in_savepoint(connection, job.as_mut());
        }
        done.push(job);
    }
    if fate.is_ok() {
        fate = connection
            .execute_batch("COMMIT")
            .map_err(CatalogError::from);
    }
    if fate.is_err() && !connection.is_autocommit() {
        // Nothing can be done about a rollback that fails: the next BEGIN reports it.
        let _ = connection.execute_batch("ROLLBACK");
    }
    if fate.is_ok() {
        // Whoever begins to listen once they are answered hears of nothing that is over. What cannot be
        // read now is announced after the next commit.
        let _ = announcer.look(connection);
    }
    for job in done {
        job.finish(fate.clone());
    }
}

/// Runs one job so that its failure undoes only its own rows. Fails when the transaction itself is
/// gone: the engine undoes all of it on a full disk or a failed read or write.
fn run_in_savepoint(connection: &Connection, job: &mut dyn Job) -> Result<(), CatalogError> {
    connection.execute_batch("SAVEPOINT job")?;
    let keep = job.run(&Write { connection });
    if connection.is_autocommit() {
        return Err(CatalogError::Undone);
    }
    if !keep {
        connection.execute_batch("ROLLBACK TO job")?;
    }
    connection.execute_batch("RELEASE job")?;
    Ok(())
}

#[cfg(test)]
mod tests;
