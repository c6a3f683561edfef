//! Two processes over one catalogue: what one changes counts in the other.

use catalog::{Permission, Role};
use npm_model::PackageName;

use super::*;

/// What another process has open.
fn elsewhere(registry: &Registry) -> Arc<Catalog> {
    let path = registry.folder.path().join("catalog.db");
    Arc::new(Catalog::open(&path).unwrap())
}

fn has_followed(registry: &Registry, auth: &Auth) -> bool {
    let followed = registry
        .catalog
        .read(|rows| rows.access_changes().map(|it| auth.has_followed(it)));
    followed.unwrap()
}

fn disabled() -> PersonChange {
    PersonChange {
        disabled: Some(true),
        ..PersonChange::default()
    }
}

#[tokio::test]
async fn what_another_process_changed_counts_after_a_reload() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "root").await;
    let bob = log_in(&auth, "bob").await.token;
    assert!(identify(&auth, &bob).await.is_ok());
    assert!(has_followed(&registry, &auth));
    let there = People::open(elsewhere(&registry)).unwrap();
    there.change("bob", disabled(), &by()).await.unwrap();
    assert!(!has_followed(&registry, &auth));
    assert!(
        identify(&auth, &bob).await.is_ok(),
        "nobody has looked yet, and a verified token is believed for a while"
    );
    auth.reload().await.unwrap();
    assert!(has_followed(&registry, &auth));
    assert_eq!(
        identify(&auth, &bob).await,
        Err(Some(TokenProblem::Revoked))
    );
}

#[tokio::test]
async fn a_grant_by_another_process_counts_after_a_reload() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "root").await;
    let bob = log_in(&auth, "bob").await.token;
    let bob = Identity::Account(identify(&auth, &bob).await.unwrap());
    let package = PackageName::parse("@acme/x").unwrap();
    let added = package.clone();
    let added = registry.catalog.write(
        move |rows| rows.add_package(&added, std::time::SystemTime::now()),
        |_| (),
    );
    added.await.unwrap();
    let there = Registry {
        catalog: elsewhere(&registry),
        folder: tempfile::tempdir().unwrap(),
    };
    let there = there.open();
    let (org, team) = (
        OrgName::parse("acme").unwrap(),
        TeamName::parse("core").unwrap(),
    );
    there.set_restricted(&package, true, &by()).await.unwrap();
    there
        .create_team(&org, &team, String::new(), &by())
        .await
        .unwrap();
    there.add_to_team(&org, &team, "bob", &by()).await.unwrap();
    let need = Need::Package(Action::Read, package.clone());
    auth.reload().await.unwrap();
    assert!(auth.decide(&bob, &need, &premium()).await.is_err());
    there
        .grant(&org, &team, &package, Permission::Read, &by())
        .await
        .unwrap();
    auth.reload().await.unwrap();
    assert!(auth.decide(&bob, &need, &premium()).await.is_ok());
}

/// Otherwise every logout would make everybody's next request slow.
#[tokio::test]
async fn what_this_process_changes_needs_no_reload() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "root").await;
    let bob = log_in(&auth, "bob").await.token;
    let caller = identify(&auth, &bob).await.unwrap();
    assert!(auth.logout(&caller, &bob, &by()).await.unwrap());
    assert!(has_followed(&registry, &auth));
    let change = PasswordChange {
        old: PASSWORD.to_owned(),
        new: "another password".to_owned(),
    };
    auth.change_password(&caller, change, &by()).await.unwrap();
    assert!(has_followed(&registry, &auth));
    auth.people()
        .change("bob", disabled(), &by())
        .await
        .unwrap();
    assert!(has_followed(&registry, &auth));
    let removed = auth.people().remove("bob", &by(), |_, _| Ok(())).await;
    removed.unwrap();
    assert!(has_followed(&registry, &auth));
    let org = OrgName::parse("acme").unwrap();
    let role = catalog::MemberRole::Owner;
    auth.set_member(&org, "root", role, &by()).await.unwrap();
    assert!(has_followed(&registry, &auth));
}

/// A change of this process that comes after one of another process does not hide it.
#[tokio::test]
async fn an_own_change_does_not_hide_one_of_another_process() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "root").await;
    let bob = log_in(&auth, "bob").await.token;
    let carol = log_in(&auth, "carol").await.token;
    assert!(identify(&auth, &bob).await.is_ok());
    let there = People::open(elsewhere(&registry)).unwrap();
    there.change("bob", disabled(), &by()).await.unwrap();
    let caller = identify(&auth, &carol).await.unwrap();
    for _ in 0..2 {
        let person = PersonChange {
            role: Some(Role::Reader),
            ..PersonChange::default()
        };
        auth.people().change("carol", person, &by()).await.unwrap();
        assert!(!has_followed(&registry, &auth));
    }
    assert!(auth.logout(&caller, &carol, &by()).await.unwrap());
    assert!(!has_followed(&registry, &auth));
    auth.reload().await.unwrap();
    assert!(has_followed(&registry, &auth));
    assert!(identify(&auth, &bob).await.is_err());
}
