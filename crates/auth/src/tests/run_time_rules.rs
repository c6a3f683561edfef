use npm_model::PackageName;

use super::*;

fn pattern(text: &str) -> PackagePattern {
    text.parse().unwrap()
}

async fn can(auth: &Auth, name: &str, action: Action, package: &str) -> (bool, String) {
    let package = PackageName::parse(package).unwrap();
    let name = Some(name).filter(|name| !name.is_empty());
    let said = auth.explain(name, action, &package, &premium()).await;
    let said = said.unwrap().unwrap();
    (said.allowed, said.because)
}

#[tokio::test]
async fn a_rule_counts_at_once_and_after_a_restart_until_it_is_removed() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "root").await;
    log_in(&auth, "bob").await;
    assert!(can(&auth, "bob", Action::Publish, "@acme/x").await.0);
    let subjects = vec!["alice".to_owned()];
    auth.set_rule(pattern("@acme/*"), Action::Publish, subjects, &by())
        .await
        .unwrap();
    let (allowed, because) = can(&auth, "bob", Action::Publish, "@acme/x").await;
    assert!(
        !allowed && because.contains("made at run time"),
        "{because}"
    );
    drop(auth);
    let auth = registry.open();
    assert!(!can(&auth, "bob", Action::Publish, "@acme/x").await.0);
    let listed = auth.rules();
    assert_eq!(listed.len(), 1);
    assert!(listed[0].at_run_time && listed[0].subjects == ["alice"]);
    auth.remove_rule(pattern("@acme/*"), Action::Publish, &by())
        .await
        .unwrap();
    assert!(can(&auth, "bob", Action::Publish, "@acme/x").await.0);
    let missing = auth
        .remove_rule(pattern("@acme/*"), Action::Publish, &by())
        .await;
    assert!(matches!(missing, Err(ChangeRuleError::NoSuchRule { .. })));
}

#[tokio::test]
async fn a_rule_that_names_nobody_known_is_refused() {
    let registry = Registry::new();
    let auth = registry.open();
    let by = by();
    let set = |subjects: Vec<String>| auth.set_rule(pattern("**"), Action::Read, subjects, &by);
    let refused = set(vec!["role:king".to_owned()]).await;
    assert!(matches!(
        refused,
        Err(ChangeRuleError::Rule(RuleError::Subject(_)))
    ));
    let refused = set(vec!["alice".to_owned(); 201]).await;
    assert!(matches!(refused, Err(ChangeRuleError::TooManySubjects)));
    assert!(auth.rules().is_empty());
}

#[tokio::test]
async fn a_rule_of_the_file_that_is_overruled_is_listed_as_such() {
    let registry = Registry::new();
    let mut with_rules = policy(Registration::Open);
    with_rules
        .rules
        .add("@acme/*", Action::Read, &["$all".to_owned()])
        .unwrap();
    with_rules.rules.add("**", Action::Read, &[]).unwrap();
    let auth = registry.try_open(with_rules).unwrap();
    auth.set_rule(pattern("@acme/*"), Action::Read, Vec::new(), &by())
        .await
        .unwrap();
    let listed = auth.rules();
    let overruled: Vec<_> = listed
        .iter()
        .map(|it| (it.at_run_time, it.overruled))
        .collect();
    assert_eq!(overruled, [(true, false), (false, true), (false, false)]);
    let (allowed, because) = can(&auth, "", Action::Read, "@acme/x").await;
    assert!(!allowed && because.contains("@acme/*"), "{because}");
}

#[tokio::test]
async fn it_is_explained_who_may_and_why() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "root").await;
    log_in(&auth, "bob").await;
    let (allowed, because) = can(&auth, "bob", Action::Unpublish, "x").await;
    assert!(
        !allowed && because.contains("bob does not own it"),
        "{because}"
    );
    let (allowed, because) = can(&auth, "root", Action::Unpublish, "x").await;
    assert!(allowed && because.contains("role admin"), "{because}");
    let (allowed, because) = can(&auth, "", Action::Publish, "x").await;
    assert!(
        !allowed && because.contains("takes an account"),
        "{because}"
    );
    registry.disable("bob");
    let (allowed, because) = can(&auth, "bob", Action::Read, "x").await;
    assert!(!allowed && because.contains("disabled"), "{because}");
    let package = PackageName::parse("x").unwrap();
    for nobody in ["nobody", "no name at all"] {
        let said = auth
            .explain(Some(nobody), Action::Read, &package, &premium())
            .await;
        assert_eq!(said.unwrap(), None);
    }
}

#[tokio::test]
async fn a_private_package_is_not_there_for_those_who_may_not_read_it() {
    let registry = Registry::new();
    let mut hiding = policy(Registration::Open);
    hiding.hides_private = true;
    hiding
        .rules
        .add("@secret/*", Action::Read, &["root".to_owned()])
        .unwrap();
    let auth = registry.try_open(hiding).unwrap();
    let root = identify(&auth, &log_in(&auth, "root").await.token)
        .await
        .unwrap();
    let bob = identify(&auth, &log_in(&auth, "bob").await.token)
        .await
        .unwrap();
    let private = settings(
        LOCAL_HASH,
        &[Feature::PremiumTypes, Feature::PrivateRegistry],
    );
    let ask = |identity: Identity, action, settings: Config13| {
        let need = Need::Package(action, PackageName::parse("@secret/x").unwrap());
        let auth = &auth;
        async move {
            match auth.decide(&identity, &need, &settings).await {
                Ok(_) => "yes",
                Err(DecideError::Denied(Denied::Hidden { .. })) => "not there",
                Err(DecideError::Denied(Denied::LogIn { .. })) => "log in",
                Err(DecideError::Denied(Denied::Forbidden { .. })) => "no",
                Err(other) => panic!("{other}"),
            }
        }
    };
    let (nobody, bob) = (Identity::Anonymous(None), Identity::Account(bob));
    assert_eq!(
        ask(nobody.clone(), Action::Read, premium()).await,
        "not there"
    );
    assert_eq!(ask(bob.clone(), Action::Read, premium()).await, "not there");
    assert_eq!(
        ask(bob.clone(), Action::Unpublish, premium()).await,
        "not there"
    );
    assert_eq!(
        ask(Identity::Account(root), Action::Read, premium()).await,
        "yes"
    );
    // Where every read takes an account, being asked for one tells nothing.
    assert_eq!(ask(nobody, Action::Read, private).await, "log in");
    assert_eq!(ask(bob, Action::Read, private).await, "not there");
}
