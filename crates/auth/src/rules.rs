//! Access rules: who may do what, by pattern. The settings file has some, and others are made while the
//! registry runs.
//!
//! A rule belongs to a pattern: an exact name, `@scope/*`, `@*/*` or `**`, in falling precision. For
//! each action it may name who is allowed. The most specific rule that speaks of the action decides
//! alone; an empty list allows nobody. What counts where no rule speaks is in `decision.rs`.

use std::{fmt, str::FromStr};

use catalog::Role;
use npm_model::PackageName;

use crate::{
    access::Action,
    granted::Granted,
    identity::Caller,
    pattern::{PackagePattern, PatternError, scope},
};

/// The rules of a registry, the most specific first.
#[derive(Clone, Debug, Default)]
pub struct AccessRules(Vec<(PackagePattern, Rule)>);

/// Who may do what, for one pattern.
#[derive(Clone, Debug, Default)]
struct Rule([Option<Vec<Subject>>; Action::ALL.len()]);

/// A rule cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RuleError {
    /// The pattern is none of the four forms.
    #[error(transparent)]
    Pattern(#[from] PatternError),
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
        let pattern: PackagePattern = pattern.parse()?;
        let subjects = subjects
            .iter()
            .map(|text| text.parse())
            .collect::<Result<_, _>>()?;
        // Kept in order of precision, which is the order of patterns.
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

    /// Returns what the most specific rule says that speaks of an action with a package.
    pub(crate) fn find(&self, action: Action, package: &PackageName) -> Option<Said<'_>> {
        let mut matching = self.0.iter().filter(|(it, _)| it.matches(package));
        matching.find_map(|(pattern, rule)| {
            let subjects = rule.0.get(action as usize)?.as_ref()?;
            Some(Said { pattern, subjects })
        })
    }

    /// Returns whom the rule of that very pattern allows an action, if it speaks of it.
    pub(crate) fn of(&self, pattern: &PackagePattern, action: Action) -> Option<&Vec<Subject>> {
        let (_, rule) = self.0.iter().find(|(known, _)| known == pattern)?;
        rule.0.get(action as usize)?.as_ref()
    }

    /// Returns each rule with the action it speaks of, the most specific first.
    pub fn iter(&self) -> impl Iterator<Item = (&PackagePattern, Action, Vec<String>)> {
        self.0.iter().flat_map(|(pattern, rule)| {
            Action::ALL.into_iter().filter_map(move |action| {
                let subjects = rule.0.get(action as usize)?.as_ref()?;
                let subjects = subjects.iter().map(ToString::to_string).collect();
                Some((pattern, action, subjects))
            })
        })
    }
}

/// What a rule says of an action.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'a> {
    pub(crate) pattern: &'a PackagePattern,
    subjects: &'a [Subject],
}

impl Said<'_> {
    /// Whether it allows the caller. Who is in which team is looked up in `granted`.
    pub(crate) fn includes(
        &self,
        caller: Option<&Caller>,
        package: &PackageName,
        granted: &Granted,
    ) -> bool {
        let mut subjects = self.subjects.iter();
        subjects.any(|it| it.includes(caller, package, granted))
    }
}

/// Whom a rule allows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Subject {
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

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("$all"),
            Self::Authenticated => f.write_str("$authenticated"),
            Self::Anonymous => f.write_str("$anonymous"),
            Self::User(name) => f.write_str(name),
            Self::Team { org: None, team } => write!(f, "team:{team}"),
            Self::Team {
                org: Some(org),
                team,
            } => write!(f, "team:{org}:{team}"),
            Self::Role(role) => write!(f, "role:{}", role.as_str()),
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
