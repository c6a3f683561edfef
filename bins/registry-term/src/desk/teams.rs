//! Organisations and their teams.

use console::{Done, OrgOrTeam, OrgRole, OrgSummary, Team, TeamView};
use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::{TermDesk, path::word};

#[derive(Deserialize)]
struct Orgs {
    orgs: Vec<OrgSummary>,
}

pub(super) fn path(team: &Team) -> String {
    format!("-/team/{}/{}", word(&team.org), word(&team.team))
}

fn members_path(org: &str) -> String {
    format!("-/org/{}/user", word(org))
}

pub(super) async fn orgs(desk: &TermDesk) -> Done<Vec<OrgSummary>> {
    let Orgs { orgs } = desk.get("_auth/orgs").await?;
    Ok(orgs)
}

pub(super) async fn team(desk: &TermDesk, team: &Team) -> Done<TeamView> {
    let (org, team) = (word(&team.org), word(&team.team));
    desk.get(&format!("_auth/orgs/{org}/teams/{team}")).await
}

pub(super) async fn create_team(desk: &TermDesk, team: &Team) -> Done<()> {
    let path = format!("-/org/{}/team", word(&team.org));
    let body = json!({ "name": team.team });
    desk.tell(Method::PUT, &path, &body).await
}

pub(super) async fn add_to_team(desk: &TermDesk, team: &Team, user: &str) -> Done<()> {
    let path = format!("{}/user", path(team));
    let body = json!({ "user": user });
    desk.tell(Method::PUT, &path, &body).await
}

pub(super) async fn set_member(desk: &TermDesk, org: &str, user: &str, role: OrgRole) -> Done<()> {
    let body = json!({ "user": user, "role": role });
    desk.tell(Method::PUT, &members_path(org), &body).await
}

pub(super) async fn remove_member(desk: &TermDesk, from: &OrgOrTeam, user: &str) -> Done<()> {
    let path = match &from.team {
        None => members_path(&from.org),
        Some(team) => {
            let (org, team) = (from.org.clone(), team.clone());
            format!("{}/user", path(&Team { org, team }))
        }
    };
    let body = json!({ "user": user });
    desk.tell(Method::DELETE, &path, &body).await
}
