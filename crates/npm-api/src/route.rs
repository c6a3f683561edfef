//! Which method and path is which endpoint.
//!
//! Names are parsed here, once. What cannot be a name is a 404 where it is read and a 400 where it
//! is written; a path that is there answers other methods with 405 and the ones it takes.

use http::{Method, StatusCode};

use crate::{
    account::{GetUser, Login, Logout, WhoAmI},
    audit::{AuditReport, BulkAudit},
    change::{DeletePackage, DeleteTarball, PutPackage, PutRevision},
    dist_tag::{ListDistTags, RemoveDistTag, SetDistTag},
    endpoint::Endpoint,
    packument::{GetManifest, GetPackument},
    path::{Name, Pieces, split_name},
    reject::Reject,
    search::{ListAll, Search},
    signature::ListKeys,
    star::StarredBy,
    status::{Ping, Robots, Root},
    tarball::GetTarball,
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
            ["whoami"] => verb.get(|| Ok(Self::WhoAmI(WhoAmI))),
            ["user", "token", token @ ..] if !token.is_empty() => verb.one("DELETE", || {
                // yarn 1 does not encode the token, which may hold slashes.
                Ok(Self::Logout(Logout::new(token.join("/"))))
            }),
            ["user", user] | ["user", user, "-rev", _] => match user.strip_prefix(Login::PREFIX) {
                Some(name) => match verb.0.as_str() {
                    "GET" => Ok(Self::GetUser(GetUser {
                        name: name.to_owned(),
                    })),
                    "PUT" => Ok(Self::Login(Login::new(name))),
                    _ => Err(Reject::method("GET, HEAD, PUT")),
                },
                None => Err(no_such_path()),
            },
            ["v1", "search"] => verb.get(|| Ok(Self::Search(Search))),
            ["all"] | ["all", "since"] => verb.get(|| Ok(Self::ListAll(ListAll))),
            ["npm", "v1", "security", "advisories", "bulk"] => {
                verb.one("POST", || Ok(Self::BulkAudit(BulkAudit)))
            }
            ["npm", "v1", "security", "audits"] | ["npm", "v1", "security", "audits", "quick"] => {
                verb.one("POST", || Ok(Self::AuditReport(AuditReport)))
            }
            ["npm", "v1", "keys"] => verb.get(|| Ok(Self::ListKeys(ListKeys))),
            ["_view", "starredByUser"] => verb.get(|| Ok(Self::StarredBy(StarredBy))),
            ["package", rest @ ..] => match split_name(rest) {
                Some((name, ["dist-tags"])) => verb.get(|| {
                    Ok(Self::ListDistTags(ListDistTags {
                        package: name.parse()?,
                    }))
                }),
                Some((name, ["dist-tags", tag])) => match verb.0.as_str() {
                    "PUT" | "POST" => Ok(Self::SetDistTag(SetDistTag::new(name.parse()?, tag)?)),
                    "DELETE" => Ok(Self::RemoveDistTag(RemoveDistTag::new(name.parse()?, tag)?)),
                    _ => Err(Reject::method("PUT, POST, DELETE")),
                },
                _ => Err(no_such_path()),
            },
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
            [selector] => {
                verb.get(|| GetManifest::new(readable(name)?, selector).map(Self::GetManifest))
            }
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
