use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    sync::Arc,
};

use config13::LEN;
use storage::{ClaimError, DataDir, OpenError};

use crate::harness::{Fault, FaultyDisk, Home, line};

/// Publishes `a@1.0.0` to `a@1.<count - 1>.0`, each with its own number as tarball.
async fn with_versions(home: &Home, count: usize) {
    let opened = home.open();
    for number in 0..count {
        let number = format!("1.{number}.0");
        opened
            .publish("a", &number, number.as_bytes())
            .await
            .unwrap();
    }
    assert!(opened.close());
}

fn expected(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("1.{number}.0"))
        .map(|number| line("a", &number, number.as_bytes()))
        .collect()
}

/// Damages the lockfile of a closed store with three versions, and checks that the next start has
/// all their lines in it, once each.
async fn check_repaired(damage: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Vec<String> {
    let home = Home::new();
    with_versions(&home, 3).await;
    let lockfile = damage(fs::read(home.lockfile()).unwrap());
    fs::write(home.lockfile(), &lockfile).unwrap();
    drop(home.open());
    let lines = home.lines();
    for expected in expected(3) {
        let times = lines.iter().filter(|line| **line == expected).count();
        assert_eq!(times, 1, "{expected} in {lines:?}");
    }
    // What is repaired stays so.
    drop(home.open());
    assert_eq!(home.lines(), lines);
    lines
}

#[tokio::test]
async fn lines_stand_in_the_order_of_publishing() {
    let home = Home::new();
    with_versions(&home, 5).await;
    assert_eq!(home.lines(), expected(5));
    assert!(fs::read(home.lockfile()).unwrap().starts_with(&[0; LEN]));
    drop(home.open());
    assert_eq!(home.lines(), expected(5));
}

#[tokio::test]
async fn half_a_line_at_the_end_is_written_whole() {
    for cut in [1, 2, 50, 100] {
        let lines = check_repaired(|mut lockfile| {
            lockfile.truncate(lockfile.len() - cut);
            lockfile
        })
        .await;
        assert_eq!(lines, expected(3));
    }
    // And what a loss of power leaves: room that was given and never written.
    let lines = check_repaired(|mut lockfile| {
        lockfile.extend_from_slice(&[0; 10_000]);
        lockfile
    })
    .await;
    assert_eq!(lines, expected(3));
}

#[tokio::test]
async fn missing_lines_are_appended() {
    let lines = check_repaired(|mut lockfile| {
        lockfile.truncate(LEN);
        lockfile
    })
    .await;
    assert_eq!(lines, expected(3));
    check_repaired(|lockfile| {
        let lines: Vec<_> = lockfile[LEN..]
            .split_inclusive(|byte| *byte == b'\n')
            .collect();
        [&lockfile[..LEN], lines[0], lines[2]].concat()
    })
    .await;
}

#[tokio::test]
async fn a_changed_tail_makes_the_next_start_compare_everything() {
    // The first line is damaged too, and is found although it stands long before the mark.
    let lines = check_repaired(|mut lockfile| {
        lockfile[LEN] = b'z';
        let last = lockfile.len() - 3;
        lockfile[last] ^= 1;
        lockfile
    })
    .await;
    assert_eq!(lines.len(), 5);
}

#[tokio::test]
async fn the_header_may_change_without_a_full_comparison() {
    let home = Home::new();
    with_versions(&home, 50).await;
    let mut lockfile = fs::read(home.lockfile()).unwrap();
    // A line long before the mark is damaged: a start that compares no more than it must does not
    // see it, and verify does.
    lockfile[..9].fill(0xff);
    lockfile[LEN] = b'z';
    fs::write(home.lockfile(), &lockfile).unwrap();
    let opened = home.open();
    assert_eq!(fs::read(home.lockfile()).unwrap(), lockfile);
    opened.publish("a", "2.0.0", b"2").await.unwrap();
    assert_eq!(home.verify().findings.len(), 2);
}

#[tokio::test]
async fn another_programs_file_is_never_written() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("a", "1.0.0", b"1").await.unwrap();
    let mut tar = b"a.txt".to_vec();
    tar.resize(1024, 0);
    for foreign in [
        &b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n\x02"[..],
        &tar,
    ] {
        let other = home.lockfile().with_extension("other");
        fs::write(&other, foreign).unwrap();
        fs::rename(&other, home.lockfile()).unwrap();
        let version = format!("2.0.{}", foreign.len());
        opened.publish("a", &version, b"2").await.unwrap();
        assert_eq!(fs::read(home.lockfile()).unwrap(), foreign);
    }
}

#[tokio::test]
async fn half_a_line_of_somebody_else_is_left_where_it_is() {
    let home = Home::new();
    with_versions(&home, 3).await;
    let mut lockfile = fs::read(home.lockfile()).unwrap();
    lockfile.extend_from_slice(b"a note");
    fs::write(home.lockfile(), &lockfile).unwrap();
    drop(home.open());
    lockfile.push(b'\n');
    assert_eq!(fs::read(home.lockfile()).unwrap(), lockfile);
}

#[tokio::test]
async fn the_mark_moves_while_the_server_runs() {
    let home = Home::new();
    let opened = home.open();
    let mark = || {
        opened.catalog.read(|rows| {
            let mark = rows.ledger_mark()?;
            Ok::<_, catalog::CatalogError>(mark)
        })
    };
    let tasks: Vec<_> = (0..1100)
        .map(|number| {
            let opened = opened.clone();
            tokio::spawn(async move {
                let number = format!("1.{number}.0");
                opened.publish("a", &number, b"1").await.unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    for _ in 0..500 {
        if mark().unwrap().seq >= 1024 {
            break;
        }
        tokio::task::spawn_blocking(|| std::thread::sleep(std::time::Duration::from_millis(10)))
            .await
            .unwrap();
    }
    assert!(mark().unwrap().seq >= 1024);
    assert_eq!(home.lines().len(), 1100);
}

#[tokio::test]
async fn a_lockfile_that_was_exchanged_is_followed() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("a", "1.0.0", b"1.0.0").await.unwrap();
    let other = home.path().join("other");
    fs::copy(home.lockfile(), &other).unwrap();
    fs::rename(&other, home.lockfile()).unwrap();
    opened.publish("a", "1.1.0", b"1.1.0").await.unwrap();
    opened.publish("a", "1.2.0", b"1.2.0").await.unwrap();
    assert!(opened.close());
    assert_eq!(home.lines(), expected(3));
}

#[tokio::test]
async fn lines_that_are_not_ours_survive() {
    for garbage in [
        b"a note somebody made\n".to_vec(),
        [vec![b'x'; 100_000], b"\n".to_vec()].concat(),
        [vec![0xff; 9000], b"\n\n\n".to_vec()].concat(),
        [vec![b'y'; 4095], b"\n".to_vec()].concat(),
        [vec![b'y'; 4096], b"\n".to_vec()].concat(),
        [vec![b'y'; 4097], b"\n".to_vec()].concat(),
    ] {
        let home = Home::new();
        with_versions(&home, 2).await;
        OpenOptions::new()
            .append(true)
            .open(home.lockfile())
            .unwrap()
            .write_all(&garbage)
            .unwrap();
        let before = fs::read(home.lockfile()).unwrap();
        let opened = home.open();
        assert!(fs::read(home.lockfile()).unwrap() == before);
        opened.publish("a", "1.2.0", b"1.2.0").await.unwrap();
        let after = fs::read(home.lockfile()).unwrap();
        assert!(after.starts_with(&before));
        assert_eq!(home.lines().last(), expected(3).last());
    }
}

#[tokio::test]
async fn a_line_may_follow_a_very_long_one() {
    let mut padded = Vec::new();
    for length in [4000, 4096, 8192, 100_000] {
        let lines = check_repaired(|lockfile| {
            padded.clear();
            padded.extend_from_slice(&lockfile[..LEN]);
            padded.extend_from_slice(&vec![b'x'; length]);
            padded.push(b'\n');
            padded.extend_from_slice(&lockfile[LEN..]);
            padded.clone()
        })
        .await;
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[1..], expected(3));
    }
}

#[test]
fn a_lockfile_that_is_not_there_is_an_error_that_names_it() {
    let home = Home::new();
    fs::remove_file(home.lockfile()).unwrap();
    let error = home.open_on(Arc::new(storage::OsDisk)).unwrap_err();
    assert!(matches!(error, OpenError::Lockfile(_)), "{error:?}");
    assert!(error.to_string().contains("registry.lockb"), "{error}");
}

#[tokio::test]
async fn a_start_writes_nothing_to_a_lockfile_that_is_in_order() {
    let home = Home::new();
    with_versions(&home, 3).await;
    let disk = Arc::new(FaultyDisk::default());
    disk.arm(Fault::Once, usize::MAX);
    drop(home.open_on(disk.clone()).unwrap());
    assert!(disk.log().iter().all(|step| step.kind != "append"));
}

#[test]
fn a_data_directory_has_one_server() {
    let home = Home::new();
    let first = DataDir::claim(home.path()).unwrap();
    let error = DataDir::claim(home.path()).unwrap_err();
    let pid = std::process::id().to_string();
    let ClaimError::InUse { path, holder } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(*path, home.path().canonicalize().unwrap());
    assert_eq!(holder.as_deref(), Some(pid.as_str()));
    assert!(
        error.to_string().contains(&format!("(process {pid})")),
        "{error}"
    );
    drop(first);
    DataDir::claim(home.path()).unwrap();
}

#[test]
fn a_claim_needs_no_holder_that_can_be_read() {
    let home = Home::new();
    let _first = DataDir::claim(home.path()).unwrap();
    for noted in [
        "",
        "not a number",
        "-1",
        "1234567890123456789012345678901234567890",
    ] {
        fs::write(home.path().join("in-use"), noted).unwrap();
        let error = DataDir::claim(home.path()).unwrap_err();
        assert!(
            matches!(&error, ClaimError::InUse { holder: None, .. }),
            "{error:?}"
        );
    }
}

#[test]
fn a_data_directory_is_made_with_its_parents_and_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let path = home.path().join("some/where/data");
    let data = DataDir::claim(&path).unwrap();
    let mode = fs::metadata(data.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    fs::write(home.path().join("file"), b"").unwrap();
    let error = DataDir::claim(&home.path().join("file/data")).unwrap_err();
    assert!(matches!(error, ClaimError::Io { .. }), "{error:?}");
}

#[tokio::test]
async fn a_lockfile_that_is_gone_delays_the_lines() {
    let home = Home::new();
    let opened = home.open();
    fs::remove_file(home.lockfile()).unwrap();
    opened.publish("a", "1.0.0", b"1.0.0").await.unwrap();
    assert!(!opened.close());
    fs::write(home.lockfile(), [0; LEN]).unwrap();
    opened.publish("a", "1.1.0", b"1.1.0").await.unwrap();
    assert!(opened.close());
    assert_eq!(home.lines(), expected(2));
}

#[tokio::test]
async fn lines_that_an_edit_in_place_lost_are_written_again() {
    let home = Home::new();
    let opened = home.open();
    for number in ["1.0.0", "1.1.0"] {
        opened
            .publish("a", number, number.as_bytes())
            .await
            .unwrap();
    }
    fs::write(home.lockfile(), [0; LEN]).unwrap();
    opened.publish("a", "1.2.0", b"1.2.0").await.unwrap();
    assert!(opened.close());
    let report = home.verify();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(home.lines().len(), 3);
}

#[tokio::test]
async fn lines_that_an_exchange_lost_are_written_again() {
    for half in [false, true] {
        let home = Home::new();
        let opened = home.open();
        opened.publish("a", "1.0.0", b"1.0.0").await.unwrap();
        // Somebody edits a copy, meanwhile a version is published, and then the copy takes its
        // place, perhaps without the last line feed.
        let mut edited = fs::read(home.lockfile()).unwrap();
        if half {
            edited.pop();
        }
        opened.publish("a", "1.1.0", b"1.1.0").await.unwrap();
        let other = home.path().join("other");
        fs::write(&other, edited).unwrap();
        fs::rename(&other, home.lockfile()).unwrap();
        opened.publish("a", "1.2.0", b"1.2.0").await.unwrap();
        assert!(opened.close());
        drop(opened);
        let opened = home.open();
        let report = home.verify();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
        let mut lines = home.lines();
        lines.sort();
        assert_eq!(lines, expected(3));
        drop(opened);
    }
}

#[tokio::test]
async fn nothing_is_written_where_the_header_should_be() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("a", "1.0.0", b"1.0.0").await.unwrap();
    fs::write(home.lockfile(), b"").unwrap();
    opened.publish("a", "1.1.0", b"1.1.0").await.unwrap();
    assert_eq!(fs::read(home.lockfile()).unwrap(), b"");
    fs::write(home.lockfile(), [0; LEN]).unwrap();
    opened.publish("a", "1.2.0", b"1.2.0").await.unwrap();
    assert!(opened.close());
    let mut lines = home.lines();
    lines.sort();
    assert_eq!(lines, expected(3));
}
