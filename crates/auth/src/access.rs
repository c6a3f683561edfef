//! Access rules, and the one function that applies them.
//!
//! A rule belongs to a pattern: an exact name, `@scope/*`, `@*/*` or `**`, in falling precision. For
//! each action it may name who is allowed. The most specific rule that speaks of the action decides
//! alone; an empty list allows nobody. Where no rule speaks, reading is for all (for those with an
//! account while `PRIVATE_REGISTRY` is set), publishing, tagging and deprecating for those with an
//! account, unpublishing and administering for the package's owners and for admins.

use std::{fmt, str::FromStr, sync::Arc};

use catalog::{CatalogError, Role};
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
    /// Who was permitted: an endpoint that learns from the request's body what it needs asks again
    /// for the same one.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

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
    pub async fn decide(
        &self,
        identity: &Identity,
        need: &Need,
        settings: &Config13,
    ) -> Result<Permit, DecideError> {
        let caller = match identity {
            Identity::Account(caller) => Some(caller),
            Identity::Anonymous(_) => None,
        };
        let granted = match need {
            Need::Nothing => true,
            Need::Account => caller.is_some(),
            Need::Package(action, package) => {
                let private = settings.is_private();
                let said =
                    self.policy()
                        .rules
                        .say(caller.map(AsRef::as_ref), *action, package, private);
                match (said, caller) {
                    (Verdict::Yes, _) => true,
                    (Verdict::No, _) | (Verdict::Owners, None) => false,
                    (Verdict::Owners, Some(caller)) => self.owns(package, caller).await?,
                }
            }
        };
        if granted {
            return Ok(Permit {
                identity: identity.clone(),
            });
        }
        Err(DecideError::Denied(match (need, identity) {
            (Need::Package(action, package), Identity::Account(caller)) => Denied::Forbidden {
                user: caller.name.clone(),
                action: *action,
                package: package.clone(),
            },
            (_, Identity::Anonymous(problem)) => Denied::LogIn { problem: *problem },
            (_, Identity::Account(_)) => Denied::LogIn { problem: None },
        }))
    }

    /// Tells whether somebody who was permitted something else may also read a package. For lists
    /// with many packages, where [`Auth::decide`] would cost too much; the rules are the same.
    pub fn may_read(&self, permit: &Permit, package: &PackageName, settings: &Config13) -> bool {
        let caller = permit.caller().map(AsRef::as_ref);
        let private = settings.is_private();
        self.policy()
            .rules
            .say(caller, Action::Read, package, private)
            == Verdict::Yes
    }

    async fn owns(&self, package: &PackageName, caller: &Caller) -> Result<bool, CatalogError> {
        let (catalog, package) = (Arc::clone(&self.catalog), package.clone());
        let name = caller.name.clone();
        let owns =
            tokio::task::spawn_blocking(move || catalog.read(|rows| rows.owns(&package, &name)));
        owns.await.unwrap_or(Err(CatalogError::Closed))
    }
}

/// Why a need was not granted, or could not be decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// It was not granted.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The owners could not be looked up.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// What the rules say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Verdict {
    Yes,
    No,
    /// It depends on who owns the package.
    Owners,
}

impl From<bool> for Verdict {
    fn from(allowed: bool) -> Self {
        if allowed { Self::Yes } else { Self::No }
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
         \"team:NAME\", \"role:publisher\" or \"role:admin\""
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

    fn say(
        &self,
        caller: Option<&Caller>,
        action: Action,
        package: &PackageName,
        private: bool,
    ) -> Verdict {
        if private && action == Action::Read && caller.is_none() {
            return Verdict::No;
        }
        let said = self
            .0
            .iter()
            .filter(|(pattern, _)| pattern.matches(package))
            .find_map(|(_, rule)| rule.0.get(action as usize)?.as_ref());
        match (said, action) {
            (Some(subjects), _) => subjects.iter().any(|it| it.includes(caller)).into(),
            (None, Action::Read) => Verdict::Yes,
            (None, Action::Publish | Action::Tag | Action::Deprecate) => caller.is_some().into(),
            (None, Action::Unpublish | Action::Administer) => match caller {
                None => Verdict::No,
                Some(caller) if caller.is_admin => Verdict::Yes,
                Some(_) => Verdict::Owners,
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
    Role(Role),
}

impl Subject {
    fn includes(&self, caller: Option<&Caller>) -> bool {
        match self {
            Self::All => true,
            Self::Authenticated => caller.is_some(),
            Self::Anonymous => caller.is_none(),
            Self::User(name) => caller.is_some_and(|it| it.name == *name),
            Self::Role(role) => caller.is_some_and(|it| it.role() == *role),
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
            (_, Some(("role", name))) => {
                let known = [Role::Admin, Role::Publisher];
                let role = known.into_iter().find(|role| role.as_str() == name);
                role.map(Self::Role).ok_or_else(refused)
            }
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

    fn allows(
        rules: &AccessRules,
        caller: Option<&Caller>,
        action: Action,
        package: &PackageName,
        private: bool,
    ) -> bool {
        rules.say(caller, action, package, private) == Verdict::Yes
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
                allows(&rules, None, action, &package, false),
                anonymous,
                "{action}"
            );
            assert_eq!(
                rules.say(Some(&alice), action, &package, false) == Verdict::Yes,
                account,
                "{action}"
            );
            assert!(
                allows(&rules, Some(&caller("root", true)), action, &package, false),
                "{action}"
            );
        }
    }

    #[test]
    fn owners_look_after_their_packages() {
        let rules = rules(&[]);
        let alice = caller("alice", false);
        for action in [Action::Unpublish, Action::Administer] {
            let said = rules.say(Some(&alice), action, &name("x"), false);
            assert_eq!(said, Verdict::Owners, "{action}");
            assert_eq!(
                rules.say(None, action, &name("x"), false),
                Verdict::No,
                "{action}"
            );
        }
    }

    #[test]
    fn a_private_registry_is_read_with_a_token_only() {
        let rules = rules(&[("**", Action::Read, &["$all"])]);
        assert!(allows(&rules, None, Action::Read, &name("x"), false));
        assert!(!allows(&rules, None, Action::Read, &name("x"), true));
        assert!(allows(
            &rules,
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
            allows(
                &rules,
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
        assert!(allows(
            &rules,
            None,
            Action::Read,
            &name("@acme/open"),
            false
        ));
    }

    #[test]
    fn an_empty_list_allows_nobody_not_even_admins() {
        let rules = rules(&[("@acme/*", Action::Unpublish, &[])]);
        let root = caller("root", true);
        assert!(!allows(
            &rules,
            Some(&root),
            Action::Unpublish,
            &name("@acme/x"),
            false
        ));
        assert!(allows(
            &rules,
            Some(&root),
            Action::Unpublish,
            &name("x"),
            false
        ));
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
        for subject in ["", "role:king", "$nobody", "team:", "group:x", "A B", "@x"] {
            let refused = rules.add("**", Action::Read, &[subject.to_owned()]);
            assert!(matches!(refused, Err(RuleError::Subject(_))), "{subject}");
        }
    }
}
