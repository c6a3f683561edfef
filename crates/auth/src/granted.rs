//! What was granted while the registry runs: teams, what they may do, and which packages are kept
//! from everybody else. Read from memory, since every request asks.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use catalog::{AccessRows, Permission};
use npm_model::PackageName;

use crate::{access::Action, rules::AccessRules};

/// Everything that is granted, in one state of the catalogue.
#[derive(Debug, Default)]
pub(crate) struct Granted {
    restricted: HashSet<PackageName>,
    grants: HashMap<PackageName, Vec<(Team, Permission)>>,
    members: HashMap<Team, HashSet<String>>,
    rules: AccessRules,
}

/// An organisation and one of its teams.
type Team = (String, String);

impl Granted {
    pub(crate) fn of(rows: AccessRows) -> Self {
        let mut granted = Self {
            restricted: rows.restricted.into_iter().collect(),
            ..Self::default()
        };
        for rule in &rows.rules {
            // A rule that cannot be read could have forbidden anything, so it lets nobody.
            let action = Action::parse(&rule.action);
            let subjects: Vec<String> = serde_json::from_str(&rule.subjects).unwrap_or_default();
            let Some(action) = action else { continue };
            let read = granted.rules.add(&rule.pattern, action, &subjects);
            let read = read.or_else(|_| granted.rules.add(&rule.pattern, action, &[]));
            if let Err(error) = read {
                tracing::error!(%error, pattern = rule.pattern, "a rule in the catalogue is damaged");
            }
        }
        for grant in rows.grants {
            let team = (grant.org, grant.team);
            let grants = granted.grants.entry(grant.package).or_default();
            grants.push((team, grant.permission));
        }
        for (org, team, account) in rows.team_members {
            granted
                .members
                .entry((org, team))
                .or_default()
                .insert(account);
        }
        granted
    }

    /// Whether only the package's owners, teams and admins may see it.
    pub(crate) fn is_restricted(&self, package: &PackageName) -> bool {
        self.restricted.contains(package)
    }

    /// The rules that were made while the registry runs.
    pub(crate) const fn rules(&self) -> &AccessRules {
        &self.rules
    }

    /// A team of an account that may do at least this with a package: the one that may most.
    pub(crate) fn best_grant(
        &self,
        package: &PackageName,
        account: &str,
        least: Permission,
    ) -> Option<&(Team, Permission)> {
        let grants = self.grants.get(package)?.iter();
        grants
            .filter(|(team, permission)| *permission >= least && self.is_member(team, account))
            .max_by_key(|(_, permission)| *permission)
    }

    /// The most that an account may do with a package through its teams.
    pub(crate) fn permission(&self, package: &PackageName, account: &str) -> Option<Permission> {
        let best = self.best_grant(package, account, Permission::Read)?;
        Some(best.1)
    }

    /// The accounts that may do something with a package through their teams, and what.
    pub(crate) fn people(&self, package: &PackageName) -> HashMap<&str, Permission> {
        let mut people: HashMap<&str, Permission> = HashMap::new();
        for (team, permission) in self.grants.get(package).into_iter().flatten() {
            for account in self.members.get(team).into_iter().flatten() {
                let most = people.entry(account).or_insert(*permission);
                *most = (*most).max(*permission);
            }
        }
        people
    }

    /// The packages that an account may do something with through its teams.
    pub(crate) fn packages_of(&self, account: &str) -> Vec<(&PackageName, Permission)> {
        let packages = self.grants.keys();
        packages
            .filter_map(|package| Some((package, self.permission(package, account)?)))
            .collect()
    }

    pub(crate) fn is_in_team(&self, org: &str, team: &str, account: &str) -> bool {
        self.is_member(&(org.to_owned(), team.to_owned()), account)
    }

    fn is_member(&self, team: &Team, account: &str) -> bool {
        self.members
            .get(team)
            .is_some_and(|members| members.contains(account))
    }
}

/// The state that is in force. Each change of the catalogue replaces it whole, on the writing thread.
#[derive(Debug, Default)]
pub(crate) struct GrantedNow {
    granted: RwLock<Arc<Granted>>,
    /// The number of the last change of which everything here has been told, and of all before it.
    followed: AtomicI64,
}

impl GrantedNow {
    pub(crate) fn new(granted: Granted, changes: i64) -> Self {
        Self {
            granted: RwLock::new(Arc::new(granted)),
            followed: AtomicI64::new(changes),
        }
    }

    pub(crate) fn get(&self) -> Arc<Granted> {
        Arc::clone(&self.granted.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set(&self, granted: Granted) {
        *self.granted.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(granted);
    }

    /// Notes that everything has been told of a change that this process made itself. One before it that
    /// another process made is still to be followed, and so are all from there.
    ///
    /// To be called after the commit on the writing thread, like [`caught_up`](Self::caught_up): that
    /// is why the two do not get in each other's way.
    pub(crate) fn follow(&self, change: i64) {
        if self.followed.load(Ordering::Acquire) == change - 1 {
            self.followed.store(change, Ordering::Release);
        }
    }

    /// Notes that everything has been told of all changes up to this one.
    pub(crate) fn caught_up(&self, changes: i64) {
        self.followed.store(changes, Ordering::Release);
    }

    /// Whether everything has been told of exactly so many changes.
    pub(crate) fn has_followed(&self, changes: i64) -> bool {
        self.followed.load(Ordering::Acquire) == changes
    }
}
