use std::{
    collections::HashSet,
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use catalog::PackumentForm::{self, Abbreviated, Full};
use storage::{
    Encoding::{self, Brotli, Gzip, Identity, Zstd},
    OsDisk, PackumentRequest, ReadError, TarballContent,
};

use crate::harness::{BASE, Home, alice, decoded, name, publication_with, tag, version};

const EACH: [(PackumentForm, Encoding); 8] = [
    (Full, Identity),
    (Full, Gzip),
    (Abbreviated, Brotli),
    (Abbreviated, Zstd),
    (Full, Brotli),
    (Full, Zstd),
    (Abbreviated, Identity),
    (Abbreviated, Gzip),
];

/// Fields that make a document worth encoding, in both forms.
fn long_description() -> String {
    format!(
        r#","description":"{0}","engines":{{"node":"{0}"}}"#,
        "worth encoding ".repeat(200)
    )
}

#[tokio::test]
async fn an_entity_tag_names_exactly_one_sequence_of_bytes() {
    let home = Home::new();
    let opened = home.open();
    let mut seen = HashSet::new();
    for change in 0..5 {
        let (a, store) = (name("a"), &opened.store);
        match change {
            0 | 1 => {
                let mut new = publication_with("a", &format!("1.{change}.0"), &long_description());
                new.published = std::time::UNIX_EPOCH;
                opened.send(new, b"1").await.unwrap();
            }
            2 | 3 => store
                .set_dist_tag(&a, &tag("next"), &version("1.0.0"), &alice())
                .await
                .unwrap(),
            _ => store
                .remove_dist_tag(&a, &tag("next"), &alice())
                .await
                .unwrap(),
        }
        for base in [BASE, "https://registry.example.org", ""] {
            for (form, encoding) in EACH {
                let first = opened.packument("a", form, encoding, base).await.unwrap();
                let again = opened.packument("a", form, encoding, base).await.unwrap();
                assert_eq!((&first.etag, &first.body), (&again.etag, &again.body));
                assert!(first.etag.starts_with('"') && first.etag.ends_with('"'));
                assert!(seen.insert(first.etag.clone()), "{} again", first.etag);
            }
        }
    }
    // A start changes nothing.
    let tag = |opened: crate::harness::Opened| async move {
        opened.packument("a", Full, Gzip, BASE).await.unwrap().etag
    };
    let before = tag(opened).await;
    assert_eq!(tag(home.open()).await, before);
}

#[tokio::test]
async fn every_encoding_holds_the_same_bytes_as_identity() {
    let home = Home::new();
    let opened = home.open();
    opened
        .send(publication_with("a", "1.0.0", &long_description()), b"1")
        .await
        .unwrap();
    for number in 1..20 {
        opened
            .publish("a", &format!("1.{number}.0"), b"1")
            .await
            .unwrap();
    }
    for form in [Full, Abbreviated] {
        let plain = opened.packument("a", form, Identity, BASE).await.unwrap();
        assert_eq!(plain.encoding, Identity);
        for encoding in [Gzip, Brotli, Zstd] {
            let packed = opened.packument("a", form, encoding, BASE).await.unwrap();
            assert_eq!(packed.encoding, encoding);
            assert_eq!(decoded(&packed), plain.body);
            assert!(packed.body.len() < plain.body.len() / 2);
        }
    }
}

#[tokio::test]
async fn a_small_document_is_not_encoded_whatever_was_asked_for() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("a", "1.0.0", b"1").await.unwrap();
    let plain = opened
        .packument("a", Abbreviated, Identity, BASE)
        .await
        .unwrap();
    for encoding in [Gzip, Brotli, Zstd] {
        let asked = opened
            .packument("a", Abbreviated, encoding, BASE)
            .await
            .unwrap();
        assert_eq!(asked.encoding, Identity);
        assert_eq!((&asked.etag, &asked.body), (&plain.etag, &plain.body));
    }
}

#[tokio::test]
async fn tarball_urls_start_with_the_base_that_was_asked_under() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("@acme/a", "1.0.0", b"1").await.unwrap();
    for base in [BASE, "https://registry.example.org/npm"] {
        for (form, _) in EACH {
            let rendered = opened
                .packument("@acme/a", form, Identity, base)
                .await
                .unwrap();
            let document: serde_json::Value = serde_json::from_slice(&rendered.body).unwrap();
            assert_eq!(
                document["versions"]["1.0.0"]["dist"]["tarball"],
                format!("{base}/@acme/a/-/a-1.0.0.tgz")
            );
        }
        let (package, number) = (name("@acme/a"), version("1.0.0"));
        let manifest = opened.store.manifest(&package, &number, base).await;
        let manifest: serde_json::Value =
            serde_json::from_slice(&manifest.unwrap().unwrap()).unwrap();
        assert_eq!(
            manifest["dist"]["tarball"],
            format!("{base}/@acme/a/-/a-1.0.0.tgz")
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_nothing_until_it_is_published() {
    let home = Home::new();
    let opened = home.open();
    for (form, encoding) in EACH {
        assert!(opened.packument("a", form, encoding, BASE).await.is_none());
    }
    assert!(opened.tarball("a", "1.0.0").await.is_none());
    let (package, number) = (name("a"), version("1.0.0"));
    let manifest = opened.store.manifest(&package, &number, BASE).await;
    assert!(manifest.unwrap().is_none());
    assert!(opened.store.dist_tags(&name("a")).await.unwrap().is_none());
    opened.publish("a", "1.0.0", b"1").await.unwrap();
    for (form, encoding) in EACH {
        assert!(opened.packument("a", form, encoding, BASE).await.is_some());
    }
}

/// Every install of pnpm asks for `/pnpm`, every first publish of npm for what is not there yet.
#[tokio::test]
async fn what_is_known_not_to_be_there_is_not_looked_up_again() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("b", "1.0.0", b"1").await.unwrap();
    let (form, encoding) = EACH[0];
    assert!(opened.packument("a", form, encoding, BASE).await.is_none());
    home.tamper("ALTER TABLE packages RENAME TO elsewhere");
    for (form, encoding) in EACH {
        assert!(opened.packument("a", form, encoding, BASE).await.is_none());
    }
    // Who asks the catalogue now, finds out.
    let asked = opened.store.packument(PackumentRequest {
        package: name("c"),
        form,
        encoding,
        base: BASE.into(),
    });
    assert!(matches!(asked.await, Err(ReadError::Catalog(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_version_whose_publish_was_answered_is_in_every_later_read() {
    const VERSIONS: usize = 30;
    // With a budget that keeps everything, one that keeps little, and none.
    for budget in [1 << 20, 3000, 0] {
        let home = Home::new();
        let opened = home.open_with(Arc::new(OsDisk), budget).unwrap();
        let answered = Arc::new(AtomicUsize::new(0));
        let readers: Vec<_> = (0..4)
            .map(|reader| {
                let (opened, answered) = (opened.clone(), Arc::clone(&answered));
                tokio::spawn(async move {
                    let (form, encoding) = EACH[reader];
                    let mut reads = 0_usize;
                    loop {
                        let before = answered.load(Ordering::SeqCst);
                        let read = opened.packument("a", form, encoding, BASE).await;
                        let Some(rendered) = read else {
                            assert_eq!(before, 0, "the package is not there");
                            tokio::task::yield_now().await;
                            continue;
                        };
                        let body = decoded(&rendered);
                        let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
                        let listed = document["versions"].as_object().unwrap().len();
                        assert!(listed >= before, "{listed} of {before} are listed");
                        assert_eq!(
                            document["dist-tags"]["latest"],
                            format!("1.0.{}", listed - 1)
                        );
                        reads += 1;
                        if before == VERSIONS {
                            return reads;
                        }
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        for number in 0..VERSIONS {
            opened
                .publish("a", &format!("1.0.{number}"), b"1")
                .await
                .unwrap();
            answered.store(number + 1, Ordering::SeqCst);
        }
        for reader in readers {
            assert!(reader.await.unwrap() > 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_who_ask_at_once_get_what_one_of_them_rendered() {
    let home = Home::new();
    let opened = home.open();
    for number in 0..20 {
        opened
            .publish("a", &format!("1.{number}.0"), b"1")
            .await
            .unwrap();
    }
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let opened = opened.clone();
            tokio::spawn(async move { opened.packument("a", Full, Gzip, BASE).await.unwrap() })
        })
        .collect();
    let mut places = HashSet::new();
    for task in tasks {
        places.insert(task.await.unwrap().body.as_ptr() as usize);
    }
    // A second rendering would lie elsewhere, since the first is still kept.
    assert_eq!(places.len(), 1);
}

#[tokio::test]
async fn a_tarball_that_is_gone_is_an_error_that_names_it() {
    let home = Home::new();
    let opened = home.open();
    let large = vec![1; 300 * 1024];
    opened.publish("a", "1.0.0", b"small").await.unwrap();
    opened.publish("a", "2.0.0", &large).await.unwrap();
    let read = opened.store.tarball(&name("a"), &version("2.0.0")).await;
    let tarball = read.unwrap().unwrap();
    assert!(matches!(tarball.content, TarballContent::File(_)));
    fs::write(home.blob(b"small"), b"sm").unwrap();
    fs::remove_file(home.blob(&large)).unwrap();
    for number in ["1.0.0", "2.0.0"] {
        let read = opened.store.tarball(&name("a"), &version(number)).await;
        assert!(
            matches!(&read, Err(ReadError::Tarball { version: gone, .. })
                if *gone == version(number)),
            "{read:?}"
        );
    }
}
