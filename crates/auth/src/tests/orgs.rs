//! Organisations, teams, and what they may do.

use catalog::{MemberRole, Permission};
use npm_model::PackageName;

use super::*;

fn org() -> OrgName {
    OrgName::parse("@acme").unwrap()
}

fn team() -> TeamName {
    TeamName::parse("core").unwrap()
}

async fn may(auth: &Auth, who: Option<&Arc<Caller>>, action: Action, package: &str) -> bool {
    let identity = match who {
        Some(caller) => Identity::Account(Arc::clone(caller)),
        None => Identity::Anonymous(None),
    };
    let need = Need::Package(action, PackageName::parse(package).unwrap());
    auth.decide(&identity, &need, &premium()).await.is_ok()
}

#[test]
fn an_organisation_is_a_scope() {
    for text in ["acme", "@acme"] {
        assert_eq!(OrgName::parse(text).unwrap().as_str(), "acme");
    }
    for text in ["", "@", "@@acme", "a/b", "a b", "a:b", "a%b"] {
        assert!(OrgName::parse(text).is_err(), "{text:?}");
    }
    for text in ["", "a b", "-x", "a:b", "é"] {
        assert!(TeamName::parse(text).is_err(), "{text:?}");
    }
}

#[tokio::test]
async fn a_grant_counts_at_once_and_after_a_restart() {
    let registry = Registry::new();
    let auth = registry.open();
    let package = PackageName::parse("@acme/x").unwrap();
    let added = package.clone();
    let added = registry.catalog.write(
        move |rows| rows.add_package(&added, std::time::SystemTime::now()),
        |_| (),
    );
    added.await.unwrap();
    log_in(&auth, "root").await;
    let bob = identify(&auth, &log_in(&auth, "bob").await.token)
        .await
        .unwrap();
    auth.set_restricted(&package, true, &by()).await.unwrap();
    assert!(!may(&auth, None, Action::Read, "@acme/x").await);
    assert!(!may(&auth, Some(&bob), Action::Read, "@acme/x").await);
    auth.create_team(&org(), &team(), String::new(), &by())
        .await
        .unwrap();
    auth.add_to_team(&org(), &team(), "Bob", &by())
        .await
        .unwrap();
    auth.grant(&org(), &team(), &package, Permission::Read, &by())
        .await
        .unwrap();
    assert!(may(&auth, Some(&bob), Action::Read, "@acme/x").await);
    drop(auth);
    let auth = registry.open();
    assert!(may(&auth, Some(&bob), Action::Read, "@acme/x").await);
    assert!(!may(&auth, None, Action::Read, "@acme/x").await);
    let people = auth.collaborators(&package).await.unwrap();
    assert_eq!(people.get("bob"), Some(&Permission::Read));
    let packages = auth.packages_of("bob").await.unwrap();
    assert_eq!(packages.get(&package), Some(&Permission::Read));
    auth.revoke_grant(&org(), &team(), &package, &by())
        .await
        .unwrap();
    assert!(!may(&auth, Some(&bob), Action::Read, "@acme/x").await);
    auth.set_restricted(&package, false, &by()).await.unwrap();
    assert!(may(&auth, None, Action::Read, "@acme/x").await);
}

#[tokio::test]
async fn owners_and_admins_look_after_their_organisation() {
    let registry = Registry::new();
    let auth = registry.open();
    let mut people = Vec::new();
    for name in ["root", "owner", "admin", "developer", "stranger"] {
        let token = log_in(&auth, name).await.token;
        people.push(identify(&auth, &token).await.unwrap());
    }
    for (name, role) in [
        ("owner", MemberRole::Owner),
        ("admin", MemberRole::Admin),
        ("developer", MemberRole::Developer),
    ] {
        auth.set_member(&org(), name, role, &by()).await.unwrap();
    }
    let may = async |place: usize, need: Need| {
        let identity = Identity::Account(Arc::clone(&people[place]));
        auth.decide(&identity, &need, &premium()).await.is_ok()
    };
    let teams = || Need::Organisation("acme".to_owned());
    let members = || Need::Members("acme".to_owned());
    for (place, manages_teams, manages_members) in [
        (0, true, true),
        (1, true, true),
        (2, true, false),
        (3, false, false),
        (4, false, false),
    ] {
        assert_eq!(may(place, teams()).await, manages_teams, "{place}");
        assert_eq!(may(place, members()).await, manages_members, "{place}");
    }
    assert!(!may(1, Need::Organisation("other".to_owned())).await);
    let refused = auth
        .decide(&Identity::Anonymous(None), &teams(), &premium())
        .await;
    assert!(matches!(
        refused,
        Err(DecideError::Denied(Denied::LogIn { .. }))
    ));
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "root").await;
    let package = PackageName::parse("@acme/x").unwrap();
    let no_org = auth.members(&org()).await;
    assert!(matches!(no_org, Err(OrgError::NoSuchOrg { .. })));
    let no_team = auth.add_to_team(&org(), &team(), "root", &by()).await;
    assert!(matches!(no_team, Err(OrgError::NoSuchTeam { .. })));
    auth.create_team(&org(), &team(), String::new(), &by())
        .await
        .unwrap();
    let again = auth
        .create_team(&org(), &team(), String::new(), &by())
        .await;
    assert!(matches!(again, Err(OrgError::TeamExists { .. })));
    let no_user = auth.add_to_team(&org(), &team(), "nobody", &by()).await;
    assert!(matches!(no_user, Err(OrgError::NoSuchUser { .. })));
    let not_in = auth.remove_from_team(&org(), &team(), "root", &by()).await;
    assert!(matches!(not_in, Err(OrgError::NotAMember { .. })));
    let no_grant = auth.revoke_grant(&org(), &team(), &package, &by()).await;
    assert!(matches!(no_grant, Err(OrgError::NoGrant { .. })));
    let nobody = auth.packages_of("nobody").await;
    assert!(matches!(nobody, Err(OrgError::NoSuchUser { .. })));
}
