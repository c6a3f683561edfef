use std::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};

use catalog::PackumentForm;
use npm_model::{Digests, ManifestError, NameError};
use serde_json::{Value, from_slice};
use storage::{Contents, Encoding, PublishError};

use crate::harness::{
    Home, Opened, line, name, publication, publication_with, readme, tag, version,
};

#[tokio::test]
async fn what_was_published_is_read_back_also_after_a_restart() {
    async fn check(opened: &Opened, rev: &str, large: &[u8]) {
        assert_eq!(opened.versions("a").await, ["1.0.0", "2.0.0"]);
        assert_eq!(opened.document("a").await.unwrap()["_rev"], *rev);
        assert_eq!(opened.tarball("a", "1.0.0").await.unwrap(), b"small");
        assert_eq!(opened.tarball("a", "2.0.0").await.unwrap(), large);
        let scoped = opened.tarball("@acme/b", "0.0.1-rc.1").await;
        assert_eq!(scoped.unwrap(), b"scoped");
        assert!(opened.tarball("a", "3.0.0").await.is_none());
        assert!(opened.tarball("c", "1.0.0").await.is_none());
    }
    let home = Home::new();
    let opened = home.open();
    let large = vec![7; 300 * 1024];
    let published = opened.publish("a", "1.0.0", b"small").await.unwrap();
    assert_eq!(published.integrity, Digests::of(b"small").integrity);
    let second = opened.publish("a", "2.0.0", &large).await.unwrap();
    assert_ne!(published.rev, second.rev);
    opened
        .publish("@acme/b", "0.0.1-rc.1", b"scoped")
        .await
        .unwrap();
    check(&opened, &second.rev, &large).await;
    drop(opened);
    check(&home.open(), &second.rev, &large).await;
    assert_eq!(
        home.lines(),
        [
            line("a", "1.0.0", b"small"),
            line("a", "2.0.0", &large),
            line("@acme/b", "0.0.1-rc.1", b"scoped"),
        ]
    );
}

/// npm looks for the file in packages of which the document says so; what the publisher says does not count.
#[tokio::test]
async fn a_shrinkwrap_is_told_of_when_the_tarball_has_one() {
    const CLAIMS: [&str; 3] = [
        "",
        r#","_hasShrinkwrap":false"#,
        r#","_hasShrinkwrap":true"#,
    ];
    let home = Home::new();
    let opened = home.open();
    for (package, shrinkwrap) in [("a", true), ("b", false)] {
        for (minor, claim) in CLAIMS.into_iter().enumerate() {
            let publication = publication_with(package, &format!("1.{minor}.0"), claim);
            let draft = opened.draft(publication, b"tarball").unwrap();
            let contents = Contents {
                shrinkwrap,
                ..Contents::default()
            };
            draft.commit(contents).await.unwrap();
        }
        for form in [PackumentForm::Full, PackumentForm::Abbreviated] {
            let packument = opened.packument(package, form, Encoding::Identity, "http://r");
            let document: Value = from_slice(&packument.await.unwrap().body).unwrap();
            for manifest in document["versions"].as_object().unwrap().values() {
                let told = manifest.get("_hasShrinkwrap");
                assert_eq!(told, shrinkwrap.then_some(&true.into()), "{manifest}");
            }
        }
    }
}

#[tokio::test]
async fn a_published_version_cannot_be_replaced() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("a", "1.0.0+one", b"1").await.unwrap();
    for again in ["1.0.0+one", "1.0.0", "1.0.0+two"] {
        let error = opened.draft(publication("a", again), b"2").unwrap_err();
        let early = opened.store.check_vacant(&name("a"), &version(again));
        assert!(
            matches!(early, Err(PublishError::VersionExists { .. })),
            "{early:?}"
        );
        assert!(
            matches!(&error, PublishError::VersionExists { package, version: taken }
                if *package == name("a") && *taken == version(again)),
            "{error:?}"
        );
    }
    assert_eq!(opened.versions("a").await, ["1.0.0+one"]);
    assert_eq!(opened.tarball("a", "1.0.0").await.unwrap(), b"1");
}

#[tokio::test]
async fn of_two_drafts_of_one_version_the_second_is_refused() {
    let home = Home::new();
    let opened = home.open();
    let first = opened.draft(publication("a", "1.0.0"), b"first").unwrap();
    let second = publication("a", "1.0.0+b");
    opened.send(second, b"second").await.unwrap();
    let error = first.commit(Contents::default()).await.unwrap_err();
    assert!(
        matches!(error, PublishError::VersionExists { .. }),
        "{error:?}"
    );
    assert_eq!(opened.versions("a").await, ["1.0.0+b"]);
    assert_eq!(opened.tarball("a", "1.0.0").await.unwrap(), b"second");
    assert_eq!(home.incoming(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_published_at_once_are_all_kept() {
    let home = Home::new();
    let opened = home.open();
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let opened = opened.clone();
            tokio::spawn(async move {
                let number = format!("1.0.{number}");
                opened
                    .publish("a", &number, number.as_bytes())
                    .await
                    .unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(opened.versions("a").await.len(), 200);
    assert_eq!(home.lines().len(), 200);
    let report = home.verify();
    assert_eq!((report.versions, report.unnamed_tarballs), (200, 0));
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[tokio::test]
async fn names_that_a_new_package_cannot_have_are_refused_at_once() {
    let home = Home::new();
    let opened = home.open();
    for refused in ["Capitals", "http", "spec!al"] {
        let error = opened
            .store
            .check_vacant(&name(refused), &version("1.0.0"))
            .unwrap_err();
        assert!(matches!(error, PublishError::NameRefused(_)), "{error:?}");
    }
    let error = opened
        .draft(publication("Capitals", "1.0.0"), b"1")
        .unwrap_err();
    assert!(
        matches!(error, PublishError::NameRefused(NameError::Capitals { .. })),
        "{error:?}"
    );
    assert_eq!(home.incoming(), 0);
}

#[tokio::test]
async fn a_name_too_similar_to_another_is_refused() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("left-pad", "1.0.0", b"1").await.unwrap();
    let error = opened.publish("leftpad", "1.0.0", b"2").await.unwrap_err();
    assert!(
        matches!(&error, PublishError::SimilarName { package, existing }
            if *package == name("leftpad") && existing == "left-pad"),
        "{error:?}"
    );
    assert!(opened.document("leftpad").await.is_none());
    opened
        .publish("@acme/leftpad", "1.0.0", b"3")
        .await
        .unwrap();
    opened.publish("left-pad", "1.0.1", b"4").await.unwrap();
}

#[tokio::test]
async fn a_tarball_that_is_not_what_its_manifest_says_is_refused() {
    async fn check(dist: String, tarball: &[u8], fits: fn(&PublishError) -> bool) {
        let home = Home::new();
        let opened = home.open();
        let publication = publication_with("a", "1.0.0", &format!(r#","dist":{dist}"#));
        let error = opened.send(publication, tarball).await.unwrap_err();
        assert!(fits(&error), "{error:?}");
        assert!(opened.document("a").await.is_none());
        assert_eq!(home.incoming(), 0);
        assert_eq!(home.verify().unnamed_tarballs, 0);
        opened.publish("a", "1.0.0", b"good").await.unwrap();
    }
    let other = Digests::of(b"other");
    check(
        format!(r#"{{"integrity":"{}"}}"#, other.integrity),
        b"this",
        |error| {
            matches!(error, PublishError::IntegrityMismatch { expected, actual, .. }
            if *expected == Digests::of(b"other").integrity
                && *actual == Digests::of(b"this").integrity)
        },
    )
    .await;
    check(
        format!(r#"{{"shasum":"{}"}}"#, other.shasum),
        b"this",
        |error| {
            matches!(error, PublishError::ShasumMismatch { expected, actual, .. }
            if *expected == Digests::of(b"other").shasum
                && *actual == Digests::of(b"this").shasum)
        },
    )
    .await;
    check("{}".to_owned(), b"", |error| {
        matches!(error, PublishError::EmptyTarball { .. })
    })
    .await;
    check("7".to_owned(), b"this", |error| {
        matches!(error, PublishError::Manifest(ManifestError::Dist))
    })
    .await;
}

#[tokio::test]
async fn hashes_that_fit_are_accepted_and_the_servers_own_are_kept() {
    let home = Home::new();
    let opened = home.open();
    let Digests {
        integrity, shasum, ..
    } = Digests::of(b"this");
    let fields = format!(
        r#","dist":{{"integrity":"{integrity}","shasum":"{shasum}","tarball":"http://evil/x.tgz"}}"#
    );
    let publication = publication_with("a", "1.0.0", &fields);
    opened.send(publication, b"this").await.unwrap();
    let document = opened.document("a").await.unwrap();
    let dist = &document["versions"]["1.0.0"]["dist"];
    assert_eq!(dist["integrity"], integrity.to_string());
    assert_eq!(dist["tarball"], "http://localhost:4873/a/-/a-1.0.0.tgz");
}

#[tokio::test]
async fn a_draft_that_is_dropped_leaves_nothing() {
    let home = Home::new();
    let opened = home.open();
    let mut incoming = opened.store.receive().unwrap();
    incoming.write(b"half of it").unwrap();
    assert_eq!(home.incoming(), 1);
    drop(incoming);
    assert_eq!(home.incoming(), 0);
    let draft = opened.draft(publication("a", "1.0.0"), b"all").unwrap();
    assert_eq!(home.incoming(), 1);
    drop(draft);
    assert_eq!(home.incoming(), 0);
    assert!(opened.document("a").await.is_none());
}

#[tokio::test]
async fn what_an_interrupted_server_was_receiving_is_removed_at_the_next_start() {
    let home = Home::new();
    drop(home.open());
    let incoming = storage::layout::incoming(home.path());
    for number in 0..3 {
        std::fs::write(incoming.join(number.to_string()), b"half of it").unwrap();
    }
    let opened = home.open();
    assert_eq!(home.incoming(), 0);
    opened.publish("a", "1.0.0", b"all of it").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publish_goes_on_when_nobody_waits_for_it() {
    let home = Home::new();
    let opened = home.open();
    let draft = opened.draft(publication("a", "1.0.0"), b"1").unwrap();
    {
        let mut commit = pin!(draft.commit(Contents::default()));
        let polled = commit
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
    }
    for _ in 0..1000 {
        if !home.lines().is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(opened.is_listed("a", "1.0.0"));
    assert_eq!(opened.versions("a").await, ["1.0.0"]);
}

#[tokio::test]
async fn latest_follows_what_the_publisher_says() {
    let home = Home::new();
    let opened = home.open();
    let latest = async || {
        let tags = opened.tags("a").await;
        let latest = tags.into_iter().find(|(tag, _)| tag == "latest");
        latest.map(|(_, version)| version)
    };
    let mut beta = publication("a", "1.0.0-beta.1");
    beta.dist_tags = vec![tag("beta")];
    opened.send(beta, b"1").await.unwrap();
    // A package's first version is the latest whatever it is tagged.
    assert_eq!(latest().await.as_deref(), Some("1.0.0-beta.1"));
    let mut untagged = publication("a", "2.0.0");
    untagged.dist_tags = Vec::new();
    opened.send(untagged, b"2").await.unwrap();
    assert_eq!(latest().await.as_deref(), Some("1.0.0-beta.1"));
    opened.publish("a", "1.5.0", b"3").await.unwrap();
    assert_eq!(latest().await.as_deref(), Some("1.5.0"));
    let mut both = publication("a", "1.4.9");
    both.dist_tags = vec![tag("old"), tag("beta")];
    opened.send(both, b"4").await.unwrap();
    assert_eq!(latest().await.as_deref(), Some("1.5.0"));
    let tags = opened.tags("a").await;
    assert_eq!(tags.len(), 3);
    assert_eq!(tags[0], ("beta".to_owned(), "1.4.9".to_owned()));
}

#[tokio::test]
async fn the_readme_is_that_of_the_latest_version() {
    let home = Home::new();
    let opened = home.open();
    let shown = async || {
        let document = opened.document("a").await.unwrap();
        document["readme"].as_str().map(str::to_owned)
    };
    opened.publish("a", "0.9.0", b"0").await.unwrap();
    assert_eq!(shown().await, None);
    let mut first = publication("a", "1.0.0");
    first.readme = Some(readme("# one"));
    opened.send(first, b"1").await.unwrap();
    assert_eq!(shown().await.as_deref(), Some("# one"));
    let mut beta = publication("a", "2.0.0-beta");
    beta.dist_tags = vec![tag("beta")];
    beta.readme = Some(readme("# two"));
    opened.send(beta, b"2").await.unwrap();
    assert_eq!(shown().await.as_deref(), Some("# one"));
    // A version without a readme takes none away.
    opened.publish("a", "1.1.0", b"3").await.unwrap();
    assert_eq!(shown().await.as_deref(), Some("# one"));
    let mut next = publication("a", "1.2.0");
    next.readme = Some(readme("# three"));
    opened.send(next, b"4").await.unwrap();
    assert_eq!(shown().await.as_deref(), Some("# three"));
    assert_eq!(
        opened.document("a").await.unwrap()["readmeFilename"],
        "README.md"
    );
}

#[tokio::test]
async fn versions_of_equal_bytes_share_a_tarball() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("a", "1.0.0", b"same").await.unwrap();
    opened.publish("b", "2.0.0", b"same").await.unwrap();
    assert_eq!(
        opened.tarball("a", "1.0.0").await,
        opened.tarball("b", "2.0.0").await
    );
    let report = home.verify();
    assert_eq!((report.versions, report.bytes), (2, 4));
    assert!(report.findings.is_empty());
}
