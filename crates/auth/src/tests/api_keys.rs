use std::net::IpAddr;

use catalog::{EventFilter, SessionKind};
use npm_model::PackageName;

use super::{attempts::refusals, *};

fn key(scopes: &[&str]) -> NewApiKey {
    let scopes: Vec<KeyScope> = scopes.iter().map(|text| text.parse().unwrap()).collect();
    NewApiKey::new("ci", &scopes)
}

async fn make(auth: &Auth, new: NewApiKey) -> MadeApiKey {
    auth.generate_api_key("alice", new, &by()).await.unwrap()
}

#[tokio::test]
async fn a_key_is_believed_until_it_is_revoked() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let made = make(&auth, key(&["read"])).await;
    assert!(!format!("{made:?}").contains(&made.key));
    for _ in 0..2 {
        let caller = identify(&auth, &made.key).await.unwrap();
        assert_eq!(caller.name, "alice");
        assert!(caller.limits.is_limited());
    }
    let listed = auth.tokens_of("alice").await.unwrap();
    let listed = listed
        .iter()
        .find(|it| it.kind == SessionKind::Key)
        .unwrap();
    assert_eq!(listed.name.as_deref(), Some("ci"));
    assert_eq!(listed.used.as_ref().unwrap().from, "127.0.0.1");
    let kept = registry
        .catalog
        .read(|rows| rows.open_session(&listed.key, std::time::SystemTime::now()));
    let kept = format!("{:?}", kept.unwrap().unwrap().session.secret);
    assert!(
        !kept.contains(&made.key),
        "the secret itself is kept nowhere"
    );

    assert!(!auth.revoke_token("bob", &listed.key, &by()).await.unwrap());
    assert!(
        auth.revoke_token("alice", &listed.key, &by())
            .await
            .unwrap()
    );
    assert_eq!(
        identify(&auth, &made.key).await.unwrap_err(),
        Some(TokenProblem::Revoked)
    );
}

#[tokio::test]
async fn a_key_is_believed_again_after_it_was_checked_before() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let made = make(&auth, key(&["read"])).await;
    identify(&auth, &made.key).await.unwrap();
    auth.verified.age();
    identify(&auth, &made.key).await.unwrap();
    registry.disable("alice");
    auth.verified.age();
    assert_eq!(
        identify(&auth, &made.key).await.unwrap_err(),
        Some(TokenProblem::Revoked)
    );
}

/// The name of a key's session, and its secret, which may have an underscore in it as well.
fn parts(key: &str) -> (&str, &str) {
    let (id, secret) = key.split_at("r13k_".len() + 32);
    (id, secret.strip_prefix('_').unwrap())
}

#[tokio::test]
async fn what_is_nearly_a_key_is_none() {
    let registry = Registry::new();
    let auth = registry.open();
    let login = log_in(&auth, "alice").await;
    let made = make(&auth, key(&["read"])).await;
    let other = make(&auth, key(&["admin"])).await;
    let (id, secret) = parts(&made.key);
    let (other_id, _) = parts(&other.key);
    for wrong in [
        id.to_owned(),
        format!("{id}_"),
        made.key.strip_suffix(|_: char| true).unwrap().to_owned(),
        format!("{}A", made.key),
        format!("{other_id}_{secret}"),
        format!("r13k_{}_{secret}", "0".repeat(32)),
    ] {
        let refused = identify(&auth, &wrong).await.unwrap_err();
        assert_eq!(refused, Some(TokenProblem::Revoked), "{wrong}");
    }
    // The name of a login's session is no key either.
    let session = part(&login.token, 1)["jti"].as_str().unwrap().to_owned();
    let forged = format!("r13k_{session}_{secret}");
    assert_eq!(
        identify(&auth, &forged).await.unwrap_err(),
        Some(TokenProblem::Revoked)
    );
    let refused = auth
        .verify_api_key(&login.token, LOOPBACK, &premium())
        .await;
    assert_eq!(refused.unwrap().unwrap_err(), TokenProblem::Malformed);
    let verified = auth.verify_api_key(&made.key, LOOPBACK, &premium()).await;
    assert_eq!(verified.unwrap().unwrap().name, "alice");
}

#[tokio::test]
async fn a_key_is_good_where_its_owner_said() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let mut new = key(&["read"]);
    new.networks = vec!["10.0.0.0/8".parse().unwrap()];
    let made = make(&auth, new).await;
    let from = |address: &str| {
        let address: IpAddr = address.parse().unwrap();
        let (auth, key) = (&auth, made.key.clone());
        async move {
            auth.verify_api_key(&key, address, &premium())
                .await
                .unwrap()
        }
    };
    assert_eq!(
        from("192.0.2.1").await.unwrap_err(),
        TokenProblem::ForeignAddress
    );
    assert!(from("10.1.2.3").await.is_ok());
    // Also once it is remembered.
    assert_eq!(
        from("192.0.2.1").await.unwrap_err(),
        TokenProblem::ForeignAddress
    );
    let proof = Proof::ApiKey(made.key.clone());
    let refused = auth.exchange(proof, &premium(), LOOPBACK).await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, ExchangeError::ForeignAddress));
    // Somebody may have a copy: it is told whose key that is, and where it was used.
    let told = refusals(&registry).await;
    assert_eq!(told.len(), 3);
    for (event, address) in told
        .iter()
        .rev()
        .zip(["192.0.2.1", "192.0.2.1", "127.0.0.1"])
    {
        assert_eq!(event.origin.actor, "alice");
        assert_eq!(event.origin.address, address);
        assert_eq!(event.target, made.listed.key);
    }
}

#[tokio::test]
async fn a_key_that_makes_no_sense_is_not_made() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let refused = |new: NewApiKey, owner: &'static str| {
        let auth = &auth;
        async move { auth.generate_api_key(owner, new, &by()).await.unwrap_err() }
    };
    let mut named = key(&["read"]);
    named.name = " ".to_owned();
    assert!(matches!(refused(named, "alice").await, MakeKeyError::Name));
    assert!(matches!(
        refused(key(&[]), "alice").await,
        MakeKeyError::NoScope
    ));
    assert!(matches!(
        refused(key(&["read"]), "bob").await,
        MakeKeyError::NoSuchUser(_)
    ));
    let mut old = key(&["read"]);
    old.days = Some(0);
    assert!(matches!(
        refused(old, "alice").await,
        MakeKeyError::Token(MakeTokenError::Days)
    ));
    let many = vec!["read"; 101];
    assert!(matches!(
        refused(key(&many), "alice").await,
        MakeKeyError::Token(MakeTokenError::TooManyNamed)
    ));
    registry.disable("alice");
    assert!(matches!(
        refused(key(&["read"]), "alice").await,
        MakeKeyError::NoSuchUser(_)
    ));
}

#[tokio::test]
async fn a_key_takes_the_password_of_its_owner() {
    let registry = Registry::new();
    let auth = registry.open();
    let login = log_in(&auth, "alice").await;
    let alice = identify(&auth, &login.token).await.unwrap();
    let wrong = auth
        .make_api_key(&alice, "wrong password".to_owned(), key(&["read"]), &by())
        .await;
    assert!(matches!(
        wrong,
        Err(MakeKeyError::Token(MakeTokenError::Login(
            LoginError::Refused { .. }
        )))
    ));
    let made = auth
        .make_api_key(&alice, PASSWORD.to_owned(), key(&["read"]), &by())
        .await
        .unwrap();
    let filter = EventFilter {
        kind: Some("key.create".to_owned()),
        ..EventFilter::default()
    };
    let events = auth.events(filter, 10).await.unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].target, made.listed.key);
    assert!(!format!("{events:?}").contains(&made.key));
}

#[tokio::test]
async fn the_last_use_is_written_down() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let made = make(&auth, key(&["read"])).await;
    identify(&auth, &made.key).await.unwrap();
    auth.note_last_uses().await.unwrap();
    drop(auth);
    let auth = registry.open();
    let listed = auth.tokens_of("alice").await.unwrap();
    let listed = listed
        .iter()
        .find(|it| it.kind == SessionKind::Key)
        .unwrap();
    assert!(listed.used.is_some());
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let made = make(&auth, key(&["publish:@a/*"])).await;
    let caller = identify(&auth, &made.key).await.unwrap();
    let identity = Identity::Account(caller);
    let may = |action, package: &str| {
        let need = Need::Package(action, PackageName::parse(package).unwrap());
        let (auth, identity) = (&auth, &identity);
        async move { auth.decide(identity, &need, &premium()).await.is_ok() }
    };
    assert!(may(Action::Publish, "@a/x").await);
    assert!(may(Action::Read, "@b/x").await, "what everybody reads");
    assert!(!may(Action::Publish, "@b/x").await);
    assert!(
        !may(Action::Administer, "@a/x").await,
        "alice is admin, the key is not"
    );
    for need in [Need::Admin, Need::OwnAccount, Need::Members("a".to_owned())] {
        let refused = auth.decide(&identity, &need, &premium()).await;
        assert!(
            matches!(refused, Err(DecideError::Denied(Denied::LimitedToken))),
            "{need:?}"
        );
    }
}

#[tokio::test]
async fn a_key_is_revoked_as_a_key_and_nothing_else_is() {
    let registry = Registry::new();
    let auth = registry.open();
    let login = log_in(&auth, "alice").await;
    let session = part(&login.token, 1)["jti"].as_str().unwrap().to_owned();
    let made = make(&auth, key(&["read"])).await;
    let revoke = |owner: Option<&'static str>, text: String| {
        let auth = &auth;
        async move { auth.revoke_api_key(owner, &text, &by()).await.unwrap() }
    };
    assert!(!revoke(None, session).await, "a login is no key");
    assert!(!revoke(Some("bob"), made.listed.key.clone()).await);
    let (id, _) = parts(&made.key);
    assert!(!revoke(None, format!("{id}_{}", "A".repeat(43))).await);
    assert!(revoke(None, made.key.clone()).await, "by its whole text");
    assert!(identify(&auth, &made.key).await.is_err());
    let filter = EventFilter {
        kind: Some("key.revoke".to_owned()),
        ..EventFilter::default()
    };
    assert_eq!(auth.events(filter, 10).await.unwrap().len(), 1);
}
