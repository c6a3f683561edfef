//! Rules that are made while the registry runs. They are kept in the catalogue, and win over the
//! settings file's rule for the same pattern and action.

use catalog::{CatalogError, EventKind, Origin, RuleRow, Write};

use crate::{
    access::Action,
    auth::Auth,
    pattern::PackagePattern,
    rules::{AccessRules, RuleError},
};

/// Most subjects that a rule may name.
pub(crate) const MOST_SUBJECTS: usize = 200;

/// Most rules that may be made while the registry runs: each request asks them.
const MOST_RULES: u64 = 10_000;

/// A rule as lists show it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListedRule {
    /// Which packages it is for.
    pub pattern: PackagePattern,
    /// What may be done.
    pub action: Action,
    /// By whom; empty for nobody.
    pub subjects: Vec<String>,
    /// Whether it was made while the registry runs; else it stands in the settings file.
    pub at_run_time: bool,
    /// Whether one that was made while the registry runs says something else.
    pub overruled: bool,
}

/// Why a rule was not made or removed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeRuleError {
    /// It names nobody.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// Nobody could follow a list of that length.
    #[error("a rule can name at most {MOST_SUBJECTS} users, teams and roles")]
    TooManySubjects,
    /// Every request would pay for more.
    #[error("there are {MOST_RULES} rules already; one for \"@scope/*\" can stand for many")]
    TooMany,
    /// There is none.
    #[error(
        "no rule for \"{pattern}\" says who may {action}; those of the settings file stay there"
    )]
    NoSuchRule {
        /// Which packages it would be for.
        pattern: PackagePattern,
        /// What it would speak of.
        action: Action,
    },
    /// The catalogue refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl Auth {
    /// Returns all rules, the most specific first of each kind.
    pub fn rules(&self) -> Vec<ListedRule> {
        let (policy, granted) = (self.policy(), self.granted.get());
        let listed = |rules: &AccessRules, at_run_time| {
            let listed = rules.iter().map(|(pattern, action, subjects)| ListedRule {
                pattern: pattern.clone(),
                action,
                subjects,
                at_run_time,
                overruled: false,
            });
            listed.collect::<Vec<_>>()
        };
        let mut all = listed(granted.rules(), true);
        for mut rule in listed(&policy.rules, false) {
            rule.overruled = all.iter().any(|other| {
                other.at_run_time && other.pattern == rule.pattern && other.action == rule.action
            });
            all.push(rule);
        }
        all
    }

    /// Says who may do something with the packages of a pattern; an empty list lets nobody.
    pub async fn set_rule(
        &self,
        pattern: PackagePattern,
        action: Action,
        subjects: Vec<String>,
        by: &Origin,
    ) -> Result<(), ChangeRuleError> {
        if subjects.len() > MOST_SUBJECTS {
            return Err(ChangeRuleError::TooManySubjects);
        }
        AccessRules::default().add(&pattern.to_string(), action, &subjects)?;
        let by = by.clone();
        self.change_granted(move |rows| write(rows, &pattern, action, &subjects, &by))
            .await
    }

    /// Removes a rule that was made while the registry runs.
    pub async fn remove_rule(
        &self,
        pattern: PackagePattern,
        action: Action,
        by: &Origin,
    ) -> Result<(), ChangeRuleError> {
        let by = by.clone();
        self.change_granted(move |rows| {
            let name = pattern.to_string();
            if !rows.remove_rule(&name, action.as_str())? {
                return Err(ChangeRuleError::NoSuchRule { pattern, action });
            }
            Ok(rows.add_event(&by, EventKind::RuleRemove, &name, action.as_str())?)
        })
        .await
    }
}

/// Makes a rule, or replaces what it says, and tells it.
pub(crate) fn write(
    rows: &Write<'_>,
    pattern: &PackagePattern,
    action: Action,
    subjects: &[String],
    by: &Origin,
) -> Result<(), ChangeRuleError> {
    let rule = RuleRow {
        pattern: pattern.to_string(),
        action: action.as_str().to_owned(),
        subjects: serde_json::to_string(subjects).unwrap_or_else(|_| "[]".to_owned()),
    };
    rows.set_rule(&rule)?;
    // One that is there can always be replaced: it may have to be made stricter.
    if rows.count_rules()? > MOST_RULES {
        return Err(ChangeRuleError::TooMany);
    }
    let detail = format!("{action}: {}", rule.subjects);
    Ok(rows.add_event(by, EventKind::RuleSet, &rule.pattern, &detail)?)
}
