//! `team list|create|destroy|add|remove`: teams, and the members of organisations.

use serde_json::json;

use crate::{
    desk::{Desk, Done, Surface},
    error::CommandError,
    grid::Grid,
    kind::{OrgOrTeam, OrgRole, Team},
    nouns::{Org, TeamView},
    reply::{Reply, or_hyphen},
    session::Session,
};

/// In a team everybody is the same.
pub(crate) fn check_team_add(to: &OrgOrTeam, role: Option<OrgRole>) -> Done<()> {
    if to.team.is_some() && role.is_some() {
        return Err(
            CommandError::wrong("a role is for an organisation, not for a team")
                .hint("write @ORG in place of @ORG:TEAM, or leave --role out"),
        );
    }
    Ok(())
}

impl<D: Desk, S: Surface> Session<D, S> {
    pub(crate) async fn team_list(&self, of: Option<OrgOrTeam>) -> Done<Reply> {
        match of {
            None => self.orgs().await,
            Some(OrgOrTeam { org, team: None }) => {
                let org = self.desk.org(&org).await?;
                Reply::new(of_org(&org), &org)
            }
            Some(OrgOrTeam {
                org,
                team: Some(team),
            }) => {
                let team = Team { org, team };
                let seen = self.desk.team(&team).await?;
                Reply::new(of_team(&team, &seen), &seen)
            }
        }
    }

    async fn orgs(&self) -> Done<Reply> {
        let orgs = self.desk.orgs().await?;
        let text = if orgs.is_empty() {
            "no organisation has members or teams yet; `team add @ORG USER --role owner` sets the first \
             owner, `team create @ORG:TEAM` makes a team"
                .to_owned()
        } else {
            let mut grid = Grid::with_head(["ORGANISATION", "MEMBERS", "TEAMS"]);
            for org in &orgs {
                let name = format!("@{}", org.org);
                grid.row([name, org.members.to_string(), org.teams.to_string()]);
            }
            grid.to_string()
        };
        Reply::new(text, &json!({ "organisations": orgs }))
    }

    pub(crate) async fn team_create(&self, team: &Team) -> Done<Reply> {
        self.desk.create_team(team).await?;
        let json = json!({ "created": team.to_string() });
        Reply::new(format!("the team {team} was made"), &json)
    }

    pub(crate) async fn team_destroy(&mut self, team: &Team, yes: bool) -> Done<Reply> {
        let seen = self.desk.team(team).await?;
        if !yes {
            let members = crate::reply::count(seen.members.len(), "member");
            let packages = crate::reply::count(seen.packages.len(), "package");
            let question =
                format!("Remove {team}, which has {members} and was granted {packages}?");
            if !self.surface.confirm(&question).await? {
                return Err(CommandError::refused(format!("{team} was not removed")));
            }
        }
        self.desk.destroy_team(team).await?;
        let json = json!({ "destroyed": team.to_string() });
        Reply::new(format!("the team {team} was removed"), &json)
    }

    pub(crate) async fn team_add(
        &self,
        to: OrgOrTeam,
        user: &str,
        role: Option<OrgRole>,
    ) -> Done<Reply> {
        let place = to.to_string();
        let text = match (to, role) {
            (
                OrgOrTeam {
                    org,
                    team: Some(team),
                },
                _,
            ) => {
                self.desk.add_to_team(&Team { org, team }, user).await?;
                format!("{user} is in {place} now")
            }
            (OrgOrTeam { org, team: None }, role) => {
                let role = role.unwrap_or(OrgRole::Developer);
                self.desk.set_member(&org, user, role).await?;
                format!("{user} belongs to {place} now, as {role}")
            }
        };
        Reply::new(text, &json!({ "added": user, "to": place, "role": role }))
    }

    pub(crate) async fn team_remove(&self, from: &OrgOrTeam, user: &str) -> Done<Reply> {
        self.desk.remove_member(from, user).await?;
        let text = match from.team {
            Some(_) => format!("{user} is no longer in {from}"),
            None => format!("{user} no longer belongs to {from}, nor to any of its teams"),
        };
        let json = json!({ "removed": user, "from": from.to_string() });
        Reply::new(text, &json)
    }
}

fn of_org(org: &Org) -> String {
    let name = &org.org;
    let teams = if org.teams.is_empty() {
        format!("@{name} has no teams; `team create @{name}:TEAM` makes one")
    } else {
        let mut grid = Grid::with_head(["TEAM", "MEMBERS"]);
        for team in &org.teams {
            let who = or_hyphen(&team.members.join(", "));
            grid.row([format!("@{name}:{}", team.team), who]);
        }
        grid.to_string()
    };
    let members = if org.members.is_empty() {
        format!("@{name} has no members; `team add @{name} USER --role owner` sets its first owner")
    } else {
        let mut grid = Grid::with_head(["MEMBER", "ROLE"]);
        for member in &org.members {
            grid.row([member.name.clone(), member.role.to_string()]);
        }
        grid.to_string()
    };
    format!("{teams}\n\n{members}")
}

fn of_team(team: &Team, seen: &TeamView) -> String {
    let members = if seen.members.is_empty() {
        format!("nobody is in {team}; `team add {team} USER` puts somebody there")
    } else {
        let mut grid = Grid::with_head(["MEMBER"]);
        for name in &seen.members {
            grid.row([name.clone()]);
        }
        grid.to_string()
    };
    if seen.packages.is_empty() {
        return members;
    }
    let mut grid = Grid::with_head(["PACKAGE", "MAY"]);
    for it in &seen.packages {
        grid.row([it.package.clone(), it.permission.clone()]);
    }
    format!("{members}\n\n{grid}")
}
