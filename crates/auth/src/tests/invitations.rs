//! Invitations, and making an account for oneself.

use catalog::{EventFilter, Role};

use crate::web_login::{ApproveError, Asker};

use super::*;

const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

/// A registry with an admin, where an account takes an invitation.
async fn invited_only(registry: &Registry) -> Auth {
    let auth = registry.open();
    log_in(&auth, "root").await;
    auth.set_policy(policy(Registration::Invite));
    auth
}

async fn invite(auth: &Auth, role: Role) -> String {
    auth.invite(role, 7, &by()).await.unwrap().text
}

async fn register(
    auth: &Auth,
    name: &str,
    password: &str,
    invitation: Option<&str>,
) -> Result<LoggedIn, LoginError> {
    let credentials = credentials(name, password);
    auth.register(credentials, invitation, &premium(), ELSEWHERE)
        .await
}

#[tokio::test]
async fn an_invitation_makes_one_account_with_its_role() {
    let registry = Registry::new();
    let auth = invited_only(&registry).await;
    let invitation = auth.invite(Role::Maintainer, 7, &by()).await.unwrap();
    let text = invitation.text.clone();
    assert!(text.starts_with("r13i_") && text.len() == 37, "{text}");
    let printed = format!("{invitation:?}");
    assert!(!printed.contains(&text), "{printed}");
    let spaced = format!(" {text}\n");
    let made = register(&auth, "Carol", PASSWORD, Some(&spaced)).await;
    let made = made.unwrap();
    assert!(made.created);
    assert_eq!(made.name, "carol");
    let carol = identify(&auth, &made.token).await.unwrap();
    assert_eq!(carol.role, Role::Maintainer);
    let again = register(&auth, "dave", PASSWORD, Some(&text)).await;
    assert!(matches!(again, Err(LoginError::Invitation)));
    let events = registry
        .catalog
        .read(|rows| rows.events(&EventFilter::default(), 3));
    let events = events.unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|it| {
            (
                it.kind.as_str(),
                it.origin.actor.as_str(),
                it.detail.as_str(),
            )
        })
        .collect();
    assert_eq!(told[0], ("login", "carol", "login"));
    let made = ("account.create", "carol", "maintainer, invited by alice");
    assert_eq!(told[1], made);
    assert_eq!((told[2].0, told[2].1), ("account.invite", "alice"));
    assert!(!format!("{events:?}").contains(&text));
}

#[tokio::test]
async fn what_is_refused_uses_no_invitation_up() {
    let registry = Registry::new();
    let auth = invited_only(&registry).await;
    let text = invite(&auth, Role::Publisher).await;
    let short = register(&auth, "carol", "short", Some(&text)).await;
    assert!(matches!(short, Err(LoginError::Password(_))));
    let taken = register(&auth, "root", PASSWORD, Some(&text)).await;
    assert!(matches!(taken, Err(LoginError::NameTaken { .. })));
    let never = register(&auth, "$all", PASSWORD, Some(&text)).await;
    assert!(matches!(never, Err(LoginError::UserName(_))));
    register(&auth, "carol", PASSWORD, Some(&text))
        .await
        .unwrap();
}

/// The name is found free, and is taken by the time that the account is to be made.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_invited_who_want_one_name_the_other_can_choose_again() {
    let registry = Registry::new();
    let auth = Arc::new(invited_only(&registry).await);
    for round in 0..4 {
        let name = format!("carol{round}");
        let texts = [
            invite(&auth, Role::Reader).await,
            invite(&auth, Role::Reader).await,
        ];
        // The same password does not make it the same person.
        let (one, other) = tokio::join!(
            register(&auth, &name, PASSWORD, Some(&texts[0])),
            register(&auth, &name, PASSWORD, Some(&texts[1])),
        );
        assert_ne!(one.is_ok(), other.is_ok());
        let left = if one.is_ok() { &texts[1] } else { &texts[0] };
        let name = format!("dave{round}");
        let second = register(&auth, &name, PASSWORD, Some(left));
        second.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_with_one_invitation_one_gets_an_account() {
    let registry = Registry::new();
    let auth = invited_only(&registry).await;
    let text = invite(&auth, Role::Reader).await;
    let (one, other) = tokio::join!(
        register(&auth, "carol", PASSWORD, Some(&text)),
        register(&auth, "dave", PASSWORD, Some(&text)),
    );
    assert_ne!(one.is_ok(), other.is_ok());
    let accounts = auth.people().list().await.unwrap();
    assert_eq!(accounts.len(), 2, "the admin and one of the two");
}

#[tokio::test]
async fn without_an_invitation_nobody_learns_who_has_an_account() {
    let registry = Registry::new();
    let auth = invited_only(&registry).await;
    for name in ["root", "stranger", "$all"] {
        let none = register(&auth, name, PASSWORD, None).await;
        assert!(matches!(none, Err(LoginError::InvitationNeeded)), "{name}");
        let bad = register(&auth, name, PASSWORD, Some("r13i_0")).await;
        assert!(matches!(bad, Err(LoginError::Invitation)), "{name}");
    }
    let mut told = Vec::new();
    for (name, password) in [
        ("root", "wrong password"),
        ("stranger", "wrong password"),
        ("stranger", "short"),
    ] {
        let error = auth
            .login(credentials(name, password), &premium(), LOOPBACK)
            .await
            .unwrap_err();
        assert!(matches!(error, LoginError::ByInvitation), "{error:?}");
        told.push(error.to_string());
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(!log_in(&auth, "root").await.created);
}

/// A proxy on this machine makes everybody look as if they were here.
#[tokio::test]
async fn the_first_account_takes_an_invitation_too() {
    let registry = Registry::new();
    let auth = registry.open();
    auth.set_policy(policy(Registration::Invite));
    let (first, settings) = (credentials("mallory", PASSWORD), premium());
    let first = auth.register(first, None, &settings, LOOPBACK);
    assert!(matches!(first.await, Err(LoginError::InvitationNeeded)));
}

#[tokio::test]
async fn where_registration_is_open_or_closed_an_invitation_changes_little() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "root").await;
    let text = invite(&auth, Role::Reader).await;
    let bad = register(&auth, "carol", PASSWORD, Some("r13i_0")).await;
    assert!(matches!(bad, Err(LoginError::Invitation)));
    let carol = register(&auth, "carol", PASSWORD, Some(&text)).await;
    let carol = identify(&auth, &carol.unwrap().token).await.unwrap();
    assert_eq!(carol.role, Role::Reader);
    let dave = register(&auth, "dave", PASSWORD, None).await.unwrap();
    let dave = identify(&auth, &dave.token).await.unwrap();
    assert_eq!(dave.role, Role::Publisher);
    let text = invite(&auth, Role::Reader).await;
    auth.set_policy(policy(Registration::Closed));
    let closed = register(&auth, "erin", PASSWORD, Some(&text)).await;
    assert!(matches!(closed, Err(LoginError::RegistrationClosed)));
    let useless = auth.invite(Role::Reader, 7, &by()).await;
    assert!(matches!(useless, Err(InviteError::Closed)));
}

#[tokio::test]
async fn an_invitation_is_over_one_day_and_has_bounds() {
    let registry = Registry::new();
    let auth = invited_only(&registry).await;
    for days in [0, 366, u32::MAX] {
        let refused = auth.invite(Role::Reader, days, &by()).await;
        assert!(matches!(refused, Err(InviteError::Days)), "{days}");
    }
    let text = invite(&auth, Role::Reader).await;
    let catalog = registry.folder.path().join("catalog.db");
    let connection = rusqlite::Connection::open(catalog).unwrap();
    let aged = connection
        .execute("UPDATE invitations SET expires_ms = 1", [])
        .unwrap();
    assert_eq!(aged, 1);
    let over = register(&auth, "carol", PASSWORD, Some(&text)).await;
    assert!(matches!(over, Err(LoginError::Invitation)));
}

/// Otherwise an admin could come back by an invitation to be one.
#[tokio::test]
async fn the_invitations_of_an_admin_go_with_the_admin() {
    let registry = Registry::new();
    let auth = invited_only(&registry).await;
    let people = auth.people();
    let change = |role, disabled| PersonChange {
        role: Some(role),
        disabled: Some(disabled),
        ..PersonChange::default()
    };
    for (gone, back) in [
        (change(Role::Publisher, false), change(Role::Admin, false)),
        (change(Role::Admin, true), change(Role::Admin, false)),
    ] {
        let alice = NewPerson {
            name: "alice".to_owned(),
            password: PASSWORD.to_owned(),
            email: String::new(),
            role: Role::Admin,
        };
        match people.add(alice, &by()).await {
            Ok(_) | Err(PeopleError::Taken { .. }) => {}
            Err(error) => panic!("{error}"),
        }
        let text = invite(&auth, Role::Admin).await;
        people.change("alice", gone, &by()).await.unwrap();
        let refused = register(&auth, "mallory", PASSWORD, Some(&text)).await;
        assert!(matches!(refused, Err(LoginError::Invitation)));
        people.change("alice", back, &by()).await.unwrap();
    }
    let text = invite(&auth, Role::Admin).await;
    people.remove("alice", &by(), |_, _| Ok(())).await.unwrap();
    let refused = register(&auth, "mallory", PASSWORD, Some(&text)).await;
    assert!(matches!(refused, Err(LoginError::Invitation)));
}

#[tokio::test]
async fn an_invitation_is_good_on_a_page() {
    let registry = Registry::new();
    let auth = invited_only(&registry).await;
    let asker = Asker {
        address: ELSEWHERE,
        client: "npm/11".to_owned(),
        wants_account: true,
    };
    let page = auth.begin_web_login(asker).unwrap().page;
    let text = invite(&auth, Role::Maintainer).await;
    let approve = async |password: &str, invitation| {
        let credentials = credentials("carol", password);
        auth.approve_web_login(&page, credentials, true, invitation, ELSEWHERE)
            .await
    };
    let none = approve(PASSWORD, None).await;
    assert!(matches!(
        none,
        Err(ApproveError::Login(LoginError::InvitationNeeded))
    ));
    let short = approve("short", Some(text.as_str())).await;
    assert!(matches!(
        short,
        Err(ApproveError::Login(LoginError::Password(_)))
    ));
    assert_eq!(approve(PASSWORD, Some(&text)).await.unwrap(), "carol");
    let carol = auth.people().find("carol").await.unwrap();
    assert_eq!(carol.role, Role::Maintainer);
}
