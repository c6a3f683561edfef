use std::{collections::HashSet, os::unix::fs::PermissionsExt, time::SystemTime};

use catalog::{EventFilter, Session, SessionKind};
use serde_json::json;

use super::*;
use crate::{
    keys::Keys,
    token::{Claims, sign},
};

const DROP: Rotation = Rotation {
    all: true,
    drop_old: true,
};

fn kid(token: &str) -> String {
    part(token, 0)["kid"].as_str().unwrap().to_owned()
}

async fn kids(auth: &Auth) -> Vec<String> {
    let jwks = auth.jwks(&premium()).await.unwrap();
    jwks.keys().iter().map(|key| key.kid().to_owned()).collect()
}

async fn rotate(auth: &Auth, rotation: Rotation) -> Rotated {
    auth.rotate_keys(rotation, &premium(), &by()).await.unwrap()
}

#[tokio::test]
async fn the_set_of_keys_is_never_without_the_next_tokens_key_and_tells_no_secret() {
    let registry = Registry::with_rsa_key();
    let auth = registry.open();
    let jwks = serde_json::to_value(auth.jwks(&premium()).await.unwrap()).unwrap();
    let token = log_in(&auth, "alice").await.token;
    let keys = jwks["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    assert_eq!(
        (&keys[0]["kid"], &keys[0]["alg"]),
        (&json!(kid(&token)), &json!("EdDSA"))
    );
    let fields =
        |key: &Value| -> Vec<String> { key.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(fields(&keys[0]), ["alg", "crv", "kid", "kty", "use", "x"]);
    assert_eq!(fields(&keys[1]), ["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!(keys[1]["e"], "AQAB");
    let modulus = URL_SAFE_NO_PAD.decode(keys[1]["n"].as_str().unwrap());
    let modulus = modulus.unwrap();
    assert_eq!((modulus.len(), modulus[0] >= 0x80), (256, true));
    for key in keys {
        assert_eq!(key["use"], "sig");
    }
}

#[tokio::test]
async fn two_processes_that_need_a_key_get_the_same_one() {
    let registry = Registry::new();
    let all: Vec<Arc<Keys>> = (0..4)
        .map(|_| Arc::new(Keys::open(&registry.keys()).unwrap()))
        .collect();
    let asked: Vec<_> = all
        .iter()
        .cycle()
        .take(16)
        .map(|keys| {
            let keys = Arc::clone(keys);
            tokio::spawn(async move { keys.signing(Algorithm::EdDsa).await.unwrap().kid.clone() })
        })
        .collect();
    let mut kids = HashSet::new();
    for asked in asked {
        kids.insert(asked.await.unwrap());
    }
    assert_eq!((kids.len(), registry.key_files().len()), (1, 1));
    let sets: Vec<_> = all.iter().map(|keys| keys.jwks()).collect();
    assert!(sets.iter().all(|set| *set == sets[0]), "{sets:?}");
}

#[tokio::test]
async fn a_new_key_signs_and_the_old_one_verifies_in_every_process() {
    let registry = Registry::with_rsa_key();
    let (auth, running) = (registry.open(), registry.open());
    let old = log_in(&running, "alice").await.token;
    let rotated = rotate(&auth, Rotation::default()).await;
    assert_eq!(
        (rotated.made.len(), rotated.made[0].1),
        (1, Algorithm::EdDsa)
    );
    assert!(rotated.dropped.is_empty() && rotated.ended == 0);
    let new = log_in(&running, "alice").await.token;
    assert_eq!(kid(&new), rotated.made[0].0);
    assert_ne!(kid(&new), kid(&old));
    for auth in [&auth, &running] {
        for token in [&old, &new] {
            assert_eq!(identify(auth, token).await.unwrap().name, "alice");
        }
        let kids = kids(auth).await;
        assert_eq!(kids.len(), 3);
        assert_eq!((&kids[0], &kids[1]), (&kid(&new), &kid(&old)));
    }
    let told = EventFilter {
        kind: Some("signing-key".to_owned()),
        ..EventFilter::default()
    };
    let events = registry.catalog.read(|rows| rows.events(&told, 9)).unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(
        (
            events[0].kind.as_str(),
            &events[0].target,
            events[0].detail.as_str()
        ),
        ("signing-key.rotate", &kid(&new), "EdDSA")
    );
    assert_eq!(events[0].origin, by());
}

#[tokio::test]
async fn a_server_that_never_saw_the_new_key_believes_its_tokens() {
    let registry = Registry::new();
    let running = registry.open();
    log_in(&running, "alice").await;
    let other = registry.open();
    rotate(&other, Rotation::default()).await;
    let token = log_in(&other, "alice").await.token;
    assert_eq!(identify(&running, &token).await.unwrap().name, "alice");
}

#[tokio::test]
async fn both_keys_are_replaced_where_both_are_meant() {
    let registry = Registry::with_rsa_key();
    let auth = registry.open();
    let before: HashSet<_> = kids(&auth).await.into_iter().collect();
    let all = Rotation {
        all: true,
        drop_old: false,
    };
    let rotated = rotate(&auth, all).await;
    assert_eq!(rotated.made.len(), 2);
    assert!(rotated.made.iter().all(|(kid, _)| !before.contains(kid)));
    assert_eq!(kids(&auth).await.len(), 4);
    for file in registry.key_files() {
        if !file.to_str().unwrap().ends_with("made-earlier.pk8") {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }
}

#[tokio::test]
async fn an_algorithm_that_was_never_used_gets_no_key_from_a_rotation() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let rotated = rotate(&auth, DROP).await;
    assert_eq!(rotated.made.len(), 1);
    assert_eq!(registry.key_files().len(), 1);
}

#[tokio::test]
async fn a_dropped_key_and_its_tokens_are_worth_nothing_in_any_process() {
    let registry = Registry::with_rsa_key();
    let (auth, running) = (registry.open(), registry.open());
    let old = log_in(&running, "alice").await.token;
    let stolen = running.keys.signing(Algorithm::EdDsa).await.unwrap();
    // It was never looked at, so nobody remembers it as good.
    let rotated = rotate(&auth, DROP).await;
    assert_eq!(
        (rotated.made.len(), rotated.dropped.len(), rotated.ended),
        (2, 2, 1)
    );
    assert!(rotated.dropped.contains(&kid(&old)));
    assert_eq!(registry.key_files().len(), 2);
    let unknown = Err(Some(TokenProblem::UnknownKey));
    assert_eq!(identify(&auth, &old).await, unknown);
    assert_eq!(identify(&running, &old).await, unknown);
    assert_eq!(kids(&running).await.len(), 2);
    // Nor can it sign for a session that somebody opened since.
    let new = log_in(&running, "alice").await.token;
    let claims: Claims = serde_json::from_value(part(&new, 1)).unwrap();
    let forged = sign(&stolen, &claims).unwrap();
    assert_eq!(identify(&running, &forged).await, unknown);
    assert!(identify(&running, &new).await.is_ok());
}

#[tokio::test]
async fn this_process_forgets_at_once_what_it_dropped() {
    let registry = Registry::new();
    let auth = registry.open();
    let old = log_in(&auth, "alice").await.token;
    assert!(identify(&auth, &old).await.is_ok());
    rotate(&auth, DROP).await;
    assert!(identify(&auth, &old).await.is_err());
}

#[tokio::test]
async fn an_old_key_signs_for_no_session_of_the_new_one() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let stolen = auth.keys.signing(Algorithm::EdDsa).await.unwrap();
    rotate(&auth, Rotation::default()).await;
    let new = log_in(&auth, "alice").await.token;
    let claims: Claims = serde_json::from_value(part(&new, 1)).unwrap();
    let forged = sign(&stolen, &claims).unwrap();
    assert_eq!(
        identify(&auth, &forged).await,
        Err(Some(TokenProblem::BadSignature))
    );
}

/// A session of alice's that is open for an hour.
fn add_session(registry: &Registry, kid: Option<&str>) {
    let now = SystemTime::now();
    let until = now + Duration::from_hours(1);
    let id = format!("session of {kid:?}");
    let mut session = Session::new(id, "alice", SessionKind::Login, now, until);
    session.kid = kid.map(ToOwned::to_owned);
    let added = registry
        .catalog
        .write_blocking(move |rows| rows.add_session(&session));
    added.unwrap();
}

/// A registry whose three keys of one algorithm were replaced long ago, but for the newest.
async fn with_three_old_keys() -> (Registry, Vec<String>) {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    rotate(&auth, Rotation::default()).await;
    rotate(&auth, Rotation::default()).await;
    let newest_first: Vec<_> = kids(&auth).await;
    drop(auth);
    for (age, kid) in newest_first.iter().rev().enumerate() {
        let named = registry
            .key_files()
            .into_iter()
            .find(|path| path.to_str().unwrap().contains(kid));
        let name = format!("eddsa-{:013}-{kid}.pk8", age + 1);
        fs::rename(named.unwrap(), registry.keys().join(name)).unwrap();
    }
    (registry, newest_first)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_key_is_deleted_once_its_tokens_are_over() {
    let (registry, kids_then) = with_three_old_keys().await;
    tokio::task::block_in_place(|| add_session(&registry, Some(&kids_then[2])));
    let auth = registry.open();
    // Alice's first login was by the oldest key.
    assert_eq!(
        kids(&auth).await,
        [kids_then[0].clone(), kids_then[2].clone()]
    );
    assert_eq!(registry.key_files().len(), 2);
    let ended = auth.catalog.write(
        |rows| rows.revoke_logins("alice", "", SystemTime::now()),
        |_| (),
    );
    ended.await.unwrap();
    assert_eq!(
        auth.forget_replaced_keys().await.unwrap(),
        [kids_then[2].clone()]
    );
    assert_eq!(kids(&auth).await, [kids_then[0].clone()]);
    assert!(auth.forget_replaced_keys().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_whose_key_nobody_noted_keep_every_key() {
    let (registry, kids_then) = with_three_old_keys().await;
    tokio::task::block_in_place(|| add_session(&registry, None));
    let auth = registry.open();
    assert_eq!(kids(&auth).await, kids_then);
}

#[tokio::test]
async fn a_key_that_was_replaced_a_moment_ago_stays_though_no_token_is_known() {
    let registry = Registry::new();
    let auth = registry.open();
    auth.prepare_key(&premium()).await.unwrap();
    let rotated = rotate(&auth, Rotation::default()).await;
    assert!(rotated.dropped.is_empty());
    assert_eq!(kids(&auth).await.len(), 2);
    assert_eq!(kids(&registry.open()).await.len(), 2);
}

#[tokio::test]
async fn the_new_key_signs_also_when_the_clock_was_set_back() {
    let registry = Registry::new();
    let auth = registry.open();
    auth.prepare_key(&premium()).await.unwrap();
    let from = &registry.key_files()[0];
    let future = registry.keys().join("eddsa-9999999999999-x.pk8");
    fs::rename(from, future).unwrap();
    let old = kids(&auth).await;
    let rotated = rotate(&auth, Rotation::default()).await;
    assert_ne!(rotated.made[0].0, old[0]);
    let token = log_in(&auth, "alice").await.token;
    assert_eq!(kid(&token), rotated.made[0].0);
    assert_eq!(kids(&auth).await[0], kid(&token));
}

#[tokio::test]
async fn keys_are_listed_with_when_they_sign_and_until_when_they_verify() {
    let registry = Registry::new();
    let auth = registry.open();
    let old = log_in(&auth, "alice").await.token;
    let keys = SigningKeys::open(&registry.keys(), Arc::clone(&registry.catalog)).unwrap();
    let before = SystemTime::now();
    let rotated = keys.rotate(Rotation::default(), &premium(), &by()).await;
    let rotated = rotated.unwrap();
    let listed = keys.list().unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(
        (&listed[0].kid, listed[0].until),
        (&rotated.made[0].0, None)
    );
    assert_eq!(listed[1].kid, kid(&old));
    // By a millisecond: names have no finer time.
    assert!(listed[0].made + Duration::from_millis(1) >= before);
    let until = listed[1].until.unwrap();
    assert!(
        until >= before + Duration::from_hours(1) - Duration::from_secs(1),
        "{listed:?}"
    );
}

#[tokio::test]
async fn what_others_could_read_is_taken_back_from_them() {
    let registry = Registry::new();
    let auth = registry.open();
    let token = log_in(&auth, "alice").await.token;
    drop(auth);
    let open_to_all = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let (key, package_key) = (
        registry.key_files()[0].clone(),
        registry.keys().join("packages-p256.pk8"),
    );
    open_to_all(&key, 0o644);
    open_to_all(&package_key, 0o640);
    open_to_all(&registry.keys(), 0o755);
    let auth = registry.open();
    assert!(identify(&auth, &token).await.is_ok());
    assert_eq!(
        (mode(&key), mode(&package_key), mode(&registry.keys())),
        (0o600, 0o600, 0o700)
    );
}

#[tokio::test]
async fn a_bad_file_that_appears_leaves_the_other_keys_in_force() {
    let registry = Registry::new();
    let auth = registry.open();
    let token = log_in(&auth, "alice").await.token;
    registry.put_key("eddsa-9999999999999-x.pk8", b"half a key");
    assert!(identify(&auth, &token).await.is_ok());
    assert_eq!(kids(&auth).await, [kid(&token)]);
    assert_eq!(kid(&log_in(&auth, "alice").await.token), kid(&token));
}
