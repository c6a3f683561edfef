//! Commands over a data directory, beside the server that may run on it: as the machine's owner, who
//! may do everything.

mod errors;
mod nouns;
mod words;

use std::sync::Arc;

use auth::{Auth, Identity, InviteError, NewPerson, People, PersonChange, Registration, TeamName};
use catalog::{Catalog, EventFilter, Origin};
use config13::{Config13, ConfigFile, FeatureFlags};
use console::{
    Action, Command, CommandError, ConfigChange, Decision, Desk, Done, ErrorKind, Event, GoodToken,
    Invitation, LogFilter, MadeKey, Member, NewKey, NewUser, Only, Org, OrgOrTeam, OrgRole,
    OrgSummary, RemovedUser, Role, Rule, RuleChange, RuleSource, Team, TeamPackage, TeamView,
    Token, User, Verified,
};
use npm_model::PackageName;
use tokio::sync::OnceCell;

use crate::{
    beside, config,
    failure::Failure,
    opening::{self, Local},
    origin,
    settings::Settings,
};

use errors::{changed_rule, found_none, invited, made_key, of_org, of_people, of_rule};
use words::{org_name, team_name};

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
            .get_or_try_init(|| async { config::open(&self.settings).map_err(unavailable) })
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

    /// What says who may, of a registry that is there.
    async fn auth(&self) -> Done<&Auth> {
        let opened = self.auth.get_or_try_init(|| async {
            let catalog = self.catalog(beside::open).await?;
            let local = Local::of(&self.settings, self.settings.listen()).map_err(unavailable)?;
            opening::auth(&self.settings, &local, catalog).map_err(unavailable)
        });
        opened.await
    }

    async fn change(&self, name: &str, change: PersonChange) -> Done<User> {
        let changed = self.people().await?.change(name, change, &self.by).await;
        changed.map(nouns::user).map_err(of_people)
    }

    /// Names the accounts whose tokens are asked for: one, or all.
    async fn owners(&self, user: Option<&str>) -> Done<Vec<String>> {
        let people = self.people().await?;
        if let Some(user) = user {
            return Ok(vec![people.find(user).await.map_err(of_people)?.name]);
        }
        let all = people.list().await;
        let all = all.map_err(|error| errors::of_catalog(&error))?;
        Ok(all.into_iter().map(|person| person.name).collect())
    }
}

impl Desk for LocalDesk {
    fn check(&self, command: &Command) -> Done<()> {
        words::check(command)
    }

    async fn config(&self) -> Done<Config13> {
        let file = self.config_file().await?;
        file.read()
            .map_err(|error| CommandError::failed("the settings cannot be read", &error))
    }

    async fn write_config(&self, changes: &[ConfigChange]) -> Done<()> {
        let file = self.config_file().await?;
        // Flags first: they alone need the file's lock, and without it nothing is to be written.
        let (flags, fields): (Vec<&ConfigChange>, Vec<_>) = changes
            .iter()
            .partition(|change| matches!(change, ConfigChange::Features { .. }));
        for change in flags.into_iter().chain(fields) {
            let written = match *change {
                ConfigChange::Set(value) => file.set_field(value).map_err(|error| {
                    let text = format!("{} was not changed", value.field());
                    CommandError::failed(text, &error)
                }),
                ConfigChange::Features { on, off } => file
                    .change_flags(|flags| {
                        FeatureFlags::from_bits((flags.bits() | on.bits()) & !off.bits())
                    })
                    .map(|_| ())
                    .map_err(|error| CommandError::failed("no feature was changed", &error)),
            };
            written?;
        }
        file.sync()
            .map_err(|error| CommandError::failed("the change may not be on the disk", &error))
    }

    async fn users(&self) -> Done<Vec<User>> {
        let people = self.people().await?.list().await;
        let people = people.map_err(|error| errors::of_catalog(&error))?;
        Ok(people.into_iter().map(nouns::user).collect())
    }

    async fn user(&self, name: &str) -> Done<User> {
        let found = self.people().await?.find(name).await;
        found.map(nouns::user).map_err(of_people)
    }

    async fn check_new_user(&self, name: &str) -> Done<()> {
        let name = words::user_name(name)?;
        if beside::exists(&self.settings) && self.people().await?.find(&name).await.is_ok() {
            return Err(of_people(auth::PeopleError::Taken { name }));
        }
        Ok(())
    }

    async fn add_user(&self, new: NewUser) -> Done<User> {
        let NewUser {
            name,
            password,
            email,
            role,
        } = new;
        let new = NewPerson {
            name,
            password,
            email,
            role: nouns::role_of(role),
        };
        let people = self.people_of(beside::open_or_make).await?;
        let added = people.add(new, &self.by).await;
        added.map(nouns::user).map_err(of_people)
    }

    async fn set_password(&self, name: &str, password: String) -> Done<User> {
        let change = PersonChange {
            password: Some(password),
            ..PersonChange::default()
        };
        self.change(name, change).await
    }

    async fn set_role(&self, name: &str, role: Role) -> Done<User> {
        let change = PersonChange {
            role: Some(nouns::role_of(role)),
            ..PersonChange::default()
        };
        self.change(name, change).await
    }

    async fn set_disabled(&self, name: &str, disabled: bool) -> Done<User> {
        let change = PersonChange {
            disabled: Some(disabled),
            ..PersonChange::default()
        };
        self.change(name, change).await
    }

    async fn owned_alone(&self, name: &str) -> Done<Vec<String>> {
        let owned = self.people().await?.owned_alone(name).await;
        let owned = owned.map_err(of_people)?;
        Ok(owned.iter().map(ToString::to_string).collect())
    }

    async fn remove_user(&self, name: &str) -> Done<RemovedUser> {
        let people = self.people().await?;
        let removed = people.remove(name, &self.by, storage::refresh_owners).await;
        let removed = removed.map_err(of_people)?;
        let note = self.settings.names_user(name).then(|| {
            format!(
                "note: the settings file names {name} in an access rule; whoever takes the name next \
                 has that right, so remove it there"
            )
        });
        Ok(RemovedUser {
            unowned: removed.unowned.iter().map(ToString::to_string).collect(),
            note,
        })
    }

    async fn invite(&self, role: Role, days: Option<u32>) -> Done<Invitation> {
        let policy = self.settings.auth_policy(self.settings.listen().ip());
        let use_of_it = match policy.registration {
            Registration::Closed => return Err(invited(InviteError::Closed)),
            Registration::Open => {
                "Nobody needs it while registration is open; given to /_auth/register, it says what the \
                 account may do."
            }
            Registration::Invite => "`npm login` shows the page where it is used.",
        };
        let people = self.people_of(beside::open_or_make).await?;
        let days = days.unwrap_or(People::INVITED_FOR_DAYS);
        let invitation = people.invite(nouns::role_of(role), days, &self.by).await;
        let invitation = invitation.map_err(invited)?;
        Ok(Invitation {
            text: invitation.text,
            role,
            expires: invitation.expires,
            use_of_it: use_of_it.to_owned(),
        })
    }

    async fn orgs(&self) -> Done<Vec<OrgSummary>> {
        let orgs = self.auth().await?.orgs().await.map_err(of_org)?;
        let summaries = orgs.into_iter().map(|(org, members, teams)| OrgSummary {
            org,
            members,
            teams,
        });
        Ok(summaries.collect())
    }

    async fn org(&self, org: &str) -> Done<Org> {
        let (auth, name) = (self.auth().await?, org_name(org)?);
        let members = auth.members(&name).await.map_err(of_org)?;
        let members = members.into_iter().map(|(name, role)| Member {
            name,
            role: nouns::org_role(role),
        });
        let mut teams = Vec::new();
        for team in auth.teams(&name).await.map_err(of_org)? {
            let org = name.as_str().to_owned();
            teams.push(self.team(&Team { org, team }).await?);
        }
        Ok(Org {
            org: name.as_str().to_owned(),
            members: members.collect(),
            teams,
        })
    }

    async fn team(&self, team: &Team) -> Done<TeamView> {
        let auth = self.auth().await?;
        let (org, name) = team_name(team)?;
        let members = auth.team_members(&org, &name).await.map_err(of_org)?;
        let packages = auth.team_packages(&org, &name).await.map_err(of_org)?;
        let packages = packages
            .into_iter()
            .map(|(package, permission)| TeamPackage {
                package: package.to_string(),
                permission: permission.as_str().to_owned(),
            });
        Ok(TeamView {
            team: name.as_str().to_owned(),
            members,
            packages: packages.collect(),
        })
    }

    async fn create_team(&self, team: &Team) -> Done<()> {
        let (org, name) = team_name(team)?;
        let made = self.auth().await?;
        let made = made.create_team(&org, &name, String::new(), &self.by).await;
        made.map_err(of_org)
    }

    async fn destroy_team(&self, team: &Team) -> Done<()> {
        let (org, name) = team_name(team)?;
        let gone = self.auth().await?.destroy_team(&org, &name, &self.by).await;
        gone.map_err(of_org)
    }

    async fn add_to_team(&self, team: &Team, user: &str) -> Done<()> {
        let (org, name) = team_name(team)?;
        let auth = self.auth().await?;
        let added = auth.add_to_team(&org, &name, user, &self.by).await;
        added.map_err(of_org)
    }

    async fn set_member(&self, org: &str, user: &str, role: OrgRole) -> Done<()> {
        let (org, role) = (org_name(org)?, nouns::member_role_of(role));
        let auth = self.auth().await?;
        let set = auth.set_member(&org, user, role, &self.by).await;
        set.map(|_| ()).map_err(of_org)
    }

    async fn remove_member(&self, from: &OrgOrTeam, user: &str) -> Done<()> {
        let (auth, org) = (self.auth().await?, org_name(&from.org)?);
        let removed = match &from.team {
            None => auth.remove_member(&org, user, &self.by).await,
            Some(team) => {
                let team = TeamName::parse(team).map_err(CommandError::wrong)?;
                auth.remove_from_team(&org, &team, user, &self.by).await
            }
        };
        removed.map_err(of_org)
    }

    async fn rules(&self) -> Done<Vec<Rule>> {
        let rules = self.auth().await?.rules().into_iter();
        Ok(rules.map(nouns::rule).collect())
    }

    async fn change_rules(
        &self,
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
        let auth = self.auth().await?;
        let changed = auth.change_rules(pattern, actions, change, &self.by).await;
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

    async fn clear_rule(&self, pattern: &str, action: Action) -> Done<()> {
        let pattern = words::package_pattern(pattern)?;
        let action = nouns::action_of(action);
        let auth = self.auth().await?;
        let cleared = auth.remove_rule(pattern, action, &self.by).await;
        cleared.map_err(of_rule)
    }

    async fn can(
        &self,
        user: Option<&str>,
        action: Action,
        package: &PackageName,
    ) -> Done<Decision> {
        let settings = self.config().await?;
        let action = nouns::action_of(action);
        let decision = self.auth().await?.explain(user, action, package, &settings);
        let decision = decision.await.map_err(|error| errors::of_catalog(&error))?;
        let decision = decision.ok_or_else(|| errors::no_user(user.unwrap_or_default()))?;
        Ok(Decision {
            allowed: decision.allowed,
            because: decision.because,
        })
    }

    async fn tokens(&self, user: Option<&str>) -> Done<Vec<Token>> {
        let auth = self.auth().await?;
        let mut tokens = Vec::new();
        for owner in self.owners(user).await? {
            let listed = auth.tokens_of(&owner).await;
            let listed = listed.map_err(|error| errors::of_catalog(&error))?;
            tokens.extend(listed.into_iter().map(|it| nouns::token(it, &owner)));
        }
        Ok(tokens)
    }

    /// Whoever sits at the machine could read the keys themselves.
    fn key_takes_password(&self) -> bool {
        false
    }

    async fn create_key(&self, new: NewKey) -> Done<MadeKey> {
        let NewKey {
            user,
            name,
            scopes,
            days,
            cidr,
            password: _,
        } = new;
        let owner = words::owner(user.as_deref())?;
        let (scopes, networks) = (scopes.iter(), cidr.iter());
        let (scopes, networks) = (scopes.map(String::as_str), networks.map(String::as_str));
        let new = words::new_key(name, scopes, days, networks)?;
        let owner = self.people().await?.find(owner).await.map_err(of_people)?;
        let auth = self.auth().await?;
        let made = auth.generate_api_key(&owner.name, new, &self.by).await;
        let made = made.map_err(made_key)?;
        Ok(MadeKey {
            secret: made.key,
            listed: nouns::token(made.listed, &owner.name),
        })
    }

    async fn revoke(&self, id: &str, only: Only) -> Done<()> {
        let auth = self.auth().await?;
        let revoked = match only {
            Only::Keys => auth.revoke_api_key(None, id, &self.by).await,
            Only::All => auth.revoke_anybodys_token(id, &self.by).await,
        };
        match revoked {
            Ok(true) => Ok(()),
            Ok(false) => Err(found_none(id, only)),
            Err(error) => Err(errors::of_catalog(&error)),
        }
    }

    async fn verify(&self, token: &str, from: Option<&str>) -> Done<Verified> {
        let address = words::address(from)?;
        let settings = self.config().await?;
        let auth = self.auth().await?;
        let failed = |error: &dyn std::error::Error| {
            CommandError::failed("the token cannot be looked up", error)
        };
        let header = format!("Bearer {token}");
        let identity = auth.identify(Some(&header), address, &settings).await;
        let caller = match identity.map_err(|error| failed(&error))? {
            Identity::Account(caller) => caller,
            Identity::Anonymous(problem) => {
                let bad = problem.unwrap_or(auth::TokenProblem::Malformed);
                return Ok(Verified::Bad {
                    reason: bad.word().to_owned(),
                    error: bad.to_string(),
                });
            }
        };
        let session = auth
            .session_of(&caller)
            .await
            .map_err(|error| failed(&error))?;
        let session = session.as_ref();
        let limits = &caller.limits;
        let scopes = limits.key_scopes.as_ref();
        Ok(Verified::Good(Box::new(GoodToken {
            user: caller.name.clone(),
            role: caller.role.as_str().to_owned(),
            kind: session.map_or("foreign", |it| it.kind.as_str()).to_owned(),
            id: session.map(|it| it.id.clone()),
            name: session.and_then(|it| it.name.clone()),
            limited: limits.is_limited(),
            scopes: scopes.map(|scopes| scopes.iter().map(ToString::to_string).collect()),
            cidr: limits.networks.iter().map(ToString::to_string).collect(),
            created: session.map(|it| it.created),
            expires: session.map(|it| it.expires),
            claims: auth::token::claims(token),
        })))
    }

    async fn events(&self, filter: &LogFilter) -> Done<Vec<Event>> {
        let LogFilter {
            user,
            kind,
            target,
            refused,
            limit,
        } = filter.clone();
        words::event_limit(limit)?;
        kind.as_deref().map_or(Ok(()), words::event_kind)?;
        let filter = EventFilter {
            actor: user,
            kind,
            target,
            refused: refused.then_some(true),
            ..EventFilter::default()
        };
        let events = self.auth().await?.events(filter, limit).await;
        let events = events.map_err(|error| errors::of_catalog(&error))?;
        Ok(events.into_iter().map(nouns::event).collect())
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
