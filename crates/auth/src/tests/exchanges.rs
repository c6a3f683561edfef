use std::time::SystemTime;

use catalog::{CatalogError, EventFilter, EventKind, Session, SessionKind, WriteError};

use super::*;

async fn exchange(auth: &Auth, proof: Proof) -> Result<Exchanged, ExchangeError> {
    auth.exchange(proof, &premium(), LOOPBACK).await
}

fn password() -> Proof {
    Proof::Password {
        name: "alice".to_owned(),
        password: PASSWORD.to_owned(),
    }
}

async fn refresh(auth: &Auth, token: &str) -> Result<Exchanged, ExchangeError> {
    exchange(auth, Proof::Refresh(token.to_owned())).await
}

#[tokio::test]
async fn a_password_gets_a_short_token_and_what_refreshes_it() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let first = exchange(&auth, password()).await.unwrap();
    assert!(first.lifetime <= Duration::from_hours(1));
    assert!(first.lifetime > Duration::from_mins(59));
    assert_eq!(identify(&auth, &first.token).await.unwrap().name, "alice");
    let refresh_token = first.refresh.unwrap();
    assert_eq!(
        identify(&auth, &refresh_token).await.unwrap_err(),
        Some(TokenProblem::Malformed),
        "a refresh token is no token"
    );
    let second = refresh(&auth, &refresh_token).await.unwrap();
    assert_eq!(identify(&auth, &second.token).await.unwrap().name, "alice");
    let third = refresh(&auth, &second.refresh.unwrap()).await.unwrap();
    identify(&auth, &third.token).await.unwrap();
}

#[tokio::test]
async fn a_refresh_token_that_is_used_twice_ends_all_that_came_from_it() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let first = exchange(&auth, password()).await.unwrap();
    let stolen = first.refresh.unwrap();
    let second = refresh(&auth, &stolen).await.unwrap();
    let third = refresh(&auth, &second.refresh.unwrap()).await.unwrap();
    identify(&auth, &third.token).await.unwrap();
    assert!(matches!(
        refresh(&auth, &stolen).await,
        Err(ExchangeError::Spent)
    ));
    for token in [&first.token, &second.token, &third.token] {
        let refused = identify(&auth, token).await.unwrap_err();
        assert_eq!(refused, Some(TokenProblem::Revoked));
    }
    let next = refresh(&auth, &third.refresh.unwrap()).await;
    assert!(matches!(next, Err(ExchangeError::Refresh)));
}

#[tokio::test]
async fn whoever_knows_a_sessions_name_alone_ends_nothing() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let first = exchange(&auth, password()).await.unwrap();
    let mine = first.refresh.unwrap();
    // A secret may have an underscore in it, but a session's name is 32 digits.
    let (id, _) = mine.split_at("r13r_".len() + 32);
    let guessed = refresh(&auth, &format!("{id}_{}", "A".repeat(65))).await;
    assert!(matches!(guessed, Err(ExchangeError::Refresh)));
    refresh(&auth, &mine).await.unwrap();
}

#[tokio::test]
async fn a_key_gets_a_short_token_with_its_own_limits_until_it_is_revoked() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let scopes = ["read:@acme/*".parse().unwrap()];
    let made = auth
        .generate_api_key("alice", NewApiKey::new("ci", &scopes), &by())
        .await
        .unwrap();
    let got = exchange(&auth, Proof::ApiKey(made.key.clone()))
        .await
        .unwrap();
    assert!(got.refresh.is_none());
    let caller = identify(&auth, &got.token).await.unwrap();
    assert_eq!(caller.limits, made.listed.limits);
    assert!(auth.revoke_shown(&made.key, LOOPBACK).await.unwrap());
    for token in [&got.token, &made.key] {
        let refused = identify(&auth, token).await.unwrap_err();
        assert_eq!(refused, Some(TokenProblem::Revoked));
    }
    let again = exchange(&auth, Proof::ApiKey(made.key)).await;
    assert!(matches!(again, Err(ExchangeError::ApiKey)));
}

#[tokio::test]
async fn what_is_no_proof_gets_nothing() {
    let registry = Registry::new();
    let auth = registry.open();
    let login = log_in(&auth, "alice").await;
    for text in ["", "r13k_", "r13r_", &login.token] {
        let key = exchange(&auth, Proof::ApiKey(text.to_owned())).await;
        assert!(matches!(key, Err(ExchangeError::ApiKey)), "{text}");
        assert!(
            matches!(refresh(&auth, text).await, Err(ExchangeError::Refresh)),
            "{text}"
        );
    }
    let wrong = Proof::Password {
        name: "alice".to_owned(),
        password: "wrong password".to_owned(),
    };
    let refused = exchange(&auth, wrong).await;
    assert!(matches!(
        refused,
        Err(ExchangeError::Login(LoginError::Refused { .. }))
    ));
    registry.disable("alice");
    assert!(exchange(&auth, password()).await.is_err());
}

#[tokio::test]
async fn a_token_is_ended_by_showing_it() {
    let registry = Registry::new();
    let auth = registry.open();
    let login = log_in(&auth, "alice").await;
    let shown = |text: String| {
        let auth = &auth;
        async move { auth.revoke_shown(&text, LOOPBACK).await.unwrap() }
    };
    assert!(!shown("nothing".to_owned()).await);
    assert!(shown(login.token.clone()).await);
    assert!(!shown(login.token.clone()).await);
    assert!(identify(&auth, &login.token).await.is_err());
    // A short token takes its refresh token with it.
    let got = exchange(&auth, password()).await.unwrap();
    assert!(shown(got.token.clone()).await);
    assert!(refresh(&auth, &got.refresh.unwrap()).await.is_err());
    // The name of a session is no token.
    let got = exchange(&auth, password()).await.unwrap();
    let refresh_token = got.refresh.unwrap();
    let (id, _) = refresh_token.split_at("r13r_".len() + 32);
    assert!(!shown(format!("{id}_{}", "A".repeat(43))).await);
    assert!(identify(&auth, &got.token).await.is_ok());
}

#[tokio::test]
async fn a_changed_password_ends_refresh_tokens() {
    let registry = Registry::new();
    let auth = registry.open();
    let login = log_in(&auth, "alice").await;
    let got = exchange(&auth, password()).await.unwrap();
    let alice = identify(&auth, &login.token).await.unwrap();
    let change = PasswordChange {
        old: PASSWORD.to_owned(),
        new: "another password".to_owned(),
    };
    auth.change_password(&alice, change, &by()).await.unwrap();
    assert!(identify(&auth, &got.token).await.is_err());
    assert!(refresh(&auth, &got.refresh.unwrap()).await.is_err());
}

#[tokio::test]
async fn a_key_gets_no_end_of_short_tokens() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let scopes = ["read".parse().unwrap()];
    let made = auth
        .generate_api_key("alice", NewApiKey::new("ci", &scopes), &by())
        .await
        .unwrap();
    for _ in 0..1000 {
        exchange(&auth, Proof::ApiKey(made.key.clone()))
            .await
            .unwrap();
    }
    let refused = exchange(&auth, Proof::ApiKey(made.key.clone())).await;
    assert!(matches!(
        refused,
        Err(ExchangeError::Login(LoginError::TooManyShort))
    ));
    // The key itself is as good as before, and ends all of them.
    identify(&auth, &made.key).await.unwrap();
    assert!(auth.revoke_shown(&made.key, LOOPBACK).await.unwrap());
}

#[tokio::test]
async fn the_newest_logins_count() {
    let registry = Registry::new();
    let auth = registry.open();
    let first = log_in(&auth, "alice").await;
    let account = registry.catalog.read(|rows| rows.account("alice"));
    let checked = account.unwrap().unwrap().password_hash;
    for _ in 0..1000 {
        auth.issue_login("alice", checked.clone(), &premium(), &by())
            .await
            .unwrap();
    }
    auth.verified.age();
    assert_eq!(
        identify(&auth, &first.token).await.unwrap_err(),
        Some(TokenProblem::Revoked)
    );
    assert_eq!(auth.tokens_of("alice").await.unwrap().len(), 1000);
    // An exchanged password has its own thousand, and the short tokens of the oldest end with it.
    let oldest = exchange(&auth, password()).await.unwrap();
    let now = SystemTime::now() + Duration::from_secs(1);
    let newer = registry.catalog.write(
        move |rows| {
            (0..999).try_for_each(|number| {
                let (id, kind) = (format!("refresh{number}"), SessionKind::Refresh);
                let expires = now + Duration::from_hours(1);
                rows.add_session(&Session::new(id, "alice", kind, now, expires))
            })
        },
        |()| (),
    );
    newer
        .await
        .map_err(WriteError::<CatalogError>::into_inner)
        .unwrap();
    assert!(identify(&auth, &oldest.token).await.is_ok());
    exchange(&auth, password()).await.unwrap();
    assert_eq!(
        identify(&auth, &oldest.token).await.unwrap_err(),
        Some(TokenProblem::Revoked)
    );
    let events = registry
        .catalog
        .read(|rows| rows.events(&EventFilter::default(), 10));
    assert!(events.unwrap().iter().any(|event| {
        event.kind == EventKind::TokenRevoke.as_str() && event.detail == "there are 1000 newer ones"
    }));
}
