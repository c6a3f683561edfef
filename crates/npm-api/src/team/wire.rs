//! The JSON of teams.

use auth::TeamName;
use serde::{Deserialize, Serialize};

use crate::{json, reject::Reject};

/// A list in one of the two forms that clients read.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Names {
    Texts(Vec<String>),
    Objects(Vec<Name>),
}

#[derive(Serialize)]
pub(super) struct Name {
    pub(super) name: String,
}

impl Names {
    pub(super) fn objects(names: Vec<String>) -> Self {
        Self::Objects(names.into_iter().map(|name| Name { name }).collect())
    }
}

#[derive(Deserialize)]
struct NewTeam {
    name: String,
    #[serde(default)]
    description: Option<String>,
}

pub(super) fn new_team(body: &[u8]) -> Result<(TeamName, String), Reject> {
    let new: NewTeam = json::object(body)
        .map_err(|_| Reject::bad_request("the body is not a JSON object with a team's name"))?;
    Ok((
        TeamName::parse(&new.name)?,
        new.description.unwrap_or_default(),
    ))
}

#[derive(Deserialize)]
struct Member {
    user: String,
}

pub(super) fn user(body: &[u8]) -> Result<String, Reject> {
    let member: Member = json::object(body)
        .map_err(|_| Reject::bad_request("the body is not a JSON object with a user"))?;
    Ok(member.user)
}
