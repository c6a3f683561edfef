use super::*;

#[tokio::test]
async fn a_logout_counts_at_once_and_for_good() {
    let registry = Registry::new();
    let auth = registry.open();
    let token = log_in(&auth, "alice").await.token;
    let other = log_in(&auth, "alice").await.token;
    // Verified, and so remembered.
    let alice = identify(&auth, &token).await.unwrap();
    assert!(identify(&auth, &other).await.is_ok());
    assert!(auth.logout(&alice, &token, &by()).await.unwrap());
    let revoked = Err(Some(TokenProblem::Revoked));
    assert_eq!(identify(&auth, &token).await, revoked);
    assert!(
        identify(&auth, &other).await.is_ok(),
        "only that session has ended"
    );
    assert!(
        !auth.logout(&alice, &token, &by()).await.unwrap(),
        "it is over already"
    );
    drop(auth);
    let reopened = registry.open();
    assert_eq!(identify(&reopened, &token).await, revoked);
    assert!(identify(&reopened, &other).await.is_ok());
}

#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else() {
    let registry = Registry::new();
    let auth = registry.open();
    let alices = log_in(&auth, "alice").await.token;
    let bobs = log_in(&auth, "bob").await.token;
    // Not even the admin, who would have to use the console.
    let alice = identify(&auth, &alices).await.unwrap();
    assert!(!auth.logout(&alice, &bobs, &by()).await.unwrap());
    assert!(identify(&auth, &bobs).await.is_ok());
    for nonsense in ["", "a", "a.b.c", bobs.trim_start_matches('e')] {
        assert!(
            !auth.logout(&alice, nonsense, &by()).await.unwrap(),
            "{nonsense}"
        );
    }
}

#[tokio::test]
async fn a_revocation_by_another_process_is_noticed() {
    let registry = Registry::new();
    let (here, there) = (registry.open(), registry.open());
    let token = log_in(&here, "alice").await.token;
    drop(there);
    // Opened after the key was made, as another process would be.
    let there = registry.open();
    let alice = identify(&there, &token).await.unwrap();
    assert!(identify(&here, &token).await.is_ok());
    assert!(there.logout(&alice, &token, &by()).await.unwrap());
    here.verified.age();
    assert_eq!(
        identify(&here, &token).await,
        Err(Some(TokenProblem::Revoked))
    );
}

#[tokio::test]
async fn an_account_that_is_disabled_meanwhile_is_noticed() {
    let registry = Registry::new();
    let auth = registry.open();
    let token = log_in(&auth, "alice").await.token;
    assert!(identify(&auth, &token).await.is_ok());
    registry.disable("alice");
    auth.verified.age();
    assert_eq!(
        identify(&auth, &token).await,
        Err(Some(TokenProblem::Revoked))
    );
}

#[tokio::test]
async fn a_logout_with_a_short_token_ends_the_refresh_token_too() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let proof = Proof::Password {
        name: "alice".to_owned(),
        password: PASSWORD.to_owned(),
    };
    let got = auth.exchange(proof, &premium(), LOOPBACK).await.unwrap();
    let alice = identify(&auth, &got.token).await.unwrap();
    assert!(auth.logout(&alice, &got.token, &by()).await.unwrap());
    let again = Proof::Refresh(got.refresh.unwrap());
    let refused = auth.exchange(again, &premium(), LOOPBACK).await;
    assert!(matches!(refused, Err(ExchangeError::Refresh)));
}
