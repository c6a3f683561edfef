//! `registryd user`: accounts from the command line.
//!
//! The rules are `auth`'s: here is who asks, what is printed, and how a password gets in.

mod office;
mod password;
mod table;

use std::io::{self, IsTerminal, Write as _};

use auth::{
    InviteError, NewPerson, PeopleError, Person, PersonChange, Registration, check_user_name,
};
use catalog::Role;
use serde_json::{Value, json};

use crate::{args::UserAction, failure::Failure, output, settings::Settings};

use office::Office;

/// What to do where nobody has an account.
const FIRST: &str = "make the admin's account with `registryd user add NAME --role admin`";

pub(crate) fn run(settings: &Settings, action: UserAction) -> Result<(), Failure> {
    match action {
        UserAction::Add {
            name,
            role,
            email,
            password_stdin,
            json,
        } => {
            let new = NewPerson {
                password: password_of_new(settings, &name, password_stdin)?,
                name,
                email: email.unwrap_or_default(),
                role,
            };
            add(settings, new, json)
        }
        UserAction::Passwd {
            name,
            password_stdin,
        } => {
            let office = Office::open(settings)?;
            let name = office.find(&name)?.name;
            let change = PersonChange {
                password: Some(password::read(&name, password_stdin)?),
                ..PersonChange::default()
            };
            office.change(&name, change)?;
            output::line(format_args!(
                "{name} has a new password, and the logins by the old one have ended"
            ))
        }
        UserAction::Disable { name } => {
            let name = Office::open(settings)?.change(&name, disabled(true))?.name;
            output::line(format_args!(
                "{name} is disabled: no login and no token of theirs counts"
            ))
        }
        UserAction::Enable { name } => {
            let name = Office::open(settings)?.change(&name, disabled(false))?.name;
            output::line(format_args!(
                "{name} is enabled, and so are the tokens they have"
            ))
        }
        UserAction::Remove { name, yes } => remove(settings, &name, yes),
        UserAction::Role { name, role } => {
            let change = PersonChange {
                role: Some(role),
                ..PersonChange::default()
            };
            let person = Office::open(settings)?.change(&name, change)?;
            let role = with_article(person.role);
            output::line(format_args!("{} is {role} now", person.name))
        }
        UserAction::List { json } => list(settings, json),
        UserAction::Invite { role, days, json } => invite(settings, role, days, json),
    }
}

fn disabled(disabled: bool) -> PersonChange {
    PersonChange {
        disabled: Some(disabled),
        ..PersonChange::default()
    }
}

/// Asks for the password of a new account, once it is known that there can be one.
fn password_of_new(settings: &Settings, name: &str, from_stdin: bool) -> Result<String, Failure> {
    let name = check_user_name(name).map_err(|error| refused(&error.into()))?;
    if office::exists(settings) && Office::open(settings)?.find(&name).is_ok() {
        return Err(refused(&PeopleError::Taken { name }));
    }
    password::read(&name, from_stdin)
}

fn add(settings: &Settings, new: NewPerson, json: bool) -> Result<(), Failure> {
    let person = Office::open_or_make(settings)?.add(new)?;
    if json {
        return output::line(of_person(&person));
    }
    let role = with_article(person.role);
    output::line(format_args!("{} was added as {role}", person.name))
}

fn list(settings: &Settings, json: bool) -> Result<(), Failure> {
    let people = Office::open(settings)?.list()?;
    if json {
        let users: Vec<Value> = people.iter().map(of_person).collect();
        return output::line(json!({ "users": users }));
    }
    if people.is_empty() {
        return output::line(format_args!("nobody has an account yet; {FIRST}"));
    }
    output::line(table::of(&people))
}

fn remove(settings: &Settings, name: &str, yes: bool) -> Result<(), Failure> {
    let office = Office::open(settings)?;
    let name = office.find(name)?.name;
    if !yes && io::stdin().is_terminal() && !confirm(&office, &name)? {
        return Err(Failure::failed(format!("{name} was not removed")));
    }
    let removed = office.remove(&name)?;
    output::line(format_args!("{name} was removed"))?;
    for package in &removed.unowned {
        output::line(format_args!(
            "{package} has no owner now; admins look after it"
        ))?;
    }
    if settings.names_user(&name) {
        output::note(format_args!(
            "note: the settings file names {name} in an access rule; whoever takes the name next has \
             that right, so remove it there"
        ));
    }
    Ok(())
}

/// Asks on the terminal. Only a clear yes is one.
fn confirm(office: &Office, name: &str) -> Result<bool, Failure> {
    let alone = office.owned_alone(name)?;
    let failed = |error: io::Error| Failure::failed("cannot ask").caused_by(&error);
    let mut out = io::stderr().lock();
    for package in &alone {
        writeln!(out, "{package} will have no owner").map_err(failed)?;
    }
    write!(
        out,
        "Remove {name}, with all tokens, memberships and ownership, for good? [y/N] "
    )
    .map_err(failed)?;
    out.flush().map_err(failed)?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(failed)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn invite(settings: &Settings, role: Role, days: u32, json: bool) -> Result<(), Failure> {
    let policy = settings.auth_policy(settings.listen().ip());
    if policy.registration == Registration::Closed {
        return Err(Failure::refused(InviteError::Closed.to_string()));
    }
    let invitation = Office::open_or_make(settings)?.invite(role, days)?;
    let expires = humantime::format_rfc3339_seconds(invitation.expires).to_string();
    if json {
        return output::line(json!({
            "invitation": invitation.text,
            "role": role.as_str(),
            "expires": expires,
        }));
    }
    output::line(&invitation.text)?;
    output::note(format_args!(
        "It makes one account, of {}, until {expires}, and is not shown again.",
        with_article(role)
    ));
    output::note(match policy.registration {
        Registration::Open => {
            "Nobody needs it while registration is open; given to /_auth/register, it says what the \
             account may do."
        }
        Registration::Invite | Registration::Closed => {
            "`npm login` shows the page where it is used."
        }
    });
    Ok(())
}

/// An account as `/_auth/users` shows it.
fn of_person(person: &Person) -> Value {
    let time = |time| humantime::format_rfc3339_millis(time).to_string();
    json!({
        "name": person.name,
        "role": person.role.as_str(),
        "disabled": person.disabled,
        "email": person.email,
        "created": time(person.created),
        "last_used": person.last_used.map(time),
    })
}

fn with_article(role: Role) -> String {
    let article = match role {
        Role::Admin => "an",
        Role::Reader | Role::Publisher | Role::Maintainer => "a",
    };
    format!("{article} {}", role.as_str())
}

/// What cannot be asked for is told apart from what cannot be done.
fn refused(error: &PeopleError) -> Failure {
    match error {
        PeopleError::UserName(_) | PeopleError::Password(_) | PeopleError::Email(_) => {
            Failure::refused(error.to_string())
        }
        PeopleError::Taken { .. } => Failure::failed(error.to_string())
            .hint("`registryd user passwd` sets a password, `registryd user role` a role"),
        PeopleError::NoSuchUser { .. } => {
            Failure::failed(error.to_string()).hint("`registryd user list` shows who there is")
        }
        PeopleError::LastAdmin { .. } => Failure::failed(error.to_string())
            .hint("`registryd user role NAME admin` makes an admin"),
        PeopleError::Hash(_) | PeopleError::Catalog(_) => {
            Failure::failed("the account was not changed").caused_by(error)
        }
    }
}
