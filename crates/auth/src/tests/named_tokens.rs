//! Tokens that somebody made by name.

use super::*;

fn new_token(limits: TokenLimits) -> NewToken {
    NewToken {
        password: PASSWORD.to_owned(),
        name: Some("ci".to_owned()),
        description: None,
        days: None,
        limits,
    }
}

#[tokio::test]
async fn a_token_is_listed_used_and_revoked() {
    let registry = Registry::new();
    let auth = registry.open();
    let alice = identify(&auth, &log_in(&auth, "alice").await.token)
        .await
        .unwrap();
    let bob = identify(&auth, &log_in(&auth, "bob").await.token)
        .await
        .unwrap();
    let limits = TokenLimits {
        access: TokenAccess::Read,
        ..TokenLimits::default()
    };
    let made = auth
        .make_token(&alice, new_token(limits.clone()), &premium(), &by())
        .await
        .unwrap();
    assert!(!format!("{made:?}").contains(&made.token));
    let caller = identify(&auth, &made.token).await.unwrap();
    assert_eq!((caller.name.as_str(), &caller.limits), ("alice", &limits));
    let listed = auth.tokens_of(&alice.name).await.unwrap();
    let names: Vec<Option<&str>> = listed.iter().map(|it| it.name.as_deref()).collect();
    assert_eq!(names, [Some("ci"), None]);
    assert_eq!(listed[0].key, made.listed.key);
    assert_eq!(auth.tokens_of(&bob.name).await.unwrap().len(), 1);

    assert!(
        !auth
            .revoke_token(&bob.name, &made.listed.key, &by())
            .await
            .unwrap()
    );
    assert!(
        !auth
            .revoke_token(&bob.name, &made.token, &by())
            .await
            .unwrap()
    );
    assert!(identify(&auth, &made.token).await.is_ok());
    assert!(
        auth.revoke_token(&alice.name, &made.listed.key, &by())
            .await
            .unwrap()
    );
    let revoked = Err(Some(TokenProblem::Revoked));
    assert_eq!(identify(&auth, &made.token).await, revoked);
    assert!(
        !auth
            .revoke_token(&alice.name, &made.listed.key, &by())
            .await
            .unwrap()
    );
    assert_eq!(auth.tokens_of(&alice.name).await.unwrap().len(), 1);

    let again = auth
        .make_token(&alice, new_token(limits), &premium(), &by())
        .await;
    let again = again.unwrap();
    assert!(
        auth.revoke_token(&alice.name, &again.token, &by())
            .await
            .unwrap()
    );
    assert_eq!(identify(&auth, &again.token).await, revoked);
}

#[tokio::test]
async fn a_token_counts_only_where_its_owner_lets_it() {
    let registry = Registry::new();
    let auth = registry.open();
    let alice = identify(&auth, &log_in(&auth, "alice").await.token)
        .await
        .unwrap();
    let limits = TokenLimits {
        networks: vec!["10.0.0.0/8".parse().unwrap()],
        ..TokenLimits::default()
    };
    let made = auth
        .make_token(&alice, new_token(limits), &premium(), &by())
        .await;
    let header = format!("Bearer {}", made.unwrap().token);
    let from = async |address: &str| {
        let address = address.parse().unwrap();
        auth.identify(Some(&header), address, &premium())
            .await
            .unwrap()
    };
    // Also when it was seen a moment ago.
    for _ in 0..2 {
        assert!(from("10.1.2.3").await.caller().is_some());
        let elsewhere = from("127.0.0.1").await;
        assert!(matches!(
            elsewhere,
            Identity::Anonymous(Some(TokenProblem::ForeignAddress))
        ));
    }
}

#[tokio::test]
async fn what_a_token_cannot_be_is_refused() {
    let registry = Registry::new();
    let auth = registry.open();
    let alice = identify(&auth, &log_in(&auth, "alice").await.token)
        .await
        .unwrap();
    let make = async |spoil: fn(&mut NewToken)| {
        let mut new = new_token(TokenLimits::default());
        spoil(&mut new);
        auth.make_token(&alice, new, &premium(), &by()).await
    };
    let refused = make(|new| new.password = "not the password".to_owned()).await;
    assert!(matches!(
        refused,
        Err(MakeTokenError::Login(LoginError::Refused { .. }))
    ));
    for days in [0, 3651, u32::MAX] {
        let mut new = new_token(TokenLimits::default());
        new.days = Some(days);
        let refused = auth.make_token(&alice, new, &premium(), &by()).await;
        assert!(matches!(refused, Err(MakeTokenError::Days)), "{days}");
    }
    let refused = make(|new| new.name = Some("x".repeat(101))).await;
    assert!(matches!(refused, Err(MakeTokenError::Text)));
    let refused = make(|new| new.name = Some("\u{1b}[2J".to_owned())).await;
    assert!(matches!(refused, Err(MakeTokenError::Text)));
    let refused = make(|new| new.limits.packages = vec!["x".to_owned(); 101]).await;
    assert!(matches!(refused, Err(MakeTokenError::TooManyNamed)));
    let unnamed = make(|new| new.name = Some(" ".to_owned())).await.unwrap();
    assert_eq!(unnamed.listed.name.as_deref(), Some("token"));
}

#[tokio::test]
async fn a_token_whose_limits_are_damaged_is_not_believed() {
    let registry = Registry::new();
    let auth = registry.open();
    let alice = identify(&auth, &log_in(&auth, "alice").await.token)
        .await
        .unwrap();
    let made = auth
        .make_token(&alice, new_token(TokenLimits::default()), &premium(), &by())
        .await
        .unwrap();
    let catalog = registry.folder.path().join("catalog.db");
    let connection = rusqlite::Connection::open(catalog).unwrap();
    let damaged = connection.execute("UPDATE sessions SET limits = '{' WHERE name = 'ci'", []);
    assert_eq!(damaged.unwrap(), 1);
    let revoked = Err(Some(TokenProblem::Revoked));
    assert_eq!(identify(&auth, &made.token).await, revoked);
}
