use super::*;
use crate::decision::{Question, Verdict};

fn caller(name: &str, is_admin: bool) -> Caller {
    Caller {
        name: name.to_owned(),
        email: String::new(),
        role: if is_admin {
            Role::Admin
        } else {
            Role::Publisher
        },
        limits: crate::TokenLimits::default(),
        session: String::new(),
    }
}

fn say(
    rules: &AccessRules,
    caller: Option<&Caller>,
    action: Action,
    package: &PackageName,
    granted: &Granted,
) -> Verdict {
    let question = Question {
        rules,
        granted,
        private: false,
        owner_only: false,
        action,
        package,
        caller,
    };
    question.answer().0
}

fn allows(
    rules: &AccessRules,
    caller: Option<&Caller>,
    action: Action,
    package: &PackageName,
) -> bool {
    say(rules, caller, action, package, &Granted::default()) == Verdict::Yes
}

fn rules(said: &[(&str, Action, &[&str])]) -> AccessRules {
    let mut rules = AccessRules::default();
    for (pattern, action, subjects) in said {
        let subjects: Vec<String> = subjects.iter().map(|&it| it.to_owned()).collect();
        rules.add(pattern, *action, &subjects).unwrap();
    }
    rules
}

fn name(text: &str) -> PackageName {
    PackageName::parse(text).unwrap()
}

#[test]
fn without_rules_everybody_reads_and_accounts_publish() {
    let rules = rules(&[]);
    let alice = caller("alice", false);
    let package = name("@acme/left-pad");
    for (action, anonymous, account) in [
        (Action::Read, true, true),
        (Action::Publish, false, true),
        (Action::Tag, false, true),
        (Action::Deprecate, false, true),
        (Action::Unpublish, false, false),
        (Action::Administer, false, false),
    ] {
        assert_eq!(
            allows(&rules, None, action, &package),
            anonymous,
            "{action}"
        );
        assert_eq!(
            say(&rules, Some(&alice), action, &package, &Granted::default()) == Verdict::Yes,
            account,
            "{action}"
        );
        assert!(
            allows(&rules, Some(&caller("root", true)), action, &package),
            "{action}"
        );
    }
}

#[test]
fn owners_look_after_their_packages() {
    let rules = rules(&[]);
    let alice = caller("alice", false);
    for action in [Action::Unpublish, Action::Administer] {
        let said = say(
            &rules,
            Some(&alice),
            action,
            &name("x"),
            &Granted::default(),
        );
        assert_eq!(said, Verdict::Owners, "{action}");
        assert_eq!(
            say(&rules, None, action, &name("x"), &Granted::default()),
            Verdict::No,
            "{action}"
        );
    }
}

#[test]
fn the_most_specific_rule_decides_alone() {
    let rules = rules(&[
        ("**", Action::Publish, &[]),
        ("@*/*", Action::Publish, &["alice"]),
        ("@acme/*", Action::Publish, &["bob"]),
        ("@acme/open", Action::Publish, &["$authenticated"]),
    ]);
    let may = |user: &str, package: &str| {
        allows(
            &rules,
            Some(&caller(user, false)),
            Action::Publish,
            &name(package),
        )
    };
    assert!(!may("alice", "plain"));
    assert!(may("alice", "@other/x"));
    assert!(!may("alice", "@acme/x"));
    assert!(may("bob", "@acme/x"));
    assert!(may("alice", "@acme/open"));
    assert!(allows(&rules, None, Action::Read, &name("@acme/open")));
}

#[test]
fn an_empty_list_allows_nobody_not_even_admins() {
    let rules = rules(&[("@acme/*", Action::Unpublish, &[])]);
    let root = caller("root", true);
    assert!(!allows(
        &rules,
        Some(&root),
        Action::Unpublish,
        &name("@acme/x")
    ));
    assert!(allows(&rules, Some(&root), Action::Unpublish, &name("x")));
}

#[test]
fn what_is_not_a_pattern_or_a_subject_is_refused() {
    let mut rules = AccessRules::default();
    for pattern in [
        "", "*", "@/*", "@a/b/*", "@a", "a b", "a/*", "***", "a*", "@a/b*", "@a*/*", "@*/b", "*/*",
    ] {
        let refused = rules.add(pattern, Action::Read, &[]);
        assert!(matches!(refused, Err(RuleError::Pattern(_))), "{pattern}");
    }
    for subject in [
        "",
        "role:king",
        "$nobody",
        "team:",
        "team:a/b:core",
        "team:acme:",
        "group:x",
        "A B",
        "@x",
    ] {
        let refused = rules.add("**", Action::Read, &[subject.to_owned()]);
        assert!(matches!(refused, Err(RuleError::Subject(_))), "{subject}");
    }
}

#[test]
fn a_team_is_of_the_scope_of_the_package_unless_it_says_which() {
    let rules = rules(&[
        ("@acme/*", Action::Publish, &["team:core"]),
        ("@other/*", Action::Publish, &["team:acme:core"]),
        ("**", Action::Publish, &["team:core"]),
    ]);
    let granted = Granted::of(catalog::AccessRows {
        team_members: vec![
            ("acme".to_owned(), "core".to_owned(), "alice".to_owned()),
            ("other".to_owned(), "core".to_owned(), "bob".to_owned()),
        ],
        ..catalog::AccessRows::default()
    });
    let may = |user: &str, package: &str| {
        let said = say(
            &rules,
            Some(&caller(user, false)),
            Action::Publish,
            &name(package),
            &granted,
        );
        said == Verdict::Yes
    };
    assert!(may("alice", "@acme/x") && may("alice", "@other/x"));
    assert!(!may("bob", "@acme/x") && !may("bob", "@other/x"));
    assert!(may("bob", "@other/x") == may("bob", "@acme/x"));
    assert!(!may("alice", "plain"), "no scope, no teams");
}

#[test]
fn rules_read_as_they_are_written() {
    let said = [
        (
            "@acme/x",
            Action::Read,
            &["$all", "alice", "role:reader"][..],
        ),
        (
            "@acme/*",
            Action::Publish,
            &["team:core", "team:acme:core", "$authenticated"],
        ),
        ("**", Action::Unpublish, &["$anonymous"]),
        ("**", Action::Administer, &[]),
    ];
    let rules = rules(&said);
    let listed: Vec<_> = rules
        .iter()
        .map(|(pattern, action, subjects)| (pattern.to_string(), action, subjects))
        .collect();
    assert_eq!(listed.len(), said.len());
    for ((pattern, action, subjects), listed) in said.iter().zip(listed) {
        assert_eq!((*pattern, *action), (listed.0.as_str(), listed.1));
        assert_eq!(subjects.to_vec(), listed.2);
    }
}
