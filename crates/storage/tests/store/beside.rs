//! Another process at work on a data directory whose store is open.

use std::sync::Arc;

use catalog::{Catalog, Read};
use storage::{Beside, Question, TagError, layout};

use crate::harness::{BASE, Home, Opened, alice, name, publication_with, tag, version};

fn beside(home: &Home) -> Beside {
    let catalog = Catalog::open(&layout::catalog(home.path())).unwrap();
    Beside::new(Arc::new(catalog))
}

fn document_changes(opened: &Opened) -> i64 {
    let read = |rows: &Read<'_>| rows.document_changes();
    opened.catalog.read(read).unwrap()
}

#[tokio::test]
async fn a_tag_that_is_moved_beside_a_store_is_told_and_leaves_nothing_old() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("a", "1.0.0", b"1").await.unwrap();
    let before = opened.document("a").await.unwrap();
    let beside = beside(&home);
    let (a, next) = (name("a"), tag("next"));
    let (first, by) = (version("1.0.0"), alice());
    let changes = || document_changes(&opened);
    let unchanged = changes();
    let set = beside.set_dist_tag(&a, &next, &first, &by);
    set.await.unwrap();
    assert_eq!(changes(), unchanged + 1);
    let told = opened.catalog.read(|rows| {
        let filter = catalog::EventFilter {
            kind: Some(catalog::EventKind::DistTagSet.as_str().to_owned()),
            ..catalog::EventFilter::default()
        };
        rows.events(&filter, 1)
    });
    assert_eq!(told.unwrap()[0].detail, "next: 1.0.0");
    // Until it is told of the change, the store answers with what it has.
    opened.store.forget_all_rendered();
    let after = opened.document("a").await.unwrap();
    assert_eq!(after["dist-tags"]["next"], "1.0.0");
    assert_ne!(after["_rev"], before["_rev"]);
    beside.remove_dist_tag(&a, &next, &by).await.unwrap();
    let tags = beside.dist_tags(&a).await.unwrap().unwrap();
    assert_eq!(tags.len(), 1);
}

#[tokio::test]
async fn a_tag_is_refused_beside_a_store_as_by_it() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("a", "1.0.0", b"1").await.unwrap();
    let beside = beside(&home);
    let changes = || document_changes(&opened);
    let unchanged = changes();
    let (a, b, next) = (name("a"), name("b"), tag("next"));
    let (first, second, by) = (version("1.0.0"), version("2.0.0"), alice());
    let set = beside.set_dist_tag(&b, &next, &first, &by);
    assert!(matches!(set.await, Err(TagError::NoSuchPackage { .. })));
    let set = beside.set_dist_tag(&a, &next, &second, &by);
    assert!(matches!(set.await, Err(TagError::NoSuchVersion { .. })));
    let removed = beside.remove_dist_tag(&a, &next, &by);
    assert!(matches!(removed.await, Err(TagError::NoSuchTag { .. })));
    let latest = tag("latest");
    let removed = beside.remove_dist_tag(&a, &latest, &by);
    assert!(matches!(removed.await, Err(TagError::LatestStays { .. })));
    let removed = beside.remove_dist_tag(&b, &latest, &by);
    assert!(matches!(removed.await, Err(TagError::NoSuchPackage { .. })));
    assert_eq!(changes(), unchanged);
}

#[tokio::test]
async fn packages_are_found_and_shown_without_a_store() {
    let home = Home::new();
    let opened = home.open();
    for number in ["1.0.0", "1.10.0", "1.9.0"] {
        opened
            .publish("a", number, number.as_bytes())
            .await
            .unwrap();
    }
    let fields = r#","keywords":["cli"],"description":"pads words""#;
    let described = publication_with("b", "0.1.0", fields);
    opened.send(described, b"b").await.unwrap();
    drop(opened);
    let beside = beside(&home);
    let find = |text: &str, limit| {
        let found = beside.search(Question::parse(text), limit);
        async { found.await.unwrap() }
    };
    let (total, first) = find("", 1).await;
    assert_eq!((total, first.len()), (2, 1));
    assert_eq!(first[0].0, name("a"));
    let (total, found) = find("keywords:cli", 9).await;
    assert_eq!((total, found[0].1.description.as_str()), (1, "pads words"));
    assert_eq!(find("keywords:other", 9).await.0, 0);
    let (a, c) = (name("a"), name("c"));
    let whole = beside.package(&a, BASE).await.unwrap().unwrap();
    let document: serde_json::Value = serde_json::from_slice(&whole.packument).unwrap();
    assert_eq!(document["versions"].as_object().unwrap().len(), 3);
    assert_eq!(whole.sizes["1.10.0"], 6);
    assert!(beside.package(&c, BASE).await.unwrap().is_none());
}
