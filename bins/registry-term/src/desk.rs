//! What commands ask for, over HTTP: as whoever's token is sent, who may do what the registry lets them.
//!
//! The 13 bytes alone are not the server's to tell: they are read and written where the lockfile is, with
//! the server down as well.

mod errors;
mod packages;
mod path;
mod people;
mod publish;
mod rules;
mod teams;
mod tokens;

use std::{collections::BTreeMap, sync::Arc};

use client::Registry;
use config13::{Config13, ConfigFile, OpenError};
use console::{
    Action, Command, CommandError, ConfigChange, Decision, Desk, Done, Event, Found, Invitation,
    LogFilter, MadeKey, NewKey, NewUser, Only, Org, OrgOrTeam, OrgRole, OrgSummary, PackageInfo,
    PackageLine, Progress, Published, RemovedUser, Role, Rule, RuleChange, Status, Team, TeamView,
    ToPublish, Token, User, Verified, write_changes,
};
use http::Method;
use npm_model::{DistTag, PackageName, Version};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::task::spawn_blocking;

use crate::lockfile::{self, Lockfile};

/// A registry that is asked over HTTP, and its lockfile where that is on this machine.
#[derive(Clone)]
pub(crate) struct TermDesk {
    registry: Registry,
    lockfile: Lockfile,
}

impl TermDesk {
    pub(crate) fn new(registry: Registry, lockfile: Lockfile) -> Self {
        Self { registry, lockfile }
    }

    fn lockfile(&self) -> Done<Arc<ConfigFile>> {
        match self.lockfile.file() {
            Some(Ok(file)) => Ok(file),
            Some(Err(error)) if !matches!(error, OpenError::NotFound { .. }) => {
                Err(lockfile::unusable(self.lockfile.path(), &error))
            }
            Some(Err(_)) | None => {
                let url = errors::base(&self.registry);
                let error = CommandError::unavailable(format!(
                    "the lockfile of the registry at {url} is not on this machine"
                ));
                Err(error.hint("name it with --lockfile"))
            }
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Done<T> {
        let answer = self.registry.get_json(path).await;
        answer.map_err(|error| errors::of_request(&self.registry, &error))
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Done<T> {
        let answer = self.registry.send_json(method, path, Some(body)).await;
        answer.map_err(|error| errors::of_request(&self.registry, &error))
    }

    /// Sends what is answered with no more than that it was done.
    async fn tell(&self, method: Method, path: &str, body: &(impl Serialize + Sync)) -> Done<()> {
        self.send(method, path, body).await.map(ignore)
    }

    async fn delete<T: DeserializeOwned>(&self, path: &str) -> Done<T> {
        let answer = self
            .registry
            .send_json(Method::DELETE, path, None::<&Value>);
        let answer = answer.await;
        answer.map_err(|error| errors::of_request(&self.registry, &error))
    }
}

impl Desk for TermDesk {
    /// What a name may be is the registry's to say.
    fn check(&self, command: &Command) -> Done<()> {
        match command {
            Command::Verify {
                from: Some(from), ..
            } => tokens::address(&from.0).map(drop),
            _ => Ok(()),
        }
    }

    async fn config(&self) -> Done<Config13> {
        self.lockfile()?
            .read()
            .map_err(|error| CommandError::failed("the settings cannot be read", &error))
    }

    async fn write_config(&self, changes: &[ConfigChange]) -> Done<()> {
        let (file, changes) = (self.lockfile()?, changes.to_vec());
        // Another program may hold the file's lock for long, and somebody may want to give up meanwhile.
        let written = spawn_blocking(move || write_changes(&file, &changes)).await;
        written.unwrap_or_else(|error| Err(CommandError::failed("nothing was written", &error)))
    }

    async fn status(&self) -> Done<Status> {
        let answer = self.registry.get_json("-/status").await;
        Ok(packages::status(&self.registry, answer))
    }

    async fn publish(
        &self,
        what: &ToPublish,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Done<Published> {
        publish::publish(&self.registry, what, progress).await
    }

    async fn packages(&self) -> Done<Vec<PackageLine>> {
        packages::packages(self).await
    }

    async fn package(&self, name: &PackageName) -> Done<PackageInfo> {
        packages::package(self, name).await
    }

    async fn search(&self, text: &str, limit: u32) -> Done<Found> {
        packages::search(self, text, limit).await
    }

    async fn dist_tags(&self, name: &PackageName) -> Done<BTreeMap<String, String>> {
        self.get(&packages::tags_path(name)).await
    }

    async fn set_dist_tag(&self, name: &PackageName, version: &Version, tag: &DistTag) -> Done<()> {
        let path = format!("{}/{}", packages::tags_path(name), path::word(tag.as_str()));
        self.tell(Method::PUT, &path, &version.as_str()).await
    }

    async fn remove_dist_tag(&self, name: &PackageName, tag: &DistTag) -> Done<()> {
        let path = format!("{}/{}", packages::tags_path(name), path::word(tag.as_str()));
        self.delete(&path).await.map(ignore)
    }

    async fn users(&self) -> Done<Vec<User>> {
        people::users(self).await
    }

    async fn user(&self, name: &str) -> Done<User> {
        self.get(&people::path(name)).await
    }

    async fn check_new_user(&self, name: &str) -> Done<()> {
        people::check_new_user(self, name).await
    }

    async fn add_user(&self, new: NewUser) -> Done<User> {
        people::add_user(self, new).await
    }

    async fn set_password(&self, name: &str, password: String) -> Done<User> {
        people::change(self, name, "password", &password).await
    }

    async fn set_role(&self, name: &str, role: Role) -> Done<User> {
        people::change(self, name, "role", &role).await
    }

    async fn set_disabled(&self, name: &str, disabled: bool) -> Done<User> {
        people::change(self, name, "disabled", &disabled).await
    }

    async fn owned_alone(&self, name: &str) -> Done<Vec<String>> {
        people::owned_alone(self, name).await
    }

    async fn remove_user(&self, name: &str) -> Done<RemovedUser> {
        self.delete(&people::path(name)).await
    }

    async fn invite(&self, role: Role, days: Option<u32>) -> Done<Invitation> {
        people::invite(self, role, days).await
    }

    async fn orgs(&self) -> Done<Vec<OrgSummary>> {
        teams::orgs(self).await
    }

    async fn org(&self, org: &str) -> Done<Org> {
        self.get(&format!("_auth/orgs/{}", path::word(org))).await
    }

    async fn team(&self, team: &Team) -> Done<TeamView> {
        teams::team(self, team).await
    }

    async fn create_team(&self, team: &Team) -> Done<()> {
        teams::create_team(self, team).await
    }

    async fn destroy_team(&self, team: &Team) -> Done<()> {
        self.delete(&teams::path(team)).await.map(ignore)
    }

    async fn add_to_team(&self, team: &Team, user: &str) -> Done<()> {
        teams::add_to_team(self, team, user).await
    }

    async fn set_member(&self, org: &str, user: &str, role: OrgRole) -> Done<()> {
        teams::set_member(self, org, user, role).await
    }

    async fn remove_member(&self, from: &OrgOrTeam, user: &str) -> Done<()> {
        teams::remove_member(self, from, user).await
    }

    async fn rules(&self) -> Done<Vec<Rule>> {
        rules::rules(self).await
    }

    async fn change_rules(
        &self,
        pattern: &str,
        actions: &[Action],
        change: &RuleChange,
    ) -> Done<Vec<Rule>> {
        rules::change_rules(self, pattern, actions, change).await
    }

    async fn clear_rule(&self, pattern: &str, action: Action) -> Done<()> {
        rules::clear_rule(self, pattern, action).await
    }

    async fn can(
        &self,
        user: Option<&str>,
        action: Action,
        package: &PackageName,
    ) -> Done<Decision> {
        rules::can(self, user, action, package).await
    }

    async fn tokens(&self, user: Option<&str>) -> Done<Vec<Token>> {
        tokens::tokens(self, user).await
    }

    /// A token that was stolen makes no key.
    fn key_takes_password(&self) -> bool {
        true
    }

    async fn create_key(&self, new: NewKey) -> Done<MadeKey> {
        tokens::create_key(self, new).await
    }

    async fn revoke(&self, id: &str, only: Only) -> Done<()> {
        tokens::revoke(self, id, only).await
    }

    async fn verify(&self, token: &str, from: Option<&str>) -> Done<Verified> {
        tokens::verify(self, token, from).await
    }

    async fn events(&self, filter: &LogFilter) -> Done<Vec<Event>> {
        tokens::events(self, filter).await
    }
}

/// Takes an answer that says no more than that it was done.
fn ignore(_: Value) {}

#[cfg(test)]
mod tests;
