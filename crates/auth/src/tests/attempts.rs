//! Passwords that are guessed, at every door.

use base64::engine::general_purpose::STANDARD;
use catalog::{CatalogError, Event, EventFilter};

use crate::web_login::{ApproveError, Asker};

use super::*;

const WRONG: &str = "a wrong password";
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 77));

/// Where a name and a password can be tried.
#[derive(Clone, Copy, Debug)]
enum Door {
    Login,
    Page,
    Basic,
}

const DOORS: [Door; 3] = [Door::Login, Door::Page, Door::Basic];

/// What came of trying: nothing, or what the client is told.
async fn try_at(door: Door, auth: &Auth, name: &str, password: &str, from: IpAddr) -> String {
    let refused = match door {
        Door::Login => {
            let credentials = credentials(name, password);
            let login = auth.login(credentials, &premium(), from).await;
            login.err().map(|error| error.to_string())
        }
        Door::Page => {
            let asker = Asker {
                address: from,
                client: String::new(),
                wants_account: false,
            };
            let page = auth.begin_web_login(asker).unwrap().page;
            let approved =
                auth.approve_web_login(&page, credentials(name, password), false, None, from);
            approved.await.err().map(|error| match error {
                ApproveError::Login(error) => error.to_string(),
                ApproveError::Over => panic!("the page is new"),
            })
        }
        Door::Basic => {
            let header = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
            match auth
                .identify(Some(&header), from, &premium())
                .await
                .unwrap()
            {
                Identity::Account(_) => None,
                Identity::Anonymous(problem) => Some(problem.unwrap().to_string()),
            }
        }
    };
    // What is refused is told with the name that was sent, which does not matter here.
    refused.map_or_else(String::new, |text| text.replace(name, "NAME"))
}

/// A registry with `alice` and the disabled account `carol`, where strangers make no accounts.
async fn closed() -> (Registry, Auth) {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "root").await;
    log_in(&auth, "alice").await;
    log_in(&auth, "carol").await;
    registry.disable("carol");
    auth.set_policy(policy(Registration::Closed));
    // Nobody is known anywhere, as after a restart.
    drop(auth);
    let auth = registry.try_open(policy(Registration::Closed)).unwrap();
    (registry, auth)
}

pub(super) async fn refusals(registry: &Registry) -> Vec<Event> {
    // What is written now is written after what nobody waited for.
    let waited = registry
        .catalog
        .write(|_| Ok::<_, CatalogError>(()), |()| ());
    waited.await.unwrap();
    let filter = EventFilter {
        refused: Some(true),
        ..EventFilter::default()
    };
    let events = registry.catalog.read(|rows| rows.events(&filter, 1000));
    events.unwrap()
}

#[tokio::test]
async fn after_too_many_wrong_passwords_nothing_is_looked_at() {
    let (registry, _auth) = closed().await;
    for door in DOORS {
        let auth = registry.try_open(policy(Registration::Closed)).unwrap();
        for number in 0..6 {
            // Each is another guess.
            let password = format!("{WRONG} {number}");
            let told = try_at(door, &auth, "alice", &password, LOOPBACK).await;
            assert!(told.contains("wrong") && !told.contains("again"), "{told}");
        }
        let computed = auth.passwords.computed();
        for other in DOORS {
            for password in [WRONG, PASSWORD] {
                let told = try_at(other, &auth, "Alice", password, LOOPBACK).await;
                assert_eq!(
                    told, "too many wrong passwords were tried; try again in 1 second",
                    "{door:?} {other:?}"
                );
            }
        }
        assert_eq!(auth.passwords.computed(), computed, "{door:?}");
        assert_eq!(try_at(door, &auth, "root", PASSWORD, LOOPBACK).await, "");
        assert_eq!(try_at(door, &auth, "alice", PASSWORD, ELSEWHERE).await, "");
        auth.attempts.clock.advance(Duration::from_secs(1));
        assert_eq!(try_at(door, &auth, "alice", PASSWORD, LOOPBACK).await, "");
    }
}

#[tokio::test]
async fn who_has_an_account_is_told_neither_by_words_nor_by_work() {
    let (registry, _auth) = closed().await;
    for door in DOORS {
        let mut seen = Vec::new();
        for (name, password) in [
            ("alice", WRONG),
            ("nobody", WRONG),
            ("carol", WRONG),
            ("carol", PASSWORD),
            ("alice", "short"),
            ("nobody", "short"),
            ("carol", "short"),
        ] {
            // Nothing was tried yet.
            let auth = registry.try_open(policy(Registration::Closed)).unwrap();
            let mut told = Vec::new();
            for _ in 0..8 {
                let before = auth.passwords.computed();
                let text = try_at(door, &auth, name, password, LOOPBACK).await;
                told.push((text, auth.passwords.computed() - before));
            }
            seen.push((name, told));
        }
        let (_, first) = seen[0].clone();
        assert_eq!(first[0].1, 1, "a hash is computed for one guess: {door:?}");
        for (name, told) in seen {
            assert_eq!(told, first, "{door:?} {name}");
        }
    }
}

/// Where strangers may make accounts, an answer has to tell whether a name is free. What it costs to
/// find out is the same.
#[tokio::test]
async fn an_open_registry_computes_one_hash_for_each_login_too() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    log_in(&auth, "carol").await;
    registry.disable("carol");
    for (name, password) in [
        ("alice", PASSWORD),
        ("alice", WRONG),
        ("carol", PASSWORD),
        ("new", PASSWORD),
    ] {
        let before = auth.passwords.computed();
        let _ = try_at(Door::Login, &auth, name, password, LOOPBACK).await;
        assert_eq!(auth.passwords.computed() - before, 1, "{name}");
    }
    let alice = try_at(Door::Login, &auth, "alice", WRONG, LOOPBACK).await;
    let carol = try_at(Door::Login, &auth, "carol", PASSWORD, LOOPBACK).await;
    assert_eq!(alice, carol);
}

#[tokio::test]
async fn names_cannot_be_asked_for_without_a_limit() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let sign_up = |name: &str, password: &str| {
        let asker = Asker {
            address: ELSEWHERE,
            client: String::new(),
            wants_account: true,
        };
        let page = auth.begin_web_login(asker).unwrap().page;
        let (auth, credentials) = (&auth, credentials(name, password));
        async move {
            let approved = auth.approve_web_login(&page, credentials, true, None, ELSEWHERE);
            approved.await.map_err(|error| error.to_string())
        }
    };
    for _ in 0..6 {
        let taken = sign_up("alice", PASSWORD).await.unwrap_err();
        assert!(taken.contains("is taken"), "{taken}");
        let weak = sign_up("free", "short").await.unwrap_err();
        assert!(weak.contains("at least 8"), "{weak}");
    }
    for name in ["alice", "free"] {
        let told = sign_up(name, PASSWORD).await.unwrap_err();
        assert!(told.starts_with("too many"), "{told}");
        let told = try_at(Door::Login, &auth, name, PASSWORD, ELSEWHERE).await;
        assert!(told.starts_with("too many"), "{told}");
    }
}

#[tokio::test]
async fn whoever_found_a_token_cannot_guess_its_owners_password() {
    let registry = Registry::new();
    let auth = registry.open();
    let token = log_in(&auth, "alice").await.token;
    let alice = identify(&auth, &token).await.unwrap();
    let (settings, by) = (premium(), by());
    let new_token = |password: &str| NewToken {
        password: password.to_owned(),
        name: None,
        description: None,
        days: None,
        limits: TokenLimits::default(),
    };
    let change = |old: &str| PasswordChange {
        old: old.to_owned(),
        new: "another password".to_owned(),
    };
    for _ in 0..3 {
        let made = auth.make_token(&alice, new_token(WRONG), &settings, &by);
        assert!(matches!(
            made.await,
            Err(MakeTokenError::Login(LoginError::Refused { .. }))
        ));
        let changed = auth.change_password(&alice, change(WRONG), &by);
        assert!(matches!(
            changed.await,
            Err(ProfileError::Login(LoginError::Refused { .. }))
        ));
    }
    let computed = auth.passwords.computed();
    let made = auth.make_token(&alice, new_token(PASSWORD), &settings, &by);
    assert!(matches!(
        made.await,
        Err(MakeTokenError::Login(LoginError::TooMany(_)))
    ));
    let changed = auth.change_password(&alice, change(PASSWORD), &by);
    assert!(matches!(
        changed.await,
        Err(ProfileError::Login(LoginError::TooMany(_)))
    ));
    assert_eq!(auth.passwords.computed(), computed);
    // The events tell whose token it was.
    let events = refusals(&registry).await;
    assert_eq!(events.len(), 6);
    for event in events {
        assert_eq!((&*event.origin.actor, &*event.target), ("alice", "alice"));
    }
}

#[tokio::test]
async fn a_refused_login_is_told_and_a_flood_is_not() {
    for door in DOORS {
        let (registry, auth) = closed().await;
        for number in 0..20 {
            let password = format!("{WRONG} {number}");
            try_at(door, &auth, "Nobody", &password, ELSEWHERE).await;
        }
        let events = refusals(&registry).await;
        assert_eq!(events.len(), 6, "{door:?}");
        for event in &events {
            assert_eq!((&*event.kind, &*event.target), ("login", "nobody"));
            assert_eq!(event.origin.actor, "", "nobody has proved anything");
            assert_eq!(event.origin.address, "192.0.2.77");
            assert!(!format!("{event:?}").contains(WRONG), "{event:?}");
        }
        let details: Vec<_> = events.iter().map(|event| &*event.detail).collect();
        let wrong = "the user name or password is wrong";
        let blocked = format!("{wrong}; all attempts are refused for 1 second");
        assert_eq!(details, [&*blocked, wrong, wrong, wrong, wrong, wrong]);
    }
}

#[tokio::test]
async fn the_same_wrong_header_again_is_the_same_guess() {
    let (_registry, auth) = closed().await;
    let wrong = TokenProblem::WrongPassword.to_string();
    for name in ["alice", "nobody", "carol"] {
        let before = auth.passwords.computed();
        for _ in 0..100 {
            assert_eq!(
                try_at(Door::Basic, &auth, name, WRONG, LOOPBACK).await,
                wrong
            );
        }
        assert_eq!(auth.passwords.computed() - before, 1, "{name}");
    }
    // It hinders nobody who knows better, and is looked at again when it may have become right.
    assert_eq!(
        try_at(Door::Basic, &auth, "alice", PASSWORD, LOOPBACK).await,
        ""
    );
    let token = log_in(&auth, "alice").await.token;
    let alice = identify(&auth, &token).await.unwrap();
    let change = PasswordChange {
        old: PASSWORD.to_owned(),
        new: WRONG.to_owned(),
    };
    auth.change_password(&alice, change, &by()).await.unwrap();
    assert_eq!(
        try_at(Door::Basic, &auth, "alice", WRONG, LOOPBACK).await,
        ""
    );
    assert_eq!(
        try_at(Door::Basic, &auth, "alice", PASSWORD, LOOPBACK).await,
        wrong
    );
}

#[tokio::test]
async fn a_right_header_costs_nothing_and_helps_nobody_to_guess() {
    let (_registry, auth) = closed().await;
    assert_eq!(
        try_at(Door::Basic, &auth, "alice", PASSWORD, LOOPBACK).await,
        ""
    );
    let computed = auth.passwords.computed();
    for _ in 0..100 {
        assert_eq!(
            try_at(Door::Basic, &auth, "alice", PASSWORD, LOOPBACK).await,
            ""
        );
    }
    assert_eq!(auth.passwords.computed(), computed);
    // Somebody elsewhere who sends it has guessed it.
    for number in 0..6 {
        let password = format!("{WRONG} {number}");
        try_at(Door::Basic, &auth, "alice", &password, ELSEWHERE).await;
    }
    let told = try_at(Door::Basic, &auth, "alice", PASSWORD, ELSEWHERE).await;
    assert!(told.starts_with("too many"), "{told}");
    assert_eq!(
        try_at(Door::Basic, &auth, "alice", PASSWORD, LOOPBACK).await,
        ""
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_right_logins_from_one_machine_are_not_hindered() {
    let (_registry, auth) = closed().await;
    let auth = Arc::new(auth);
    let tasks: Vec<_> = (0..64)
        .map(|number| {
            let (auth, door) = (Arc::clone(&auth), DOORS[number % 3]);
            tokio::spawn(async move { try_at(door, &auth, "alice", PASSWORD, LOOPBACK).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), "");
    }
}
