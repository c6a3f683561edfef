//! The JSON of rules.

use auth::{Action, ListedRule, PackagePattern};
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

#[derive(Serialize)]
pub(super) struct Rule {
    pattern: String,
    action: &'static str,
    subjects: Vec<String>,
    /// `settings` or `run time`.
    source: &'static str,
    overruled: bool,
}

impl Rule {
    pub(super) fn of(rule: ListedRule) -> Self {
        Self {
            pattern: rule.pattern.to_string(),
            action: rule.action.as_str(),
            subjects: rule.subjects,
            source: if rule.at_run_time {
                "run time"
            } else {
                "settings"
            },
            overruled: rule.overruled,
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
