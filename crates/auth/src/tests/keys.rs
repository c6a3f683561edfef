use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::keys::Keys;

/// The one error that opening the keys ends in.
fn damaged(registry: &Registry) -> (PathBuf, String) {
    let error = registry.try_open(policy(Registration::Open)).unwrap_err();
    let text = error.to_string();
    match error {
        OpenError::Keys(KeyError::Damaged { path, .. }) => (path, text),
        other => panic!("{other:?}"),
    }
}

async fn eddsa_key() -> Vec<u8> {
    let registry = Registry::new();
    registry.open().prepare_key(&premium()).await.unwrap();
    fs::read(&registry.key_files()[0]).unwrap()
}

#[tokio::test]
async fn keys_are_for_the_owners_eyes_only() {
    let registry = Registry::with_rsa_key();
    fs::remove_dir_all(registry.keys()).unwrap();
    let auth = registry.open();
    assert_eq!(mode(&registry.keys()), 0o700);
    assert!(
        registry.key_files().is_empty(),
        "none is made before it is needed"
    );
    auth.prepare_key(&premium()).await.unwrap();
    auth.prepare_key(&premium()).await.unwrap();
    let files = registry.key_files();
    assert_eq!(files.len(), 1);
    assert_eq!(mode(&files[0]), 0o600);
    let name = files[0].file_name().unwrap().to_str().unwrap();
    assert!(
        name.starts_with("eddsa-") && Path::new(name).extension().unwrap() == "pk8",
        "{name}"
    );
}

#[tokio::test]
async fn an_rsa_key_is_made_when_there_is_none() {
    let registry = Registry::new();
    let auth = registry.open();
    let settings = settings(LOCAL_HASH, &[]);
    auth.prepare_key(&settings).await.unwrap();
    assert_eq!(mode(&registry.key_files()[0]), 0o600);
    let logged_in = auth
        .login(credentials("alice", PASSWORD), &settings, LOOPBACK)
        .await
        .unwrap();
    assert_eq!(part(&logged_in.token, 0)["alg"], "RS256");
    assert_eq!(registry.key_files().len(), 1);
    drop(auth);
    assert!(identify(&registry.open(), &logged_in.token).await.is_ok());
}

#[tokio::test]
async fn a_reopened_registry_verifies_and_signs_with_the_old_key() {
    let registry = Registry::new();
    let auth = registry.open();
    let old = log_in(&auth, "alice").await.token;
    drop(auth);
    let auth = registry.open();
    assert_eq!(identify(&auth, &old).await.unwrap().name, "alice");
    let new = log_in(&auth, "alice").await.token;
    assert_eq!(part(&old, 0)["kid"], part(&new, 0)["kid"]);
    assert_eq!(registry.key_files().len(), 1);
}

#[tokio::test]
async fn the_newest_key_signs_and_all_of_them_verify() {
    let registry = Registry::new();
    let auth = registry.open();
    let old = log_in(&auth, "alice").await.token;
    drop(auth);
    registry.put_key("eddsa-9999999999999-newer.pk8", &eddsa_key().await);
    registry.put_key("eddsa-0000000000000-older.pk8", &eddsa_key().await);
    let auth = registry.open();
    let new = log_in(&auth, "alice").await.token;
    assert_ne!(part(&old, 0)["kid"], part(&new, 0)["kid"]);
    assert!(identify(&auth, &old).await.is_ok());
    assert!(identify(&auth, &new).await.is_ok());
    drop(auth);
    fs::remove_file(registry.keys().join("eddsa-9999999999999-newer.pk8")).unwrap();
    assert_eq!(
        identify(&registry.open(), &new).await,
        Err(Some(TokenProblem::UnknownKey))
    );
}

#[tokio::test]
async fn a_damaged_key_is_named() {
    let good = eddsa_key().await;
    let registry = Registry::new();
    for content in [
        &b""[..],
        b"nonsense",
        &good[..good.len() - 1],
        &[0; 10_000],
        &RSA_KEY,
    ] {
        let path = registry.put_key("eddsa-0000000000001-x.pk8", content);
        let (named, text) = damaged(&registry);
        assert_eq!(named, path);
        assert!(text.contains("eddsa-0000000000001-x.pk8"), "{text}");
        fs::remove_file(&path).unwrap();
    }
    registry.put_key("rs256-0000000000001-x.pk8", &good);
    assert!(damaged(&registry).1.contains("rs256-0000000000001-x.pk8"));
}

#[tokio::test]
async fn a_key_that_is_damaged_anywhere_never_panics() {
    let good = eddsa_key().await;
    let registry = Registry::new();
    for end in 0..good.len() {
        registry.put_key("eddsa-0000000000001-x.pk8", &good[..end]);
        assert!(Keys::open(&registry.keys()).is_err(), "{end}");
    }
    for place in 0..good.len() {
        let mut bad = good.clone();
        bad[place] ^= 0x55;
        registry.put_key("eddsa-0000000000001-x.pk8", &bad);
        let _ = Keys::open(&registry.keys());
    }
}

#[tokio::test]
async fn what_is_no_finished_key_is_left_alone() {
    let registry = Registry::new();
    let strangers = [
        "eddsa-0000000000001-x.new",
        "rs256-0000000000001-x.new",
        "README",
        ".pk8",
        "other-1.pk8",
    ];
    for name in strangers {
        registry.put_key(name, b"half a key");
    }
    let auth = registry.open();
    let token = log_in(&auth, "alice").await.token;
    assert!(identify(&auth, &token).await.is_ok());
    assert_eq!(registry.key_files().len(), strangers.len() + 1);
}

#[tokio::test]
async fn a_folder_that_takes_no_key_is_an_error_and_not_a_login() {
    let registry = Registry::new();
    let auth = registry.open();
    fs::remove_dir_all(registry.keys()).unwrap();
    fs::write(registry.keys(), "a file").unwrap();
    let refused = auth
        .login(credentials("alice", PASSWORD), &premium(), LOOPBACK)
        .await;
    assert!(matches!(refused, Err(LoginError::Key(KeyError::Io { .. }))));
    // The account is made, and can be used once there is room for a key.
    fs::remove_file(registry.keys()).unwrap();
    fs::create_dir(registry.keys()).unwrap();
    fs::set_permissions(registry.keys(), fs::Permissions::from_mode(0o700)).unwrap();
    assert!(!log_in(&auth, "alice").await.created);
    let error = registry_over_a_file().try_open(policy(Registration::Open));
    assert!(matches!(error, Err(OpenError::Keys(KeyError::Io { .. }))));
}

fn registry_over_a_file() -> Registry {
    let registry = Registry::new();
    fs::write(registry.keys(), "a file").unwrap();
    registry
}
