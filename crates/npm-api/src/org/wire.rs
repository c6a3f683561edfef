//! The JSON of organisations.

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
