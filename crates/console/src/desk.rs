//! What a command may do, and whom it may ask.

use std::collections::BTreeMap;

use config13::Config13;
use npm_model::{DistTag, PackageName, Version};

use crate::{
    command::Command,
    error::CommandError,
    kind::{Action, OrgOrTeam, OrgRole, Role, Team},
    nouns::{
        ConfigChange, Decision, Event, Found, Invitation, LogFilter, MadeKey, NewKey, NewUser, Org,
        OrgSummary, PackageInfo, PackageLine, Progress, Published, RemovedUser, Rule, RuleChange,
        Status, TeamView, ToPublish, Token, User, Verified,
    },
};

/// What came of something that was asked for.
pub type Done<T> = Result<T, CommandError>;

/// Does what commands ask for: over the files of this machine, or over a server.
///
/// Each method is one whole operation, as one transaction or one request. Whether it may be done is
/// decided behind it.
pub trait Desk: Sync {
    /// Refuses a command with a word in it that the registry could not understand, whatever it keeps.
    /// Asks nobody, and changes nothing.
    fn check(&self, command: &Command) -> Done<()>;

    /// Reads the 13 bytes.
    fn config(&self) -> impl Future<Output = Done<Config13>> + Send;
    /// Writes fields in place, each in one write.
    fn write_config(&self, changes: &[ConfigChange]) -> impl Future<Output = Done<()>> + Send;

    /// Tells how the registry is. That it cannot be reached is an answer as well.
    fn status(&self) -> impl Future<Output = Done<Status>> + Send;

    /// Packs a folder and publishes it. `progress` is called now and then with how far that is.
    fn publish(
        &self,
        what: &ToPublish,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> impl Future<Output = Done<Published>> + Send;
    /// Returns all packages that the caller may read, by name.
    fn packages(&self) -> impl Future<Output = Done<Vec<PackageLine>>> + Send;
    /// Returns a package.
    fn package(&self, name: &PackageName) -> impl Future<Output = Done<PackageInfo>> + Send;
    /// Finds packages, so many at most.
    fn search(&self, text: &str, limit: u32) -> impl Future<Output = Done<Found>> + Send;
    /// Returns what the dist-tags of a package point at.
    fn dist_tags(
        &self,
        name: &PackageName,
    ) -> impl Future<Output = Done<BTreeMap<String, String>>> + Send;
    /// Points a dist-tag at a version.
    fn set_dist_tag(
        &self,
        name: &PackageName,
        version: &Version,
        tag: &DistTag,
    ) -> impl Future<Output = Done<()>> + Send;
    /// Removes a dist-tag.
    fn remove_dist_tag(
        &self,
        name: &PackageName,
        tag: &DistTag,
    ) -> impl Future<Output = Done<()>> + Send;

    /// Returns everybody who has an account, by name.
    fn users(&self) -> impl Future<Output = Done<Vec<User>>> + Send;
    /// Returns somebody who has an account.
    fn user(&self, name: &str) -> impl Future<Output = Done<User>> + Send;
    /// Tells whether an account of that name can be made, before a password is asked for.
    fn check_new_user(&self, name: &str) -> impl Future<Output = Done<()>> + Send;
    /// Makes an account.
    fn add_user(&self, new: NewUser) -> impl Future<Output = Done<User>> + Send;
    /// Sets a password.
    fn set_password(&self, name: &str, password: String)
    -> impl Future<Output = Done<User>> + Send;
    /// Changes what an account may do.
    fn set_role(&self, name: &str, role: Role) -> impl Future<Output = Done<User>> + Send;
    /// Keeps an account out, or lets it in again.
    fn set_disabled(&self, name: &str, disabled: bool) -> impl Future<Output = Done<User>> + Send;
    /// Returns the packages that would have no owner without an account.
    fn owned_alone(&self, name: &str) -> impl Future<Output = Done<Vec<String>>> + Send;
    /// Removes an account.
    fn remove_user(&self, name: &str) -> impl Future<Output = Done<RemovedUser>> + Send;
    /// Invites somebody, for as many days as the registry likes when none are said.
    fn invite(
        &self,
        role: Role,
        days: Option<u32>,
    ) -> impl Future<Output = Done<Invitation>> + Send;

    /// Returns all organisations that have members or teams.
    fn orgs(&self) -> impl Future<Output = Done<Vec<OrgSummary>>> + Send;
    /// Returns an organisation with its members and teams.
    fn org(&self, org: &str) -> impl Future<Output = Done<Org>> + Send;
    /// Returns a team with its members and packages.
    fn team(&self, team: &Team) -> impl Future<Output = Done<TeamView>> + Send;
    /// Makes a team.
    fn create_team(&self, team: &Team) -> impl Future<Output = Done<()>> + Send;
    /// Removes a team.
    fn destroy_team(&self, team: &Team) -> impl Future<Output = Done<()>> + Send;
    /// Puts somebody into a team.
    fn add_to_team(&self, team: &Team, user: &str) -> impl Future<Output = Done<()>> + Send;
    /// Makes somebody a member of an organisation, or changes what they are there.
    fn set_member(
        &self,
        org: &str,
        user: &str,
        role: OrgRole,
    ) -> impl Future<Output = Done<()>> + Send;
    /// Takes somebody out of a team, or out of an organisation and all its teams.
    fn remove_member(&self, from: &OrgOrTeam, user: &str) -> impl Future<Output = Done<()>> + Send;

    /// Returns all rules, the most specific first.
    fn rules(&self) -> impl Future<Output = Done<Vec<Rule>>> + Send;
    /// Changes whom the rules of a pattern name, all of them or none. Returns them as they are then.
    fn change_rules(
        &self,
        pattern: &str,
        actions: &[Action],
        change: &RuleChange,
    ) -> impl Future<Output = Done<Vec<Rule>>> + Send;
    /// Removes a rule that was made while the registry runs.
    fn clear_rule(&self, pattern: &str, action: Action) -> impl Future<Output = Done<()>> + Send;
    /// Tells whether an account, or somebody without one, may do something with a package.
    fn can(
        &self,
        user: Option<&str>,
        action: Action,
        package: &PackageName,
    ) -> impl Future<Output = Done<Decision>> + Send;

    /// Returns what is good in place of a password: of an account, or of all that are the caller's to
    /// see.
    fn tokens(&self, user: Option<&str>) -> impl Future<Output = Done<Vec<Token>>> + Send;
    /// Whether making a key takes the caller's password, as it does over a network: a token that was
    /// stolen makes no others.
    fn key_takes_password(&self) -> bool;
    /// Makes an API key.
    fn create_key(&self, new: NewKey) -> impl Future<Output = Done<MadeKey>> + Send;
    /// Revokes a token by its id; `key` only if it is an API key.
    fn revoke(&self, id: &str, only: Only) -> impl Future<Output = Done<()>> + Send;
    /// Tells what a token stands for that is used from an address, or from this machine.
    fn verify(
        &self,
        token: &str,
        from: Option<&str>,
    ) -> impl Future<Output = Done<Verified>> + Send;
    /// Returns what happened, the newest first.
    fn events(&self, filter: &LogFilter) -> impl Future<Output = Done<Vec<Event>>> + Send;
}

/// What may be revoked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Only {
    /// API keys.
    Keys,
    /// Everything.
    All,
}

/// Asks the person who typed a command.
pub trait Surface: Send {
    /// Asks for a secret, and shows nothing of it.
    fn ask_secret(&mut self, secret: &Secret) -> impl Future<Output = Done<String>> + Send;
    /// Asks whether something is really to be done. Only a clear yes is one.
    fn confirm(&mut self, question: &str) -> impl Future<Output = Done<bool>> + Send;
    /// Shows how far a long work is, if it likes.
    fn progress(&mut self, progress: Progress);
}

/// A secret that a command needs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Secret {
    /// A password that somebody is to have from now on, so that a slip of the finger matters.
    NewPassword {
        /// Whose.
        user: String,
    },
    /// The password that the caller has.
    OwnPassword,
    /// The text of a token.
    Token,
}

impl Secret {
    /// What is shown where it is to be typed.
    pub fn prompt(&self) -> String {
        match self {
            Self::NewPassword { user } => format!("Password for {user}: "),
            Self::OwnPassword => "Your password: ".to_owned(),
            Self::Token => "Token: ".to_owned(),
        }
    }
}
