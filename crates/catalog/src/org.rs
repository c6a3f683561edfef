//! Organisations, their teams, and what is granted to teams or kept from everybody else.
//!
//! An organisation is a scope, without its `@`. It has no row of its own.

use npm_model::PackageName;
use rusqlite::{Connection, Row};

use crate::{
    catalog::Read,
    error::CatalogError,
    marks,
    package::package_name,
    rule::{RuleRow, rules},
    writer::Write,
};

/// What somebody is in an organisation.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum MemberRole {
    /// Works with its packages.
    Developer,
    /// Looks after its teams too.
    Admin,
    /// Looks after its teams and its members.
    Owner,
}

impl MemberRole {
    /// The word that rows hold and clients send.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Reads that word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Developer, Self::Admin, Self::Owner]
            .into_iter()
            .find(|role| role.as_str() == text)
    }
}

/// What a team may do with a package.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Permission {
    /// See it.
    Read,
    /// See it, add versions, move tags, deprecate.
    Write,
}

impl Permission {
    /// The word that rows hold and clients are shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    fn parse(text: &str) -> Result<Self, CatalogError> {
        match text {
            "read" => Ok(Self::Read),
            "write" => Ok(Self::Write),
            other => Err(CatalogError::damaged("a permission", other)),
        }
    }
}

/// A team may do something with a package.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grant {
    /// The organisation of the team.
    pub org: String,
    /// The team.
    pub team: String,
    /// The package.
    pub package: PackageName,
    /// What it may do.
    pub permission: Permission,
}

/// Everything that access is decided by beside the settings file and the owners.
#[derive(Clone, Debug, Default)]
pub struct AccessRows {
    /// Who is in which team: organisation, team, account.
    pub team_members: Vec<(String, String, String)>,
    /// What teams may do.
    pub grants: Vec<Grant>,
    /// The packages that only their owners, teams and admins may see.
    pub restricted: Vec<PackageName>,
    /// The rules that were made while the registry runs.
    pub rules: Vec<RuleRow>,
    /// How often any of this, or an account, has been changed.
    pub changes: i64,
}

impl Read<'_> {
    /// Returns everything that access is decided by.
    pub fn access(&self) -> Result<AccessRows, CatalogError> {
        access(&self.transaction)
    }

    /// Tells whether there is anything of an organisation: a member, a team or a package.
    pub fn has_org(&self, org: &str) -> Result<bool, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM members WHERE org = ?1)
                 OR EXISTS (SELECT 1 FROM teams WHERE org = ?1)
                 OR EXISTS (SELECT 1 FROM packages WHERE name >= ?2 AND name < ?3)",
        )?;
        let (first, end) = names_of(org);
        Ok(statement.query_row((org, first, end), |row| row.get(0))?)
    }

    /// Returns the organisations that have members or teams, by name, with how many of each.
    pub fn orgs(&self) -> Result<Vec<(String, u64, u64)>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT org, sum(member), sum(team) FROM (
                 SELECT org, 1 AS member, 0 AS team FROM members
                 UNION ALL SELECT org, 0, 1 FROM teams
             ) GROUP BY org ORDER BY org",
        )?;
        let orgs = statement.query_map([], |row| {
            let count = |column| {
                row.get(column)
                    .map(|count: i64| count.try_into().unwrap_or(0))
            };
            Ok((row.get(0)?, count(1)?, count(2)?))
        })?;
        Ok(orgs.collect::<Result<_, _>>()?)
    }

    /// Returns the packages of an organisation, by name.
    pub fn org_packages(&self, org: &str) -> Result<Vec<PackageName>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT name FROM packages WHERE name >= ?1 AND name < ?2 ORDER BY name",
        )?;
        let mut rows = statement.query(names_of(org))?;
        let mut packages = Vec::new();
        while let Some(row) = rows.next()? {
            packages.push(package_name(row, 0)?);
        }
        Ok(packages)
    }

    /// Returns the members of an organisation, by name.
    pub fn members(&self, org: &str) -> Result<Vec<(String, MemberRole)>, CatalogError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT account, role FROM members WHERE org = ?1 ORDER BY account")?;
        let mut rows = statement.query([org])?;
        let mut members = Vec::new();
        while let Some(row) = rows.next()? {
            members.push((row.get(0)?, member_role(row, 1)?));
        }
        Ok(members)
    }

    /// Returns what an account is in an organisation.
    pub fn member_role(
        &self,
        org: &str,
        account: &str,
    ) -> Result<Option<MemberRole>, CatalogError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT role FROM members WHERE org = ?1 AND account = ?2")?;
        let mut rows = statement.query((org, account))?;
        rows.next()?.map(|row| member_role(row, 0)).transpose()
    }

    /// Returns the teams of an organisation, by name.
    pub fn teams(&self, org: &str) -> Result<Vec<String>, CatalogError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT team FROM teams WHERE org = ?1 ORDER BY team")?;
        let teams = statement.query_map([org], |row| row.get(0))?;
        Ok(teams.collect::<Result<_, _>>()?)
    }

    /// Returns the members of a team, by name; nothing when there is no such team.
    pub fn team_members(&self, org: &str, team: &str) -> Result<Option<Vec<String>>, CatalogError> {
        if !has_team(&self.transaction, org, team)? {
            return Ok(None);
        }
        let mut statement = self.transaction.prepare_cached(
            "SELECT account FROM team_members WHERE org = ?1 AND team = ?2 ORDER BY account",
        )?;
        let members = statement.query_map((org, team), |row| row.get(0))?;
        Ok(Some(members.collect::<Result<_, _>>()?))
    }

    /// Returns what a team may do, by package; nothing when there is no such team.
    pub fn team_grants(&self, org: &str, team: &str) -> Result<Option<Vec<Grant>>, CatalogError> {
        if !has_team(&self.transaction, org, team)? {
            return Ok(None);
        }
        let mut statement = self.transaction.prepare_cached(
            "SELECT org, team, package, permission FROM grants
             WHERE org = ?1 AND team = ?2 ORDER BY package",
        )?;
        let mut rows = statement.query((org, team))?;
        let mut grants = Vec::new();
        while let Some(row) = rows.next()? {
            grants.push(grant(row)?);
        }
        Ok(Some(grants))
    }
}

impl Write<'_> {
    /// Returns everything that access is decided by, as this transaction sees it.
    pub fn access(&self) -> Result<AccessRows, CatalogError> {
        access(self.connection)
    }

    /// Makes an account a member of an organisation, or changes what it is there.
    pub fn set_member(
        &self,
        org: &str,
        account: &str,
        role: MemberRole,
    ) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "INSERT INTO members (org, account, role) VALUES (?1, ?2, ?3)
                 ON CONFLICT (org, account) DO UPDATE SET role = excluded.role",
            )?
            .execute((org, account, role.as_str()))?;
        Ok(())
    }

    /// Makes an account a member of an organisation unless it is one.
    pub fn add_member(
        &self,
        org: &str,
        account: &str,
        role: MemberRole,
    ) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "INSERT INTO members (org, account, role) VALUES (?1, ?2, ?3)
                 ON CONFLICT (org, account) DO NOTHING",
            )?
            .execute((org, account, role.as_str()))?;
        Ok(())
    }

    /// Takes an account out of an organisation and of all its teams; `false` when it was in none.
    pub fn remove_member(&self, org: &str, account: &str) -> Result<bool, CatalogError> {
        self.connection
            .prepare_cached("DELETE FROM team_members WHERE org = ?1 AND account = ?2")?
            .execute((org, account))?;
        let removed = self
            .connection
            .prepare_cached("DELETE FROM members WHERE org = ?1 AND account = ?2")?
            .execute((org, account))?;
        Ok(removed == 1)
    }

    /// Returns how many members an organisation has.
    pub fn count_members(&self, org: &str) -> Result<u64, CatalogError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT count(*) FROM members WHERE org = ?1")?;
        let count: i64 = statement.query_row([org], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Adds a team; `false` when it is there.
    pub fn add_team(&self, org: &str, team: &str, description: &str) -> Result<bool, CatalogError> {
        let added = self
            .connection
            .prepare_cached(
                "INSERT INTO teams (org, team, description) VALUES (?1, ?2, ?3)
                 ON CONFLICT (org, team) DO NOTHING",
            )?
            .execute((org, team, description))?;
        Ok(added == 1)
    }

    /// Tells whether there is such a team, as this transaction sees it.
    pub fn has_team(&self, org: &str, team: &str) -> Result<bool, CatalogError> {
        has_team(self.connection, org, team)
    }

    /// Removes a team, and all that was granted to it; `false` when there is none of that name.
    pub fn remove_team(&self, org: &str, team: &str) -> Result<bool, CatalogError> {
        let removed = self
            .connection
            .prepare_cached("DELETE FROM teams WHERE org = ?1 AND team = ?2")?
            .execute((org, team))?;
        Ok(removed == 1)
    }

    /// Puts an account into a team. The caller has made sure that both are there.
    pub fn add_to_team(&self, org: &str, team: &str, account: &str) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "INSERT INTO team_members (org, team, account) VALUES (?1, ?2, ?3)
                 ON CONFLICT (org, team, account) DO NOTHING",
            )?
            .execute((org, team, account))?;
        Ok(())
    }

    /// Takes an account out of a team; `false` when it was not in it.
    pub fn remove_from_team(
        &self,
        org: &str,
        team: &str,
        account: &str,
    ) -> Result<bool, CatalogError> {
        let removed = self
            .connection
            .prepare_cached(
                "DELETE FROM team_members WHERE org = ?1 AND team = ?2 AND account = ?3",
            )?
            .execute((org, team, account))?;
        Ok(removed == 1)
    }

    /// Lets a team do something with a package. The caller has made sure that the team is there.
    pub fn set_grant(&self, grant: &Grant) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "INSERT INTO grants (org, team, package, permission) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (org, team, package) DO UPDATE SET permission = excluded.permission",
            )?
            .execute((
                &grant.org,
                &grant.team,
                grant.package.as_str(),
                grant.permission.as_str(),
            ))?;
        Ok(())
    }

    /// Takes back what a team may do with a package; `false` when that was nothing.
    pub fn remove_grant(
        &self,
        org: &str,
        team: &str,
        package: &PackageName,
    ) -> Result<bool, CatalogError> {
        let removed = self
            .connection
            .prepare_cached("DELETE FROM grants WHERE org = ?1 AND team = ?2 AND package = ?3")?
            .execute((org, team, package.as_str()))?;
        Ok(removed == 1)
    }

    /// Takes back what all teams may do with a package; it stays restricted if it is.
    pub fn clear_grants(&self, package: &PackageName) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("DELETE FROM grants WHERE package = ?1")?
            .execute([package.as_str()])?;
        Ok(())
    }

    /// Lets only a package's owners, teams and admins see it, or takes that back.
    pub fn set_restricted(&self, package: &PackageName, on: bool) -> Result<(), CatalogError> {
        let statement = if on {
            "INSERT INTO restricted (package) VALUES (?1) ON CONFLICT (package) DO NOTHING"
        } else {
            "DELETE FROM restricted WHERE package = ?1"
        };
        self.connection
            .prepare_cached(statement)?
            .execute([package.as_str()])?;
        Ok(())
    }
}

fn access(connection: &Connection) -> Result<AccessRows, CatalogError> {
    let mut statement = connection.prepare_cached("SELECT org, team, account FROM team_members")?;
    let team_members =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let team_members = team_members.collect::<Result<_, _>>()?;
    let mut statement =
        connection.prepare_cached("SELECT org, team, package, permission FROM grants")?;
    let mut rows = statement.query([])?;
    let mut grants = Vec::new();
    while let Some(row) = rows.next()? {
        grants.push(grant(row)?);
    }
    let mut statement = connection.prepare_cached("SELECT package FROM restricted")?;
    let mut rows = statement.query([])?;
    let mut restricted = Vec::new();
    while let Some(row) = rows.next()? {
        restricted.push(package_name(row, 0)?);
    }
    Ok(AccessRows {
        team_members,
        grants,
        restricted,
        rules: rules(connection)?,
        changes: marks::access_changes(connection)?,
    })
}

fn has_team(connection: &Connection, org: &str, team: &str) -> Result<bool, CatalogError> {
    let mut statement = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM teams WHERE org = ?1 AND team = ?2)")?;
    Ok(statement.query_row((org, team), |row| row.get(0))?)
}

/// Between which texts the names of an organisation's packages lie: `0` is what follows `/`.
fn names_of(org: &str) -> (String, String) {
    (format!("@{org}/"), format!("@{org}0"))
}

fn member_role(row: &Row<'_>, column: usize) -> Result<MemberRole, CatalogError> {
    let text: String = row.get(column)?;
    MemberRole::parse(&text).ok_or_else(|| CatalogError::damaged("a member's role", &text))
}

fn grant(row: &Row<'_>) -> Result<Grant, CatalogError> {
    let permission: String = row.get(3)?;
    Ok(Grant {
        org: row.get(0)?,
        team: row.get(1)?,
        package: package_name(row, 2)?,
        permission: Permission::parse(&permission)?,
    })
}

#[cfg(test)]
mod tests;
