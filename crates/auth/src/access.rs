//! Access rules, and the one function that applies them.
//!
//! A rule belongs to a pattern: an exact name, `@scope/*`, `@*/*` or `**`, in falling precision. For
//! each action it may name who is allowed. The most specific rule that speaks of the action decides
//! alone; an empty list allows nobody. Where no rule speaks, reading is for all (for those with an
//! account while `PRIVATE_REGISTRY` is set), publishing, tagging and deprecating for those with an
//! account, unpublishing and administering for admins.

use std::{fmt, str::FromStr, sync::Arc};

use config13::Config13;
use npm_model::PackageName;

use crate::{
    auth::Auth,
    identity::{Caller, Identity, TokenProblem},
};

/// Something done with a package.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// See its documents and tarballs.
    Read,
    /// Add a version.
    Publish,
    /// Move a dist-tag.
    Tag,
    /// Mark a version as deprecated.
    Deprecate,
    /// Remove a version.
    Unpublish,
    /// Change owners and rules.
    Administer,
}

impl Action {
    /// All of them, in the order rules list them.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::Publish,
        Self::Tag,
        Self::Deprecate,
        Self::Unpublish,
        Self::Administer,
    ];

    /// The word that rules and errors use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Publish => "publish",
            Self::Tag => "tag",
            Self::Deprecate => "deprecate",
            Self::Unpublish => "unpublish",
            Self::Administer => "administer",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an endpoint asks for before it does anything.
#[derive(Clone, Debug)]
pub enum Need {
    /// Nothing: everybody may.
    Nothing,
    /// Any account.
    Account,
    /// The right to do something with a package.
    Package(Action, PackageName),
}

/// The proof that a need was granted. Only [`Auth::decide`] makes one.
#[derive(Clone, Debug)]
pub struct Permit {
    identity: Identity,
}

impl Permit {
    /// Who was permitted, when they have an account.
    pub fn caller(&self) -> Option<&Arc<Caller>> {
        match &self.identity {
            Identity::Account(caller) => Some(caller),
            Identity::Anonymous(_) => None,
        }
    }
}

/// Why a need was not granted.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Denied {
    /// It takes an account, and nobody was identified.
    #[error("{}", log_in(*problem))]
    LogIn {
        /// Why the token that was sent did not help.
        problem: Option<TokenProblem>,
    },
    /// The account does not have the right.
    #[error("{user} may not {action} {package}")]
    Forbidden {
        /// The user name.
        user: String,
        /// What they wanted to do.
        action: Action,
        /// To what.
        package: PackageName,
    },
}

fn log_in(problem: Option<TokenProblem>) -> String {
    match problem {
        Some(problem) => problem.to_string(),
        None => "you must be logged in to do that".to_owned(),
    }
}

impl Auth {
    /// Grants a need or says why not.
    pub fn decide(
        &self,
        identity: &Identity,
        need: &Need,
        settings: &Config13,
    ) -> Result<Permit, Denied> {
        let caller = match identity {
            Identity::Account(caller) => Some(caller.as_ref()),
            Identity::Anonymous(_) => None,
        };
        let granted = match need {
            Need::Nothing => true,
            Need::Account => caller.is_some(),
            Need::Package(action, package) => {
                let rules = &self.policy().rules;
                rules.allow(caller, *action, package, settings.is_private())
            }
        };
        match (granted, need, identity) {
            (true, _, _) => Ok(Permit {
                identity: identity.clone(),
            }),
            (false, Need::Package(action, package), Identity::Account(caller)) => {
                Err(Denied::Forbidden {
                    user: caller.name.clone(),
                    action: *action,
                    package: package.clone(),
                })
            }
            (false, _, Identity::Anonymous(problem)) => Err(Denied::LogIn { problem: *problem }),
            (false, _, Identity::Account(_)) => Err(Denied::LogIn { problem: None }),
        }
    }
}

/// The rules of a registry, the most specific first.
#[derive(Clone, Debug, Default)]
pub struct AccessRules(Vec<(Pattern, Rule)>);

/// Who may do what, for one pattern.
#[derive(Clone, Debug, Default)]
struct Rule([Option<Vec<Subject>>; Action::ALL.len()]);

/// A rule cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RuleError {
    /// The pattern is none of the four forms.
    #[error("{0:?} is not a pattern: use a package name, \"@scope/*\", \"@*/*\" or \"**\"")]
    Pattern(String),
    /// The subject is none of the six forms.
    #[error(
        "{0:?} names nobody: use \"$all\", \"$authenticated\", \"$anonymous\", a user name, \
         \"team:NAME\" or \"role:NAME\""
    )]
    Subject(String),
}

impl AccessRules {
    /// Adds what a pattern's rule says of one action.
    pub fn add(
        &mut self,
        pattern: &str,
        action: Action,
        subjects: &[String],
    ) -> Result<(), RuleError> {
        let pattern: Pattern = pattern.parse()?;
        let subjects = subjects
            .iter()
            .map(|text| text.parse())
            .collect::<Result<_, _>>()?;
        // Kept in order of precision, which is the order of `Pattern`.
        let place = self.0.partition_point(|(known, _)| *known < pattern);
        if self.0.get(place).is_none_or(|(known, _)| *known != pattern) {
            self.0.insert(place, (pattern, Rule::default()));
        }
        let rule = self.0.get_mut(place).map(|(_, rule)| rule);
        if let Some(said) = rule.and_then(|rule| rule.0.get_mut(action as usize)) {
            *said = Some(subjects);
        }
        Ok(())
    }

    fn allow(
        &self,
        caller: Option<&Caller>,
        action: Action,
        package: &PackageName,
        private: bool,
    ) -> bool {
        if private && action == Action::Read && caller.is_none() {
            return false;
        }
        let said = self
            .0
            .iter()
            .filter(|(pattern, _)| pattern.matches(package))
            .find_map(|(_, rule)| rule.0.get(action as usize)?.as_ref());
        match said {
            Some(subjects) => subjects.iter().any(|subject| subject.includes(caller)),
            None => match action {
                Action::Read => true,
                Action::Publish | Action::Tag | Action::Deprecate => caller.is_some(),
                Action::Unpublish | Action::Administer => caller.is_some_and(|it| it.is_admin),
            },
        }
    }
}

/// Which packages a rule is for; smaller is more specific.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Pattern {
    Exact(PackageName),
    Scope(String),
    AnyScope,
    All,
}

impl Pattern {
    fn matches(&self, package: &PackageName) -> bool {
        match self {
            Self::Exact(name) => name == package,
            Self::Scope(scope) => package.scope() == Some(scope),
            Self::AnyScope => package.scope().is_some(),
            Self::All => true,
        }
    }
}

impl FromStr for Pattern {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let refused = || RuleError::Pattern(text.chars().take(100).collect());
        match text {
            "**" => Ok(Self::All),
            "@*/*" => Ok(Self::AnyScope),
            // An asterisk anywhere else is legal in old names, but whoever writes it means more than
            // that character: a rule that quietly matches nothing would leave packages unguarded.
            _ if text.strip_suffix("/*").unwrap_or(text).contains('*') => Err(refused()),
            _ => match text.strip_suffix("/*") {
                // A scope is whatever makes a valid name with a plain word behind it.
                Some(scope) => PackageName::parse(&format!("{scope}/x"))
                    .ok()
                    .and_then(|name| name.scope().map(|scope| Self::Scope(scope.to_owned())))
                    .ok_or_else(refused),
                None => PackageName::parse(text)
                    .map(Self::Exact)
                    .map_err(|_| refused()),
            },
        }
    }
}

/// Whom a rule allows.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Subject {
    All,
    Authenticated,
    Anonymous,
    User(String),
    Team(String),
    Role(String),
}

impl Subject {
    fn includes(&self, caller: Option<&Caller>) -> bool {
        match self {
            Self::All => true,
            Self::Authenticated => caller.is_some(),
            Self::Anonymous => caller.is_none(),
            Self::User(name) => caller.is_some_and(|it| it.name == *name),
            Self::Role(role) => caller.is_some_and(|it| it.is_admin && role == "admin"),
            // Nobody is in a team before there are teams.
            Self::Team(_) => false,
        }
    }
}

impl FromStr for Subject {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let refused = || RuleError::Subject(text.chars().take(100).collect());
        let word = |word: &str| crate::check_user_name(word).map_err(|_| refused());
        match (text, text.split_once(':')) {
            ("$all", _) => Ok(Self::All),
            ("$authenticated", _) => Ok(Self::Authenticated),
            ("$anonymous", _) => Ok(Self::Anonymous),
            (_, Some(("team", name))) => word(name).map(Self::Team),
            (_, Some(("role", name))) => word(name).map(Self::Role),
            (_, Some(_)) => Err(refused()),
            (_, None) => word(text).map(Self::User),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(name: &str, is_admin: bool) -> Caller {
        Caller {
            name: name.to_owned(),
            email: String::new(),
            is_admin,
            session: String::new(),
        }
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
                rules.allow(None, action, &package, false),
                anonymous,
                "{action}"
            );
            assert_eq!(
                rules.allow(Some(&alice), action, &package, false),
                account,
                "{action}"
            );
            assert!(
                rules.allow(Some(&caller("root", true)), action, &package, false),
                "{action}"
            );
        }
    }

    #[test]
    fn a_private_registry_is_read_with_a_token_only() {
        let rules = rules(&[("**", Action::Read, &["$all"])]);
        assert!(rules.allow(None, Action::Read, &name("x"), false));
        assert!(!rules.allow(None, Action::Read, &name("x"), true));
        assert!(rules.allow(
            Some(&caller("alice", false)),
            Action::Read,
            &name("x"),
            true
        ));
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
            rules.allow(
                Some(&caller(user, false)),
                Action::Publish,
                &name(package),
                false,
            )
        };
        assert!(!may("alice", "plain"));
        assert!(may("alice", "@other/x"));
        assert!(!may("alice", "@acme/x"));
        assert!(may("bob", "@acme/x"));
        assert!(may("alice", "@acme/open"));
        assert!(rules.allow(None, Action::Read, &name("@acme/open"), false));
    }

    #[test]
    fn an_empty_list_allows_nobody_not_even_admins() {
        let rules = rules(&[("@acme/*", Action::Unpublish, &[])]);
        let root = caller("root", true);
        assert!(!rules.allow(Some(&root), Action::Unpublish, &name("@acme/x"), false));
        assert!(rules.allow(Some(&root), Action::Unpublish, &name("x"), false));
    }

    #[test]
    fn what_is_not_a_pattern_or_a_subject_is_refused() {
        let mut rules = AccessRules::default();
        for pattern in [
            "", "*", "@/*", "@a/b/*", "@a", "a b", "a/*", "***", "a*", "@a/b*", "@a*/*", "@*/b",
            "*/*",
        ] {
            let refused = rules.add(pattern, Action::Read, &[]);
            assert!(matches!(refused, Err(RuleError::Pattern(_))), "{pattern}");
        }
        for subject in ["", "$nobody", "team:", "group:x", "A B", "@x"] {
            let refused = rules.add("**", Action::Read, &[subject.to_owned()]);
            assert!(matches!(refused, Err(RuleError::Subject(_))), "{subject}");
        }
    }
}
