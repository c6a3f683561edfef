//! A name and a password with each request.

use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::address_group::AddressGroup;

async fn try_basic(auth: &Auth, name: &str, password: &str) -> Result<Arc<Caller>, TokenProblem> {
    let header = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
    match auth
        .identify(Some(&header), LOOPBACK, &premium())
        .await
        .unwrap()
    {
        Identity::Account(caller) => Ok(caller),
        Identity::Anonymous(problem) => Err(problem.unwrap()),
    }
}

#[tokio::test]
async fn a_password_identifies_its_owner_until_it_changes() {
    let registry = Registry::new();
    let auth = registry.open();
    let token = log_in(&auth, "alice").await.token;
    let wrong = Err(TokenProblem::WrongPassword);
    for _ in 0..2 {
        let alice = try_basic(&auth, "alice", PASSWORD).await.unwrap();
        assert_eq!(alice.name, "alice");
        assert_eq!(try_basic(&auth, "alice", "not the password").await, wrong);
        assert_eq!(try_basic(&auth, "nobody", PASSWORD).await, wrong);
        assert_eq!(try_basic(&auth, "$all", PASSWORD).await, wrong);
    }
    let alice = identify(&auth, &token).await.unwrap();
    let change = PasswordChange {
        old: PASSWORD.to_owned(),
        new: "another password".to_owned(),
    };
    auth.change_password(&alice, change, &by()).await.unwrap();
    assert_eq!(try_basic(&auth, "alice", PASSWORD).await, wrong);
    assert!(try_basic(&auth, "alice", "another password").await.is_ok());
    registry.disable("alice");
    // Another process did that, and is noticed or found out a few seconds later.
    auth.verified.age();
    assert_eq!(try_basic(&auth, "alice", "another password").await, wrong);
}

/// The text that a right header is remembered by, sent as a token, would tell a right password from a
/// wrong one without an attempt.
#[tokio::test]
async fn what_a_header_is_remembered_by_is_no_token() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "alice").await;
    assert!(try_basic(&auth, "alice", PASSWORD).await.is_ok());
    let basic = STANDARD.encode(format!("alice:{PASSWORD}"));
    let group = AddressGroup::of(LOOPBACK);
    let malformed = Some(TokenProblem::Malformed);
    for text in [format!("{group} Basic {basic}"), format!("Basic {basic}")] {
        assert_eq!(identify(&auth, &text).await.unwrap_err(), malformed);
    }
    auth.verified.age();
    let text = format!("{group} Basic {basic}");
    assert_eq!(identify(&auth, &text).await.unwrap_err(), malformed);
}
