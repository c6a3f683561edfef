use std::fs;

use rusqlite::Connection;
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::*;
use crate::{
    migrations::STEPS,
    testing::{Bench, at, name},
};

impl Catalog {
    /// Queues a job without waiting for it.
    pub(crate) fn queue<T: Send + 'static, E: Send + 'static>(
        &self,
        job: impl FnOnce(&Write<'_>) -> Result<T, E> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, WriteError<E>>> {
        self.writer.as_ref().unwrap().queue(job, |_| ())
    }

    /// As [`Catalog::queue`], with what follows the commit.
    pub(crate) fn queue_with<T: Send + 'static, E: Send + 'static>(
        &self,
        job: impl FnOnce(&Write<'_>) -> Result<T, E> + Send + 'static,
        after: impl FnOnce(&T) + Send + 'static,
    ) -> oneshot::Receiver<Result<T, WriteError<E>>> {
        self.writer.as_ref().unwrap().queue(job, after)
    }
}

fn known_format() -> i64 {
    i64::try_from(STEPS.len()).unwrap()
}

fn user_version(path: &Path) -> i64 {
    let connection = Connection::open(path).unwrap();
    connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn a_new_catalogue_gets_every_migration_and_keeps_its_rows_when_opened_again() {
    let bench = Bench::new();
    assert_eq!(user_version(&bench.path()), known_format());
    bench.publish("a", "1.0.0", "latest");
    let rev = bench.rev("a");
    let bench = bench.reopened();
    assert_eq!(bench.rev("a"), rev);
    assert_eq!(bench.versions("a"), ["1.0.0"]);
    assert_eq!(user_version(&bench.path()), known_format());
}

#[test]
fn a_format_this_program_does_not_know_is_refused_and_left_alone() {
    fn check(format: i64) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("catalog.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch(&format!("PRAGMA user_version = {format}"))
            .unwrap();
        let error = Catalog::open(&path).unwrap_err();
        let OpenError::Newer { found, known } = error else {
            panic!("{error:?}");
        };
        assert_eq!((found, known), (format, known_format()));
        assert_eq!(user_version(&path), format);
    }
    check(known_format() + 1);
    check(i64::from(i32::MAX));
    check(-1);
}

#[test]
fn a_file_that_is_no_database_is_refused_with_its_path_and_left_alone() {
    fn check(content: &[u8]) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("catalog.db");
        fs::write(&path, content).unwrap();
        let error = Catalog::open(&path).unwrap_err();
        assert!(
            matches!(&error, OpenError::NotADatabase { path: named, .. } if *named == path),
            "{error:?}"
        );
        assert!(error.to_string().contains("catalog.db"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    check(b"xy");
    check(b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n");
    check(&[0xa5; 8192]);
    check(b"SQLite format 3\0 and then something else entirely");
}

#[test]
fn a_truncated_database_is_refused_with_its_path() {
    let bench = Bench::new();
    for number in 0..50 {
        bench.publish("a", &format!("1.{number}.0"), "latest");
    }
    let path = bench.path();
    let (catalog, _folder) = bench.into_parts();
    drop(catalog);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, whole.get(..5000).unwrap()).unwrap();
    let error = Catalog::open(&path).unwrap_err();
    assert!(
        matches!(&error, OpenError::NotADatabase { path: named, .. } if *named == path),
        "{error:?}"
    );
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let folder = TempDir::new().unwrap();
    let error = Catalog::open(&folder.path().join("missing/catalog.db")).unwrap_err();
    assert!(matches!(error, OpenError::Engine(_)), "{error:?}");
}

#[test]
fn a_read_sees_one_state_for_as_long_as_it_lives() {
    let bench = Bench::new();
    bench.publish("a", "1.0.0", "latest");
    let read = bench.catalog.read(|rows| {
        let before = rows.package(&name("a"))?.map(|row| row.rev);
        bench.publish("a", "2.0.0", "latest");
        let after = rows.package(&name("a"))?.map(|row| row.rev);
        assert_eq!(rows.count_versions()?, 1);
        Ok::<_, CatalogError>((before, after))
    });
    let (before, after) = read.unwrap();
    assert_eq!(before, after);
    assert_ne!(bench.rev("a"), before);
    assert_eq!(bench.versions("a"), ["1.0.0", "2.0.0"]);
}

#[test]
fn a_reader_cannot_write() {
    let bench = Bench::new();
    let written = bench.catalog.read(|rows| {
        rows.transaction.execute_batch("DELETE FROM packages")?;
        Ok::<_, CatalogError>(())
    });
    assert!(matches!(written, Err(CatalogError::Engine(_))));
}

#[test]
fn more_readers_than_are_kept_idle_read_at_the_same_time() {
    let bench = Bench::new();
    bench.publish("a", "1.0.0", "latest");
    let together = std::sync::Barrier::new(3 * IDLE_READERS);
    std::thread::scope(|threads| {
        for _ in 0..3 * IDLE_READERS {
            threads.spawn(|| {
                let read = bench.catalog.read(|rows| {
                    together.wait();
                    rows.count_versions()
                });
                assert_eq!(read.unwrap(), 1);
            });
        }
    });
    let idle = bench.catalog.idle.lock().unwrap().len();
    assert_eq!(idle, IDLE_READERS);
}

#[test]
fn dropping_the_catalogue_finishes_what_is_queued() {
    let bench = Bench::new();
    let gate = bench.close_gate();
    for number in 0..200 {
        // Nobody waits for these.
        let package = name(&format!("p{number}"));
        drop(
            bench
                .catalog
                .queue(move |rows| rows.add_package(&package, at(0))),
        );
    }
    let (path, (catalog, _folder)) = (bench.path(), bench.into_parts());
    let opener = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        drop(gate);
    });
    drop(catalog);
    opener.join().unwrap();
    let packages: i64 = Connection::open(path)
        .unwrap()
        .query_row("SELECT count(*) FROM packages", [], |row| row.get(0))
        .unwrap();
    assert_eq!(packages, 200);
}

#[test]
fn the_write_ahead_log_does_not_grow_with_every_write() {
    let bench = Bench::new();
    let readme = "x".repeat(100_000);
    for number in 0..200 {
        let readme = readme.clone();
        bench.write(move |rows| {
            let id = match rows.package(&name("a"))? {
                Some(row) => row.id,
                None => rows.add_package(&name("a"), at(0))?,
            };
            rows.set_readme(id, None, &format!("{number} {readme}"))
        });
        assert!(bench.has("a"));
    }
    let log = fs::metadata(bench.path().with_extension("db-wal")).unwrap();
    assert!(log.len() < 10_000_000, "{} bytes", log.len());
}
