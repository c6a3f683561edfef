//! Somebody at work: what they have typed so far, and what comes of the next command.

use crate::{
    command::Command,
    desk::{Desk, Done, Surface},
    help,
    pending::Pending,
    reply::Reply,
    run,
};

/// Runs commands one after the other, and holds what is pending between them.
#[derive(Debug)]
pub struct Session<D, S> {
    pub(crate) desk: D,
    pub(crate) surface: S,
    pub(crate) pending: Pending,
}

impl<D: Desk, S: Surface> Session<D, S> {
    /// A session with nothing pending.
    pub fn new(desk: D, surface: S) -> Self {
        Self {
            desk,
            surface,
            pending: Pending::default(),
        }
    }

    /// What does what commands ask for.
    pub fn desk(&self) -> &D {
        &self.desk
    }

    /// Whoever is asked.
    pub fn surface(&mut self) -> &mut S {
        &mut self.surface
    }

    /// What is to be changed of the 13 bytes.
    pub fn pending(&self) -> &Pending {
        &self.pending
    }

    /// Returns how many fields of the 13 bytes `save` would write.
    pub async fn unsaved(&self) -> Done<usize> {
        if self.pending.is_empty() {
            return Ok(0);
        }
        Ok(self.pending.changes(self.desk.config().await?).len())
    }

    /// Returns what whoever leaves now should know: that something was set and is not saved.
    pub async fn farewell(&self) -> Done<Option<String>> {
        Ok(match self.unsaved().await? {
            0 => None,
            1 => Some("1 field was set and not saved; `save` at the end writes it".to_owned()),
            fields => Some(format!(
                "{fields} fields were set and not saved; `save` at the end writes them"
            )),
        })
    }

    /// Refuses a command that could not be done in any registry, by what was typed alone.
    ///
    /// Whoever is given several commands at once checks all before the first is run.
    pub fn check(&self, command: &Command) -> Done<()> {
        match command {
            Command::Revoke { subject, .. } => run::check_revoke(subject)?,
            Command::TeamAdd { to, role, .. } => run::check_team_add(to, *role)?,
            _ => {}
        }
        self.desk.check(command)
    }

    /// Runs a command.
    pub async fn run(&mut self, command: Command) -> Done<Reply> {
        self.check(&command)?;
        match command {
            Command::Show {} => self.show().await,
            Command::Set { field: _, value } => self.set(value).await,
            Command::Enable { feature } => self.switch(feature, true).await,
            Command::Disable { feature } => self.switch(feature, false).await,
            Command::Diff {} => self.diff().await,
            Command::Revert {} => self.revert().await,
            Command::Save {} => self.save().await,
            Command::Export {} => self.export().await,
            Command::Publish {
                folder,
                tag,
                dry_run,
            } => self.publish(&folder.0, tag, dry_run.is_some()).await,
            Command::Packages { part, limit } => self.packages(part, limit).await,
            Command::Info { package } => self.info(package).await,
            Command::Search { text, limit } => self.search(&text.0, limit).await,
            Command::TagList { package } => self.tag_list(&package).await,
            Command::TagAdd { release, tag } => self.tag_add(&release, &tag).await,
            Command::TagRemove { package, tag } => self.tag_remove(&package, &tag).await,
            Command::UserList {} => self.user_list().await,
            Command::UserAdd { name, role, email } => {
                self.user_add(name.0, role, email.map(|email| email.0))
                    .await
            }
            Command::UserPasswd { name } => self.user_passwd(&name.0).await,
            Command::UserRole { name, role } => self.user_role(&name.0, role).await,
            Command::UserDisable { name } => self.user_disabled(&name.0, true).await,
            Command::UserEnable { name } => self.user_disabled(&name.0, false).await,
            Command::UserRemove { name, yes } => self.user_remove(&name.0, yes.is_some()).await,
            Command::UserInvite { role, days } => {
                self.user_invite(role, days.map(|days| days.0)).await
            }
            Command::TeamList { of } => self.team_list(of).await,
            Command::TeamCreate { team } => self.team_create(&team).await,
            Command::TeamDestroy { team, yes } => self.team_destroy(&team, yes.is_some()).await,
            Command::TeamAdd { to, user, role } => self.team_add(to, &user.0, role).await,
            Command::TeamRemove { from, user } => self.team_remove(&from, &user.0).await,
            Command::Grant {
                subject,
                actions,
                pattern,
            } => self.grant(subject, &actions.0, &pattern.0).await,
            Command::Revoke {
                subject,
                actions,
                pattern,
            } => self.revoke(subject, &actions.0, &pattern.0).await,
            Command::RuleList {} => self.rule_list().await,
            Command::RuleClear { action, pattern } => self.rule_clear(action, &pattern.0).await,
            Command::Can {
                user,
                action,
                package,
            } => self.can(&user.0, action, &package).await,
            Command::KeyList { user } => self.key_list(user).await,
            Command::KeyCreate {
                name,
                scopes,
                user,
                days,
                networks,
            } => self.key_create(name, scopes, user, days, networks).await,
            Command::KeyRevoke { id } => self.key_revoke(&id.0).await,
            Command::TokenList { user } => self.token_list(user).await,
            Command::TokenRevoke { id } => self.token_revoke(&id.0).await,
            Command::Verify { token, from } => self.verify(token, from).await,
            Command::Log {
                user,
                kind,
                target,
                refused,
                limit,
            } => self.log(user, kind, target, refused.is_some(), limit).await,
            Command::Status {} => self.status().await,
            Command::Reload {} => self.reload().await,
            Command::Clear {} => Self::clear(),
            Command::Exit {} => self.exit().await,
            Command::Help { command, second } => {
                let words = [command, second].into_iter().flatten().map(|word| word.0);
                let topic = words.collect::<Vec<_>>().join(" ");
                let text = if topic.is_empty() {
                    help::all()
                } else {
                    help::of(&topic)
                };
                Reply::new(text, &help::json(&topic))
            }
        }
    }
}
