//! What an account says of its owner.

use super::*;

#[tokio::test]
async fn a_profile_changes_only_where_it_is_said() {
    let registry = Registry::new();
    let auth = registry.open();
    let token = log_in(&auth, "alice").await.token;
    let alice = identify(&auth, &token).await.unwrap();
    let change = ProfileChange {
        email: Some("alice@example.org".to_owned()),
        fullname: Some("Alice".to_owned()),
        ..ProfileChange::default()
    };
    let profile = auth.change_profile(&alice, change, &by()).await.unwrap();
    assert_eq!(profile.about.fullname, "Alice");
    let change = ProfileChange {
        github: Some("alice".to_owned()),
        ..ProfileChange::default()
    };
    auth.change_profile(&alice, change, &by()).await.unwrap();
    let profile = auth.profile(&alice).await.unwrap();
    assert_eq!(profile.email, "alice@example.org");
    assert_eq!(profile.about.fullname, "Alice");
    assert_eq!(profile.about.github, "alice");
    assert!(profile.modified >= profile.created);
    // The token was verified a moment ago, and shows the new address all the same.
    assert_eq!(
        identify(&auth, &token).await.unwrap().email,
        "alice@example.org"
    );
}

#[tokio::test]
async fn texts_that_cannot_be_are_refused() {
    let registry = Registry::new();
    let auth = registry.open();
    let alice = identify(&auth, &log_in(&auth, "alice").await.token)
        .await
        .unwrap();
    for change in [
        ProfileChange {
            email: Some("no address".to_owned()),
            ..ProfileChange::default()
        },
        ProfileChange {
            fullname: Some("x".repeat(201)),
            ..ProfileChange::default()
        },
        ProfileChange {
            homepage: Some("\u{7}".to_owned()),
            ..ProfileChange::default()
        },
    ] {
        let refused = auth.change_profile(&alice, change.clone(), &by()).await;
        assert!(refused.is_err(), "{change:?}");
    }
    let profile = auth.profile(&alice).await.unwrap();
    assert_eq!(profile.about, About::default());
}

#[tokio::test]
async fn a_new_password_ends_other_logins_and_leaves_tokens() {
    let registry = Registry::new();
    let auth = registry.open();
    let here = log_in(&auth, "alice").await.token;
    let elsewhere = log_in(&auth, "alice").await.token;
    let bobs = log_in(&auth, "bob").await.token;
    let alice = identify(&auth, &here).await.unwrap();
    assert!(identify(&auth, &elsewhere).await.is_ok());
    let new = NewToken {
        password: PASSWORD.to_owned(),
        name: Some("ci".to_owned()),
        description: None,
        days: None,
        limits: TokenLimits::default(),
    };
    let ci = auth
        .make_token(&alice, new, &premium(), &by())
        .await
        .unwrap()
        .token;
    let change = |old: &str, new: &str| PasswordChange {
        old: old.to_owned(),
        new: new.to_owned(),
    };
    for wrong in [
        change("not the password", "another password"),
        change(PASSWORD, "short"),
    ] {
        assert!(auth.change_password(&alice, wrong, &by()).await.is_err());
    }
    assert!(identify(&auth, &elsewhere).await.is_ok());
    let change = change(PASSWORD, "another password");
    auth.change_password(&alice, change, &by()).await.unwrap();
    let revoked = Err(Some(TokenProblem::Revoked));
    assert_eq!(identify(&auth, &elsewhere).await, revoked);
    for token in [here, bobs, ci] {
        assert!(identify(&auth, &token).await.is_ok());
    }
    let old = auth
        .login(credentials("alice", PASSWORD), &premium(), LOOPBACK)
        .await;
    assert!(matches!(old, Err(LoginError::Refused { .. })));
    let new = credentials("alice", "another password");
    assert!(auth.login(new, &premium(), LOOPBACK).await.is_ok());
}
