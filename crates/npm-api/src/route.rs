//! Which method and path is which endpoint.
//!
//! Names are parsed here, once. What cannot be a name is a 404 where it is read and a 400 where it
//! is written; a path that is there answers other methods with 405 and the ones it takes.

mod auth;

use ::auth::{OrgName, TeamName};
use http::{Method, StatusCode};

use crate::{
    access::{
        GetAccess, GetVisibility, Grant, ListCollaborators, ListPackages, Of, RevokeGrant,
        SetAccess,
    },
    account::{GetUser, Login, Logout, WhoAmI},
    audit::{AuditReport, BulkAudit},
    change::{DeletePackage, DeleteTarball, PutPackage, PutRevision},
    dependent::ListDependents,
    dist_tag::{ListDistTags, MergeDistTags, RemoveDistTag, SetDistTag},
    endpoint::Endpoint,
    live::OpenStream,
    org::{ListMembers, RemoveMember, SetMember},
    owner::{AddOwner, ListOwners, RemoveOwner},
    packument::{GetManifest, GetPackument},
    path::{Name, Pieces, split_name, split_package_version},
    profile::{GetProfile, SetProfile},
    reject::Reject,
    search::{ListAll, Search},
    signature::{GetAttestations, ListKeys},
    star::{ListOwnStars, SetStar, StarredBy},
    status::{GetStatus, Ping, Robots, Root},
    tarball::GetTarball,
    team::{ChangeTeam, CreateTeam, DestroyTeam, ListTeamMembers, ListTeams},
    token::{CreateToken, ListTokens, RevokeToken},
    web_login::{AnswerPage, BeginLogin, PollLogin, ShowPage},
};

impl Endpoint {
    /// Finds the endpoint of a method and a path. `HEAD` is answered like `GET`, without the body.
    pub(crate) fn route(method: &Method, path: &str) -> Result<Self, Reject> {
        let pieces =
            Pieces::parse(path).map_err(|error| Reject::told(StatusCode::BAD_REQUEST, error))?;
        let verb = Verb(if method == Method::HEAD {
            &Method::GET
        } else {
            method
        });
        match pieces.as_strs().as_slice() {
            [] => verb.get(|| Ok(Self::Root(Root))),
            ["-", own @ ..] => Self::route_own(verb, own),
            ["_auth", own @ ..] => Self::route_auth(verb, own),
            // It could be a package's name. `favicon.ico` and `.well-known`, which browsers ask for as
            // well, cannot.
            ["robots.txt"] => verb.get(|| Ok(Self::Robots(Robots))),
            ["robots.txt", ..] => Err(no_such_path()),
            pieces => match split_name(pieces) {
                Some((name, rest)) => Self::route_package(verb, name, rest),
                None => Err(Reject::not_found("a scope is not a package")),
            },
        }
    }

    /// The paths below `/-/`, which no package can have.
    fn route_own(verb: Verb<'_>, own: &[&str]) -> Result<Self, Reject> {
        match own {
            ["ping"] => verb.get(|| Ok(Self::Ping(Ping))),
            ["status"] => verb.get(|| Ok(Self::GetStatus(GetStatus))),
            ["live"] => verb.get(|| Ok(Self::OpenStream(OpenStream))),
            ["whoami"] => verb.get(|| Ok(Self::WhoAmI(WhoAmI))),
            ["user", user @ ..] => Self::route_user(verb, user),
            ["v1", "search"] => verb.get(|| Ok(Self::Search(Search))),
            ["all"] | ["all", "since"] => verb.get(|| Ok(Self::ListAll(ListAll))),
            ["npm", "v1", "security", "advisories", "bulk"] => {
                verb.one("POST", || Ok(Self::BulkAudit(BulkAudit)))
            }
            ["npm", "v1", "security", "audits"] | ["npm", "v1", "security", "audits", "quick"] => {
                verb.one("POST", || Ok(Self::AuditReport(AuditReport)))
            }
            ["npm", "v1", "keys"] => verb.get(|| Ok(Self::ListKeys(ListKeys))),
            ["npm", "v1", "attestations", of @ ..] => match split_package_version(of) {
                Some((name, version)) => verb.get(|| {
                    GetAttestations::new(readable(name)?, version).map(Self::GetAttestations)
                }),
                None => Err(no_such_path()),
            },
            ["_view", "starredByUser"] => verb.get(|| Ok(Self::StarredBy(StarredBy))),
            ["_view", "dependedUpon"] => verb.get(|| Ok(Self::ListDependents(ListDependents))),
            ["v1", "login"] => verb.one("POST", || Ok(Self::BeginLogin(BeginLogin))),
            ["v1", "login", page] => {
                let page = (*page).to_owned();
                match verb.0.as_str() {
                    "GET" => Ok(Self::ShowPage(ShowPage { page })),
                    "POST" => Ok(Self::AnswerPage(AnswerPage { page })),
                    _ => Err(Reject::method("GET, HEAD, POST")),
                }
            }
            ["v1", "done", poll] => verb.get(|| {
                let poll = (*poll).to_owned();
                Ok(Self::PollLogin(PollLogin { poll }))
            }),
            ["npm", "v1", "user"] => match verb.0.as_str() {
                "GET" => Ok(Self::GetProfile(GetProfile)),
                "POST" => Ok(Self::SetProfile(SetProfile)),
                _ => Err(Reject::method("GET, HEAD, POST")),
            },
            ["npm", "v1", "tokens"] => match verb.0.as_str() {
                "GET" => Ok(Self::ListTokens(ListTokens)),
                "POST" => Ok(Self::CreateToken(CreateToken)),
                _ => Err(Reject::method("GET, HEAD, POST")),
            },
            ["npm", "v1", "tokens", "token", key @ ..] if !key.is_empty() => {
                verb.one("DELETE", || {
                    let key = key.join("/");
                    Ok(Self::RevokeToken(RevokeToken { key }))
                })
            }
            ["org", org, rest @ ..] => Self::route_org(verb, org, rest),
            ["team", org, team, rest @ ..] => Self::route_team(verb, org, team, rest),
            ["package", rest @ ..] => match split_name(rest) {
                Some((name, rest)) => Self::route_about_package(verb, name, rest),
                None => Err(no_such_path()),
            },
            _ => Err(no_such_path()),
        }
    }

    fn route_user(verb: Verb<'_>, user: &[&str]) -> Result<Self, Reject> {
        match user {
            ["token", token @ ..] if !token.is_empty() => verb.one("DELETE", || {
                // yarn 1 does not encode the token, which may hold slashes.
                Ok(Self::Logout(Logout::new(token.join("/"))))
            }),
            ["v1", "star"] => match verb.0.as_str() {
                "GET" => Ok(Self::ListOwnStars(ListOwnStars)),
                "PUT" => Ok(Self::SetStar(SetStar { starred: true })),
                "DELETE" => Ok(Self::SetStar(SetStar { starred: false })),
                _ => Err(Reject::method("GET, HEAD, PUT, DELETE")),
            },
            [user, "package"] => verb.get(|| {
                let of = Of::User((*user).to_owned());
                Ok(Self::ListPackages(ListPackages { of }))
            }),
            [user] | [user, "-rev", _] => match user.strip_prefix(Login::PREFIX) {
                Some(name) => match verb.0.as_str() {
                    "GET" => Ok(Self::GetUser(GetUser {
                        name: name.to_owned(),
                    })),
                    "PUT" => Ok(Self::Login(Login::new(name))),
                    _ => Err(Reject::method("GET, HEAD, PUT")),
                },
                None => Err(no_such_path()),
            },
            _ => Err(no_such_path()),
        }
    }

    fn route_org(verb: Verb<'_>, org: &str, rest: &[&str]) -> Result<Self, Reject> {
        match rest {
            ["user"] => {
                let org = OrgName::parse(org)?;
                match verb.0.as_str() {
                    "GET" => Ok(Self::ListMembers(ListMembers { org })),
                    "PUT" => Ok(Self::SetMember(SetMember { org })),
                    "DELETE" => Ok(Self::RemoveMember(RemoveMember { org })),
                    _ => Err(Reject::method("GET, HEAD, PUT, DELETE")),
                }
            }
            ["team"] => {
                let org = OrgName::parse(org)?;
                match verb.0.as_str() {
                    "GET" => Ok(Self::ListTeams(ListTeams { org })),
                    "PUT" => Ok(Self::CreateTeam(CreateTeam { org })),
                    _ => Err(Reject::method("GET, HEAD, PUT")),
                }
            }
            ["package"] => verb.get(|| {
                let of = Of::Org(OrgName::parse(org)?);
                Ok(Self::ListPackages(ListPackages { of }))
            }),
            _ => Err(no_such_path()),
        }
    }

    fn route_team(verb: Verb<'_>, org: &str, team: &str, rest: &[&str]) -> Result<Self, Reject> {
        let names = || Ok::<_, Reject>((OrgName::parse(org)?, TeamName::parse(team)?));
        match rest {
            [] => verb.one("DELETE", || {
                let (org, team) = names()?;
                Ok(Self::DestroyTeam(DestroyTeam { org, team }))
            }),
            ["user"] => {
                let (org, team) = names()?;
                let change =
                    |org, team, member| Ok(Self::ChangeTeam(ChangeTeam { org, team, member }));
                match verb.0.as_str() {
                    "GET" => Ok(Self::ListTeamMembers(ListTeamMembers { org, team })),
                    "PUT" => change(org, team, true),
                    "DELETE" => change(org, team, false),
                    _ => Err(Reject::method("GET, HEAD, PUT, DELETE")),
                }
            }
            ["package"] => {
                let (org, team) = names()?;
                match verb.0.as_str() {
                    "GET" => {
                        let of = Of::Team(org, team);
                        Ok(Self::ListPackages(ListPackages { of }))
                    }
                    "PUT" => Ok(Self::Grant(Grant { org, team })),
                    "DELETE" => Ok(Self::RevokeGrant(RevokeGrant { org, team })),
                    _ => Err(Reject::method("GET, HEAD, PUT, DELETE")),
                }
            }
            _ => Err(no_such_path()),
        }
    }

    /// What is said of a package beside its documents: `/-/package/{package}/…`.
    fn route_about_package(verb: Verb<'_>, name: Name<'_>, rest: &[&str]) -> Result<Self, Reject> {
        match rest {
            ["dist-tags"] => match verb.0.as_str() {
                "GET" => Ok(Self::ListDistTags(ListDistTags {
                    package: readable(name)?,
                })),
                "PUT" | "POST" => Ok(Self::MergeDistTags(MergeDistTags {
                    package: name.parse()?,
                })),
                _ => Err(Reject::method("GET, HEAD, PUT, POST")),
            },
            ["dist-tags", tag] => match verb.0.as_str() {
                "PUT" | "POST" => Ok(Self::SetDistTag(SetDistTag::new(name.parse()?, tag)?)),
                "DELETE" => Ok(Self::RemoveDistTag(RemoveDistTag::new(name.parse()?, tag)?)),
                _ => Err(Reject::method("PUT, POST, DELETE")),
            },
            ["visibility"] => verb.get(|| {
                let package = readable(name)?;
                Ok(Self::GetVisibility(GetVisibility { package }))
            }),
            ["access"] => match verb.0.as_str() {
                "GET" => Ok(Self::GetAccess(GetAccess {
                    package: readable(name)?,
                })),
                "POST" => Ok(Self::SetAccess(SetAccess {
                    package: name.parse()?,
                })),
                _ => Err(Reject::method("GET, HEAD, POST")),
            },
            ["collaborators"] => verb.get(|| {
                let package = readable(name)?;
                Ok(Self::ListCollaborators(ListCollaborators { package }))
            }),
            ["owners"] => match verb.0.as_str() {
                "GET" => Ok(Self::ListOwners(ListOwners {
                    package: readable(name)?,
                })),
                "PUT" => Ok(Self::AddOwner(AddOwner {
                    package: name.parse()?,
                })),
                _ => Err(Reject::method("GET, HEAD, PUT")),
            },
            ["owners", user] => verb.one("DELETE", || {
                Ok(Self::RemoveOwner(RemoveOwner {
                    package: name.parse()?,
                    user: user.to_ascii_lowercase(),
                }))
            }),
            _ => Err(no_such_path()),
        }
    }

    fn route_package(verb: Verb<'_>, name: Name<'_>, rest: &[&str]) -> Result<Self, Reject> {
        match rest {
            [] => match verb.0.as_str() {
                "GET" => Ok(Self::GetPackument(GetPackument {
                    package: readable(name)?,
                })),
                "PUT" => Ok(Self::PutPackage(PutPackage {
                    package: name.parse()?,
                })),
                _ => Err(Reject::method("GET, HEAD, PUT")),
            },
            ["-rev", rev] => match verb.0.as_str() {
                "PUT" => Ok(Self::PutRevision(PutRevision {
                    package: name.parse()?,
                    rev: (*rev).to_owned(),
                })),
                "DELETE" => Ok(Self::DeletePackage(DeletePackage {
                    package: name.parse()?,
                    rev: (*rev).to_owned(),
                })),
                _ => Err(Reject::method("PUT, DELETE")),
            },
            ["-", file @ .., "-rev", _] if matches!(file.len(), 1 | 2) => verb
                .one("DELETE", || {
                    DeleteTarball::new(name.parse()?, &file.join("/")).map(Self::DeleteTarball)
                }),
            // The second form is what npm writes into `dist.tarball` of a scoped package.
            ["-", file] => {
                verb.get(|| GetTarball::new(readable(name)?, file).map(Self::GetTarball))
            }
            ["-", scope, file] if scope.starts_with('@') => verb.get(|| {
                GetTarball::new(readable(name)?, &format!("{scope}/{file}")).map(Self::GetTarball)
            }),
            [selector] => match verb.0.as_str() {
                "GET" => GetManifest::new(readable(name)?, selector).map(Self::GetManifest),
                "PUT" => SetDistTag::new(name.parse()?, selector).map(Self::SetDistTag),
                _ => Err(Reject::method("GET, HEAD, PUT")),
            },
            _ => Err(no_such_path()),
        }
    }
}

/// The name of a package that is asked for: what cannot be a name is simply not there.
fn readable(name: Name<'_>) -> Result<npm_model::PackageName, Reject> {
    name.parse()
        .map_err(|error| Reject::told(StatusCode::NOT_FOUND, error))
}

fn no_such_path() -> Reject {
    Reject::not_found("this registry has nothing at that path")
}

/// The method of a request, with `HEAD` taken as `GET`.
#[derive(Clone, Copy)]
struct Verb<'a>(&'a Method);

impl Verb<'_> {
    fn get(self, make: impl FnOnce() -> Result<Endpoint, Reject>) -> Result<Endpoint, Reject> {
        if self.0 == Method::GET {
            make()
        } else {
            Err(Reject::method("GET, HEAD"))
        }
    }

    fn one(
        self,
        method: &'static str,
        make: impl FnOnce() -> Result<Endpoint, Reject>,
    ) -> Result<Endpoint, Reject> {
        if self.0.as_str() == method {
            make()
        } else {
            Err(Reject::method(method))
        }
    }
}

#[cfg(test)]
mod tests;
