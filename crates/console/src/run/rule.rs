//! `grant`, `revoke`, `rule list|clear`, `can`.

use npm_model::PackageName;
use serde_json::json;

use crate::{
    desk::{Desk, Done, Surface},
    error::CommandError,
    grid::Grid,
    kind::{Action, Subject},
    nouns::{Rule, RuleChange, RuleSource},
    reply::Reply,
    session::Session,
};

/// Whoever has no account.
const ANONYMOUS: &str = "$anonymous";

/// A rule that lets nobody has nobody to be taken out.
pub(crate) fn check_revoke(subject: &Subject) -> Done<()> {
    if subject.is_nobody() {
        let text = format!("nobody can be taken out of a rule by {}", subject.0);
        return Err(CommandError::wrong(text)
            .hint("`rule clear` removes a rule, `grant` lets somebody again"));
    }
    Ok(())
}

impl<D: Desk, S: Surface> Session<D, S> {
    pub(crate) async fn grant(
        &self,
        subject: Subject,
        actions: &[Action],
        pattern: &str,
    ) -> Done<Reply> {
        let change = if subject.is_nobody() {
            RuleChange::Nobody
        } else {
            RuleChange::Add(subject.0)
        };
        self.change_rules(actions, pattern, &change).await
    }

    pub(crate) async fn revoke(
        &self,
        subject: Subject,
        actions: &[Action],
        pattern: &str,
    ) -> Done<Reply> {
        self.change_rules(actions, pattern, &RuleChange::Remove(subject.0))
            .await
    }

    async fn change_rules(
        &self,
        actions: &[Action],
        pattern: &str,
        change: &RuleChange,
    ) -> Done<Reply> {
        let rules = self.desk.change_rules(pattern, actions, change).await?;
        let lines = rules.iter().map(|rule| {
            let who = who(rule);
            format!("who may {} {}: {who}", rule.action, rule.pattern)
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        let mut reply = Reply::new(text, &json!({ "rules": rules }))?;
        let new = rules.iter().filter(|rule| rule.is_new);
        let new: Vec<&str> = new.map(|rule| rule.action.as_str()).collect();
        if !new.is_empty() {
            reply = reply.note(format!(
                "{pattern} had no rule of its own for {}; from now on nobody may but whom this one names",
                new.join(", ")
            ));
        }
        Ok(reply)
    }

    pub(crate) async fn rule_list(&self) -> Done<Reply> {
        let rules = self.desk.rules().await?;
        let text = if rules.is_empty() {
            "there are no rules: who has an account publishes, owners and admins unpublish; \
             `grant SUBJECT ACTION PATTERN` makes one"
                .to_owned()
        } else {
            let mut grid = Grid::with_head(["PATTERN", "ACTION", "WHO MAY", "FROM"]);
            for rule in &rules {
                let from = match (rule.source, rule.overruled) {
                    (RuleSource::RunTime, _) => "run time",
                    (RuleSource::Settings, false) => "settings",
                    (RuleSource::Settings, true) => "settings, overruled",
                };
                let (pattern, action) = (rule.pattern.clone(), rule.action.to_string());
                grid.row([pattern, action, who(rule), from.to_owned()]);
            }
            grid.to_string()
        };
        Reply::new(text, &json!({ "rules": rules }))
    }

    pub(crate) async fn rule_clear(&self, action: Action, pattern: &str) -> Done<Reply> {
        self.desk.clear_rule(pattern, action).await?;
        let left = self.desk.rules().await?.into_iter();
        let left = left.filter(|rule| rule.pattern == pattern && rule.action == action);
        let counts = match left.map(|rule| who(&rule)).next() {
            Some(who) => format!("the settings file's counts again: {who}"),
            None => "a less specific one or the default counts now".to_owned(),
        };
        let text = format!("the rule of {pattern} for {action} was removed; {counts}");
        Reply::new(
            text,
            &json!({ "cleared": { "pattern": pattern, "action": action } }),
        )
    }

    pub(crate) async fn can(
        &self,
        user: &str,
        action: Action,
        package: &PackageName,
    ) -> Done<Reply> {
        let user = Some(user).filter(|user| *user != ANONYMOUS);
        let decision = self.desk.can(user, action, package).await?;
        let word = if decision.allowed { "yes" } else { "no" };
        let json = json!({
            "user": user,
            "action": action,
            "package": package.as_str(),
            "allowed": decision.allowed,
            "because": decision.because,
        });
        let mut reply = Reply::new(format!("{word}: {}", decision.because), &json)?;
        reply.is_no = !decision.allowed;
        Ok(reply)
    }
}

fn who(rule: &Rule) -> String {
    match rule.subjects.as_slice() {
        [] => "nobody".to_owned(),
        subjects => subjects.join(", "),
    }
}
