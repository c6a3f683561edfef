//! The paths below `/_auth`: tokens, keys, accounts, rules, events. No package's name begins with `_`.

use auth::{OrgName, TeamName};

use super::{Verb, no_such_path};
use crate::{
    api_key::{CreateKey, ListApiKeys, RevokeKey},
    credential::{ListCredentials, RevokeCredential},
    endpoint::Endpoint,
    event::ListEvents,
    exchange::{IssueToken, LookInto, RevokeShown, VerifyToken},
    issuer::{Discover, ListSigningKeys},
    org::{ListOrgs, ShowOrg, ShowTeam},
    people::{
        AddPerson, ChangePerson, GetPerson, Invite, ListOwned, ListPeople, Register, RemovePerson,
    },
    reject::Reject,
    rule::{ChangeRules, Explain, ListRules, RemoveRule, SetRule},
};

impl Endpoint {
    /// Finds the endpoint of a path below `/_auth`.
    pub(super) fn route_auth(verb: Verb<'_>, rest: &[&str]) -> Result<Self, Reject> {
        match rest {
            [".well-known", "jwks.json"] => verb.get(|| Ok(Self::ListSigningKeys(ListSigningKeys))),
            [".well-known", "openid-configuration"] => verb.get(|| Ok(Self::Discover(Discover))),
            ["token"] => verb.one("POST", || Ok(Self::IssueToken(IssueToken))),
            ["verify"] => match verb.0.as_str() {
                "GET" => Ok(Self::VerifyToken(VerifyToken)),
                "POST" => Ok(Self::LookInto(LookInto)),
                _ => Err(Reject::method("GET, HEAD, POST")),
            },
            ["revoke"] => verb.one("POST", || Ok(Self::RevokeShown(RevokeShown))),
            ["keys"] => match verb.0.as_str() {
                "GET" => Ok(Self::ListApiKeys(ListApiKeys)),
                "POST" => Ok(Self::CreateKey(CreateKey)),
                _ => Err(Reject::method("GET, HEAD, POST")),
            },
            ["keys", id] => verb.one("DELETE", || {
                let id = (*id).to_owned();
                Ok(Self::RevokeKey(RevokeKey { id }))
            }),
            ["tokens"] => verb.get(|| Ok(Self::ListCredentials(ListCredentials))),
            ["tokens", id] => verb.one("DELETE", || {
                let id = (*id).to_owned();
                Ok(Self::RevokeCredential(RevokeCredential { id }))
            }),
            ["orgs"] => verb.get(|| Ok(Self::ListOrgs(ListOrgs))),
            ["orgs", org] => verb.get(|| {
                let org = OrgName::parse(org)?;
                Ok(Self::ShowOrg(ShowOrg { org }))
            }),
            ["orgs", org, "teams", team] => verb.get(|| {
                let (org, team) = (OrgName::parse(org)?, TeamName::parse(team)?);
                Ok(Self::ShowTeam(ShowTeam { org, team }))
            }),
            ["rules"] => match verb.0.as_str() {
                "GET" => Ok(Self::ListRules(ListRules)),
                "PUT" => Ok(Self::SetRule(SetRule)),
                "PATCH" => Ok(Self::ChangeRules(ChangeRules)),
                "DELETE" => Ok(Self::RemoveRule(RemoveRule)),
                _ => Err(Reject::method("GET, HEAD, PUT, PATCH, DELETE")),
            },
            ["can"] => verb.get(|| Ok(Self::Explain(Explain))),
            ["events"] => verb.get(|| Ok(Self::ListEvents(ListEvents))),
            ["users"] => match verb.0.as_str() {
                "GET" => Ok(Self::ListPeople(ListPeople)),
                "POST" => Ok(Self::AddPerson(AddPerson)),
                _ => Err(Reject::method("GET, HEAD, POST")),
            },
            ["users", name] => {
                let name = (*name).to_owned();
                match verb.0.as_str() {
                    "GET" => Ok(Self::GetPerson(GetPerson { name })),
                    "PATCH" => Ok(Self::ChangePerson(ChangePerson { name })),
                    "DELETE" => Ok(Self::RemovePerson(RemovePerson { name })),
                    _ => Err(Reject::method("GET, HEAD, PATCH, DELETE")),
                }
            }
            ["users", name, "packages"] => verb.get(|| {
                let name = (*name).to_owned();
                Ok(Self::ListOwned(ListOwned { name }))
            }),
            ["invitations"] => verb.one("POST", || Ok(Self::Invite(Invite))),
            ["register"] => verb.one("POST", || Ok(Self::Register(Register))),
            _ => Err(no_such_path()),
        }
    }
}
