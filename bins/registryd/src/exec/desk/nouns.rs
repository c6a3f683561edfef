//! The registry's values as the console's, and back. The words are the same on both sides.

use auth::{ListedRule, ListedToken, LookedInto, Person};
use catalog::MemberRole;
use console::{
    Action, Event, GoodToken, OrgRole, PackageLine, Role, Rule, RuleSource, TeamPackage, TeamView,
    Token, User,
};
use npm_model::PackageName;
use storage::Summary;

pub(super) fn user(person: Person) -> User {
    User {
        name: person.name,
        role: role(person.role),
        disabled: person.disabled,
        email: person.email,
        created: person.created,
        last_used: person.last_used,
    }
}

const fn role(role: catalog::Role) -> Role {
    match role {
        catalog::Role::Reader => Role::Reader,
        catalog::Role::Publisher => Role::Publisher,
        catalog::Role::Maintainer => Role::Maintainer,
        catalog::Role::Admin => Role::Admin,
    }
}

pub(super) const fn role_of(role: Role) -> catalog::Role {
    match role {
        Role::Reader => catalog::Role::Reader,
        Role::Publisher => catalog::Role::Publisher,
        Role::Maintainer => catalog::Role::Maintainer,
        Role::Admin => catalog::Role::Admin,
    }
}

pub(super) const fn org_role(role: MemberRole) -> OrgRole {
    match role {
        MemberRole::Developer => OrgRole::Developer,
        MemberRole::Admin => OrgRole::Admin,
        MemberRole::Owner => OrgRole::Owner,
    }
}

pub(super) const fn member_role_of(role: OrgRole) -> MemberRole {
    match role {
        OrgRole::Developer => MemberRole::Developer,
        OrgRole::Admin => MemberRole::Admin,
        OrgRole::Owner => MemberRole::Owner,
    }
}

pub(super) const fn action(action: auth::Action) -> Action {
    match action {
        auth::Action::Read => Action::Read,
        auth::Action::Publish => Action::Publish,
        auth::Action::Tag => Action::Tag,
        auth::Action::Deprecate => Action::Deprecate,
        auth::Action::Unpublish => Action::Unpublish,
        auth::Action::Administer => Action::Administer,
    }
}

pub(super) const fn action_of(action: Action) -> auth::Action {
    match action {
        Action::Read => auth::Action::Read,
        Action::Publish => auth::Action::Publish,
        Action::Tag => auth::Action::Tag,
        Action::Deprecate => auth::Action::Deprecate,
        Action::Unpublish => auth::Action::Unpublish,
        Action::Administer => auth::Action::Administer,
    }
}

pub(super) fn team(view: auth::TeamView) -> TeamView {
    let packages = view.packages.into_iter();
    let packages = packages.map(|(package, permission)| TeamPackage {
        package: package.to_string(),
        permission: permission.as_str().to_owned(),
    });
    TeamView {
        team: view.team,
        members: view.members,
        packages: packages.collect(),
    }
}

pub(super) fn rule(rule: ListedRule) -> Rule {
    Rule {
        pattern: rule.pattern.to_string(),
        action: action(rule.action),
        subjects: rule.subjects,
        source: if rule.at_run_time {
            RuleSource::RunTime
        } else {
            RuleSource::Settings
        },
        overruled: rule.overruled,
        is_new: false,
    }
}

pub(super) fn token(listed: ListedToken, owner: &str) -> Token {
    let limits = listed.limits;
    let scopes = limits.key_scopes.as_ref();
    let (last_used, last_used_from) = listed.used.map(|used| (used.at, used.from)).unzip();
    Token {
        id: listed.key,
        user: owner.to_owned(),
        kind: listed.kind.as_str().to_owned(),
        name: listed.name,
        scopes: scopes.map(|scopes| scopes.iter().map(ToString::to_string).collect()),
        limited: limits.is_limited(),
        cidr: limits.networks.iter().map(ToString::to_string).collect(),
        created: listed.created,
        expires: listed.expires,
        last_used,
        last_used_from,
    }
}

pub(super) fn good_token(seen: LookedInto) -> GoodToken {
    let LookedInto {
        caller,
        session,
        claims,
    } = seen;
    let issuer = claims.as_ref().and_then(|claims| claims.get("iss"));
    let limits = &caller.limits;
    let scopes = limits.key_scopes.as_ref();
    let session = session.as_ref();
    GoodToken {
        user: caller.name.clone(),
        role: caller.role.as_str().to_owned(),
        kind: session.map_or("foreign", |it| it.kind.as_str()).to_owned(),
        id: session.map(|it| it.id.clone()),
        name: session.and_then(|it| it.name.clone()),
        issuer: issuer.and_then(|it| it.as_str()).map(str::to_owned),
        limited: limits.is_limited(),
        scopes: scopes.map(|scopes| scopes.iter().map(ToString::to_string).collect()),
        cidr: limits.networks.iter().map(ToString::to_string).collect(),
        created: session.map(|it| it.created),
        expires: session.map(|it| it.expires),
        claims,
    }
}

pub(super) fn package_line(name: &PackageName, summary: Summary) -> PackageLine {
    PackageLine {
        name: name.to_string(),
        version: summary.version,
        description: summary.description,
        keywords: summary.keywords,
        published: humantime::parse_rfc3339(&summary.date).ok(),
        publisher: summary.publisher,
        deprecated: summary.deprecated,
    }
}

pub(super) fn event(event: catalog::Event) -> Event {
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    Event {
        seq: event.seq,
        at: event.at,
        actor: said(event.origin.actor),
        token: said(event.origin.token),
        address: event.origin.address,
        kind: event.kind,
        target: event.target,
        refused: event.refused,
        detail: event.detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_the_same_on_both_sides() {
        for it in catalog::Role::ALL {
            assert_eq!(role(it).as_str(), it.as_str());
            assert_eq!(role_of(role(it)), it);
        }
        assert_eq!(Role::ALL.len(), catalog::Role::ALL.len());
        for it in auth::Action::ALL {
            assert_eq!(action(it).as_str(), it.as_str());
            assert_eq!(action_of(action(it)), it);
        }
        assert_eq!(Action::ALL.len(), auth::Action::ALL.len());
        for it in OrgRole::ALL {
            assert_eq!(org_role(member_role_of(*it)), *it);
            assert_eq!(member_role_of(*it).as_str(), it.as_str());
        }
        assert_eq!(Token::KEY, catalog::SessionKind::Key.as_str());
    }
}
