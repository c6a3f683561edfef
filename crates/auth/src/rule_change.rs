//! Changing whom a rule names, one subject at a time: what was there before stays.
//!
//! The list that is changed is the one in force for that very pattern: of the rule that was made while
//! the registry runs, or else of the settings file's, which is taken over. Reading it and writing it is
//! one transaction, so that of two people who change it at once neither undoes the other.

use catalog::{CatalogError, Origin, Write};

use crate::{
    access::Action,
    auth::Auth,
    granted::Granted,
    pattern::PackagePattern,
    rules::{RuleError, Subject},
    run_time_rule::{ChangeRuleError, MOST_SUBJECTS, write},
};

/// What is to become of the subjects of a rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RuleChange {
    /// One more.
    Add(String),
    /// One less.
    Remove(String),
    /// None any more.
    Nobody,
}

/// A rule after its change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChangedRule {
    /// What may be done.
    pub action: Action,
    /// By whom; empty for nobody.
    pub subjects: Vec<String>,
    /// Whether no rule of that pattern spoke of the action before.
    pub is_new: bool,
}

/// Why the subjects of a rule were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeSubjectsError {
    /// The rule cannot be made.
    #[error(transparent)]
    Rule(#[from] ChangeRuleError),
    /// Nobody has that name: whoever took it one day would have the right.
    #[error("there is no user {0}")]
    NoSuchUser(String),
    /// There is no such team.
    #[error("there is no team {team} in {org}")]
    NoSuchTeam {
        /// The organisation.
        org: String,
        /// The team.
        team: String,
    },
    /// What a rule does not say cannot be taken back.
    #[error("no rule for \"{pattern}\" names {subject} as somebody who may {action}")]
    NotNamed {
        /// The pattern.
        pattern: PackagePattern,
        /// The subject.
        subject: String,
        /// The action.
        action: Action,
    },
}

impl From<CatalogError> for ChangeSubjectsError {
    fn from(error: CatalogError) -> Self {
        Self::Rule(error.into())
    }
}

impl From<RuleError> for ChangeSubjectsError {
    fn from(error: RuleError) -> Self {
        Self::Rule(error.into())
    }
}

/// A change whose subject was read.
enum Change {
    Add(Subject),
    Remove(Subject),
    Nobody,
}

impl Auth {
    /// Changes whom the rules of a pattern name, for all actions or for none. Returns them as they are
    /// then.
    pub async fn change_rules(
        &self,
        pattern: PackagePattern,
        actions: Vec<Action>,
        change: RuleChange,
        by: &Origin,
    ) -> Result<Vec<ChangedRule>, ChangeSubjectsError> {
        let change = match change {
            RuleChange::Add(subject) => Change::Add(subject.parse()?),
            RuleChange::Remove(subject) => Change::Remove(subject.parse()?),
            RuleChange::Nobody => Change::Nobody,
        };
        let (policy, by) = (self.policy(), by.clone());
        self.change_granted(move |rows| {
            if let Change::Add(subject) = &change {
                is_known(rows, subject, &pattern)?;
            }
            let granted = Granted::of(rows.access()?);
            let mut changed = Vec::new();
            for action in actions {
                let at_run_time = granted.rules().of(&pattern, action);
                let before = at_run_time.or_else(|| policy.rules.of(&pattern, action));
                let after =
                    change.apply(before.map_or(&[][..], Vec::as_slice), &pattern, action)?;
                if after.len() > MOST_SUBJECTS {
                    return Err(ChangeRuleError::TooManySubjects.into());
                }
                let subjects: Vec<String> = after.iter().map(ToString::to_string).collect();
                if before != Some(&after) {
                    write(rows, &pattern, action, &subjects, &by)?;
                }
                changed.push(ChangedRule {
                    action,
                    subjects,
                    is_new: before.is_none(),
                });
            }
            Ok(changed)
        })
        .await
    }
}

impl Change {
    /// Returns the subjects as they are after the change.
    fn apply(
        &self,
        before: &[Subject],
        pattern: &PackagePattern,
        action: Action,
    ) -> Result<Vec<Subject>, ChangeSubjectsError> {
        let mut subjects = before.to_vec();
        match self {
            Self::Add(subject) if before.contains(subject) => {}
            Self::Add(subject) => subjects.push(subject.clone()),
            Self::Remove(subject) if before.contains(subject) => {
                subjects.retain(|it| it != subject);
            }
            Self::Remove(subject) => {
                return Err(ChangeSubjectsError::NotNamed {
                    pattern: pattern.clone(),
                    subject: subject.to_string(),
                    action,
                });
            }
            Self::Nobody => subjects.clear(),
        }
        Ok(subjects)
    }
}

/// Makes sure that there is whoever is to be let. A team that is named without its organisation is one
/// of the pattern's scope, where it has one.
fn is_known(
    rows: &Write<'_>,
    subject: &Subject,
    pattern: &PackagePattern,
) -> Result<(), ChangeSubjectsError> {
    match subject {
        Subject::User(name) if rows.account(name)?.is_none() => {
            Err(ChangeSubjectsError::NoSuchUser(name.clone()))
        }
        Subject::Team { org, team } => {
            let scope = match pattern {
                PackagePattern::Exact(package) => package.scope(),
                PackagePattern::Scope(scope) => Some(scope.as_str()),
                PackagePattern::AnyScope | PackagePattern::All => None,
            };
            match org.as_deref().or(scope) {
                Some(org) if !rows.has_team(org, team)? => Err(ChangeSubjectsError::NoSuchTeam {
                    org: org.to_owned(),
                    team: team.clone(),
                }),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}
