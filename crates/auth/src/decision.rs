//! What rules, grants and roles say together, and why: the part of a decision that needs no disk.
//!
//! What is granted adds to the rules: a team that may write a package may publish it whatever the
//! rules say, since a grant is a rule of that very package. A package that is restricted is seen and
//! changed by its owners, its teams and admins alone. A reader changes nothing, whatever else is said,
//! nor does somebody without an account. A rule decides alone, also about admins, who make the rules.

use std::fmt;

use catalog::{Permission, Role};
use npm_model::PackageName;

use crate::{
    access::Action,
    granted::Granted,
    identity::Caller,
    pattern::PackagePattern,
    rules::{AccessRules, Said},
};

/// What is asked, and what there is to decide it by.
pub(crate) struct Question<'a> {
    /// What the settings file says.
    pub(crate) rules: &'a AccessRules,
    /// What was said while the registry runs.
    pub(crate) granted: &'a Granted,
    /// Whether every read needs an account.
    pub(crate) private: bool,
    /// Whether a package is published by its owners alone, where no rule speaks.
    pub(crate) owner_only: bool,
    pub(crate) action: Action,
    pub(crate) package: &'a PackageName,
    pub(crate) caller: Option<&'a Caller>,
}

/// What is said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    Yes,
    No,
    /// It depends on who owns the package.
    Owners,
    /// The same, but anybody may make the package if it is not there.
    OwnersOfOld,
}

impl From<bool> for Verdict {
    fn from(allowed: bool) -> Self {
        if allowed { Self::Yes } else { Self::No }
    }
}

/// Why something is allowed or not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Because {
    /// Every read needs an account.
    Private,
    /// Nobody is logged in.
    Nobody,
    /// The role reads and does nothing else.
    Reader,
    /// The role may do it.
    Role(&'static str),
    /// A team was granted it.
    Team {
        /// The organisation.
        org: String,
        /// The team.
        team: String,
    },
    /// A rule speaks of it.
    Rule {
        /// The packages it is for.
        pattern: PackagePattern,
        /// Whether it was made while the registry runs; else it stands in the settings file.
        at_run_time: bool,
    },
    /// The package is for its owners, its teams and admins.
    Restricted,
    /// It is for owners, as no rule says otherwise.
    Owners,
    /// There is no such package yet.
    New,
    /// No rule speaks of it, and they may not even see the package.
    Unreadable,
    /// No rule speaks of it, and it is for everybody, or for everybody with an account.
    Unsaid,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Private => f.write_str("PRIVATE_REGISTRY is set, so reading takes an account"),
            Self::Nobody => f.write_str("it takes an account"),
            Self::Reader => f.write_str("the role reader changes nothing"),
            Self::Role(role) => write!(f, "the role {role} may do that"),
            Self::Team { org, team } => write!(f, "it was granted to the team @{org}:{team}"),
            Self::Rule {
                pattern,
                at_run_time: true,
            } => write!(
                f,
                "the rule for \"{pattern}\" that was made at run time says so"
            ),
            Self::Rule {
                pattern,
                at_run_time: false,
            } => write!(f, "the rule for \"{pattern}\" in the settings file says so"),
            Self::Restricted => {
                f.write_str("the package is restricted to its owners, its teams and admins")
            }
            Self::Owners => f.write_str("it is for owners of the package"),
            Self::New => f.write_str("there is no such package yet, and its publisher will own it"),
            Self::Unreadable => {
                f.write_str("no rule speaks of it, and they may not read the package")
            }
            Self::Unsaid => f.write_str("no rule speaks of it"),
        }
    }
}

/// A rule that was found, and where.
struct Found<'a> {
    said: Said<'a>,
    at_run_time: bool,
}

impl Question<'_> {
    /// Answers it.
    pub(crate) fn answer(&self) -> (Verdict, Because) {
        let Self { action, caller, .. } = *self;
        if self.private && action == Action::Read && caller.is_none() {
            return (Verdict::No, Because::Private);
        }
        match caller.map(|it| it.role) {
            _ if action == Action::Read => {}
            // A change that nobody made could not be told of, and a reader would do more as a stranger.
            None => return (Verdict::No, Because::Nobody),
            Some(Role::Reader) => return (Verdict::No, Because::Reader),
            Some(_) => {}
        }
        if let Some(by_team) = self.by_team() {
            return (Verdict::Yes, by_team);
        }
        let said = self.by_rules();
        if !self.granted.is_restricted(self.package) {
            return said;
        }
        match (caller, action) {
            (None, _) => (Verdict::No, Because::Restricted),
            (Some(caller), Action::Read) if caller.is_admin() => admin(),
            (Some(_), Action::Read) => (Verdict::Owners, Because::Restricted),
            (Some(caller), _) if caller.is_admin() || said.0 != Verdict::Yes => said,
            // No rule gives away what is restricted.
            (Some(_), Action::Unpublish | Action::Administer) => {
                (Verdict::Owners, Because::Restricted)
            }
            (Some(_), _) => (Verdict::OwnersOfOld, Because::Restricted),
        }
    }

    /// The team that was granted it. No team takes packages away or hands them over.
    fn by_team(&self) -> Option<Because> {
        let needed = match self.action {
            Action::Read => Permission::Read,
            Action::Publish | Action::Tag | Action::Deprecate => Permission::Write,
            Action::Unpublish | Action::Administer => return None,
        };
        let account = &self.caller?.name;
        let ((org, team), _) = self.granted.best_grant(self.package, account, needed)?;
        Some(Because::Team {
            org: org.clone(),
            team: team.clone(),
        })
    }

    fn by_rules(&self) -> (Verdict, Because) {
        let Self {
            action,
            caller,
            package,
            granted,
            ..
        } = *self;
        if let Some(Found { said, at_run_time }) = self.find() {
            let because = Because::Rule {
                pattern: said.pattern.clone(),
                at_run_time,
            };
            return (said.includes(caller, package, granted).into(), because);
        }
        let unsaid = (Verdict::Yes, Because::Unsaid);
        let Some(role) = caller.map(|it| it.role) else {
            return match action {
                Action::Read => unsaid,
                _ => (Verdict::No, Because::Nobody),
            };
        };
        match (action, role) {
            (Action::Read, _) => unsaid,
            (_, Role::Admin) => admin(),
            // Only an explicit rule lets somebody change what they may not see.
            (Action::Publish | Action::Tag | Action::Deprecate, _) if !self.may_read_by_rules() => {
                (Verdict::No, Because::Unreadable)
            }
            (Action::Unpublish | Action::Administer, _) => (Verdict::Owners, Because::Owners),
            (_, Role::Maintainer) if self.owner_only => {
                (Verdict::Yes, Because::Role(role.as_str()))
            }
            (_, _) if self.owner_only => (Verdict::OwnersOfOld, Because::Owners),
            _ => unsaid,
        }
    }

    fn may_read_by_rules(&self) -> bool {
        let read = Self {
            action: Action::Read,
            ..*self
        };
        read.by_rules().0 == Verdict::Yes
    }

    /// The most specific rule; of two for the same pattern, the one that was made at run time.
    fn find(&self) -> Option<Found<'_>> {
        let in_file = self.rules.find(self.action, self.package);
        let at_run_time = self.granted.rules().find(self.action, self.package);
        match (in_file, at_run_time) {
            (Some(said), None) => Some(Found {
                said,
                at_run_time: false,
            }),
            (Some(said), Some(other)) if said.pattern < other.pattern => Some(Found {
                said,
                at_run_time: false,
            }),
            (_, Some(said)) => Some(Found {
                said,
                at_run_time: true,
            }),
            (None, None) => None,
        }
    }
}

fn admin() -> (Verdict, Because) {
    (Verdict::Yes, Because::Role(Role::Admin.as_str()))
}

#[cfg(test)]
mod tests;
