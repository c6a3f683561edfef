//! The one function that decides who may do what to which package.
//!
//! It holds together what is said (`decision.rs`), who owns the package, and what the token
//! in use may do less than its owner. A token can only take away.

use std::{fmt, sync::Arc};

use catalog::{CatalogError, MemberRole, Role};
use config13::Config13;
use npm_model::PackageName;

use crate::{
    account::check_user_name,
    auth::Auth,
    decision::{Because, Question, Verdict},
    identity::{Caller, Identity, TokenProblem},
    limits::{Reach, TokenLimits},
};

/// Something done with a package.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// See its documents and tarballs.
    Read,
    /// Add a version.
    Publish,
    /// Move a dist-tag.
    Tag,
    /// Mark a version as deprecated.
    Deprecate,
    /// Remove a version.
    Unpublish,
    /// Change owners and rules.
    Administer,
}

impl Action {
    /// All of them, in the order rules list them.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::Publish,
        Self::Tag,
        Self::Deprecate,
        Self::Unpublish,
        Self::Administer,
    ];

    /// The word that rules and errors use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Publish => "publish",
            Self::Tag => "tag",
            Self::Deprecate => "deprecate",
            Self::Unpublish => "unpublish",
            Self::Administer => "administer",
        }
    }

    /// Reads that word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == text)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an endpoint asks for before it does anything.
#[derive(Clone, Debug)]
pub enum Need {
    /// Nothing, and who asks makes no difference: nobody is identified, which could cost the hash of a
    /// password.
    Nobody,
    /// Nothing: everybody may.
    Nothing,
    /// To see the registry from outside: everybody may while it is open, and only those with an account
    /// while every read needs one.
    Registry,
    /// Any account.
    Account,
    /// Any account, to change something of its own: not with a token that may do less than its owner.
    OwnAccount,
    /// The right to look after the registry: not with a token that may do less than its owner.
    Admin,
    /// The right to look after an organisation: its teams and their members.
    Organisation(String),
    /// The right to say who is in an organisation.
    Members(String),
    /// The right to do something with a package.
    Package(Action, PackageName),
}

/// The proof that a need was granted. Only [`Auth::decide`] makes one.
#[derive(Clone, Debug)]
pub struct Permit {
    identity: Identity,
}

impl Permit {
    /// Who was permitted: an endpoint that learns from the request's body what it needs asks again
    /// for the same one.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Who was permitted, when they have an account.
    pub fn caller(&self) -> Option<&Arc<Caller>> {
        self.identity.caller()
    }
}

/// Why a need was not granted.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Denied {
    /// It takes an account, and nobody was identified.
    #[error("{}", log_in(*problem))]
    LogIn {
        /// Why the token that was sent did not help.
        problem: Option<TokenProblem>,
    },
    /// The account does not have the right.
    #[error("{user} may not {action} {package}")]
    Forbidden {
        /// The user name.
        user: String,
        /// What they wanted to do.
        action: Action,
        /// To what.
        package: PackageName,
    },
    /// The account might have the right, but the token does not.
    #[error("the token in use may not {action} {package}; its owner limited it")]
    Limited {
        /// What was wanted.
        action: Action,
        /// To what.
        package: PackageName,
    },
    /// The package is kept from the caller, who is told what they would be told if it were not there.
    #[error("{package} is not published here")]
    Hidden {
        /// The package.
        package: PackageName,
    },
    /// The account does not look after the registry.
    #[error("{user} may not do that; the registry's admins may")]
    NotAdmin {
        /// The user name.
        user: String,
    },
    /// The token may do less than its owner, and so does not speak for them.
    #[error("the token in use may not do that; its owner limited it")]
    LimitedToken,
    /// The account does not look after the organisation.
    #[error(
        "{user} may not change the organisation {org}; its owners and the registry's admins may"
    )]
    NotOurs {
        /// The user name.
        user: String,
        /// The organisation.
        org: String,
    },
}

fn log_in(problem: Option<TokenProblem>) -> String {
    match problem {
        Some(problem) => problem.to_string(),
        None => "you must be logged in to do that".to_owned(),
    }
}

impl Auth {
    /// Grants a need or says why not.
    pub async fn decide(
        &self,
        identity: &Identity,
        need: &Need,
        settings: &Config13,
    ) -> Result<Permit, DecideError> {
        let granted = match (need, identity) {
            (Need::Nobody | Need::Nothing, _) | (Need::Account, Identity::Account(_)) => true,
            (Need::OwnAccount, Identity::Account(caller)) => {
                if caller.limits.is_limited() {
                    return Err(Denied::LimitedToken.into());
                }
                true
            }
            (Need::Admin, Identity::Account(caller)) => {
                if caller.limits.is_limited() {
                    return Err(Denied::LimitedToken.into());
                }
                caller.is_admin()
            }
            (Need::Organisation(org), Identity::Account(caller)) => {
                self.may_organise(org, caller, MemberRole::Admin).await?
            }
            (Need::Members(org), Identity::Account(caller)) => {
                self.may_organise(org, caller, MemberRole::Owner).await?
            }
            (Need::Package(action, package), _) => {
                self.may(*action, package, identity.caller(), settings)
                    .await?
            }
            (Need::Registry, _) => !settings.is_private() || identity.caller().is_some(),
            (
                Need::Account
                | Need::OwnAccount
                | Need::Admin
                | Need::Organisation(_)
                | Need::Members(_),
                Identity::Anonymous(_),
            ) => false,
        };
        if granted {
            return Ok(Permit {
                identity: identity.clone(),
            });
        }
        if let Need::Package(action, package) = need
            && self.hides(identity, *action, package, settings).await?
        {
            let package = package.clone();
            return Err(Denied::Hidden { package }.into());
        }
        let caller = match identity {
            Identity::Anonymous(problem) => return Err(Denied::LogIn { problem: *problem }.into()),
            Identity::Account(caller) => caller,
        };
        let user = caller.name.clone();
        Err(DecideError::Denied(match need.clone() {
            Need::Package(action, package) => {
                if caller.limits.reach(action, &package) == Reach::Owner {
                    Denied::Forbidden {
                        user,
                        action,
                        package,
                    }
                } else {
                    Denied::Limited { action, package }
                }
            }
            Need::Admin => Denied::NotAdmin { user },
            Need::Organisation(org) | Need::Members(org) => Denied::NotOurs { user, org },
            Need::Nobody | Need::Nothing | Need::Registry | Need::Account | Need::OwnAccount => {
                Denied::LogIn { problem: None }
            }
        }))
    }

    /// Tells whether somebody who was permitted something else may also do this, for lists with many
    /// packages, where [`Auth::decide`] would cost too much; the answer is the same. Blocks on the
    /// disk where owners matter.
    pub fn may_too(
        &self,
        permit: &Permit,
        action: Action,
        package: &PackageName,
        settings: &Config13,
    ) -> bool {
        let reach = permit.caller().map(|it| it.limits.reach(action, package));
        let caller = acting(permit.caller(), action, package);
        match self.say(action, package, caller, settings).0 {
            _ if reach == Some(Reach::Refused) => false,
            Verdict::Yes => true,
            Verdict::No => false,
            Verdict::Owners | Verdict::OwnersOfOld => caller.is_some_and(|caller| {
                let owns = self.catalog.read(|rows| rows.owns(package, &caller.name));
                owns.unwrap_or(false)
            }),
        }
    }

    /// Tells whether anybody may read a package, with or without an account.
    pub fn is_public(&self, package: &PackageName, settings: &Config13) -> bool {
        self.say(Action::Read, package, None, settings).0 == Verdict::Yes
    }

    async fn may(
        &self,
        action: Action,
        package: &PackageName,
        caller: Option<&Arc<Caller>>,
        settings: &Config13,
    ) -> Result<bool, CatalogError> {
        let caller = match caller.map(|caller| caller.limits.reach(action, package)) {
            Some(Reach::Refused) => return Ok(false),
            _ => acting(caller, action, package),
        };
        let (verdict, _) = self.say(action, package, caller, settings);
        let (Verdict::Owners | Verdict::OwnersOfOld, Some(caller)) = (verdict, caller) else {
            return Ok(verdict == Verdict::Yes);
        };
        Ok(self
            .is_theirs(verdict, package, &caller.name)
            .await?
            .is_some())
    }

    /// Tells whether a package that is for owners is this account's: because they own it, or because
    /// it is not there yet.
    async fn is_theirs(
        &self,
        verdict: Verdict,
        package: &PackageName,
        name: &str,
    ) -> Result<Option<Because>, CatalogError> {
        let (package, name) = (package.clone(), name.to_owned());
        let theirs = self.catalog.look(move |rows| {
            if verdict == Verdict::OwnersOfOld && rows.package(&package)?.is_none() {
                return Ok(Some(Because::New));
            }
            Ok(rows.owns(&package, &name)?.then_some(Because::Owners))
        });
        theirs.await
    }

    /// Whether the caller, who was not granted something, is not to know of the package either. Who
    /// publishes is told: that a name is taken cannot be hidden from whoever wants it.
    async fn hides(
        &self,
        identity: &Identity,
        action: Action,
        package: &PackageName,
        settings: &Config13,
    ) -> Result<bool, CatalogError> {
        let caller = identity.caller();
        // Where every read takes an account, asking for one tells nothing of any package.
        let asks_all = settings.is_private() && caller.is_none();
        if !self.policy().hides_private || asks_all || action == Action::Publish {
            return Ok(false);
        }
        if !self.may(Action::Read, package, caller, settings).await? {
            return Ok(true);
        }
        // One that is not there has to look the same.
        let package = package.clone();
        let missing = self
            .catalog
            .look(move |rows| Ok(rows.package(&package)?.is_none()));
        missing.await
    }

    /// Tells whether an account may do something with a package, and why; without a name, whether
    /// somebody without an account may. Tokens play no part. Nothing when nobody has that name.
    pub async fn explain(
        &self,
        name: Option<&str>,
        action: Action,
        package: &PackageName,
        settings: &Config13,
    ) -> Result<Option<Decision>, CatalogError> {
        let caller = match name {
            None => None,
            Some(name) => {
                let Ok(name) = check_user_name(name) else {
                    return Ok(None);
                };
                let Some(account) = self.find_account(&name).await? else {
                    return Ok(None);
                };
                if account.disabled {
                    return Ok(Some(Decision {
                        allowed: false,
                        because: "the account is disabled".to_owned(),
                    }));
                }
                Some(Caller::new(account, TokenLimits::default(), String::new()))
            }
        };
        let (verdict, because) = self.say(action, package, caller.as_ref(), settings);
        let decision = |allowed, because: Because| Decision {
            allowed,
            because: because.to_string(),
        };
        let (Verdict::Owners | Verdict::OwnersOfOld, Some(caller)) = (verdict, caller) else {
            return Ok(Some(decision(verdict == Verdict::Yes, because)));
        };
        let theirs = self.is_theirs(verdict, package, &caller.name).await?;
        Ok(Some(match theirs {
            Some(Because::New) => decision(true, Because::New),
            Some(_) => Decision {
                allowed: true,
                because: format!("{because}, and {} is one", caller.name),
            },
            None => Decision {
                allowed: false,
                because: format!("{because}, and {} does not own it", caller.name),
            },
        }))
    }

    fn say(
        &self,
        action: Action,
        package: &PackageName,
        caller: Option<&Caller>,
        settings: &Config13,
    ) -> (Verdict, Because) {
        let (policy, granted) = (self.policy(), self.granted.get());
        let question = Question {
            rules: &policy.rules,
            granted: &granted,
            private: settings.is_private(),
            owner_only: policy.owner_only,
            action,
            package,
            caller,
        };
        question.answer()
    }

    async fn may_organise(
        &self,
        org: &str,
        caller: &Caller,
        least: MemberRole,
    ) -> Result<bool, DecideError> {
        if !caller.limits.allows_org(org) {
            return Err(Denied::LimitedToken.into());
        }
        if caller.is_admin() {
            return Ok(true);
        }
        if caller.role == Role::Reader {
            return Ok(false);
        }
        let (org, name) = (org.to_owned(), caller.name.clone());
        let role = self.catalog.look(move |rows| rows.member_role(&org, &name));
        let role = role.await?;
        Ok(role.is_some_and(|role| role >= least))
    }
}

/// Whether somebody may do something, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decision {
    /// Whether they may.
    pub allowed: bool,
    /// Why, in words for people.
    pub because: String,
}

/// The caller as far as their token lets them act.
fn acting<'a>(
    caller: Option<&'a Arc<Caller>>,
    action: Action,
    package: &PackageName,
) -> Option<&'a Caller> {
    let caller = caller?;
    (caller.limits.reach(action, package) == Reach::Owner).then_some(caller.as_ref())
}

/// Why a need was not granted, or could not be decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// It was not granted.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The owners could not be looked up.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

#[cfg(test)]
mod tests;
