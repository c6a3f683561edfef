//! Commands over a data directory, beside the server that may run on it: as the machine's owner, who
//! may do everything.

mod config;
mod errors;
mod events;
mod nouns;
mod packages;
mod people;
mod publish;
mod rules;
mod server;
mod status;
mod teams;
mod tokens;
mod words;

use std::{collections::BTreeMap, sync::Arc};

use auth::{Auth, People};
use catalog::{Catalog, Origin};
use config13::{Config13, ConfigFile};
use console::{
    Action, Command, CommandError, ConfigChange, Decision, Desk, Done, ErrorKind, Event, Found,
    Invitation, LogFilter, MadeKey, NewKey, NewUser, Only, Org, OrgOrTeam, OrgRole, OrgSummary,
    PackageInfo, PackageLine, Progress, Published, RemovedUser, Role, Rule, RuleChange, Status,
    Team, TeamView, ToPublish, Token, User, Verified,
};
use npm_model::{DistTag, PackageName, Version};
use storage::Beside;
use tokio::sync::OnceCell;

use crate::{
    beside,
    failure::Failure,
    opening::{self, Local},
    origin,
    settings::Settings,
};

/// The data directory of the settings. Each part is opened when the first command needs it.
pub(super) struct LocalDesk {
    settings: Settings,
    by: Origin,
    config: OnceCell<ConfigFile>,
    catalog: OnceCell<Arc<Catalog>>,
    people: OnceCell<People>,
    auth: OnceCell<Auth>,
}

impl LocalDesk {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            by: origin::at_this_machine(),
            config: OnceCell::new(),
            catalog: OnceCell::new(),
            people: OnceCell::new(),
            auth: OnceCell::new(),
        }
    }

    async fn config_file(&self) -> Done<&ConfigFile> {
        self.config
            .get_or_try_init(|| async { crate::config::open(&self.settings).map_err(unavailable) })
            .await
    }

    async fn catalog(&self, open: fn(&Settings) -> Result<Catalog, Failure>) -> Done<Arc<Catalog>> {
        let opened = self
            .catalog
            .get_or_try_init(|| async { open(&self.settings).map(Arc::new).map_err(unavailable) });
        opened.await.cloned()
    }

    /// What looks after accounts, of a registry that is there.
    async fn people(&self) -> Done<&People> {
        self.people_of(beside::open).await
    }

    async fn people_of(&self, open: fn(&Settings) -> Result<Catalog, Failure>) -> Done<&People> {
        let opened = self.people.get_or_try_init(|| async {
            let catalog = self.catalog(open).await?;
            People::open(catalog)
                .map_err(|error| CommandError::failed("passwords cannot be hashed", &error))
        });
        opened.await
    }

    /// How this machine reaches the server.
    fn local(&self) -> Done<Local> {
        Local::of(&self.settings, self.settings.listen()).map_err(unavailable)
    }

    /// The packages of a registry that is there.
    async fn store(&self) -> Done<Beside> {
        Ok(Beside::new(self.catalog(beside::open).await?))
    }

    /// What says who may, of a registry that is there.
    async fn auth(&self) -> Done<&Auth> {
        let opened = self.auth.get_or_try_init(|| async {
            let catalog = self.catalog(beside::open).await?;
            opening::auth(&self.settings, &self.local()?, catalog).map_err(unavailable)
        });
        opened.await
    }
}

impl Desk for LocalDesk {
    fn check(&self, command: &Command) -> Done<()> {
        words::check(command)
    }

    async fn config(&self) -> Done<Config13> {
        config::config(self).await
    }

    async fn write_config(&self, changes: &[ConfigChange]) -> Done<()> {
        config::write_config(self, changes).await
    }

    async fn status(&self) -> Done<Status> {
        status::status(self).await
    }

    async fn publish(
        &self,
        what: &ToPublish,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Done<Published> {
        publish::publish(self, what, progress).await
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
        packages::dist_tags(self, name).await
    }

    async fn set_dist_tag(&self, name: &PackageName, version: &Version, tag: &DistTag) -> Done<()> {
        packages::set_dist_tag(self, name, version, tag).await
    }

    async fn remove_dist_tag(&self, name: &PackageName, tag: &DistTag) -> Done<()> {
        packages::remove_dist_tag(self, name, tag).await
    }

    async fn users(&self) -> Done<Vec<User>> {
        people::users(self).await
    }

    async fn user(&self, name: &str) -> Done<User> {
        people::user(self, name).await
    }

    async fn check_new_user(&self, name: &str) -> Done<()> {
        people::check_new_user(self, name).await
    }

    async fn add_user(&self, new: NewUser) -> Done<User> {
        people::add_user(self, new).await
    }

    async fn set_password(&self, name: &str, password: String) -> Done<User> {
        people::set_password(self, name, password).await
    }

    async fn set_role(&self, name: &str, role: Role) -> Done<User> {
        people::set_role(self, name, role).await
    }

    async fn set_disabled(&self, name: &str, disabled: bool) -> Done<User> {
        people::set_disabled(self, name, disabled).await
    }

    async fn owned_alone(&self, name: &str) -> Done<Vec<String>> {
        people::owned_alone(self, name).await
    }

    async fn remove_user(&self, name: &str) -> Done<RemovedUser> {
        people::remove_user(self, name).await
    }

    async fn invite(&self, role: Role, days: Option<u32>) -> Done<Invitation> {
        people::invite(self, role, days).await
    }

    async fn orgs(&self) -> Done<Vec<OrgSummary>> {
        teams::orgs(self).await
    }

    async fn org(&self, org: &str) -> Done<Org> {
        teams::org(self, org).await
    }

    async fn team(&self, team: &Team) -> Done<TeamView> {
        teams::team(self, team).await
    }

    async fn create_team(&self, team: &Team) -> Done<()> {
        teams::create_team(self, team).await
    }

    async fn destroy_team(&self, team: &Team) -> Done<()> {
        teams::destroy_team(self, team).await
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

    /// Whoever sits at the machine could read the keys themselves.
    fn key_takes_password(&self) -> bool {
        false
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
        events::events(self, filter).await
    }
}

fn unavailable(failure: Failure) -> CommandError {
    let kind = if failure.is_refusal() {
        ErrorKind::Unavailable
    } else {
        ErrorKind::Failed
    };
    failure.into_error(kind)
}
