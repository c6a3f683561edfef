//! Organisations and their teams.

use auth::TeamName;
use console::{CommandError, Done, Member, Org, OrgOrTeam, OrgRole, OrgSummary, Team, TeamView};

use super::{
    LocalDesk,
    errors::of_org,
    nouns,
    words::{org_name, team_name},
};

pub(super) async fn orgs(desk: &LocalDesk) -> Done<Vec<OrgSummary>> {
    let orgs = desk.auth().await?.orgs().await.map_err(of_org)?;
    let summaries = orgs.into_iter().map(|(org, members, teams)| OrgSummary {
        org,
        members,
        teams,
    });
    Ok(summaries.collect())
}

pub(super) async fn org(desk: &LocalDesk, org: &str) -> Done<Org> {
    let name = org_name(org)?;
    let view = desk.auth().await?.org_view(&name).await.map_err(of_org)?;
    let members = view.members.into_iter().map(|(name, role)| Member {
        name,
        role: nouns::org_role(role),
    });
    Ok(Org {
        org: name.as_str().to_owned(),
        members: members.collect(),
        teams: view.teams.into_iter().map(nouns::team).collect(),
    })
}

pub(super) async fn team(desk: &LocalDesk, team: &Team) -> Done<TeamView> {
    let (org, name) = team_name(team)?;
    let view = desk.auth().await?.team_view(&org, &name).await;
    view.map(nouns::team).map_err(of_org)
}

pub(super) async fn create_team(desk: &LocalDesk, team: &Team) -> Done<()> {
    let (org, name) = team_name(team)?;
    let made = desk.auth().await?;
    let made = made.create_team(&org, &name, String::new(), &desk.by).await;
    made.map_err(of_org)
}

pub(super) async fn destroy_team(desk: &LocalDesk, team: &Team) -> Done<()> {
    let (org, name) = team_name(team)?;
    let gone = desk.auth().await?.destroy_team(&org, &name, &desk.by).await;
    gone.map_err(of_org)
}

pub(super) async fn add_to_team(desk: &LocalDesk, team: &Team, user: &str) -> Done<()> {
    let (org, name) = team_name(team)?;
    let auth = desk.auth().await?;
    let added = auth.add_to_team(&org, &name, user, &desk.by).await;
    added.map_err(of_org)
}

pub(super) async fn set_member(desk: &LocalDesk, org: &str, user: &str, role: OrgRole) -> Done<()> {
    let (org, role) = (org_name(org)?, nouns::member_role_of(role));
    let auth = desk.auth().await?;
    let set = auth.set_member(&org, user, role, &desk.by).await;
    set.map(|_| ()).map_err(of_org)
}

pub(super) async fn remove_member(desk: &LocalDesk, from: &OrgOrTeam, user: &str) -> Done<()> {
    let (auth, org) = (desk.auth().await?, org_name(&from.org)?);
    let removed = match &from.team {
        None => auth.remove_member(&org, user, &desk.by).await,
        Some(team) => {
            let team = TeamName::parse(team).map_err(CommandError::wrong)?;
            auth.remove_from_team(&org, &team, user, &desk.by).await
        }
    };
    removed.map_err(of_org)
}
