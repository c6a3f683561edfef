use catalog::{AccessRows, Grant, RuleRow};

use super::*;
use crate::limits::TokenLimits;

fn caller(name: &str) -> Caller {
    Caller {
        name: name.to_owned(),
        email: String::new(),
        role: match name {
            "root" => Role::Admin,
            "max" => Role::Maintainer,
            "rea" => Role::Reader,
            _ => Role::Publisher,
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

fn say(
    rules: &AccessRules,
    granted: &Granted,
    action: Action,
    package: &str,
    caller: Option<&Caller>,
) -> Verdict {
    let question = Question {
        rules,
        granted,
        private: false,
        owner_only: false,
        action,
        package: &name(package),
        caller,
    };
    question.answer().0
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
        let said = say(rules, granted, action, package, caller.as_ref());
        assert_eq!(said, *verdict, "{user:?} {action} {package}");
    }
}

#[test]
fn a_private_registry_is_read_with_a_token_only() {
    let rules = rules(&[("**", Action::Read, &["$all"])]);
    let may = |caller: Option<&Caller>, private| {
        let granted = Granted::default();
        let question = Question {
            rules: &rules,
            granted: &granted,
            private,
            owner_only: false,
            action: Action::Read,
            package: &name("x"),
            caller,
        };
        question.answer().0 == Verdict::Yes
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
fn a_reader_changes_nothing_whatever_else_is_said() {
    let rules = rules(&[("**", Action::Publish, &["rea", "$all"])]);
    let rows = AccessRows {
        team_members: vec![("acme".to_owned(), "t".to_owned(), "rea".to_owned())],
        grants: vec![Grant {
            org: "acme".to_owned(),
            team: "t".to_owned(),
            package: name("@acme/x"),
            permission: Permission::Write,
        }],
        ..AccessRows::default()
    };
    let granted = Granted::of(rows);
    for action in Action::ALL {
        let expected = Verdict::from(action == Action::Read);
        check(&rules, &granted, action, "@acme/x", &[("rea", expected)]);
    }
}

#[test]
fn where_owners_alone_publish_maintainers_do_too() {
    let rules = rules(&[("open", Action::Publish, &["$authenticated"])]);
    let granted = Granted::default();
    let may = |user: &str, action, package: &str| {
        let question = Question {
            rules: &rules,
            granted: &granted,
            private: false,
            owner_only: true,
            action,
            package: &name(package),
            caller: Some(&caller(user)),
        };
        question.answer().0
    };
    for action in [Action::Publish, Action::Tag, Action::Deprecate] {
        assert_eq!(may("alice", action, "x"), Verdict::OwnersOfOld);
        assert_eq!(may("max", action, "x"), Verdict::Yes);
        assert_eq!(may("root", action, "x"), Verdict::Yes);
    }
    assert_eq!(may("alice", Action::Publish, "open"), Verdict::Yes);
    assert_eq!(may("max", Action::Unpublish, "x"), Verdict::Owners);
    assert_eq!(may("alice", Action::Read, "x"), Verdict::Yes);
}

#[test]
fn a_rule_made_at_run_time_wins_over_the_files_for_the_same_pattern() {
    let rules = rules(&[
        ("@acme/*", Action::Publish, &["alice"]),
        ("@acme/exact", Action::Publish, &["alice"]),
        ("**", Action::Read, &[]),
    ]);
    let row = |pattern: &str, action: &str, subjects: &str| RuleRow {
        pattern: pattern.to_owned(),
        action: action.to_owned(),
        subjects: subjects.to_owned(),
    };
    let granted = Granted::of(AccessRows {
        rules: vec![
            row("@acme/*", "publish", r#"["bob"]"#),
            row("@*/*", "read", r#"["$all"]"#),
            row("@acme/damaged", "publish", "not json"),
            row("@acme/nobody", "publish", r#"["role:king"]"#),
            row("x", "no such action", "[]"),
        ],
        ..AccessRows::default()
    });
    let publish = |package, alice: bool, bob: bool| {
        let expected = [("alice", alice.into()), ("bob", bob.into())];
        check(&rules, &granted, Action::Publish, package, &expected);
    };
    publish("@acme/x", false, true);
    publish("@acme/exact", true, false);
    publish("@acme/damaged", false, false);
    publish("@acme/nobody", false, false);
    let read = |package, expected: bool| {
        check(
            &rules,
            &granted,
            Action::Read,
            package,
            &[("bob", expected.into())],
        );
    };
    read("@other/x", true);
    read("plain", false);
}

#[test]
fn every_answer_says_why() {
    let rules = rules(&[
        ("@acme/*", Action::Publish, &["alice"]),
        ("**", Action::Tag, &[]),
    ]);
    let granted = granted(&["@acme/x"]);
    let why = |user: &str, action, package: &str| {
        let caller = (!user.is_empty()).then(|| caller(user));
        let question = Question {
            rules: &rules,
            granted: &granted,
            private: false,
            owner_only: false,
            action,
            package: &name(package),
            caller: caller.as_ref(),
        };
        question.answer().1.to_string()
    };
    for (user, action, package, words) in [
        ("rea", Action::Publish, "a", "role reader"),
        (
            "alice",
            Action::Publish,
            "@acme/y",
            "rule for \"@acme/*\" in the settings file",
        ),
        ("root", Action::Tag, "a", "rule for \"**\""),
        ("will", Action::Publish, "@acme/x", "team @acme:writers"),
        ("", Action::Read, "@acme/x", "restricted"),
        ("bob", Action::Read, "@acme/x", "restricted"),
        ("bob", Action::Unpublish, "a", "for owners"),
        ("root", Action::Unpublish, "a", "role admin"),
        ("bob", Action::Publish, "a", "no rule"),
        ("", Action::Publish, "a", "takes an account"),
    ] {
        let said = why(user, action, package);
        assert!(said.contains(words), "{user} {action} {package}: {said}");
    }
}

#[test]
fn whoever_may_not_read_a_package_changes_it_only_if_a_rule_says_so() {
    let rules = rules(&[
        ("@acme/*", Action::Read, &["alice"]),
        ("@acme/inbox", Action::Publish, &["bob"]),
    ]);
    let granted = Granted::default();
    for action in [Action::Publish, Action::Tag, Action::Deprecate] {
        let expected = [
            ("alice", Verdict::Yes),
            ("bob", Verdict::No),
            ("max", Verdict::No),
            ("root", Verdict::Yes),
        ];
        check(&rules, &granted, action, "@acme/x", &expected);
    }
    let publish = [("bob", Verdict::Yes), ("alice", Verdict::No)];
    check(&rules, &granted, Action::Publish, "@acme/inbox", &publish);
}
