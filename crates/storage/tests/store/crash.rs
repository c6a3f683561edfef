//! A disk that fails at every step of a publish in turn, and what the next start finds.

use std::{collections::HashSet, fs, sync::Arc};

use catalog::CatalogError;
use storage::{Contents, DraftError, OsDisk, PublishError};

use crate::harness::{Fault, FaultyDisk, Home, Opened, is_listed, publication};

const OLD: &[u8] = b"the tarball of a version that was there before";
const NEW: &[u8] = b"the tarball of the version that is being published";

/// Whether the error says what happened, in the variant its cause has.
fn is_clear(fault: Fault, error: &PublishError) -> bool {
    match error {
        PublishError::Tarball(DraftError::DiskFull) => fault == Fault::Full,
        PublishError::Tarball(DraftError::Io { step, source, .. }) => {
            fault != Fault::Full && !step.is_empty() && source.to_string().contains("broken")
        }
        _ => false,
    }
}

/// Publishes with a disk that fails at step `at`; tells whether that step was reached.
async fn fails_at(fault: Fault, at: usize, tarball: &[u8]) -> bool {
    let home = Home::new();
    let disk = Arc::new(FaultyDisk::default());
    let opened = home.open_on(disk.clone()).unwrap();
    opened.publish("a", "1.0.0", OLD).await.unwrap();

    disk.arm(fault, at);
    let answer = opened.publish("a", "1.1.0", tarball).await;
    let here = format!("{fault:?} at step {at}: {answer:?}");
    // What was answered is what readers of the running server see.
    assert_eq!(opened.is_listed("a", "1.1.0"), answer.is_ok(), "{here}");
    if let Err(error) = &answer {
        assert!(is_clear(fault, error), "{here}");
    }
    let seen = if answer.is_ok() {
        vec!["1.0.0", "1.1.0"]
    } else {
        vec!["1.0.0"]
    };
    assert_eq!(opened.versions("a").await, seen, "{here}");
    // The process ends without closing the store.
    drop(opened);
    let reached = disk.disarm();

    let opened = home.open();
    assert_eq!(opened.is_listed("a", "1.1.0"), answer.is_ok(), "{here}");
    assert_eq!(home.incoming(), 0, "{here}");
    check_whole(&home, &opened, &here).await;
    if answer.is_err() {
        opened.publish("a", "1.1.0", tarball).await.unwrap();
    }
    assert_eq!(
        opened.tarball("a", "1.1.0").await.unwrap(),
        tarball,
        "{here}"
    );
    assert_eq!(opened.tarball("a", "1.0.0").await.unwrap(), OLD, "{here}");
    check_whole(&home, &opened, &here).await;
    assert_eq!(home.verify().unnamed_tarballs, 0, "{here}");
    reached
}

/// Nothing is listed without its tarball and its line, and no line is there twice.
async fn check_whole(home: &Home, opened: &Opened, here: &str) {
    for number in opened.versions("a").await {
        assert!(opened.tarball("a", &number).await.is_some(), "{here}");
    }
    let report = home.verify();
    assert!(report.findings.is_empty(), "{here}: {:?}", report.findings);
    let lines = home.lines();
    let different: HashSet<_> = lines.iter().collect();
    assert_eq!(lines.len(), different.len(), "{here}: {lines:?}");
    assert_eq!(lines.len() as u64, report.versions, "{here}: {lines:?}");
}

/// Fails at each step in turn until a publish does not get as far as the failing step.
async fn check_every_step(fault: Fault, tarball: &[u8], at_least: usize) {
    let mut at = 0;
    while fails_at(fault, at, tarball).await {
        at += 1;
    }
    assert!(at >= at_least, "only {at} steps");
}

#[tokio::test]
async fn a_step_that_fails_once_loses_nothing() {
    check_every_step(Fault::Once, NEW, 9).await;
    check_every_step(Fault::Once, OLD, 7).await;
}

#[tokio::test]
async fn a_disk_that_dies_at_any_step_loses_nothing() {
    check_every_step(Fault::Dead, NEW, 9).await;
    check_every_step(Fault::Dead, OLD, 7).await;
}

#[tokio::test]
async fn a_disk_that_is_full_at_any_step_is_told_and_leaves_nothing_half_written() {
    check_every_step(Fault::Full, NEW, 9).await;
    check_every_step(Fault::Full, OLD, 7).await;
}

#[tokio::test]
async fn a_line_that_the_disk_refused_is_written_with_the_next_one() {
    let home = Home::new();
    let disk = Arc::new(FaultyDisk::default());
    let opened = home.open_on(disk.clone()).unwrap();
    // More steps than a publish has: the full disk is met by the lockfile's line alone.
    let mut at = 0;
    loop {
        let number = format!("1.{at}.0");
        disk.arm(Fault::Once, at);
        let answer = opened.publish("a", &number, number.as_bytes()).await;
        disk.disarm();
        if answer.is_ok() {
            break;
        }
        at += 1;
    }
    assert!(home.lines().is_empty(), "{:?}", home.lines());
    opened.publish("a", "2.0.0", NEW).await.unwrap();
    assert_eq!(home.lines().len(), 2);
    let report = home.verify();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[tokio::test]
async fn a_full_catalogue_refuses_the_publish_and_keeps_nothing_of_it() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("a", "1.0.0", OLD).await.unwrap();
    // With its sequence used up, SQLite refuses the row as it does on a full disk, and undoes the
    // whole transaction.
    home.tamper(&format!("UPDATE sqlite_sequence SET seq = {}", i64::MAX));
    let error = opened.publish("a", "1.1.0", NEW).await.unwrap_err();
    assert!(
        matches!(error, PublishError::Catalog(CatalogError::DiskFull)),
        "{error:?}"
    );
    let error = opened.publish("b", "1.0.0", NEW).await.unwrap_err();
    assert!(
        matches!(error, PublishError::Catalog(CatalogError::DiskFull)),
        "{error:?}"
    );
    assert_eq!(opened.versions("a").await, ["1.0.0"]);
    assert!(opened.document("b").await.is_none());
    drop(opened);
    home.tamper("UPDATE sqlite_sequence SET seq = 1");
    let opened = home.open();
    check_whole(&home, &opened, "full catalogue").await;
    assert_eq!(home.verify().unnamed_tarballs, 1);
    opened.publish("a", "1.1.0", NEW).await.unwrap();
    opened.publish("b", "1.0.0", NEW).await.unwrap();
    assert_eq!(home.verify().unnamed_tarballs, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn publishes_that_meet_a_full_catalogue_together_are_each_answered_truly() {
    let home = Home::new();
    let opened = home.open();
    // Room for five more rows.
    home.tamper(&format!(
        "INSERT INTO sqlite_sequence (name, seq) VALUES ('versions', {})",
        i64::MAX - 5
    ));
    let tasks: Vec<_> = (0..30)
        .map(|number| {
            let opened = opened.clone();
            tokio::spawn(async move {
                let number = format!("1.{number}.0");
                let answer = opened.publish("a", &number, number.as_bytes()).await;
                (number, answer)
            })
        })
        .collect();
    let mut kept = 0;
    for task in tasks {
        let (number, answer) = task.await.unwrap();
        kept += u64::from(answer.is_ok());
        assert_eq!(opened.is_listed("a", &number), answer.is_ok(), "{number}");
        if let Err(error) = answer {
            assert!(
                matches!(
                    error,
                    PublishError::Catalog(CatalogError::DiskFull | CatalogError::Undone)
                ),
                "{error:?}"
            );
        }
    }
    let report = home.verify();
    assert_eq!(report.versions, kept);
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(home.lines().len() as u64, kept);
}

#[tokio::test]
async fn a_tarball_is_durable_before_its_version_is_listed() {
    let home = Home::new();
    let disk = Arc::new(FaultyDisk::default());
    let opened = home.open_on(disk.clone()).unwrap();
    disk.watch(&opened.catalog, "a", "1.0.0");
    opened.publish("a", "1.0.0", NEW).await.unwrap();
    assert!(is_listed(&opened.catalog, "a", "1.0.0"));
    let log = disk.log();
    let kinds: Vec<_> = log.iter().map(|step| step.kind).collect();
    let last = |kind| kinds.iter().rposition(|found| *found == kind).unwrap();
    let blob = home.blob(NEW);
    let folder = blob
        .parent()
        .unwrap()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap();
    let (listed, unlisted): (Vec<_>, Vec<_>) = log.iter().partition(|step| step.listed);
    assert!(listed.iter().all(|step| step.kind == "append"), "{log:?}");
    assert!(unlisted.iter().all(|step| step.kind != "append"), "{log:?}");

    // Its bytes, then its name, then the name's folder.
    assert!(last("write") < last("sync"), "{log:?}");
    assert!(last("sync") < last("rename"), "{log:?}");
    assert!(last("rename") < last("sync_dir"), "{log:?}");
    assert_eq!(log[last("sync_dir")].place, format!("blobs/{folder}"));
    // The folder itself is named durably before anything in it counts.
    let made = last("create_dir");
    assert_eq!(log[made].place, format!("blobs/{folder}"));
    let named = log
        .iter()
        .position(|step| step.kind == "sync_dir" && step.place.ends_with("/blobs"));
    assert!(named.is_some_and(|named| named > made), "{log:?}");
}

#[tokio::test]
async fn opening_on_a_broken_disk_is_an_error_and_the_next_start_repairs() {
    for fault in [Fault::Once, Fault::Dead] {
        let home = Home::new();
        let opened = home.open();
        opened.publish("a", "1.0.0", OLD).await.unwrap();
        opened.publish("a", "1.1.0", NEW).await.unwrap();
        drop(opened);
        fs::write(home.lockfile(), [0; config13::LEN]).unwrap();
        let mut at = 0;
        loop {
            let disk = Arc::new(FaultyDisk::default());
            disk.arm(fault, at);
            if home.open_on(disk.clone()).is_ok() {
                assert!(!disk.disarm());
                break;
            }
            at += 1;
        }
        assert!(at > 1);
        let opened = home.open();
        check_whole(&home, &opened, "opened at last").await;
    }
}

#[tokio::test]
async fn a_folder_of_tarballs_that_was_not_named_durably_is_synced_by_the_next_publish() {
    let home = Home::new();
    // Another publish, or a process that crashed, made the folder and did not come to sync its
    // name: the version that is published now must not depend on that.
    fs::create_dir_all(home.blob(NEW).parent().unwrap()).unwrap();
    let disk = Arc::new(FaultyDisk::default());
    let opened = home.open_on(disk.clone()).unwrap();
    disk.watch(&opened.catalog, "a", "1.0.0");
    opened.publish("a", "1.0.0", NEW).await.unwrap();
    let synced = disk
        .log()
        .into_iter()
        .any(|step| step.kind == "sync_dir" && step.place.ends_with("/blobs") && !step.listed);
    assert!(synced, "{:?}", disk.log());
}

#[tokio::test]
async fn a_draft_with_a_write_that_failed_cannot_be_published() {
    let home = Home::new();
    let disk = Arc::new(FaultyDisk::default());
    let opened = home.open_on(disk.clone()).unwrap();
    let mut incoming = opened.store.receive().unwrap();
    incoming.write(b"one ").unwrap();
    disk.arm(Fault::Once, 0);
    assert!(incoming.write(b"two ").is_err());
    disk.disarm();
    // The caller does not mind, and goes on.
    incoming.write(b"three").unwrap_or_default();
    let draft = opened
        .store
        .draft(publication("a", "1.0.0"), incoming.seal());
    let answer = draft.unwrap().commit(Contents::default()).await;
    assert!(
        matches!(answer, Err(PublishError::Tarball(_))),
        "{answer:?}"
    );
    assert!(!opened.is_listed("a", "1.0.0"));
    drop(opened);
    let opened = home.open_on(Arc::new(OsDisk)).unwrap();
    check_whole(&home, &opened, "after a failed write").await;
    assert_eq!(home.verify().unnamed_tarballs, 0);
}

#[tokio::test]
async fn a_store_that_cannot_write_missing_lines_on_a_full_disk_still_opens() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("a", "1.0.0", OLD).await.unwrap();
    drop(opened);
    fs::write(home.lockfile(), [0; config13::LEN]).unwrap();
    let disk = Arc::new(FaultyDisk::default());
    disk.arm(Fault::Full, 0);
    let opened = home.open_on(disk.clone()).unwrap();
    assert_eq!(opened.tarball("a", "1.0.0").await.unwrap(), OLD);
    assert!(home.lines().is_empty());
    disk.disarm();
    opened.publish("a", "1.1.0", NEW).await.unwrap();
    check_whole(&home, &opened, "room again").await;
}
