//! Rules, and what they come to.

use console::{Action, Decision, Done, Rule, RuleChange};
use http::Method;
use npm_model::PackageName;
use serde::Deserialize;
use serde_json::json;

use super::{TermDesk, path::query};

/// Where rules are.
const PATH: &str = "_auth/rules";

/// Whoever has no account.
const ANONYMOUS: &str = "$anonymous";

#[derive(Deserialize)]
struct Rules {
    rules: Vec<Rule>,
}

pub(super) async fn rules(desk: &TermDesk) -> Done<Vec<Rule>> {
    let Rules { rules } = desk.get(PATH).await?;
    Ok(rules)
}

pub(super) async fn change_rules(
    desk: &TermDesk,
    pattern: &str,
    actions: &[Action],
    change: &RuleChange,
) -> Done<Vec<Rule>> {
    let body = match change {
        RuleChange::Add(subject) => {
            json!({ "pattern": pattern, "actions": actions, "add": subject })
        }
        RuleChange::Remove(subject) => {
            json!({ "pattern": pattern, "actions": actions, "remove": subject })
        }
        RuleChange::Nobody => json!({ "pattern": pattern, "actions": actions, "nobody": true }),
    };
    let Rules { rules } = desk.send(Method::PATCH, PATH, &body).await?;
    Ok(rules)
}

pub(super) async fn clear_rule(desk: &TermDesk, pattern: &str, action: Action) -> Done<()> {
    let body = json!({ "pattern": pattern, "action": action });
    desk.tell(Method::DELETE, PATH, &body).await
}

pub(super) async fn can(
    desk: &TermDesk,
    user: Option<&str>,
    action: Action,
    package: &PackageName,
) -> Done<Decision> {
    let asked = [
        ("user", Some(user.unwrap_or(ANONYMOUS).to_owned())),
        ("action", Some(action.to_string())),
        ("package", Some(package.to_string())),
    ];
    desk.get(&query("_auth/can", &asked)).await
}
