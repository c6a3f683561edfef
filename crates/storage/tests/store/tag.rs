use storage::TagError;

use crate::harness::{Home, alice, name, tag, version};

fn pairs(tags: &[(&str, &str)]) -> Vec<(String, String)> {
    tags.iter()
        .map(|(tag, version)| ((*tag).to_owned(), (*version).to_owned()))
        .collect()
}

#[tokio::test]
async fn tags_are_set_moved_and_removed() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("a", "1.0.0", b"1").await.unwrap();
    opened.publish("a", "2.0.0", b"2").await.unwrap();
    let store = &opened.store;
    let (a, next) = (name("a"), tag("next"));
    store
        .set_dist_tag(&a, &next, &version("1.0.0"), &alice())
        .await
        .unwrap();
    assert_eq!(
        opened.tags("a").await,
        pairs(&[("latest", "2.0.0"), ("next", "1.0.0")])
    );
    store
        .set_dist_tag(&a, &next, &version("2.0.0"), &alice())
        .await
        .unwrap();
    store
        .set_dist_tag(&a, &tag("latest"), &version("1.0.0"), &alice())
        .await
        .unwrap();
    assert_eq!(
        opened.tags("a").await,
        pairs(&[("latest", "1.0.0"), ("next", "2.0.0")])
    );
    assert_eq!(
        opened.document("a").await.unwrap()["dist-tags"]["latest"],
        "1.0.0"
    );
    store.remove_dist_tag(&a, &next, &alice()).await.unwrap();
    drop(opened);
    let opened = home.open();
    assert_eq!(opened.tags("a").await, pairs(&[("latest", "1.0.0")]));
    assert!(opened.store.dist_tags(&name("b")).await.unwrap().is_none());
}

#[tokio::test]
async fn a_tag_points_at_a_version_as_it_was_published() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("a", "1.0.0+linux.1", b"1").await.unwrap();
    for spelled in ["1.0.0", "1.0.0+linux.1", "1.0.0+mac"] {
        let (package, next) = (name("a"), tag("next"));
        let set = opened
            .store
            .set_dist_tag(&package, &next, &version(spelled), &alice())
            .await;
        set.unwrap();
        let tags = opened.tags("a").await;
        assert_eq!(
            tags,
            pairs(&[("latest", "1.0.0+linux.1"), ("next", "1.0.0+linux.1")])
        );
        assert_eq!(opened.tarball("a", spelled).await.unwrap(), b"1");
    }
    let document = opened.document("a").await.unwrap();
    let tagged = document["dist-tags"]["next"].as_str().unwrap();
    assert!(document["versions"].get(tagged).is_some());
}

#[tokio::test]
async fn a_tag_that_cannot_be_moved_is_refused_for_its_reason() {
    let home = Home::new();
    let opened = home.open();
    opened.publish("a", "1.0.0", b"1").await.unwrap();
    let before = opened.document("a").await;
    let store = &opened.store;
    let (a, b) = (name("a"), name("b"));

    let error = store
        .set_dist_tag(&b, &tag("next"), &version("1.0.0"), &alice())
        .await;
    assert!(
        matches!(&error, Err(TagError::NoSuchPackage { package }) if *package == b),
        "{error:?}"
    );
    let error = store.remove_dist_tag(&b, &tag("next"), &alice()).await;
    assert!(
        matches!(error, Err(TagError::NoSuchPackage { .. })),
        "{error:?}"
    );
    let error = store
        .set_dist_tag(&a, &tag("next"), &version("2.0.0"), &alice())
        .await;
    assert!(
        matches!(&error, Err(TagError::NoSuchVersion { package, version: missing })
            if *package == a && *missing == version("2.0.0")),
        "{error:?}"
    );
    let error = store.remove_dist_tag(&a, &tag("next"), &alice()).await;
    assert!(
        matches!(&error, Err(TagError::NoSuchTag { tag: missing, .. }) if *missing == tag("next")),
        "{error:?}"
    );
    let error = store.remove_dist_tag(&a, &tag("latest"), &alice()).await;
    assert!(
        matches!(&error, Err(TagError::LatestStays { package }) if *package == a),
        "{error:?}"
    );
    assert_eq!(opened.document("a").await, before);
}
