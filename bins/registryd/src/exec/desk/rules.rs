//! Rules, and what they come to.

use console::{Action, Decision, Done, Rule, RuleChange, RuleSource};
use npm_model::PackageName;

use super::{
    LocalDesk, config,
    errors::{self, changed_rule, of_rule},
    nouns, words,
};

pub(super) async fn rules(desk: &LocalDesk) -> Done<Vec<Rule>> {
    let rules = desk.auth().await?.rules().into_iter();
    Ok(rules.map(nouns::rule).collect())
}

pub(super) async fn change_rules(
    desk: &LocalDesk,
    pattern: &str,
    actions: &[Action],
    change: &RuleChange,
) -> Done<Vec<Rule>> {
    let pattern = words::package_pattern(pattern)?;
    let name = pattern.to_string();
    let actions = actions.iter().map(|it| nouns::action_of(*it)).collect();
    let change = match change.clone() {
        RuleChange::Add(subject) => auth::RuleChange::Add(subject),
        RuleChange::Remove(subject) => auth::RuleChange::Remove(subject),
        RuleChange::Nobody => auth::RuleChange::Nobody,
    };
    let auth = desk.auth().await?;
    let changed = auth.change_rules(pattern, actions, change, &desk.by).await;
    let changed = changed.map_err(changed_rule)?.into_iter();
    let rules = changed.map(|rule| Rule {
        pattern: name.clone(),
        action: nouns::action(rule.action),
        subjects: rule.subjects,
        source: RuleSource::RunTime,
        overruled: false,
        is_new: rule.is_new,
    });
    Ok(rules.collect())
}

pub(super) async fn clear_rule(desk: &LocalDesk, pattern: &str, action: Action) -> Done<()> {
    let pattern = words::package_pattern(pattern)?;
    let action = nouns::action_of(action);
    let auth = desk.auth().await?;
    let cleared = auth.remove_rule(pattern, action, &desk.by).await;
    cleared.map_err(of_rule)
}

pub(super) async fn can(
    desk: &LocalDesk,
    user: Option<&str>,
    action: Action,
    package: &PackageName,
) -> Done<Decision> {
    let settings = config::config(desk).await?;
    let action = nouns::action_of(action);
    let decision = desk.auth().await?.explain(user, action, package, &settings);
    let decision = decision.await.map_err(|error| errors::of_catalog(&error))?;
    let decision = decision.ok_or_else(|| errors::no_user(user.unwrap_or_default()))?;
    Ok(Decision {
        allowed: decision.allowed,
        because: decision.because,
    })
}
