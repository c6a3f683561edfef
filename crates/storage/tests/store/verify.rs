use std::fs::{self, OpenOptions};
use std::io::Write as _;

use npm_model::Digests;
use storage::{Finding, VerifyError, VerifyReport};

use crate::harness::{Home, Opened, line};

/// Publishes two versions, does some damage, and returns what verify says of it.
async fn found(damage: impl FnOnce(&Home)) -> VerifyReport {
    let home = Home::new();
    let opened = home.open();
    publish_two(&opened).await;
    drop(opened);
    damage(&home);
    home.verify()
}

async fn publish_two(opened: &Opened) {
    opened.publish("a", "1.0.0", b"first").await.unwrap();
    opened.publish("a", "1.1.0", b"second").await.unwrap();
}

/// The findings, as they are shown.
fn shown(report: &VerifyReport) -> Vec<String> {
    report.findings.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn nothing_is_found_where_nothing_is_wrong() {
    let report = found(|_| ()).await;
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(
        (report.versions, report.bytes, report.unnamed_tarballs),
        (2, 11, 0)
    );
}

#[tokio::test]
async fn verify_runs_beside_a_server_and_tells_how_far_it_is() {
    let home = Home::new();
    let opened = home.open();
    publish_two(&opened).await;
    let mut seen = Vec::new();
    let report = storage::verify(home.path(), &home.lockfile(), |progress| {
        seen.push((progress.done, progress.total, progress.bytes));
    });
    assert!(report.unwrap().findings.is_empty());
    assert_eq!(seen, [(1, 2, 5), (2, 2, 11)]);
    opened.publish("a", "1.2.0", b"third").await.unwrap();
}

#[tokio::test]
async fn a_missing_tarball_is_found() {
    let report = found(|home| fs::remove_file(home.blob(b"first")).unwrap()).await;
    assert!(
        matches!(&report.findings[..], [Finding::TarballMissing(it)] if it.version.as_str() == "1.0.0")
    );
    assert_eq!(shown(&report), ["a@1.0.0: the tarball is missing"]);
}

#[tokio::test]
async fn a_flipped_bit_is_found() {
    let report = found(|home| fs::write(home.blob(b"first"), b"fiRst").unwrap()).await;
    assert!(
        matches!(&report.findings[..], [Finding::TarballDamaged { version, actual }]
            if version.version.as_str() == "1.0.0" && *actual == Digests::of(b"fiRst").integrity),
        "{:?}",
        report.findings
    );
}

#[tokio::test]
async fn a_tarball_that_is_shorter_longer_or_no_file_is_found() {
    for content in [&b"firs"[..], b"", b"first!"] {
        let report = found(|home| fs::write(home.blob(b"first"), content).unwrap()).await;
        assert!(matches!(
            &report.findings[..],
            [Finding::TarballDamaged { .. }]
        ));
    }
    let report = found(|home| {
        fs::remove_file(home.blob(b"first")).unwrap();
        fs::create_dir(home.blob(b"first")).unwrap();
    })
    .await;
    assert!(matches!(
        &report.findings[..],
        [Finding::TarballUnreadable(..)]
    ));
}

#[tokio::test]
async fn a_missing_line_is_found() {
    let report = found(|home| {
        let lockfile = fs::read_to_string(home.lockfile()).unwrap();
        let gone = line("a", "1.0.0", b"first") + "\n";
        fs::write(home.lockfile(), lockfile.replace(&gone, "")).unwrap();
    })
    .await;
    assert!(
        matches!(&report.findings[..], [Finding::LineMissing(it)] if it.version.as_str() == "1.0.0"),
        "{:?}",
        report.findings
    );
}

#[tokio::test]
async fn an_altered_line_is_found_as_missing_and_unknown() {
    let altered = line("a", "1.0.0", b"other");
    let report = found(|home| {
        let lockfile = fs::read_to_string(home.lockfile()).unwrap();
        let lockfile = lockfile.replace(&line("a", "1.0.0", b"first"), &altered);
        fs::write(home.lockfile(), lockfile).unwrap();
    })
    .await;
    assert!(
        matches!(&report.findings[..], [Finding::LineMissing(_), Finding::LineUnknown(line)]
            if *line == altered),
        "{:?}",
        report.findings
    );
}

#[tokio::test]
async fn a_line_of_what_is_not_listed_is_found() {
    let unknown = line("evil", "6.6.6", b"evil");
    let report = found(|home| {
        let mut lockfile = OpenOptions::new()
            .append(true)
            .open(home.lockfile())
            .unwrap();
        writeln!(lockfile, "{unknown}").unwrap();
    })
    .await;
    assert!(
        matches!(&report.findings[..], [Finding::LineUnknown(line)] if *line == unknown),
        "{:?}",
        report.findings
    );
}

#[tokio::test]
async fn a_row_that_was_altered_is_found() {
    let report =
        found(|home| home.tamper("UPDATE versions SET size = size + 1 WHERE seq = 1")).await;
    assert!(matches!(
        &report.findings[..],
        [Finding::TarballDamaged { .. }]
    ));
    let report =
        found(|home| home.tamper("UPDATE versions SET shasum = zeroblob(20) WHERE seq = 1")).await;
    assert!(matches!(
        &report.findings[..],
        [Finding::TarballDamaged { .. }]
    ));
    let report =
        found(|home| home.tamper("UPDATE versions SET integrity = zeroblob(64) WHERE seq = 1"))
            .await;
    assert!(
        matches!(
            &report.findings[..],
            [
                Finding::TarballMissing(_),
                Finding::LineMissing(_),
                Finding::LineUnknown(_)
            ]
        ),
        "{:?}",
        report.findings
    );
    assert_eq!(report.unnamed_tarballs, 1);
}

#[tokio::test]
async fn a_tarball_that_no_version_names_is_counted_and_is_no_finding() {
    let report = found(|home| {
        let unnamed = home.blob(b"unnamed");
        fs::create_dir_all(unnamed.parent().unwrap()).unwrap();
        fs::write(unnamed, b"unnamed").unwrap();
        // What is being received is not looked at.
        fs::write(storage::layout::incoming(home.path()).join("7"), b"half").unwrap();
    })
    .await;
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(report.unnamed_tarballs, 1);
}

#[test]
fn a_folder_without_a_registry_is_an_error_and_stays_as_it_is() {
    let home = Home::new();
    let checked = storage::verify(home.path(), &home.lockfile(), |_| ());
    assert!(
        matches!(checked, Err(VerifyError::NoRegistry { .. })),
        "{checked:?}"
    );
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_lockfile_that_is_gone_is_an_error_that_names_it() {
    let home = Home::new();
    publish_two(&home.open()).await;
    fs::remove_file(home.lockfile()).unwrap();
    let checked = storage::verify(home.path(), &home.lockfile(), |_| ());
    assert!(
        matches!(&checked, Err(VerifyError::Lockfile { path, .. }) if *path == home.lockfile()),
        "{checked:?}"
    );
}
