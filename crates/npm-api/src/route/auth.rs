//! The paths below `/_auth`: tokens, keys, accounts, rules, events. No package's name begins with `_`.

use super::{Verb, no_such_path};
use crate::{
    api_key::{CreateKey, ListApiKeys, RevokeKey},
    endpoint::Endpoint,
    event::ListEvents,
    exchange::{IssueToken, RevokeShown, VerifyToken},
    issuer::{Discover, ListSigningKeys},
    people::{AddPerson, ChangePerson, GetPerson, Invite, ListPeople, Register, RemovePerson},
    reject::Reject,
    rule::{Explain, ListRules, RemoveRule, SetRule},
};

impl Endpoint {
    /// Finds the endpoint of a path below `/_auth`.
    pub(super) fn route_auth(verb: Verb<'_>, rest: &[&str]) -> Result<Self, Reject> {
        match rest {
            [".well-known", "jwks.json"] => verb.get(|| Ok(Self::ListSigningKeys(ListSigningKeys))),
            [".well-known", "openid-configuration"] => verb.get(|| Ok(Self::Discover(Discover))),
            ["token"] => verb.one("POST", || Ok(Self::IssueToken(IssueToken))),
            ["verify"] => verb.get(|| Ok(Self::VerifyToken(VerifyToken))),
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
            ["rules"] => match verb.0.as_str() {
                "GET" => Ok(Self::ListRules(ListRules)),
                "PUT" => Ok(Self::SetRule(SetRule)),
                "DELETE" => Ok(Self::RemoveRule(RemoveRule)),
                _ => Err(Reject::method("GET, HEAD, PUT, DELETE")),
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
            ["invitations"] => verb.one("POST", || Ok(Self::Invite(Invite))),
            ["register"] => verb.one("POST", || Ok(Self::Register(Register))),
            _ => Err(no_such_path()),
        }
    }
}
