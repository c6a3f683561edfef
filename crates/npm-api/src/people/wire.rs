//! The JSON of accounts as an admin sees them, and of invitations.
//!
//! These bodies are read strictly: a word that is misspelled must not make a publisher of somebody
//! who was to be a reader.

use auth::{
    Credentials, Invitation, NewPerson, People, Person, PersonChange, Registration, Removed,
};
use catalog::Role;
use http::StatusCode;
use npm_model::{PackageName, rfc3339_millis};
use serde::{Deserialize, Serialize};

use crate::{json, reject::Reject};

#[derive(Serialize)]
pub(super) struct User<'a> {
    name: &'a str,
    role: &'static str,
    disabled: bool,
    email: &'a str,
    created: String,
    last_used: Option<String>,
}

impl<'a> User<'a> {
    pub(super) fn of(person: &'a Person) -> Self {
        Self {
            name: &person.name,
            role: person.role.as_str(),
            disabled: person.disabled,
            email: &person.email,
            created: rfc3339_millis(person.created),
            last_used: person.last_used.map(rfc3339_millis),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Users<'a> {
    users: Vec<User<'a>>,
}

impl<'a> Users<'a> {
    pub(super) fn of(people: &'a [Person]) -> Self {
        Self {
            users: people.iter().map(User::of).collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddBody {
    name: String,
    password: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    role: Option<String>,
}

impl AddBody {
    /// The parser's words are not passed on: they could quote the password.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reject> {
        json::object(body).map_err(|_| {
            Reject::bad_request(
                "the body is not a JSON object with a name and a password, and perhaps an email and a role",
            )
        })
    }

    pub(super) fn into_new_person(self) -> Result<NewPerson, Reject> {
        Ok(NewPerson {
            name: self.name,
            password: self.password,
            email: self.email.unwrap_or_default(),
            role: role(self.role.as_deref())?.unwrap_or(Role::Publisher),
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeBody {
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    disabled: Option<bool>,
}

impl ChangeBody {
    /// The parser's words are not passed on: they could quote the password.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reject> {
        json::object(body).map_err(|_| {
            Reject::bad_request(
                "the body is not a JSON object with some of password, email, role and disabled; \
                 a name cannot be changed",
            )
        })
    }

    pub(super) fn into_change(self) -> Result<PersonChange, Reject> {
        Ok(PersonChange {
            password: self.password,
            email: self.email,
            role: role(self.role.as_deref())?,
            disabled: self.disabled,
        })
    }
}

#[derive(Serialize)]
pub(super) struct Left {
    ok: bool,
    /// The packages that have no owner any more.
    unowned: Vec<String>,
    /// Whether a rule of the settings file still names them, which is for people to change.
    named_in_settings: bool,
}

impl Left {
    pub(super) fn of(removed: &Removed, named_in_settings: bool) -> Self {
        let unowned = removed.unowned.iter().map(PackageName::to_string);
        Self {
            ok: true,
            unowned: unowned.collect(),
            named_in_settings,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Owned {
    packages: Vec<String>,
}

impl Owned {
    pub(super) fn of(packages: &[PackageName]) -> Self {
        Self {
            packages: packages.iter().map(PackageName::to_string).collect(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InviteBody {
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    expires_days: Option<u32>,
}

impl InviteBody {
    /// Nothing has to be said.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reject> {
        if body.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        json::object(body).map_err(|_| {
            Reject::bad_request(
                "the body is neither empty nor a JSON object with a role and expires_days",
            )
        })
    }

    pub(super) fn split(self) -> Result<(Role, u32), Reject> {
        let role = role(self.role.as_deref())?.unwrap_or(Role::Publisher);
        let days = self.expires_days.unwrap_or(People::INVITED_FOR_DAYS);
        Ok((role, days))
    }
}

#[derive(Serialize)]
pub(super) struct Invited<'a> {
    invitation: &'a str,
    role: &'static str,
    expires: String,
    /// How it is used, for people.
    #[serde(rename = "use")]
    use_of_it: &'static str,
}

impl<'a> Invited<'a> {
    pub(super) fn of(invitation: &'a Invitation, registration: Registration) -> Self {
        Self {
            invitation: &invitation.text,
            role: invitation.role.as_str(),
            expires: rfc3339_millis(invitation.expires),
            use_of_it: registration.use_of_invitations(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegisterBody {
    name: String,
    password: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    invitation: Option<String>,
}

impl RegisterBody {
    /// The parser's words are not passed on: they could quote the password.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Reject> {
        json::object(body).map_err(|_| {
            Reject::bad_request(
                "the body is not a JSON object with a name and a password, and perhaps an email and an invitation",
            )
        })
    }

    pub(super) fn split(self) -> (Credentials, Option<String>) {
        let credentials = Credentials {
            name: self.name,
            password: self.password,
            email: self.email,
        };
        (credentials, self.invitation)
    }
}

fn role(text: Option<&str>) -> Result<Option<Role>, Reject> {
    let Some(text) = text else { return Ok(None) };
    let refused = || {
        let text = "a role is reader, publisher, maintainer or admin";
        Reject::told(StatusCode::UNPROCESSABLE_ENTITY, text)
    };
    Role::parse(text).map(Some).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_a_publisher_and_a_week() {
        let add = |json: &str| {
            let body = AddBody::parse(json.as_bytes()).unwrap();
            body.into_new_person().unwrap()
        };
        let new = add(r#"{"name":"a","password":"p"}"#);
        assert_eq!((new.role, new.email.as_str()), (Role::Publisher, ""));
        let new = add(r#"{"name":"a","password":"p","email":"a@b","role":"reader"}"#);
        assert_eq!((new.role, new.email.as_str()), (Role::Reader, "a@b"));
        for (json, expected) in [
            ("", (Role::Publisher, 7)),
            ("{}", (Role::Publisher, 7)),
            (r#"{"role":"admin"}"#, (Role::Admin, 7)),
            (r#"{"expires_days":1}"#, (Role::Publisher, 1)),
        ] {
            let body = InviteBody::parse(json.as_bytes()).unwrap();
            assert_eq!(body.split().unwrap(), expected, "{json}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_without_the_password() {
        for json in [
            "",
            "[]",
            "null",
            r#"{"name":"a"}"#,
            r#"{"name":"a","password":["secret"]}"#,
            r#"{"name":"a","password":"secret","rolle":"reader"}"#,
            r#"{"name":"a","password":"secret","role":7}"#,
            r#"{"name":"a","password":"secret","invitation":["secret"]}"#,
        ] {
            let json = json.as_bytes();
            let refused = [
                AddBody::parse(json).err().map(|it| it.to_string()),
                RegisterBody::parse(json).err().map(|it| it.to_string()),
            ];
            for refused in refused {
                let refused = refused.unwrap();
                assert!(refused.starts_with("400"), "{refused}");
                assert!(!refused.contains("secret"), "{refused}");
            }
        }
        for json in [
            "",
            r#"{"name":"b"}"#,
            r#"{"password":1}"#,
            r#"{"disabled":"no"}"#,
        ] {
            let refused = ChangeBody::parse(json.as_bytes()).err().unwrap();
            assert!(refused.to_string().starts_with("400"), "{json}: {refused}");
        }
        for json in [r#"{"expires_days":-1}"#, r#"{"days":1}"#, "[]"] {
            let refused = InviteBody::parse(json.as_bytes()).err().unwrap();
            assert!(refused.to_string().starts_with("400"), "{json}: {refused}");
        }
        let unknown = ChangeBody::parse(br#"{"role":"king"}"#).unwrap();
        let refused = unknown.into_change().err().unwrap().to_string();
        assert!(refused.starts_with("422"), "{refused}");
    }
}
