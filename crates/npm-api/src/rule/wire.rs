//! The JSON of rules.

use auth::{Action, ChangedRule, ListedRule, PackagePattern, RuleChange};
use serde::{Deserialize, Serialize};

use crate::{json, reject::Reject};

#[derive(Deserialize)]
pub(super) struct RuleBody {
    pattern: String,
    action: String,
    #[serde(default)]
    subjects: Option<Vec<String>>,
}

impl RuleBody {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reject> {
        json::object(body).map_err(|error| {
            Reject::bad_request(format!(
                "the body is not a JSON object with pattern, action and subjects: {error}"
            ))
        })
    }

    pub(super) fn subject(&self) -> Result<(PackagePattern, Action), Reject> {
        let pattern = self.pattern.parse().map_err(Reject::bad_request)?;
        Ok((pattern, action(&self.action)?))
    }

    /// Whom it names. That nobody may has to be said: it could have been forgotten.
    pub(super) fn subjects(self) -> Result<Vec<String>, Reject> {
        self.subjects
            .ok_or_else(|| Reject::bad_request("subjects is missing; an empty list lets nobody"))
    }
}

/// One subject more or less, in the rules of a pattern for some actions. It is read strictly: what is
/// misspelled would let somebody do what they were to be kept from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeBody {
    pattern: String,
    actions: Vec<String>,
    #[serde(default)]
    add: Option<String>,
    #[serde(default)]
    remove: Option<String>,
    #[serde(default)]
    nobody: Option<bool>,
}

impl ChangeBody {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reject> {
        json::object(body).map_err(|error| {
            Reject::bad_request(format!(
                "the body is not a JSON object with pattern, actions and one of add, remove and \
                 nobody: {error}"
            ))
        })
    }

    pub(super) fn split(self) -> Result<(PackagePattern, Vec<Action>, RuleChange), Reject> {
        let change = match (self.add, self.remove, self.nobody) {
            (Some(subject), None, None) => RuleChange::Add(subject),
            (None, Some(subject), None) => RuleChange::Remove(subject),
            (None, None, Some(true)) => RuleChange::Nobody,
            _ => {
                return Err(Reject::bad_request(
                    "say one of these: add and a subject, remove and a subject, or nobody: true",
                ));
            }
        };
        let said = self.actions.iter().map(|text| action(text));
        let said = said.collect::<Result<Vec<Action>, Reject>>()?;
        let actions: Vec<Action> = Action::ALL
            .into_iter()
            .filter(|action| said.contains(action))
            .collect();
        if actions.is_empty() {
            return Err(Reject::bad_request("actions is empty"));
        }
        let pattern = self.pattern.parse().map_err(Reject::bad_request)?;
        Ok((pattern, actions, change))
    }
}

/// Reads the word of an action.
pub(super) fn action(text: &str) -> Result<Action, Reject> {
    Action::parse(text).ok_or_else(|| {
        let all = Action::ALL.map(Action::as_str).join(", ");
        let shown: String = text.chars().take(60).collect();
        Reject::bad_request(format!("{shown:?} is not an action: use {all}"))
    })
}

#[derive(Serialize)]
pub(super) struct Rules {
    pub(super) rules: Vec<Rule>,
}

/// Where a rule was made that is none of the settings file's.
const RUN_TIME: &str = "run time";

#[derive(Serialize)]
pub(super) struct Rule {
    pattern: String,
    action: &'static str,
    subjects: Vec<String>,
    /// `settings` or `run time`.
    source: &'static str,
    overruled: bool,
    /// Whether no rule of that pattern spoke of the action before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_new: bool,
}

impl Rule {
    pub(super) fn of(rule: ListedRule) -> Self {
        Self {
            pattern: rule.pattern.to_string(),
            action: rule.action.as_str(),
            subjects: rule.subjects,
            source: if rule.at_run_time {
                RUN_TIME
            } else {
                "settings"
            },
            overruled: rule.overruled,
            is_new: false,
        }
    }

    pub(super) fn changed(pattern: &str, rule: ChangedRule) -> Self {
        Self {
            pattern: pattern.to_owned(),
            action: rule.action.as_str(),
            subjects: rule.subjects,
            source: RUN_TIME,
            overruled: false,
            is_new: rule.is_new,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Explained<'a> {
    /// Null for somebody without an account.
    pub(super) user: Option<&'a str>,
    pub(super) action: &'static str,
    pub(super) package: &'a str,
    pub(super) allowed: bool,
    pub(super) because: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_says_one_thing_of_some_actions() {
        let read = |json: &str| {
            let body = ChangeBody::parse(json.as_bytes());
            body.and_then(ChangeBody::split)
                .map_err(|it| it.to_string())
        };
        let json = r#"{"pattern":"@acme/*","actions":["tag","publish","tag"],"add":"team:core"}"#;
        let (pattern, actions, change) = read(json).unwrap();
        assert_eq!(pattern.to_string(), "@acme/*");
        assert_eq!(actions, [Action::Publish, Action::Tag]);
        assert_eq!(change, RuleChange::Add("team:core".to_owned()));
        for json in [
            "[]",
            r#"{"pattern":"**","add":"bob"}"#,
            r#"{"pattern":"**","actions":[],"add":"bob"}"#,
            r#"{"pattern":"**","actions":["read"]}"#,
            r#"{"pattern":"**","actions":["read"],"add":"bob","remove":"bob"}"#,
            r#"{"pattern":"**","actions":["read"],"nobody":false}"#,
            r#"{"pattern":"**","actions":["read"],"ad":"bob"}"#,
            r#"{"pattern":"**","actions":["eat"],"add":"bob"}"#,
            r#"{"pattern":"@acme","actions":["read"],"remove":"bob"}"#,
        ] {
            let refused = read(json).unwrap_err();
            assert!(refused.starts_with("400"), "{json}: {refused}");
        }
    }

    #[test]
    fn a_rule_says_whom_it_is_for() {
        let body = RuleBody::parse(br#"{"pattern":"@acme/*","action":"publish","subjects":[]}"#);
        let body = body.unwrap();
        let (pattern, action) = body.subject().unwrap();
        assert_eq!(
            (pattern.to_string().as_str(), action),
            ("@acme/*", Action::Publish)
        );
        assert!(body.subjects().unwrap().is_empty());
        for json in [
            "[]",
            r#"{"pattern":"@acme/*"}"#,
            r#"{"pattern":"@acme","action":"read","subjects":[]}"#,
            r#"{"pattern":"**","action":"eat","subjects":[]}"#,
            r#"{"pattern":"**","action":"read"}"#,
            r#"{"pattern":"**","action":"read","subjects":null}"#,
        ] {
            let read = RuleBody::parse(json.as_bytes());
            let read = read.and_then(|body| body.subject().map(|_| body));
            let read = read.and_then(RuleBody::subjects);
            let refused = read.unwrap_err().to_string();
            assert!(refused.starts_with("400"), "{json}: {refused}");
        }
    }
}
