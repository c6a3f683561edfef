use super::*;

fn pattern(text: &str) -> PackagePattern {
    text.parse().unwrap()
}

fn add(subject: &str) -> RuleChange {
    RuleChange::Add(subject.to_owned())
}

fn remove(subject: &str) -> RuleChange {
    RuleChange::Remove(subject.to_owned())
}

/// Changes one rule and returns whom it names then, and whether it is new.
async fn change(auth: &Auth, change: RuleChange) -> Result<(String, bool), ChangeSubjectsError> {
    let actions = vec![Action::Publish];
    let changed = auth
        .change_rules(pattern("@acme/*"), actions, change, &by())
        .await?;
    Ok((changed[0].subjects.join(" "), changed[0].is_new))
}

#[tokio::test]
async fn subjects_come_and_go_one_by_one() {
    let registry = Registry::new();
    let auth = registry.open();
    for name in ["root", "alice", "bob"] {
        log_in(&auth, name).await;
    }
    let said = |who: &str, is_new| (who.to_owned(), is_new);
    assert_eq!(
        change(&auth, add("alice")).await.unwrap(),
        said("alice", true)
    );
    let both = said("alice bob", false);
    assert_eq!(change(&auth, add("BOB")).await.unwrap(), both);
    // Once more changes nothing, and tells nothing.
    let told = || auth.events(catalog::EventFilter::default(), 100);
    let before = told().await.unwrap().len();
    assert_eq!(change(&auth, add("bob")).await.unwrap(), both);
    assert_eq!(told().await.unwrap().len(), before);
    assert_eq!(
        change(&auth, remove("alice")).await.unwrap(),
        said("bob", false)
    );
    let refused = change(&auth, remove("alice")).await;
    assert!(matches!(refused, Err(ChangeSubjectsError::NotNamed { .. })));
    assert_eq!(change(&auth, remove("bob")).await.unwrap(), said("", false));
    assert_eq!(
        auth.rules()[0].subjects,
        [""; 0],
        "a rule that lets nobody stays"
    );
    assert_eq!(
        change(&auth, add("role:maintainer")).await.unwrap().0,
        "role:maintainer"
    );
    assert_eq!(
        change(&auth, RuleChange::Nobody).await.unwrap(),
        said("", false)
    );
}

#[tokio::test]
async fn a_rule_of_the_settings_file_is_taken_over_with_whom_it_names() {
    let registry = Registry::new();
    let mut policy = policy(Registration::Open);
    let file = ["carol".to_owned(), "team:acme:core".to_owned()];
    policy.rules.add("@acme/*", Action::Publish, &file).unwrap();
    let auth = registry.try_open(policy).unwrap();
    log_in(&auth, "root").await;
    let changed = change(&auth, add("root")).await.unwrap();
    assert_eq!(changed, ("carol team:acme:core root".to_owned(), false));
    let changed = change(&auth, remove("carol")).await.unwrap();
    assert_eq!(changed.0, "team:acme:core root");
    let listed = auth.rules();
    assert!(listed[0].at_run_time && listed[1].overruled);
    assert_eq!(listed[1].subjects, file);
}

#[tokio::test]
async fn whoever_is_not_there_is_not_let_and_nothing_is_half_done() {
    let registry = Registry::new();
    let auth = registry.open();
    log_in(&auth, "root").await;
    let refused = change(&auth, add("nobody")).await;
    assert!(matches!(refused, Err(ChangeSubjectsError::NoSuchUser(_))));
    for team in ["team:core", "team:other:core"] {
        let refused = change(&auth, add(team)).await;
        assert!(
            matches!(refused, Err(ChangeSubjectsError::NoSuchTeam { .. })),
            "{team}"
        );
    }
    let refused = change(&auth, add("role:king")).await;
    assert!(matches!(refused, Err(ChangeSubjectsError::Rule(_))));
    let (org, team) = (
        OrgName::parse("acme").unwrap(),
        TeamName::parse("core").unwrap(),
    );
    auth.create_team(&org, &team, String::new(), &by())
        .await
        .unwrap();
    assert_eq!(
        change(&auth, add("team:core")).await.unwrap().0,
        "team:core"
    );

    // The second action has nobody to lose, so the first one keeps whom it names.
    let actions = vec![Action::Publish, Action::Tag];
    let refused = auth
        .change_rules(pattern("@acme/*"), actions, remove("team:core"), &by())
        .await;
    assert!(matches!(refused, Err(ChangeSubjectsError::NotNamed { .. })));
    assert_eq!(auth.rules().len(), 1);
    assert_eq!(auth.rules()[0].subjects, ["team:core"]);
}
