//! Logging in through a page.

use crate::web_login::{ApproveError, Asker, BeginError, PageState, PollError, WebLogin};

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
fn there_is_room_for_so_many_and_no_more() {
    let registry = Registry::new();
    let auth = registry.open();
    for number in 0..4096_u32 {
        let [_, a, b, c] = number.to_be_bytes();
        auth.begin_web_login(asker([10, a, b, c], false)).unwrap();
    }
    let refused = auth.begin_web_login(asker([11, 0, 0, 1], false));
    assert!(matches!(refused, Err(BeginError::TooMany)));
}
