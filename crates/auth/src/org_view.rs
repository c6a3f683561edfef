//! Organisations and teams, as whoever looks at them sees them whole: each in one committed state.

use catalog::{CatalogError, MemberRole, Permission, Read};
use npm_model::PackageName;

use crate::{
    auth::Auth,
    org::{OrgError, OrgName, TeamName},
};

/// An organisation.
#[derive(Clone, Debug)]
pub struct OrgView {
    /// Who belongs to it.
    pub members: Vec<(String, MemberRole)>,
    /// Its teams, by name.
    pub teams: Vec<TeamView>,
}

/// A team.
#[derive(Clone, Debug)]
pub struct TeamView {
    /// What it is called in its organisation.
    pub team: String,
    /// Who is in it.
    pub members: Vec<String>,
    /// What it may do with which packages, of its own right.
    pub packages: Vec<(PackageName, Permission)>,
}

impl Auth {
    /// Returns the organisations that somebody belongs to, by name, with how many members and teams each
    /// has.
    pub async fn orgs_of(&self, account: &str) -> Result<Vec<(String, u64, u64)>, CatalogError> {
        let account = account.to_owned();
        self.catalog
            .look(move |rows| {
                let mut theirs = Vec::new();
                for org in rows.orgs()? {
                    if rows.member_role(&org.0, &account)?.is_some() {
                        theirs.push(org);
                    }
                }
                Ok(theirs)
            })
            .await
    }

    /// Returns an organisation.
    pub async fn org_view(&self, org: &OrgName) -> Result<OrgView, OrgError> {
        let org = org.as_str().to_owned();
        self.catalog
            .look(move |rows| {
                if !rows.has_org(&org)? {
                    return Err(OrgError::NoSuchOrg { org });
                }
                let mut teams = Vec::new();
                for team in rows.teams(&org)? {
                    teams.extend(view(rows, &org, team)?);
                }
                let members = rows.members(&org)?;
                Ok(OrgView { members, teams })
            })
            .await
    }

    /// Returns a team.
    pub async fn team_view(&self, org: &OrgName, team: &TeamName) -> Result<TeamView, OrgError> {
        let (org, team) = (org.as_str().to_owned(), team.as_str().to_owned());
        self.catalog
            .look(move |rows| {
                let found = view(rows, &org, team.clone())?;
                found.ok_or(OrgError::NoSuchTeam { org, team })
            })
            .await
    }
}

fn view(rows: &Read<'_>, org: &str, team: String) -> Result<Option<TeamView>, CatalogError> {
    let (Some(members), Some(grants)) = (
        rows.team_members(org, &team)?,
        rows.team_grants(org, &team)?,
    ) else {
        return Ok(None);
    };
    let packages = grants.into_iter();
    Ok(Some(TeamView {
        team,
        members,
        packages: packages.map(|it| (it.package, it.permission)).collect(),
    }))
}
