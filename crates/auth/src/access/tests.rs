use catalog::{AccessRows, Grant, Role};

use super::*;
use crate::limits::{TokenAccess, TokenLimits};

fn caller(name: &str) -> Caller {
    Caller {
        name: name.to_owned(),
        email: String::new(),
        role: if name == "root" {
            Role::Admin
        } else {
            Role::Publisher
        },
        limits: TokenLimits::default(),
        session: String::new(),
    }
}

fn name(text: &str) -> PackageName {
    PackageName::parse(text).unwrap()
}

fn rules(said: &[(&str, Action, &[&str])]) -> AccessRules {
    let mut rules = AccessRules::default();
    for (pattern, action, subjects) in said {
        let subjects: Vec<String> = subjects.iter().map(|&it| it.to_owned()).collect();
        rules.add(pattern, *action, &subjects).unwrap();
    }
    rules
}

/// Rita may read `@acme/x`, and Will may write it.
fn granted(restricted: &[&str]) -> Granted {
    let grant = |team: &str, permission| Grant {
        org: "acme".to_owned(),
        team: team.to_owned(),
        package: name("@acme/x"),
        permission,
    };
    let member = |team: &str, name: &str| ("acme".to_owned(), team.to_owned(), name.to_owned());
    Granted::of(AccessRows {
        team_members: vec![member("readers", "rita"), member("writers", "will")],
        grants: vec![
            grant("readers", Permission::Read),
            grant("writers", Permission::Write),
        ],
        restricted: restricted.iter().map(|text| name(text)).collect(),
        ..AccessRows::default()
    })
}

#[track_caller]
fn check(
    rules: &AccessRules,
    granted: &Granted,
    action: Action,
    package: &str,
    expected: &[(&str, Verdict)],
) {
    for (user, verdict) in expected {
        let caller = (!user.is_empty()).then(|| caller(user));
        let said = say(
            rules,
            granted,
            action,
            &name(package),
            caller.as_ref(),
            false,
        );
        assert_eq!(said, *verdict, "{user:?} {action} {package}");
    }
}

#[test]
fn a_private_registry_is_read_with_a_token_only() {
    let rules = rules(&[("**", Action::Read, &["$all"])]);
    let may = |caller: Option<&Caller>, private| {
        let granted = Granted::default();
        say(&rules, &granted, Action::Read, &name("x"), caller, private) == Verdict::Yes
    };
    assert!(may(None, false));
    assert!(!may(None, true));
    assert!(may(Some(&caller("alice")), true));
}

#[test]
fn a_team_adds_to_what_the_rules_say() {
    let rules = rules(&[
        ("@acme/*", Action::Read, &["alice"]),
        ("@acme/*", Action::Publish, &["alice"]),
        ("@acme/*", Action::Unpublish, &[]),
    ]);
    let granted = granted(&[]);
    let read = [
        ("", Verdict::No),
        ("bob", Verdict::No),
        ("alice", Verdict::Yes),
        ("rita", Verdict::Yes),
        ("will", Verdict::Yes),
    ];
    check(&rules, &granted, Action::Read, "@acme/x", &read);
    let publish = [
        ("", Verdict::No),
        ("rita", Verdict::No),
        ("alice", Verdict::Yes),
        ("will", Verdict::Yes),
    ];
    check(&rules, &granted, Action::Publish, "@acme/x", &publish);
    check(
        &rules,
        &granted,
        Action::Unpublish,
        "@acme/x",
        &[("will", Verdict::No)],
    );
    check(
        &rules,
        &granted,
        Action::Administer,
        "@acme/x",
        &[("will", Verdict::Owners)],
    );
    check(
        &rules,
        &granted,
        Action::Read,
        "@acme/y",
        &[("will", Verdict::No)],
    );
}

#[test]
fn a_restricted_package_is_for_its_owners_teams_and_admins() {
    let rules = rules(&[]);
    let granted = granted(&["@acme/x"]);
    let read = [
        ("", Verdict::No),
        ("alice", Verdict::Owners),
        ("rita", Verdict::Yes),
        ("root", Verdict::Yes),
    ];
    check(&rules, &granted, Action::Read, "@acme/x", &read);
    let publish = [
        ("", Verdict::No),
        ("alice", Verdict::OwnersOfOld),
        ("rita", Verdict::OwnersOfOld),
        ("will", Verdict::Yes),
        ("root", Verdict::Yes),
    ];
    for action in [Action::Publish, Action::Tag, Action::Deprecate] {
        check(&rules, &granted, action, "@acme/x", &publish);
    }
    check(
        &rules,
        &granted,
        Action::Read,
        "@acme/y",
        &[("", Verdict::Yes)],
    );
}

#[test]
fn a_rule_that_lets_nobody_publish_holds_for_restricted_packages_too() {
    let rules = rules(&[("@acme/x", Action::Publish, &[])]);
    let granted = granted(&["@acme/x"]);
    let publish = [
        ("alice", Verdict::No),
        ("root", Verdict::No),
        ("will", Verdict::Yes),
    ];
    check(&rules, &granted, Action::Publish, "@acme/x", &publish);
}

#[test]
fn a_limited_token_acts_only_as_far_as_it_reaches() {
    let mut limited = caller("alice");
    limited.limits = TokenLimits {
        access: TokenAccess::Read,
        scopes: vec!["acme".to_owned()],
        ..TokenLimits::default()
    };
    let limited = Arc::new(limited);
    let acts = |action, package| acting(Some(&limited), action, &name(package)).is_some();
    assert!(acts(Action::Read, "@acme/x"));
    assert!(!acts(Action::Read, "@other/x"));
    assert!(!acts(Action::Publish, "@acme/x"));
}
