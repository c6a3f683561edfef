//! Logging in through a page.

use crate::web_login::{ApproveError, Asker, PageState, PollError, WebLogin};

use super::*;

fn asker(address: [u8; 4], wants_account: bool) -> Asker {
    Asker {
        address: address.into(),
        client: "npm/11".to_owned(),
        wants_account,
    }
}

fn begin(auth: &Auth) -> WebLogin {
    auth.begin_web_login(asker([127, 0, 0, 1], false)).unwrap()
}

#[tokio::test]
async fn an_approved_login_gives_its_token_once() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let login = begin(&auth);
    assert!(matches!(
        auth.web_login(&login.page),
        Some(PageState::Asks(_))
    ));
    assert!(
        auth.poll_web_login(&login.poll, &premium())
            .await
            .unwrap()
            .is_none()
    );
    let wrong = credentials("alice", "not the password");
    let refused = auth
        .approve_web_login(&login.page, wrong, false, None, LOOPBACK)
        .await;
    assert!(matches!(
        refused,
        Err(ApproveError::Login(LoginError::Refused { .. }))
    ));
    assert!(
        auth.poll_web_login(&login.poll, &premium())
            .await
            .unwrap()
            .is_none()
    );
    let approved = auth.approve_web_login(
        &login.page,
        credentials("Alice", PASSWORD),
        false,
        None,
        LOOPBACK,
    );
    assert_eq!(approved.await.unwrap(), "alice");
    let state = PageState::Approved("alice".to_owned());
    assert_eq!(auth.web_login(&login.page), Some(state));
    let again = auth.approve_web_login(
        &login.page,
        credentials("alice", PASSWORD),
        false,
        None,
        LOOPBACK,
    );
    assert!(matches!(again.await, Err(ApproveError::Over)));
    let token = auth
        .poll_web_login(&login.poll, &premium())
        .await
        .unwrap()
        .unwrap()
        .token;
    assert_eq!(identify(&auth, &token).await.unwrap().name, "alice");
    let again = auth.poll_web_login(&login.poll, &premium()).await;
    assert!(matches!(again, Err(PollError::Over)));
    assert_eq!(auth.web_login(&login.page), None);
}

#[tokio::test]
async fn the_page_alone_gives_no_token() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let login = begin(&auth);
    let approved = auth.approve_web_login(
        &login.page,
        credentials("alice", PASSWORD),
        false,
        None,
        LOOPBACK,
    );
    approved.await.unwrap();
    let half = login.poll.split_at(login.poll.len() / 2).0;
    for poll in [
        login.page.clone(),
        format!("{half}{half}"),
        format!("{half}{}", "0".repeat(half.len())),
        String::new(),
        "é".to_owned(),
    ] {
        let refused = auth.poll_web_login(&poll, &premium()).await;
        assert!(matches!(refused, Err(PollError::Over)), "{poll}");
    }
    assert!(
        auth.poll_web_login(&login.poll, &premium())
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_refused_login_is_over() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let login = begin(&auth);
    auth.refuse_web_login(&login.page);
    let over = auth.poll_web_login(&login.poll, &premium()).await;
    assert!(matches!(over, Err(PollError::Over)));
    let approved = auth.approve_web_login(
        &login.page,
        credentials("alice", PASSWORD),
        false,
        None,
        LOOPBACK,
    );
    assert!(matches!(approved.await, Err(ApproveError::Over)));
    auth.refuse_web_login("nonsense");
}

#[tokio::test]
async fn a_new_account_is_made_where_strangers_may() {
    let registry = Registry::new();
    let auth = registry.open();
    let login = begin(&auth);
    let unknown = auth.approve_web_login(
        &login.page,
        credentials("alice", PASSWORD),
        false,
        None,
        LOOPBACK,
    );
    assert!(matches!(
        unknown.await,
        Err(ApproveError::Login(LoginError::Refused { .. }))
    ));
    let made = auth.approve_web_login(
        &login.page,
        credentials("alice", PASSWORD),
        true,
        None,
        LOOPBACK,
    );
    assert_eq!(made.await.unwrap(), "alice");
    let other = begin(&auth);
    let taken = auth.approve_web_login(
        &other.page,
        credentials("alice", PASSWORD),
        true,
        None,
        LOOPBACK,
    );
    assert!(matches!(
        taken.await,
        Err(ApproveError::Login(LoginError::NameTaken { .. }))
    ));
    auth.set_policy(policy(Registration::Closed));
    assert_eq!(auth.registration(), Registration::Closed);
    let closed = auth.approve_web_login(
        &other.page,
        credentials("bob", PASSWORD),
        true,
        None,
        LOOPBACK,
    );
    assert!(matches!(
        closed.await,
        Err(ApproveError::Login(LoginError::RegistrationClosed))
    ));
}

#[tokio::test]
async fn passwords_cannot_be_guessed_on_one_page_for_ever() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let login = begin(&auth);
    for _ in 0..10 {
        // A name that cannot be costs no hash, and counts all the same.
        let refused = auth.approve_web_login(
            &login.page,
            credentials("$", PASSWORD),
            false,
            None,
            LOOPBACK,
        );
        assert!(matches!(refused.await, Err(ApproveError::Login(_))));
    }
    let approved = auth.approve_web_login(
        &login.page,
        credentials("alice", PASSWORD),
        false,
        None,
        LOOPBACK,
    );
    assert!(matches!(approved.await, Err(ApproveError::Over)));
}

#[test]
fn whoever_asks_too_often_loses_their_own() {
    let registry = Registry::new();
    let auth = registry.open();
    let others = auth.begin_web_login(asker([10, 0, 0, 1], false)).unwrap();
    let first = begin(&auth);
    let second = begin(&auth);
    for _ in 0..31 {
        begin(&auth);
    }
    assert_eq!(auth.web_login(&first.page), None);
    assert!(auth.web_login(&second.page).is_some());
    assert!(auth.web_login(&others.page).is_some());
}

#[tokio::test]
async fn an_approved_login_is_not_lost_to_others() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    let login = begin(&auth);
    let approved = auth.approve_web_login(
        &login.page,
        credentials("alice", PASSWORD),
        false,
        None,
        LOOPBACK,
    );
    approved.await.unwrap();
    for _ in 0..40 {
        begin(&auth);
    }
    let polled = auth.poll_web_login(&login.poll, &premium()).await;
    assert!(polled.unwrap().is_some());
}

#[tokio::test]
async fn an_approved_login_is_over_when_the_password_is_changed() {
    let registry = Registry::new();
    let auth = registry.open();
    let token = log_in(&auth, "alice").await.token;
    let alice = identify(&auth, &token).await.unwrap();
    let login = begin(&auth);
    let approved = auth.approve_web_login(
        &login.page,
        credentials("alice", PASSWORD),
        false,
        None,
        LOOPBACK,
    );
    approved.await.unwrap();
    let change = PasswordChange {
        old: PASSWORD.to_owned(),
        new: "another password".to_owned(),
    };
    auth.change_password(&alice, change, &by()).await.unwrap();
    let polled = auth.poll_web_login(&login.poll, &premium()).await;
    assert!(matches!(polled, Err(PollError::Over)));
}

#[test]
fn those_who_take_most_of_the_room_lose_it() {
    let registry = Registry::new();
    let auth = registry.open();
    let begin = |address| auth.begin_web_login(asker(address, false)).unwrap().page;
    let alice = begin([192, 0, 2, 1]);
    // A stranger with addresses without end, of which each asks for as much as it gets.
    let strangers: Vec<_> = (0..4095_u32)
        .map(|number| {
            let [_, a, b, c] = (number / 32).to_be_bytes();
            begin([10, a, b, c])
        })
        .collect();
    let bob = begin([192, 0, 2, 2]);
    let more = begin([11, 0, 0, 1]);
    for page in [&alice, &bob, &more, &strangers[1], &strangers[33]] {
        assert!(auth.web_login(page).is_some());
    }
    for page in [&strangers[0], &strangers[32]] {
        assert_eq!(auth.web_login(page), None);
    }
}

#[test]
fn a_site_with_many_networks_loses_its_own() {
    let registry = Registry::new();
    let auth = registry.open();
    let alice = auth.begin_web_login(asker([192, 0, 2, 1], false)).unwrap();
    for number in 0..5000 {
        let address = [0x2001, 0xdb8, 0, number, 0, 0, 0, 1];
        let asker = Asker {
            address: address.into(),
            ..asker([0; 4], false)
        };
        auth.begin_web_login(asker).unwrap();
    }
    assert!(auth.web_login(&alice.page).is_some());
}

#[test]
fn addresses_of_one_person_are_one() {
    let registry = Registry::new();
    let auth = registry.open();
    let begin = |number: u16| {
        let address = [0x2001, 0xdb8, 0, 1, 0, 0, 0, number];
        let asker = Asker {
            address: address.into(),
            ..asker([0; 4], false)
        };
        auth.begin_web_login(asker).unwrap().page
    };
    let pages: Vec<_> = (0..33).map(begin).collect();
    assert_eq!(auth.web_login(&pages[0]), None);
    assert!(auth.web_login(&pages[1]).is_some());
}

#[tokio::test]
async fn a_page_survives_the_wait_for_too_many_attempts() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "root").await;
    let login = begin(&auth);
    let approve = |name: &str, password: &str| {
        let credentials = credentials(name, password);
        auth.approve_web_login(&login.page, credentials, false, None, LOOPBACK)
    };
    for _ in 0..6 {
        let refused = approve("alice", "a wrong password").await;
        assert!(matches!(
            refused,
            Err(ApproveError::Login(LoginError::Refused { .. }))
        ));
    }
    for _ in 0..20 {
        let refused = approve("alice", PASSWORD).await;
        assert!(matches!(
            refused,
            Err(ApproveError::Login(LoginError::TooMany(_)))
        ));
    }
    assert_eq!(approve("root", PASSWORD).await.unwrap(), "root");
}
