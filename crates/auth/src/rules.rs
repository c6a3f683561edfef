//! Access rules: who may do what, by pattern, as the settings file says it.
//!
//! A rule belongs to a pattern: an exact name, `@scope/*`, `@*/*` or `**`, in falling precision. For
//! each action it may name who is allowed. The most specific rule that speaks of the action decides
//! alone; an empty list allows nobody. Where no rule speaks, reading is for all (for those with an
//! account while `PRIVATE_REGISTRY` is set), publishing, tagging and deprecating for those with an
//! account, unpublishing and administering for the package's owners and for admins.

use std::str::FromStr;

use catalog::Role;
use npm_model::PackageName;

use crate::{access::Action, granted::Granted, identity::Caller};

/// What the rules say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    Yes,
    No,
    /// It depends on who owns the package.
    Owners,
    /// The same, but anybody may make the package if it is not there.
    OwnersOfOld,
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
    /// The subject is none of the forms.
    #[error(
        "{0:?} names nobody: use \"$all\", \"$authenticated\", \"$anonymous\", a user name, \
         \"team:NAME\", \"team:SCOPE:NAME\", \"role:reader\", \"role:publisher\", \"role:maintainer\" or \"role:admin\""
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

    /// Whether a rule names this user.
    pub fn names_user(&self, name: &str) -> bool {
        let said = self.0.iter().flat_map(|(_, rule)| rule.0.iter().flatten());
        said.flatten()
            .any(|subject| matches!(subject, Subject::User(user) if user == name))
    }

    /// Says what the rules alone say. Who is in which team is looked up in `granted`.
    pub(crate) fn say(
        &self,
        caller: Option<&Caller>,
        action: Action,
        package: &PackageName,
        granted: &Granted,
    ) -> Verdict {
        let said = self
            .0
            .iter()
            .filter(|(pattern, _)| pattern.matches(package))
            .find_map(|(_, rule)| rule.0.get(action as usize)?.as_ref());
        match (said, action) {
            (Some(subjects), _) => subjects
                .iter()
                .any(|it| it.includes(caller, package, granted))
                .into(),
            (None, Action::Read) => Verdict::Yes,
            (None, Action::Publish | Action::Tag | Action::Deprecate) => caller.is_some().into(),
            (None, Action::Unpublish | Action::Administer) => match caller {
                None => Verdict::No,
                Some(caller) if caller.is_admin() => Verdict::Yes,
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
                Some(named) if named.starts_with('@') => {
                    scope(named).map(Self::Scope).ok_or_else(refused)
                }
                Some(_) => Err(refused()),
                None => PackageName::parse(text)
                    .map(Self::Exact)
                    .map_err(|_| refused()),
            },
        }
    }
}

/// Returns the scope that a text names, with or without its `@`: whatever makes a valid name with a
/// plain word behind it.
pub(crate) fn scope(text: &str) -> Option<String> {
    let bare = text.strip_prefix('@').unwrap_or(text);
    let name = PackageName::parse(&format!("@{bare}/x")).ok()?;
    name.scope().map(str::to_owned)
}

/// Whom a rule allows.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Subject {
    All,
    Authenticated,
    Anonymous,
    User(String),
    /// A team of the scope that the package is in, or of another one that is named.
    Team {
        org: Option<String>,
        team: String,
    },
    Role(Role),
}

impl Subject {
    fn includes(&self, caller: Option<&Caller>, package: &PackageName, granted: &Granted) -> bool {
        match self {
            Self::All => true,
            Self::Authenticated => caller.is_some(),
            Self::Anonymous => caller.is_none(),
            Self::User(name) => caller.is_some_and(|it| it.name == *name),
            Self::Role(role) => caller.is_some_and(|it| it.role == *role),
            // A package without a scope has no teams of its own, so none is meant by a bare name.
            Self::Team { org, team } => match (caller, org.as_deref().or(package.scope())) {
                (Some(caller), Some(org)) => granted.is_in_team(org, team, &caller.name),
                _ => false,
            },
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
            (_, Some(("team", named))) => {
                let (org, team) = match named.split_once(':') {
                    Some((org, team)) => (Some(scope(org).ok_or_else(refused)?), team),
                    None => (None, named),
                };
                word(team).map(|team| Self::Team { org, team })
            }
            (_, Some(("role", name))) => Role::parse(name).map(Self::Role).ok_or_else(refused),
            (_, Some(_)) => Err(refused()),
            (_, None) => word(text).map(Self::User),
        }
    }
}

#[cfg(test)]
mod tests;
