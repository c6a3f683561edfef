use super::*;

async fn refused(auth: &Auth, name: &str, password: &str) -> LoginError {
    let attempt = auth
        .login(credentials(name, password), &premium(), LOOPBACK)
        .await;
    attempt.expect_err("the login must not succeed")
}

#[tokio::test]
async fn the_first_account_is_an_admins_and_later_ones_are_not() {
    let registry = Registry::new();
    let auth = registry.open();
    let alice = log_in(&auth, "alice").await;
    let bob = log_in(&auth, "bob").await;
    assert!(alice.created && bob.created);
    assert!(identify(&auth, &alice.token).await.unwrap().is_admin());
    assert!(!identify(&auth, &bob.token).await.unwrap().is_admin());
    let again = log_in(&auth, "alice").await;
    assert!(!again.created);
    assert_ne!(again.token, alice.token);
    assert!(identify(&auth, &again.token).await.unwrap().is_admin());
    assert!(
        identify(&auth, &alice.token).await.is_ok(),
        "the first session goes on"
    );
}

#[tokio::test]
async fn a_user_name_has_no_case() {
    let registry = Registry::new();
    let auth = registry.open();
    let alice = log_in(&auth, "Alice").await;
    assert_eq!(alice.name, "alice");
    assert!(!log_in(&auth, "ALICE").await.created);
    assert_eq!(identify(&auth, &alice.token).await.unwrap().name, "alice");
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    for password in [
        "",
        "wrong",
        "correct horse batter",
        "correct horse battery ",
        "CORRECT HORSE BATTERY",
    ] {
        let error = refused(&auth, "alice", password).await;
        assert!(
            matches!(error, LoginError::Refused { name } if name == "alice"),
            "{password}"
        );
    }
    assert!(!log_in(&auth, "alice").await.created);
}

#[tokio::test]
async fn a_disabled_account_can_neither_log_in_nor_use_its_token() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "root").await;
    let token = log_in(&auth, "alice").await.token;
    registry.disable("alice");
    let error = refused(&auth, "alice", PASSWORD).await;
    assert!(matches!(&error, LoginError::Refused { .. }));
    let told = error.to_string();
    assert_eq!(
        told,
        refused(&auth, "alice", "wrong password").await.to_string()
    );
    assert_eq!(
        identify(&auth, &token).await,
        Err(Some(TokenProblem::Revoked))
    );
    assert!(!log_in(&auth, "root").await.created);
}

#[tokio::test]
async fn a_closed_registry_does_not_tell_who_has_an_account() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    log_in(&auth, "carol").await;
    registry.disable("carol");
    auth.set_policy(policy(Registration::Closed));
    let mut told = Vec::new();
    for (name, password) in [
        ("alice", "wrong password"),
        ("stranger", "wrong password"),
        ("stranger", "short"),
        ("alice", "short"),
        ("carol", PASSWORD),
    ] {
        let error = refused(&auth, name, password).await;
        assert!(
            matches!(error, LoginError::RegistrationClosed),
            "{name}: {error:?}"
        );
        told.push(error.to_string());
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(!log_in(&auth, "alice").await.created);
    // What was refused made no account.
    auth.set_policy(policy(Registration::Open));
    assert!(log_in(&auth, "stranger").await.created);
}

#[tokio::test]
async fn weak_passwords_and_bad_names_make_no_account() {
    let registry = Registry::new();
    let auth = registry.open();
    let weak = refused(&auth, "alice", "1234567").await;
    assert!(matches!(
        weak,
        LoginError::Password(PasswordError::TooShort)
    ));
    let long = refused(&auth, "alice", &"x".repeat(1025)).await;
    assert!(matches!(long, LoginError::Password(PasswordError::TooLong)));
    let nul = refused(&auth, "alice", "12345678\0").await;
    assert!(matches!(nul, LoginError::Password(PasswordError::Nul)));
    for name in [
        "",
        "a b",
        "$all",
        "__proto__",
        "team:core",
        "é",
        "a/b",
        &"a".repeat(65),
    ] {
        let error = refused(&auth, name, PASSWORD).await;
        assert!(
            matches!(error, LoginError::UserName(_)),
            "{name}: {error:?}"
        );
    }
    // The next one is the first account there is.
    let token = log_in(&auth, "root").await.token;
    assert!(identify(&auth, &token).await.unwrap().is_admin());
}

#[tokio::test]
async fn a_login_keeps_only_a_plain_e_mail_address() {
    let registry = Registry::new();
    let auth = registry.open();
    for (name, email, kept) in [
        ("alice", Some("alice@acme.example"), "alice@acme.example"),
        ("bob", None, ""),
        ("carol", Some("<script>"), ""),
        ("dave", Some(&*"x@".repeat(30_000)), ""),
    ] {
        let credentials = Credentials {
            email: email.map(ToOwned::to_owned),
            ..credentials(name, PASSWORD)
        };
        let token = auth
            .login(credentials, &premium(), LOOPBACK)
            .await
            .unwrap()
            .token;
        assert_eq!(identify(&auth, &token).await.unwrap().email, kept, "{name}");
    }
}

#[tokio::test]
async fn nothing_that_is_printed_shows_a_secret() {
    let registry = Registry::new();
    let auth = registry.open();
    let logged_in = log_in(&auth, "alice").await;
    let caller = identify(&auth, &logged_in.token).await;
    let sent = credentials("alice", "my secret password");
    let mut printed = format!("{sent:?} {logged_in:?} {caller:?} {auth:?}");
    let error = auth.login(sent, &premium(), LOOPBACK).await.unwrap_err();
    printed = format!("{printed} {error} {error:?}");
    for secret in ["my secret password", PASSWORD, &logged_in.token] {
        assert!(!printed.contains(secret), "{printed}");
    }
    let signature = logged_in.token.rsplit('.').next().unwrap();
    assert!(!printed.contains(signature), "{printed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn logins_at_the_same_moment_make_one_key_and_one_admin() {
    let registry = Registry::new();
    let auth = Arc::new(registry.open());
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let auth = Arc::clone(&auth);
            tokio::spawn(async move { log_in(&auth, &format!("user{number}")).await.token })
        })
        .collect();
    let (mut admins, mut kids) = (0, Vec::new());
    for task in tasks {
        let token = task.await.unwrap();
        admins += u32::from(identify(&auth, &token).await.unwrap().is_admin());
        kids.push(part(&token, 0)["kid"].clone());
    }
    kids.dedup();
    assert_eq!((admins, kids.len(), registry.key_files().len()), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_want_the_same_name_one_gets_it() {
    let registry = Registry::new();
    let auth = Arc::new(registry.open());
    let tasks: Vec<_> = ["password of one", "password of two"]
        .map(|password| {
            let auth = Arc::clone(&auth);
            tokio::spawn(async move {
                auth.login(credentials("alice", password), &premium(), LOOPBACK)
                    .await
            })
        })
        .into();
    let mut created = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(logged_in) => created += u32::from(logged_in.created),
            Err(error) => assert!(matches!(error, LoginError::Refused { .. }), "{error:?}"),
        }
    }
    assert_eq!(created, 1);
}
