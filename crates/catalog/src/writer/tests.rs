use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::channel,
    },
    task::{Context, Waker},
    time::Duration,
};

use super::*;
use crate::{
    EventKind, Origin,
    testing::{Bench, at, name},
};

/// A job's own reason to refuse, or the catalogue's.
#[derive(Debug)]
enum Refusal {
    Own,
    Catalog(CatalogError),
}

impl From<CatalogError> for Refusal {
    fn from(error: CatalogError) -> Self {
        Self::Catalog(error)
    }
}

type Answer<T> = Result<T, WriteError<Refusal>>;

/// A job that adds a package.
fn adds(package: &str) -> impl FnOnce(&Write<'_>) -> Result<(), Refusal> + Send + 'static {
    let package = name(package);
    move |rows| {
        rows.add_package(&package, at(0))?;
        Ok(())
    }
}

/// A job that adds a package and a README which needs many pages.
fn adds_much(package: &str) -> impl FnOnce(&Write<'_>) -> Result<(), Refusal> + Send + 'static {
    let package = name(package);
    move |rows| {
        let id = rows.add_package(&package, at(0))?;
        Ok(rows.set_readme(id, None, &"x".repeat(1 << 20))?)
    }
}

fn run(
    bench: &Bench,
    job: impl FnOnce(&Write<'_>) -> Result<(), Refusal> + Send + 'static,
) -> Answer<()> {
    bench.catalog.write_blocking(job)
}

/// Lets the database grow by so many more pages, as a disk with that much room would.
fn leave_room(bench: &Bench, pages: u32) {
    bench.write(move |rows| {
        let used: u32 = rows
            .connection
            .query_row("PRAGMA page_count", [], |row| row.get(0))?;
        let limit = format!("PRAGMA max_page_count = {}", used.saturating_add(pages));
        Ok(rows
            .connection
            .query_row(&limit, [], |row| row.get::<_, u32>(0))?)
    });
}

fn is_full(answer: &Answer<()>) -> bool {
    matches!(
        answer,
        Err(
            WriteError::Refused(Refusal::Catalog(CatalogError::DiskFull))
                | WriteError::Catalog(CatalogError::DiskFull)
        )
    )
}

fn is_undone<T>(answer: &Answer<T>) -> bool {
    matches!(answer, Err(WriteError::Catalog(CatalogError::Undone)))
}

#[test]
fn writes_from_many_threads_are_all_answered_and_kept() {
    let bench = Bench::new();
    thread::scope(|threads| {
        for thread in 0..8 {
            let bench = &bench;
            threads.spawn(move || {
                for number in 0..25 {
                    let package = format!("p{thread}x{number}");
                    run(bench, adds(&package)).unwrap();
                    assert!(bench.has(&package));
                }
            });
        }
    });
    let bench = bench.reopened();
    for thread in 0..8 {
        for number in 0..25 {
            assert!(bench.has(&format!("p{thread}x{number}")));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_from_many_tasks_are_all_answered_and_kept() {
    let bench = Arc::new(Bench::new());
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let bench = Arc::clone(&bench);
            tokio::spawn(async move {
                let added = bench.catalog.write(adds(&format!("p{number}")), |()| ());
                added.await.unwrap();
                assert!(bench.has(&format!("p{number}")));
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[test]
fn writes_that_wait_together_share_a_commit() {
    let bench = Bench::new();
    let gate = bench.close_gate();
    let path = bench.path();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let answers: Vec<_> = (0..=BATCH)
        .map(|number| {
            let (path, seen) = (path.clone(), Arc::clone(&seen));
            let count = move |(): &()| {
                let connection = Connection::open(&path).unwrap();
                let count: isize = connection
                    .query_row("SELECT count(*) FROM packages", [], |row| row.get(0))
                    .unwrap();
                seen.lock().unwrap().push(count);
            };
            bench.catalog.queue_with(adds(&format!("p{number}")), count)
        })
        .collect();
    drop(gate);
    for answer in answers {
        answer.blocking_recv().unwrap().unwrap();
    }
    // What follows a commit sees all that it wrote: the first 64 at once, and the last by itself.
    let all = BATCH.cast_signed();
    let mut expected = vec![all; BATCH];
    expected.push(all + 1);
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[test]
fn what_nobody_waits_for_is_written_before_what_comes_after_it() {
    let bench = Bench::new();
    bench.catalog.write_later(adds("kept"));
    bench.catalog.write_later(|rows| {
        rows.add_package(&name("undone"), at(0))?;
        Err(Refusal::Own)
    });
    let there = bench.catalog.write_blocking(|rows| {
        let is_there = |text| rows.package(&name(text)).map(|id| id.is_some());
        Ok::<_, CatalogError>((is_there("kept")?, is_there("undone")?))
    });
    assert_eq!(there.unwrap(), (true, false));
}

#[test]
fn a_refused_job_undoes_only_itself() {
    let bench = Bench::new();
    let gate = bench.close_gate();
    let before = bench.catalog.queue(adds("before"));
    let refused = bench.catalog.queue(|rows| {
        adds("refused")(rows)?;
        adds("refused-too")(rows)?;
        Err::<(), _>(Refusal::Own)
    });
    let clashing = bench.catalog.queue(adds("before"));
    let behind = bench.catalog.queue(|rows| {
        // Nothing of the refused one is to be seen by those that share its commit.
        assert!(rows.package(&name("before"))?.is_some());
        assert!(rows.package(&name("refused"))?.is_none());
        adds("behind")(rows)
    });
    drop(gate);
    before.blocking_recv().unwrap().unwrap();
    behind.blocking_recv().unwrap().unwrap();
    let refused = refused.blocking_recv().unwrap();
    assert!(matches!(refused, Err(WriteError::Refused(Refusal::Own))));
    let clashing = clashing.blocking_recv().unwrap();
    assert!(
        matches!(
            clashing,
            Err(WriteError::Refused(Refusal::Catalog(CatalogError::Engine(
                _
            ))))
        ),
        "{clashing:?}"
    );
    let bench = bench.reopened();
    assert!(bench.has("before") && bench.has("behind"));
    assert!(!bench.has("refused") && !bench.has("refused-too"));
}

#[tokio::test]
async fn what_follows_runs_between_the_commit_and_the_answer() {
    let bench = Arc::new(Bench::new());
    let order = Arc::new(Mutex::new(Vec::new()));
    let (in_job, in_after) = (Arc::clone(&order), Arc::clone(&order));
    let reader = Arc::clone(&bench);
    let written = bench.catalog.write(
        move |rows| {
            adds("a")(rows)?;
            in_job.lock().unwrap().push("job");
            Ok::<_, Refusal>(7)
        },
        move |value| {
            assert_eq!(*value, 7);
            assert!(reader.has("a"), "not committed yet");
            thread::sleep(Duration::from_millis(20));
            in_after.lock().unwrap().push("after");
        },
    );
    assert_eq!(written.await.unwrap(), 7);
    order.lock().unwrap().push("answer");
    assert_eq!(*order.lock().unwrap(), ["job", "after", "answer"]);
}

#[test]
fn what_follows_runs_also_when_nobody_waits_any_more() {
    let bench = Bench::new();
    let gate = bench.close_gate();
    let (done, followed) = channel();
    {
        let mut written = pin!(
            bench
                .catalog
                .write(adds("a"), move |()| done.send(()).unwrap())
        );
        let polled = written
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
    }
    assert!(followed.try_recv().is_err());
    drop(gate);
    followed.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(bench.has("a"));
}

#[test]
fn nothing_follows_a_refusal() {
    let bench = Bench::new();
    let followed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&followed);
    let refused = bench.catalog.queue_with(
        |_| Err::<(), _>(Refusal::Own),
        move |()| {
            count.fetch_add(1, Ordering::Relaxed);
        },
    );
    assert!(refused.blocking_recv().unwrap().is_err());
    assert_eq!(followed.load(Ordering::Relaxed), 0);
}

#[test]
fn a_full_disk_is_told_as_such_and_leaves_nothing_half_written() {
    let bench = Bench::new();
    run(&bench, adds("there")).unwrap();
    leave_room(&bench, 2);
    let refused = run(&bench, adds_much("big"));
    assert!(is_full(&refused), "{refused:?}");
    assert!(bench.has("there") && !bench.has("big"));
    leave_room(&bench, 100_000);
    run(&bench, adds_much("big")).unwrap();
    run(&bench, adds("next")).unwrap();
    let bench = bench.reopened();
    assert!(bench.has("there") && bench.has("big") && bench.has("next"));
}

#[test]
fn those_who_share_a_commit_with_a_full_disk_are_kept_or_told_that_they_are_not() {
    let bench = Bench::new();
    leave_room(&bench, 3);
    let gate = bench.close_gate();
    let followed = Arc::new(AtomicUsize::new(0));
    let small = |package: &str| {
        let followed = Arc::clone(&followed);
        let count = move |(): &()| {
            followed.fetch_add(1, Ordering::Relaxed);
        };
        bench.catalog.queue_with(adds(package), count)
    };
    let before = small("before");
    let big = bench.catalog.queue(adds_much("big"));
    let behind = small("behind");
    drop(gate);
    let big = big.blocking_recv().unwrap();
    assert!(is_full(&big), "{big:?}");
    let mut kept = 0;
    for (package, answer) in [("before", before), ("behind", behind)] {
        let answer = answer.blocking_recv().unwrap();
        assert!(
            answer.is_ok() || is_undone(&answer),
            "{package}: {answer:?}"
        );
        assert_eq!(bench.has(package), answer.is_ok(), "{package}");
        kept += usize::from(answer.is_ok());
    }
    assert_eq!(followed.load(Ordering::Relaxed), kept);
    assert!(!bench.has("big"));
    leave_room(&bench, 100_000);
    run(&bench, adds_much("big")).unwrap();
}

fn tells(rows: &Write<'_>) -> Result<(), CatalogError> {
    let origin = Origin {
        actor: "alice".to_owned(),
        token: String::new(),
        address: String::new(),
    };
    rows.add_event(&origin, EventKind::Login, "", "")
}

#[test]
fn a_job_that_makes_the_engine_undo_everything_takes_its_batch_with_it() {
    // The engine undoes the whole transaction when the sequence of events is used up: it is the
    // same error, and the same answer to it, as a full disk.
    let bench = Bench::new();
    bench.publish("there", "1.0.0", "latest");
    bench.write(tells);
    bench.tamper(&format!("UPDATE sqlite_sequence SET seq = {}", i64::MAX));
    let gate = bench.close_gate();
    let before = bench.catalog.queue(adds("before"));
    let swallowing = bench.catalog.queue(|rows| {
        rows.add_package(&name("swallowing"), at(0))?;
        assert!(matches!(tells(rows), Err(CatalogError::DiskFull)));
        Ok::<_, Refusal>(())
    });
    let behind = bench.catalog.queue(adds("behind"));
    drop(gate);
    for (package, answer) in [
        ("before", before),
        ("swallowing", swallowing),
        ("behind", behind),
    ] {
        let answer = answer.blocking_recv().unwrap();
        assert!(is_undone(&answer), "{package}: {answer:?}");
        assert!(!bench.has(package), "{package}");
    }
    bench.tamper("UPDATE sqlite_sequence SET seq = 1");
    assert_eq!(bench.publish("there", "1.1.0", "latest"), 2);
    run(&bench, adds("before")).unwrap();
}

#[test]
fn a_commit_that_fails_keeps_nothing_and_says_so_to_all() {
    let bench = Bench::new();
    let gate = bench.close_gate();
    let followed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&followed);
    let before = bench.catalog.queue_with(adds("before"), move |()| {
        count.fetch_add(1, Ordering::Relaxed);
    });
    let broken = bench.catalog.queue(|rows| {
        rows.connection
            .execute_batch(
                "PRAGMA defer_foreign_keys = ON;
                 INSERT INTO owners (package_id, account) VALUES (4711, 'nobody');",
            )
            .map_err(CatalogError::from)?;
        Ok::<_, Refusal>(())
    });
    let refused = bench.catalog.queue(|_| Err::<(), _>(Refusal::Own));
    drop(gate);
    for answer in [before, broken] {
        let answer = answer.blocking_recv().unwrap();
        assert!(
            matches!(answer, Err(WriteError::Catalog(CatalogError::Engine(_)))),
            "{answer:?}"
        );
    }
    let refused = refused.blocking_recv().unwrap();
    assert!(matches!(refused, Err(WriteError::Refused(Refusal::Own))));
    assert_eq!(followed.load(Ordering::Relaxed), 0);
    assert!(!bench.has("before"));
    run(&bench, adds("next")).unwrap();
}

#[test]
fn a_catalogue_may_be_dropped_by_what_follows_a_write() {
    // A publish's last owner of the store can be the writing thread itself: the server is stopping
    // and the task that waited is gone.
    let bench = Bench::new();
    let path = bench.path();
    let (catalog, _folder) = bench.into_parts();
    let catalog = Arc::new(catalog);
    let (gate, closed) = channel::<()>();
    let (done, followed) = channel();
    let kept = Arc::clone(&catalog);
    drop(catalog.queue_with(
        move |rows| {
            let _ = closed.recv();
            adds("first")(rows)
        },
        move |()| drop(kept),
    ));
    for package in ["second", "third"] {
        let done = done.clone();
        let tell = move |(): &()| done.send(package).unwrap();
        drop(catalog.queue_with(adds(package), tell));
    }
    drop(catalog);
    drop(gate);
    for package in ["second", "third"] {
        let next = followed.recv_timeout(Duration::from_secs(10));
        assert_eq!(next.unwrap(), package);
    }
    let connection = Connection::open(path).unwrap();
    let packages: i64 = connection
        .query_row("SELECT count(*) FROM packages", [], |row| row.get(0))
        .unwrap();
    assert_eq!(packages, 3);
}

#[test]
fn a_job_that_panics_is_undone_and_does_not_stop_the_others() {
    let bench = Bench::new();
    let gate = bench.close_gate();
    let before = bench.catalog.queue(adds("before"));
    let panicking = bench.catalog.queue(|rows| {
        adds("panicking")(rows)?;
        let there = rows.package(&name("panicking"))?.is_some();
        assert!(!there, "this test's job panics on purpose");
        Ok::<_, Refusal>(())
    });
    let behind = bench.catalog.queue(adds("behind"));
    drop(gate);
    before.blocking_recv().unwrap().unwrap();
    behind.blocking_recv().unwrap().unwrap();
    assert!(panicking.blocking_recv().unwrap().is_err());
    assert!(bench.has("before") && bench.has("behind") && !bench.has("panicking"));
    run(&bench, adds("next")).unwrap();
}

#[test]
fn what_follows_may_panic_without_harm_to_the_others() {
    let bench = Bench::new();
    let gate = bench.close_gate();
    let panicking = bench.catalog.queue_with(adds("panicking"), |()| {
        panic!("this test panics on purpose")
    });
    let behind = bench.catalog.queue(adds("behind"));
    drop(gate);
    panicking.blocking_recv().unwrap().unwrap();
    behind.blocking_recv().unwrap().unwrap();
    assert!(bench.has("panicking") && bench.has("behind"));
    run(&bench, adds("next")).unwrap();
}
