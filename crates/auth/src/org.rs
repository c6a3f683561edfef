//! Organisations, teams, and what is granted to them.
//!
//! An organisation is a scope: whoever publishes `@acme/left-pad` publishes in the organisation
//! `acme`. Its members, teams and grants are rows of the catalogue; what decides about access is kept
//! in memory too, and replaced with each change that is committed.

use std::{collections::BTreeMap, sync::Arc};

use catalog::{
    CatalogError, EventKind, Grant, MemberRole, Origin, Permission, Read, Write, WriteError,
};
use npm_model::PackageName;

use crate::{
    account::{UserNameError, check_user_name},
    auth::Auth,
    granted::Granted,
    pattern,
};

/// Longest description of a team, in characters.
const LONGEST_DESCRIPTION: usize = 1000;

/// The name of an organisation: a scope, without its `@`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OrgName(String);

/// The name of a team, of the same characters as a user name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TeamName(String);

/// That is no organisation's name.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0:?} cannot be an organisation: it is a scope, such as \"acme\" of @acme/left-pad")]
pub struct OrgNameError(String);

/// That is no team's name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "a team's name is 1 to 64 characters of a-z, 0-9, '.', '_' and '-', and begins with a letter or digit"
)]
pub struct TeamNameError;

impl OrgName {
    /// Reads a name, with or without its `@`.
    pub fn parse(text: &str) -> Result<Self, OrgNameError> {
        pattern::scope(text)
            .map(Self)
            .ok_or_else(|| OrgNameError(text.chars().take(100).collect()))
    }

    /// The name without its `@`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TeamName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, TeamNameError> {
        let name: Result<_, UserNameError> = check_user_name(text);
        name.map(Self).map_err(|_| TeamNameError)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why an organisation was not changed or shown.
#[derive(Debug, thiserror::Error)]
pub enum OrgError {
    /// There is nothing of that organisation.
    #[error("there is no organisation {org}")]
    NoSuchOrg {
        /// Its name.
        org: String,
    },
    /// There is no such team.
    #[error("there is no team {team} in {org}")]
    NoSuchTeam {
        /// The organisation.
        org: String,
        /// The team.
        team: String,
    },
    /// The team is there already.
    #[error("there is a team {team} in {org} already")]
    TeamExists {
        /// The organisation.
        org: String,
        /// The team.
        team: String,
    },
    /// Nobody has that name.
    #[error("there is no user {name}")]
    NoSuchUser {
        /// The name.
        name: String,
    },
    /// There is no such package.
    #[error("{package} is not published here")]
    NoSuchPackage {
        /// The package.
        package: PackageName,
    },
    /// They are not in it, so they cannot be taken out of it.
    #[error("{name} is not in {place}")]
    NotAMember {
        /// The user name.
        name: String,
        /// An organisation or a team.
        place: String,
    },
    /// The team has nothing to do with the package.
    #[error("the team {team} of {org} has no access to {package} of its own")]
    NoGrant {
        /// The organisation.
        org: String,
        /// The team.
        team: String,
        /// The package.
        package: PackageName,
    },
    /// The text is too long for a description.
    #[error("a description can have at most {LONGEST_DESCRIPTION} characters")]
    Description,
    /// The catalogue refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl Auth {
    /// Returns the organisations that have members or teams, by name, with how many of each.
    pub async fn orgs(&self) -> Result<Vec<(String, u64, u64)>, OrgError> {
        self.catalog.look(|rows| Ok(rows.orgs()?)).await
    }

    /// Returns the members of an organisation.
    pub async fn members(&self, org: &OrgName) -> Result<Vec<(String, MemberRole)>, OrgError> {
        let org = org.0.clone();
        self.catalog
            .look(move |rows| {
                there_is(rows, &org)?;
                Ok(rows.members(&org)?)
            })
            .await
    }

    /// Makes somebody a member of an organisation, or changes what they are there. Returns how many
    /// members it has then.
    pub async fn set_member(
        &self,
        org: &OrgName,
        name: &str,
        role: MemberRole,
        by: &Origin,
    ) -> Result<u64, OrgError> {
        let (org, name) = (org.0.clone(), name.to_ascii_lowercase());
        let by = by.clone();
        self.change_granted(move |rows| {
            has_account(rows, &name)?;
            rows.set_member(&org, &name, role)?;
            rows.add_event(
                &by,
                EventKind::OrgMemberSet,
                &org,
                &format!("{name}: {}", role.as_str()),
            )?;
            Ok(rows.count_members(&org)?)
        })
        .await
    }

    /// Takes somebody out of an organisation and of its teams.
    pub async fn remove_member(
        &self,
        org: &OrgName,
        name: &str,
        by: &Origin,
    ) -> Result<(), OrgError> {
        let (org, name) = (org.0.clone(), name.to_ascii_lowercase());
        let by = by.clone();
        self.change_granted(move |rows| {
            if rows.remove_member(&org, &name)? {
                rows.add_event(&by, EventKind::OrgMemberRemove, &org, &name)?;
                return Ok(());
            }
            Err(OrgError::NotAMember { name, place: org })
        })
        .await
    }

    /// Returns the teams of an organisation.
    pub async fn teams(&self, org: &OrgName) -> Result<Vec<String>, OrgError> {
        let org = org.0.clone();
        self.catalog
            .look(move |rows| {
                there_is(rows, &org)?;
                Ok(rows.teams(&org)?)
            })
            .await
    }

    /// Makes a team.
    pub async fn create_team(
        &self,
        org: &OrgName,
        team: &TeamName,
        description: String,
        by: &Origin,
    ) -> Result<(), OrgError> {
        if description.chars().count() > LONGEST_DESCRIPTION {
            return Err(OrgError::Description);
        }
        let (org, team) = (org.0.clone(), team.0.clone());
        let by = by.clone();
        self.change_granted(move |rows| {
            if rows.add_team(&org, &team, &description)? {
                rows.add_event(&by, EventKind::TeamCreate, &full_name(&org, &team), "")?;
                return Ok(());
            }
            Err(OrgError::TeamExists { org, team })
        })
        .await
    }

    /// Removes a team, and what was granted to it.
    pub async fn destroy_team(
        &self,
        org: &OrgName,
        team: &TeamName,
        by: &Origin,
    ) -> Result<(), OrgError> {
        let (org, team) = (org.0.clone(), team.0.clone());
        let by = by.clone();
        self.change_granted(move |rows| {
            if rows.remove_team(&org, &team)? {
                rows.add_event(&by, EventKind::TeamDestroy, &full_name(&org, &team), "")?;
                return Ok(());
            }
            Err(OrgError::NoSuchTeam { org, team })
        })
        .await
    }

    /// Returns who is in a team.
    pub async fn team_members(
        &self,
        org: &OrgName,
        team: &TeamName,
    ) -> Result<Vec<String>, OrgError> {
        let (org, team) = (org.0.clone(), team.0.clone());
        self.catalog
            .look(move |rows| {
                let members = rows.team_members(&org, &team)?;
                members.ok_or(OrgError::NoSuchTeam { org, team })
            })
            .await
    }

    /// Puts somebody into a team. That makes them a member of the organisation if they are not.
    pub async fn add_to_team(
        &self,
        org: &OrgName,
        team: &TeamName,
        name: &str,
        by: &Origin,
    ) -> Result<(), OrgError> {
        let (org, team) = (org.0.clone(), team.0.clone());
        let name = name.to_ascii_lowercase();
        let by = by.clone();
        self.change_granted(move |rows| {
            has_account(rows, &name)?;
            if !rows.has_team(&org, &team)? {
                return Err(OrgError::NoSuchTeam { org, team });
            }
            rows.add_member(&org, &name, MemberRole::Developer)?;
            rows.add_event(&by, EventKind::TeamAdd, &full_name(&org, &team), &name)?;
            Ok(rows.add_to_team(&org, &team, &name)?)
        })
        .await
    }

    /// Takes somebody out of a team. They stay in the organisation.
    pub async fn remove_from_team(
        &self,
        org: &OrgName,
        team: &TeamName,
        name: &str,
        by: &Origin,
    ) -> Result<(), OrgError> {
        let (org, team) = (org.0.clone(), team.0.clone());
        let name = name.to_ascii_lowercase();
        let by = by.clone();
        self.change_granted(move |rows| {
            if rows.remove_from_team(&org, &team, &name)? {
                rows.add_event(&by, EventKind::TeamRemove, &full_name(&org, &team), &name)?;
                return Ok(());
            }
            if !rows.has_team(&org, &team)? {
                return Err(OrgError::NoSuchTeam { org, team });
            }
            let place = format!("the team {team} of {org}");
            Err(OrgError::NotAMember { name, place })
        })
        .await
    }

    /// Returns what a team may do, by package.
    pub async fn team_packages(
        &self,
        org: &OrgName,
        team: &TeamName,
    ) -> Result<Vec<(PackageName, Permission)>, OrgError> {
        let (org, team) = (org.0.clone(), team.0.clone());
        self.catalog
            .look(move |rows| {
                let Some(grants) = rows.team_grants(&org, &team)? else {
                    return Err(OrgError::NoSuchTeam { org, team });
                };
                let packages = grants.into_iter();
                Ok(packages
                    .map(|grant| (grant.package, grant.permission))
                    .collect())
            })
            .await
    }

    /// Lets a team do something with a package.
    pub async fn grant(
        &self,
        org: &OrgName,
        team: &TeamName,
        package: &PackageName,
        permission: Permission,
        by: &Origin,
    ) -> Result<(), OrgError> {
        let grant = Grant {
            org: org.0.clone(),
            team: team.0.clone(),
            package: package.clone(),
            permission,
        };
        let by = by.clone();
        self.change_granted(move |rows| {
            if !rows.has_team(&grant.org, &grant.team)? {
                let Grant { org, team, .. } = grant;
                return Err(OrgError::NoSuchTeam { org, team });
            }
            if rows.package(&grant.package)?.is_none() {
                let Grant { package, .. } = grant;
                return Err(OrgError::NoSuchPackage { package });
            }
            let to = full_name(&grant.org, &grant.team);
            let detail = format!("{to}: {}", grant.permission.as_str());
            rows.add_event(&by, EventKind::GrantSet, grant.package.as_str(), &detail)?;
            Ok(rows.set_grant(&grant)?)
        })
        .await
    }

    /// Takes back what a team may do with a package.
    pub async fn revoke_grant(
        &self,
        org: &OrgName,
        team: &TeamName,
        package: &PackageName,
        by: &Origin,
    ) -> Result<(), OrgError> {
        let (org, team, package) = (org.0.clone(), team.0.clone(), package.clone());
        let by = by.clone();
        self.change_granted(move |rows| {
            if rows.remove_grant(&org, &team, &package)? {
                let (kind, from) = (EventKind::GrantRevoke, full_name(&org, &team));
                rows.add_event(&by, kind, package.as_str(), &from)?;
                return Ok(());
            }
            if !rows.has_team(&org, &team)? {
                return Err(OrgError::NoSuchTeam { org, team });
            }
            Err(OrgError::NoGrant { org, team, package })
        })
        .await
    }

    /// Lets only a package's owners, teams and admins see it, or everybody whom the rules let.
    pub async fn set_restricted(
        &self,
        package: &PackageName,
        on: bool,
        by: &Origin,
    ) -> Result<(), OrgError> {
        let (package, by) = (package.clone(), by.clone());
        self.change_granted(move |rows| {
            let detail = if on { "restricted" } else { "public" };
            rows.add_event(&by, EventKind::PackageAccess, package.as_str(), detail)?;
            Ok(rows.set_restricted(&package, on)?)
        })
        .await
    }

    /// Returns who may do something with a package of their own right: its owners, and its teams.
    pub async fn collaborators(
        &self,
        package: &PackageName,
    ) -> Result<BTreeMap<String, Permission>, OrgError> {
        let (granted, package) = (self.granted.get(), package.clone());
        self.catalog
            .look(move |rows| {
                let people = granted.people(&package).into_iter();
                let mut people: BTreeMap<String, Permission> = people
                    .map(|(name, permission)| (name.to_owned(), permission))
                    .collect();
                if let Some(row) = rows.package(&package)? {
                    for owner in rows.owners(row.id)? {
                        people.insert(owner.name, Permission::Write);
                    }
                }
                Ok(people)
            })
            .await
    }

    /// Returns the packages of an organisation.
    pub async fn org_packages(&self, org: &OrgName) -> Result<Vec<PackageName>, OrgError> {
        let org = org.0.clone();
        self.catalog
            .look(move |rows| {
                there_is(rows, &org)?;
                Ok(rows.org_packages(&org)?)
            })
            .await
    }

    /// Returns the packages that somebody owns or may do something with through a team.
    pub async fn packages_of(
        &self,
        name: &str,
    ) -> Result<BTreeMap<PackageName, Permission>, OrgError> {
        let (granted, name) = (self.granted.get(), name.to_ascii_lowercase());
        self.catalog
            .look(move |rows| {
                if rows.account(&name)?.is_none_or(|account| account.disabled) {
                    return Err(OrgError::NoSuchUser { name });
                }
                let by_team = granted.packages_of(&name).into_iter();
                let mut packages: BTreeMap<PackageName, Permission> = by_team
                    .map(|(package, permission)| (package.clone(), permission))
                    .collect();
                let owned = rows.owned_by(&name)?.into_iter();
                packages.extend(owned.map(|package| (package, Permission::Write)));
                Ok(packages)
            })
            .await
    }

    /// Runs a change of what access is decided by. What is in force is replaced on the writing
    /// thread, before the change is answered, so that it never goes back in time.
    pub(crate) async fn change_granted<T, E>(
        &self,
        change: impl FnOnce(&Write<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<CatalogError> + Send + 'static,
    {
        let in_force = Arc::clone(&self.granted);
        let written = self.catalog.write(
            move |rows| {
                let told = change(rows)?;
                rows.note_access_change()?;
                Ok((told, rows.access()?))
            },
            move |(_, access)| {
                in_force.set(Granted::of(access.clone()));
                in_force.follow(access.changes);
            },
        );
        let (told, _) = written.await.map_err(WriteError::<E>::into_inner)?;
        Ok(told)
    }
}

/// A team as events name it.
fn full_name(org: &str, team: &str) -> String {
    format!("@{org}:{team}")
}

fn there_is(rows: &Read<'_>, org: &str) -> Result<(), OrgError> {
    if rows.has_org(org)? {
        return Ok(());
    }
    Err(OrgError::NoSuchOrg {
        org: org.to_owned(),
    })
}

fn has_account(rows: &Write<'_>, name: &str) -> Result<(), OrgError> {
    if rows.account(name)?.is_some() {
        return Ok(());
    }
    Err(OrgError::NoSuchUser {
        name: name.to_owned(),
    })
}
