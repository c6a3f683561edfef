//! Looking after accounts.

use catalog::{EventFilter, MemberRole, Permission, Role, RuleRow};
use npm_model::PackageName;

use super::*;

fn new(name: &str, role: Role) -> NewPerson {
    NewPerson {
        name: name.to_owned(),
        password: PASSWORD.to_owned(),
        email: String::new(),
        role,
    }
}

fn role(role: Role) -> PersonChange {
    PersonChange {
        role: Some(role),
        ..PersonChange::default()
    }
}

fn disabled(disabled: bool) -> PersonChange {
    PersonChange {
        disabled: Some(disabled),
        ..PersonChange::default()
    }
}

fn password(password: &str) -> PersonChange {
    PersonChange {
        password: Some(password.to_owned()),
        ..PersonChange::default()
    }
}

async fn change(people: &People, name: &str, change: PersonChange) -> Result<Person, PeopleError> {
    people.change(name, change, &by()).await
}

async fn remove(people: &People, name: &str) -> Result<Removed, PeopleError> {
    people.remove(name, &by(), |_, _| Ok(())).await
}

/// What was told, the oldest first: the kind, the target, and more about it.
fn told(registry: &Registry) -> Vec<String> {
    let events = registry
        .catalog
        .read(|rows| rows.events(&EventFilter::default(), 100));
    let events = events.unwrap().into_iter().rev();
    let events = events.filter(|event| event.origin == by());
    events
        .map(|event| format!("{} {} {}", event.kind, event.target, event.detail))
        .collect()
}

#[tokio::test]
async fn an_account_is_made_changed_and_removed_and_each_is_told() {
    let registry = Registry::new();
    let people = People::open(Arc::clone(&registry.catalog)).unwrap();
    assert_eq!(people.list().await.unwrap(), []);
    let alice = people.add(new("Alice", Role::Admin), &by()).await.unwrap();
    assert_eq!((alice.name.as_str(), alice.role), ("alice", Role::Admin));
    let carol = NewPerson {
        email: "carol@acme.example".to_owned(),
        ..new("carol", Role::Reader)
    };
    people.add(carol, &by()).await.unwrap();
    let taken = people.add(new("CAROL", Role::Admin), &by()).await;
    assert!(matches!(taken, Err(PeopleError::Taken { name }) if name == "carol"));
    let wanted = PersonChange {
        email: Some("c@acme.example".to_owned()),
        role: Some(Role::Maintainer),
        disabled: Some(true),
        password: Some("another password".to_owned()),
    };
    let changed = change(&people, "Carol", wanted).await.unwrap();
    assert_eq!(people.find("carol").await.unwrap(), changed);
    assert_eq!(changed.email, "c@acme.example");
    assert_eq!((changed.role, changed.disabled), (Role::Maintainer, true));
    // What is so already is not told again.
    change(&people, "carol", disabled(true)).await.unwrap();
    let enabled = change(&people, "carol", disabled(false)).await;
    assert!(!enabled.unwrap().disabled);
    assert_eq!(people.list().await.unwrap().len(), 2);
    remove(&people, "carol").await.unwrap();
    for gone in ["carol", "nobody", "$all", ""] {
        let missing = |error: &PeopleError| matches!(error, PeopleError::NoSuchUser { .. });
        assert!(missing(&people.find(gone).await.unwrap_err()), "{gone}");
        let changed = change(&people, gone, role(Role::Reader)).await;
        assert!(missing(&changed.unwrap_err()), "{gone}");
        assert!(missing(&remove(&people, gone).await.unwrap_err()), "{gone}");
        let owned = people.owned_alone(gone).await;
        assert!(missing(&owned.unwrap_err()), "{gone}");
    }
    assert_eq!(
        told(&registry),
        [
            "account.create alice admin",
            "account.create carol reader",
            "account.role carol maintainer, before reader",
            "account.disable carol ",
            "account.profile carol ",
            "account.password carol ",
            "account.enable carol ",
            "account.remove carol ",
        ]
    );
}

#[tokio::test]
async fn what_nobody_can_have_is_refused_before_anything_is_changed() {
    let registry = Registry::new();
    let people = People::open(Arc::clone(&registry.catalog)).unwrap();
    let short = NewPerson {
        password: "short".to_owned(),
        ..new("bob", Role::Publisher)
    };
    let refused = people.add(short, &by()).await;
    assert!(matches!(refused, Err(PeopleError::Password(_))));
    let bad = NewPerson {
        email: "no address".to_owned(),
        ..new("bob", Role::Publisher)
    };
    let refused = people.add(bad, &by()).await;
    assert!(matches!(refused, Err(PeopleError::Email(text)) if text == "no address"));
    let refused = people.add(new("$all", Role::Publisher), &by()).await;
    assert!(matches!(refused, Err(PeopleError::UserName(_))));
    people
        .add(new("bob", Role::Publisher), &by())
        .await
        .unwrap();
    let wanted = PersonChange {
        role: Some(Role::Admin),
        ..password("short")
    };
    let refused = change(&people, "bob", wanted).await;
    assert!(matches!(refused, Err(PeopleError::Password(_))));
    let bob = people.find("bob").await.unwrap();
    assert_eq!(bob.role, Role::Publisher);
    assert_eq!(told(&registry), ["account.create bob publisher"]);
}

#[tokio::test]
async fn a_change_counts_from_the_next_request_on() {
    let registry = Registry::new();
    let auth = registry.open();
    let people = auth.people();
    log_in(&auth, "root").await;
    let login = log_in(&auth, "bob").await.token;
    let bob = identify(&auth, &login).await.unwrap();
    let named = NewToken {
        password: PASSWORD.to_owned(),
        name: Some("ci".to_owned()),
        description: None,
        days: None,
        limits: TokenLimits::default(),
    };
    let named = auth.make_token(&bob, named, &premium(), &by()).await;
    let named = named.unwrap().token;
    let tokens = [&login, &named];
    for token in tokens {
        assert_eq!(identify(&auth, token).await.unwrap().role, Role::Publisher);
    }
    change(&people, "bob", role(Role::Admin)).await.unwrap();
    for token in tokens {
        assert_eq!(identify(&auth, token).await.unwrap().role, Role::Admin);
    }
    change(&people, "bob", disabled(true)).await.unwrap();
    for token in tokens {
        let refused = identify(&auth, token).await;
        assert_eq!(refused, Err(Some(TokenProblem::Revoked)));
    }
    // Being disabled is no end: what is not over counts again.
    change(&people, "bob", disabled(false)).await.unwrap();
    for token in tokens {
        assert!(identify(&auth, token).await.is_ok());
    }
    let changed = change(&people, "bob", password("another password"));
    changed.await.unwrap();
    assert_eq!(
        identify(&auth, &login).await,
        Err(Some(TokenProblem::Revoked))
    );
    assert!(identify(&auth, &named).await.is_ok());
    remove(&people, "bob").await.unwrap();
    assert_eq!(
        identify(&auth, &named).await,
        Err(Some(TokenProblem::Revoked))
    );
}

#[tokio::test]
async fn a_password_with_each_request_stops_counting_as_well() {
    let registry = Registry::new();
    let auth = registry.open();
    let people = auth.people();
    log_in(&auth, "root").await;
    log_in(&auth, "bob").await;
    let header = format!("Basic {}", {
        use base64::engine::general_purpose::STANDARD;
        STANDARD.encode(format!("bob:{PASSWORD}"))
    });
    let known = async || {
        let identity = auth.identify(Some(&header), LOOPBACK, &premium()).await;
        identity.unwrap().caller().is_some()
    };
    assert!(known().await);
    change(&people, "bob", disabled(true)).await.unwrap();
    assert!(!known().await);
    change(&people, "bob", disabled(false)).await.unwrap();
    assert!(known().await);
    let changed = change(&people, "bob", password("another password"));
    changed.await.unwrap();
    assert!(!known().await);
}

#[tokio::test]
async fn one_admin_who_can_log_in_always_stays() {
    let registry = Registry::new();
    let people = People::open(Arc::clone(&registry.catalog)).unwrap();
    people.add(new("alice", Role::Admin), &by()).await.unwrap();
    people.add(new("bob", Role::Admin), &by()).await.unwrap();
    // An admin who cannot log in is of no help.
    change(&people, "bob", disabled(true)).await.unwrap();
    let last = |error: PeopleError| {
        assert!(
            matches!(&error, PeopleError::LastAdmin { name } if name == "alice"),
            "{error:?}"
        );
    };
    last(change(&people, "alice", disabled(true)).await.unwrap_err());
    last(
        change(&people, "alice", role(Role::Maintainer))
            .await
            .unwrap_err(),
    );
    last(remove(&people, "alice").await.unwrap_err());
    // Neither hidden in a change that keeps the role…
    let hidden = PersonChange {
        disabled: Some(true),
        ..role(Role::Admin)
    };
    last(change(&people, "alice", hidden).await.unwrap_err());
    // …nor with anything of the change kept.
    let half = PersonChange {
        email: Some("a@acme.example".to_owned()),
        ..role(Role::Reader)
    };
    last(change(&people, "alice", half).await.unwrap_err());
    assert_eq!(people.find("alice").await.unwrap().email, "");
    // Another change of theirs is nobody's business.
    let own = change(&people, "alice", password("another password"));
    own.await.unwrap();
    // One who cannot log in can be lost.
    change(&people, "bob", role(Role::Reader)).await.unwrap();
    people.add(new("carol", Role::Admin), &by()).await.unwrap();
    remove(&people, "alice").await.unwrap();
    let error = remove(&people, "carol").await.unwrap_err();
    assert!(matches!(error, PeopleError::LastAdmin { .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_admins_who_remove_each_other_leave_one() {
    let registry = Registry::new();
    for _ in 0..8 {
        let here = People::open(Arc::clone(&registry.catalog)).unwrap();
        // The other one is another process.
        let there = Catalog::open(&registry.folder.path().join("catalog.db")).unwrap();
        let there = People::open(Arc::new(there)).unwrap();
        here.add(new("alice", Role::Admin), &by()).await.unwrap();
        here.add(new("bob", Role::Admin), &by()).await.unwrap();
        let (one, other) = tokio::join!(remove(&here, "alice"), remove(&there, "bob"));
        assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
        let left = here.list().await.unwrap();
        assert_eq!(left.len(), 1);
        // The next round begins with an empty registry.
        let name = left[0].name.clone();
        let emptied = registry
            .catalog
            .write(move |rows| rows.remove_account(&name), |_| ());
        emptied.await.unwrap();
    }
}

async fn publish(registry: &Registry, package: &str, owners: &'static [&'static str]) {
    let package = PackageName::parse(package).unwrap();
    let published = registry.catalog.write(
        move |rows| {
            let id = rows.add_package(&package, std::time::SystemTime::now())?;
            for owner in owners {
                rows.add_owner(id, owner)?;
            }
            Ok::<_, catalog::CatalogError>(())
        },
        |()| (),
    );
    published.await.unwrap();
}

async fn may(auth: &Auth, token: &str, action: Action, package: &str) -> bool {
    let identity = Identity::Account(identify(auth, token).await.unwrap());
    let need = Need::Package(action, PackageName::parse(package).unwrap());
    auth.decide(&identity, &need, &premium()).await.is_ok()
}

#[tokio::test]
async fn whoever_takes_a_removed_name_inherits_nothing() {
    let registry = Registry::new();
    let auth = registry.open();
    let people = auth.people();
    log_in(&auth, "root").await;
    let old = log_in(&auth, "bob").await.token;
    publish(&registry, "@acme/alone", &["bob"]).await;
    publish(&registry, "@acme/shared", &["bob", "root"]).await;
    let (org, team) = (
        OrgName::parse("acme").unwrap(),
        TeamName::parse("core").unwrap(),
    );
    let secret = PackageName::parse("@acme/secret").unwrap();
    publish(&registry, "@acme/secret", &["root"]).await;
    auth.create_team(&org, &team, String::new(), &by())
        .await
        .unwrap();
    auth.add_to_team(&org, &team, "bob", &by()).await.unwrap();
    auth.set_member(&org, "bob", MemberRole::Owner, &by())
        .await
        .unwrap();
    auth.grant(&org, &team, &secret, Permission::Write, &by())
        .await
        .unwrap();
    auth.set_restricted(&secret, true, &by()).await.unwrap();
    let ruled = registry.catalog.write(
        |rows| {
            for (pattern, subjects) in [
                ("@a/*", r#"["bob","root","team:bob"]"#),
                ("@b/*", r#"["Bob"]"#),
                ("@c/*", r#"["bobby"]"#),
                ("@d/*", "no list"),
            ] {
                rows.set_rule(&RuleRow {
                    pattern: pattern.to_owned(),
                    action: "read".to_owned(),
                    subjects: subjects.to_owned(),
                })?;
            }
            Ok::<_, catalog::CatalogError>(())
        },
        |()| (),
    );
    ruled.await.unwrap();
    assert!(may(&auth, &old, Action::Read, "@acme/secret").await);
    assert!(may(&auth, &old, Action::Unpublish, "@acme/alone").await);

    let alone = people.owned_alone("bob").await.unwrap();
    let by = by();
    let removed = people.remove("bob", &by, |rows, packages| {
        assert_eq!(packages.len(), 2);
        assert!(rows.account("bob")?.is_none());
        Ok(())
    });
    let removed = removed.await.unwrap();
    let names = |packages: &[PackageName]| {
        let names = packages.iter().map(|it| it.as_str().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&removed.owned), ["@acme/alone", "@acme/shared"]);
    assert_eq!(names(&removed.unowned), ["@acme/alone"]);
    assert_eq!(removed.unowned, alone);

    let new = log_in(&auth, "bob").await;
    assert!(new.created);
    assert_eq!(
        identify(&auth, &old).await,
        Err(Some(TokenProblem::Revoked))
    );
    let new = new.token;
    assert_eq!(identify(&auth, &new).await.unwrap().role, Role::Publisher);
    assert!(!may(&auth, &new, Action::Read, "@acme/secret").await);
    for package in ["@acme/alone", "@acme/shared"] {
        assert!(!may(&auth, &new, Action::Unpublish, package).await);
    }
    let root = log_in(&auth, "root").await.token;
    assert!(may(&auth, &root, Action::Unpublish, "@acme/alone").await);
    let members = auth.members(&org).await.unwrap();
    assert!(members.is_empty(), "{members:?}");
    let ruled = registry
        .catalog
        .read(|rows| rows.access().map(|it| it.rules))
        .unwrap();
    let rules: Vec<&str> = ruled.iter().map(|it| it.subjects.as_str()).collect();
    let kept = [r#"["root","team:bob"]"#, "[]", r#"["bobby"]"#, "no list"];
    assert_eq!(rules, kept);
}

#[tokio::test]
async fn a_removal_whose_refresh_fails_did_not_happen() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "root").await;
    let token = log_in(&auth, "bob").await.token;
    let (people, by) = (auth.people(), by());
    let removed = people.remove("bob", &by, |_, _| Err(catalog::CatalogError::Closed));
    assert!(matches!(removed.await, Err(PeopleError::Catalog(_))));
    assert!(identify(&auth, &token).await.is_ok());
    assert_eq!(told(&registry), [""; 0]);
}

#[tokio::test]
async fn only_an_admin_with_a_whole_token_looks_after_the_registry() {
    let registry = Registry::new();
    let auth = registry.open();
    let root = log_in(&auth, "root").await.token;
    let bob = log_in(&auth, "bob").await.token;
    let decide = async |token: &str| {
        let identity = Identity::Account(identify(&auth, token).await.unwrap());
        auth.decide(&identity, &Need::Admin, &premium()).await
    };
    assert!(decide(&root).await.is_ok());
    let refused = decide(&bob).await.unwrap_err();
    assert!(
        matches!(&refused, DecideError::Denied(Denied::NotAdmin { user }) if user == "bob"),
        "{refused:?}"
    );
    let limited = NewToken {
        password: PASSWORD.to_owned(),
        name: None,
        description: None,
        days: None,
        limits: TokenLimits {
            packages: vec!["x".to_owned()],
            ..TokenLimits::default()
        },
    };
    let caller = identify(&auth, &root).await.unwrap();
    let limited = auth.make_token(&caller, limited, &premium(), &by()).await;
    let refused = decide(&limited.unwrap().token).await.unwrap_err();
    assert!(matches!(refused, DecideError::Denied(Denied::LimitedToken)));
    let anonymous = Identity::Anonymous(None);
    let refused = auth.decide(&anonymous, &Need::Admin, &premium()).await;
    assert!(matches!(
        refused,
        Err(DecideError::Denied(Denied::LogIn { .. }))
    ));
}

#[test]
fn no_password_is_printed() {
    let new = new("alice", Role::Admin);
    let printed = format!("{new:?} {:?}", password(PASSWORD));
    assert!(!printed.contains(PASSWORD), "{printed}");
    assert!(printed.contains("alice") && printed.contains("***"));
}
