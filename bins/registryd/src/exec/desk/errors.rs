//! What went wrong, as somebody who types commands is told. Every error is matched whole, so that a
//! new one has to be told apart here.

#![allow(
    clippy::needless_pass_by_value,
    reason = "an error is what map_err hands over"
)]

use auth::{
    ChangeRuleError, ChangeSubjectsError, InviteError, MakeKeyError, MakeTokenError, OrgError,
    PeopleError,
};
use catalog::CatalogError;
use console::{CommandError, Only};
use npm_model::PackageName;
use storage::TagError;

const WHO: &str = "`user list` shows who there is";
const PACKAGES: &str = "`packages` shows which there are";

pub(super) fn of_catalog(error: &CatalogError) -> CommandError {
    CommandError::failed("the catalogue refused", error)
}

pub(super) fn no_user(name: &str) -> CommandError {
    CommandError::not_found(format!("there is no user {name}")).hint(WHO)
}

pub(super) fn no_package(name: &PackageName) -> CommandError {
    CommandError::not_found(format!("{name} is not published here")).hint(PACKAGES)
}

pub(super) fn of_tag(error: TagError) -> CommandError {
    match &error {
        TagError::NoSuchPackage { package } => no_package(package),
        TagError::NoSuchVersion { package, .. } => {
            let hint = format!("`info {package}` shows its versions");
            CommandError::not_found(&error).hint(hint)
        }
        TagError::NoSuchTag { package, .. } => {
            let hint = format!("`tag list {package}` shows its dist-tags");
            CommandError::not_found(&error).hint(hint)
        }
        TagError::LatestStays { .. } => {
            CommandError::refused(error).hint("`tag add PACKAGE@VERSION latest` moves it")
        }
        TagError::Catalog(error) => of_catalog(error),
    }
}

pub(super) fn of_people(error: PeopleError) -> CommandError {
    match &error {
        PeopleError::UserName(_) | PeopleError::Password(_) | PeopleError::Email(_) => {
            CommandError::wrong(error)
        }
        PeopleError::Taken { .. } => {
            CommandError::refused(error).hint("`user passwd` sets a password, `user role` a role")
        }
        PeopleError::NoSuchUser { .. } => CommandError::not_found(error).hint(WHO),
        PeopleError::LastAdmin { .. } => {
            CommandError::refused(error).hint("`user role NAME admin` makes an admin")
        }
        PeopleError::Hash(_) | PeopleError::Catalog(_) => {
            CommandError::failed("the account was not changed", &error)
        }
    }
}

pub(super) fn invited(error: InviteError) -> CommandError {
    match &error {
        InviteError::Days | InviteError::Closed => CommandError::wrong(error),
        InviteError::Login(_) | InviteError::Catalog(_) => {
            CommandError::failed("nobody was invited", &error)
        }
    }
}

pub(super) fn of_org(error: OrgError) -> CommandError {
    match &error {
        OrgError::NoSuchOrg { .. } => {
            CommandError::not_found(error).hint("`team list` shows which there are")
        }
        OrgError::NoSuchTeam { org, .. } => {
            let hint = format!("`team list @{org}` shows its teams");
            CommandError::not_found(&error).hint(hint)
        }
        OrgError::NoSuchUser { .. } => CommandError::not_found(error).hint(WHO),
        OrgError::NotAMember { .. } | OrgError::NoSuchPackage { .. } | OrgError::NoGrant { .. } => {
            CommandError::not_found(error)
        }
        OrgError::TeamExists { .. } => CommandError::refused(error),
        OrgError::Description => CommandError::wrong(error),
        OrgError::Catalog(error) => of_catalog(error),
    }
}

pub(super) fn of_rule(error: ChangeRuleError) -> CommandError {
    match &error {
        ChangeRuleError::Rule(_) | ChangeRuleError::TooManySubjects => CommandError::wrong(error),
        ChangeRuleError::TooMany => CommandError::refused(error),
        ChangeRuleError::NoSuchRule { .. } => {
            CommandError::not_found(error).hint("`rule list` shows all rules")
        }
        ChangeRuleError::Catalog(error) => of_catalog(error),
    }
}

pub(super) fn changed_rule(error: ChangeSubjectsError) -> CommandError {
    match error {
        ChangeSubjectsError::Rule(error) => of_rule(error),
        ChangeSubjectsError::NoSuchUser(_) => CommandError::not_found(error).hint(WHO),
        ChangeSubjectsError::NoSuchTeam { ref org, .. } => {
            let hint = format!("`team list @{org}` shows its teams");
            CommandError::not_found(error).hint(hint)
        }
        ChangeSubjectsError::NotNamed { .. } => {
            CommandError::not_found(error).hint("`rule list` shows whom each rule names")
        }
    }
}

pub(super) fn made_key(error: MakeKeyError) -> CommandError {
    match &error {
        MakeKeyError::Name | MakeKeyError::NoScope => CommandError::wrong(error),
        MakeKeyError::TooMany => CommandError::refused(error),
        MakeKeyError::NoSuchUser(_) => CommandError::not_found(error).hint(WHO),
        MakeKeyError::Token(token) => match token {
            MakeTokenError::Text | MakeTokenError::TooManyNamed | MakeTokenError::Days => {
                CommandError::wrong(error)
            }
            MakeTokenError::TooMany => CommandError::refused(error),
            MakeTokenError::Login(_) | MakeTokenError::Catalog(_) => {
                CommandError::failed("the key was not made", &error)
            }
        },
    }
}

pub(super) fn found_none(id: &str, only: Only) -> CommandError {
    let shown: String = id.chars().take(60).collect();
    let (what, list) = match only {
        Only::Keys => ("API key", "`key list`"),
        Only::All => ("token", "`token list`"),
    };
    CommandError::not_found(format!("there is no {what} {shown}, or no longer"))
        .hint(format!("{list} shows the ids"))
}
