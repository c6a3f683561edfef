//! What the registry understands of the words of commands, whatever it keeps: each rule once, for the
//! look at all commands before the first is run and for the command itself.

use std::net::{IpAddr, Ipv4Addr};

use auth::{
    AccessRules, MOST_EVENTS, NewApiKey, OrgName, PackagePattern, TeamName, check_user_name,
    parse_network,
};
use catalog::EventKind;
use console::{Command, CommandError, Done, OrgOrTeam, Subject, Team};

use super::nouns;

/// Refuses a command with a word in it that means nothing to any registry. A new command has to be told
/// apart here.
pub(super) fn check(command: &Command) -> Done<()> {
    match command {
        Command::UserAdd { name, .. } => user_name(&name.0).map(drop),
        Command::TeamList { of } => of.as_ref().map_or(Ok(()), org_or_team),
        Command::TeamCreate { team } | Command::TeamDestroy { team, .. } => {
            team_name(team).map(drop)
        }
        Command::TeamAdd { to: place, .. } | Command::TeamRemove { from: place, .. } => {
            org_or_team(place)
        }
        Command::Grant {
            subject,
            actions,
            pattern,
        }
        | Command::Revoke {
            subject,
            actions,
            pattern,
        } => {
            // Nobody is an empty list.
            let subjects: &[String] = match subject {
                Subject(_) if subject.is_nobody() => &[],
                Subject(text) => std::slice::from_ref(text),
            };
            let mut rules = AccessRules::default();
            actions.0.iter().try_for_each(|action| {
                rules
                    .add(&pattern.0, nouns::action_of(*action), subjects)
                    .map_err(CommandError::wrong)
            })
        }
        Command::RuleClear { pattern, .. } => package_pattern(&pattern.0).map(drop),
        Command::KeyCreate {
            scopes,
            user,
            networks,
            ..
        } => {
            owner(user.as_ref().map(|user| user.0.as_str()))?;
            let scopes = scopes.0.iter().map(|it| it.0.as_str());
            let networks = networks.iter().flat_map(|list| &list.0);
            let networks = networks.map(|it| it.0.as_str());
            new_key(String::new(), scopes, None, networks).map(drop)
        }
        Command::Verify { from, .. } => address(from.as_ref().map(|it| it.0.as_str())).map(drop),
        Command::Log { kind, limit, .. } => {
            limit.map_or(Ok(()), |limit| event_limit(limit.0))?;
            kind.as_ref().map_or(Ok(()), |kind| event_kind(&kind.0))
        }
        // Whoever is not there by that name, however it is written, is found missing by the command;
        // the others were read whole.
        Command::UserPasswd { .. }
        | Command::UserRole { .. }
        | Command::UserDisable { .. }
        | Command::UserEnable { .. }
        | Command::UserRemove { .. }
        | Command::Can { .. }
        | Command::KeyList { .. }
        | Command::KeyRevoke { .. }
        | Command::TokenList { .. }
        | Command::TokenRevoke { .. }
        | Command::Show {}
        | Command::Set { .. }
        | Command::Enable { .. }
        | Command::Disable { .. }
        | Command::Diff {}
        | Command::Revert {}
        | Command::Save {}
        | Command::Export {}
        | Command::UserList {}
        | Command::UserInvite { .. }
        | Command::RuleList {}
        | Command::Publish { .. }
        | Command::Packages { .. }
        | Command::Info { .. }
        | Command::Search { .. }
        | Command::TagList { .. }
        | Command::TagAdd { .. }
        | Command::TagRemove { .. }
        | Command::Status {}
        | Command::Reload {}
        | Command::Clear {}
        | Command::Exit {}
        | Command::Help { .. } => Ok(()),
    }
}

pub(super) fn user_name(text: &str) -> Done<String> {
    check_user_name(text).map_err(CommandError::wrong)
}

pub(super) fn package_pattern(text: &str) -> Done<PackagePattern> {
    text.parse().map_err(CommandError::wrong)
}

pub(super) fn org_name(org: &str) -> Done<OrgName> {
    OrgName::parse(org).map_err(CommandError::wrong)
}

pub(super) fn team_name(team: &Team) -> Done<(OrgName, TeamName)> {
    let name = TeamName::parse(&team.team).map_err(CommandError::wrong)?;
    Ok((org_name(&team.org)?, name))
}

fn org_or_team(place: &OrgOrTeam) -> Done<()> {
    org_name(&place.org)?;
    let team = place.team.as_deref().map(TeamName::parse).transpose();
    team.map(drop).map_err(CommandError::wrong)
}

/// Whose a new key is to be.
pub(super) fn owner(user: Option<&str>) -> Done<&str> {
    user.ok_or_else(|| {
        CommandError::wrong("the key needs an owner, and nobody is logged in here")
            .hint("say whose it is to be: --user NAME")
    })
}

/// A key, of which the name and the days are left to whoever makes it.
pub(super) fn new_key<'a>(
    name: String,
    scopes: impl Iterator<Item = &'a str>,
    days: Option<u32>,
    networks: impl Iterator<Item = &'a str>,
) -> Done<NewApiKey> {
    let scopes: Result<_, auth::KeyScopeError> = scopes.map(str::parse).collect();
    let networks: Result<_, _> = networks.map(parse_network).collect();
    Ok(NewApiKey {
        name,
        scopes: scopes.map_err(CommandError::wrong)?,
        days,
        networks: networks.map_err(CommandError::wrong)?,
    })
}

/// From where a token is used: this machine unless it is said.
pub(super) fn address(text: Option<&str>) -> Done<IpAddr> {
    match text {
        None => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        Some(text) => text.parse().map_err(|_| {
            CommandError::wrong(format!("{text:?} is not an address, such as 192.0.2.1"))
        }),
    }
}

pub(super) fn event_limit(limit: u32) -> Done<()> {
    if limit > MOST_EVENTS {
        let text = format!("a log shows 1 to {MOST_EVENTS} events at a time");
        return Err(CommandError::wrong(text));
    }
    Ok(())
}

pub(super) fn event_kind(kind: &str) -> Done<()> {
    if EventKind::is_word_or_family(kind) {
        return Ok(());
    }
    let all: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let text = format!("{kind:?} is no kind of event, nor what some begin with");
    Err(CommandError::wrong(text).hint(format!("there are {}", all.join(", "))))
}
