//! The JSON of organisations.

use auth::{OrgView, TeamView};
use catalog::MemberRole;
use http::StatusCode;
use serde::{Deserialize, Serialize, Serializer};

use crate::{json, reject::Reject};

/// `{user: role, …}`
pub(super) struct Roster(pub(super) Vec<(String, MemberRole)>);

impl Serialize for Roster {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(user, role)| (user, role.as_str())))
    }
}

#[derive(Deserialize)]
struct MemberBody {
    user: String,
    #[serde(default)]
    role: Option<String>,
}

pub(super) fn member(body: &[u8]) -> Result<(String, MemberRole), Reject> {
    let body: MemberBody = json::object(body).map_err(|_| malformed())?;
    let role = match body.role.as_deref() {
        None => MemberRole::Developer,
        Some(text) => MemberRole::parse(text).ok_or_else(|| {
            Reject::told(
                StatusCode::UNPROCESSABLE_ENTITY,
                "a member's role is developer, admin or owner",
            )
        })?,
    };
    Ok((without_at(&body.user), role))
}

pub(super) fn user(body: &[u8]) -> Result<String, Reject> {
    let body: MemberBody = json::object(body).map_err(|_| malformed())?;
    Ok(without_at(&body.user))
}

fn without_at(user: &str) -> String {
    user.trim_start_matches('@').to_owned()
}

fn malformed() -> Reject {
    Reject::bad_request("the body is not a JSON object with a user")
}

#[derive(Serialize)]
pub(super) struct Orgs {
    orgs: Vec<OrgLine>,
}

#[derive(Serialize)]
struct OrgLine {
    org: String,
    members: u64,
    teams: u64,
}

impl Orgs {
    pub(super) fn of(orgs: Vec<(String, u64, u64)>) -> Self {
        let orgs = orgs.into_iter().map(|(org, members, teams)| OrgLine {
            org,
            members,
            teams,
        });
        Self {
            orgs: orgs.collect(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Org<'a> {
    #[serde(rename = "org")]
    name: &'a str,
    members: Vec<Member>,
    teams: Vec<Team>,
}

#[derive(Serialize)]
struct Member {
    name: String,
    role: &'static str,
}

#[derive(Serialize)]
pub(super) struct Team {
    #[serde(rename = "team")]
    name: String,
    members: Vec<String>,
    packages: Vec<TeamPackage>,
}

#[derive(Serialize)]
struct TeamPackage {
    package: String,
    permission: &'static str,
}

impl<'a> Org<'a> {
    pub(super) fn of(name: &'a str, view: OrgView) -> Self {
        let members = view.members.into_iter().map(|(name, role)| Member {
            name,
            role: role.as_str(),
        });
        Self {
            name,
            members: members.collect(),
            teams: view.teams.into_iter().map(Team::of).collect(),
        }
    }
}

impl Team {
    pub(super) fn of(view: TeamView) -> Self {
        let packages = view.packages.into_iter();
        let packages = packages.map(|(package, permission)| TeamPackage {
            package: package.to_string(),
            permission: permission.as_str(),
        });
        Self {
            name: view.team,
            members: view.members,
            packages: packages.collect(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Membership<'a> {
    pub(super) org: Size<'a>,
    pub(super) user: &'a str,
    pub(super) role: &'static str,
}

#[derive(Serialize)]
pub(super) struct Size<'a> {
    pub(super) name: &'a str,
    pub(super) size: u64,
}
