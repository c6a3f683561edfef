//! The paths below `/_auth/`, which no package can have: its name would begin with a `_`.

use super::{Verb, no_such_path};
use crate::{
    endpoint::Endpoint,
    people::{AddPerson, ChangePerson, GetPerson, Invite, ListPeople, Register, RemovePerson},
    reject::Reject,
};

impl Endpoint {
    pub(super) fn route_auth(verb: Verb<'_>, auth: &[&str]) -> Result<Self, Reject> {
        match auth {
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
