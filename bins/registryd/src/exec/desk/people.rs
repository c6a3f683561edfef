//! Accounts and invitations.

use auth::{InviteError, NewPerson, People, PersonChange, Registration};
use console::{Done, Invitation, NewUser, RemovedUser, Role, User};

use super::{
    LocalDesk,
    errors::{self, invited, of_people},
    nouns, words,
};
use crate::beside;

pub(super) async fn users(desk: &LocalDesk) -> Done<Vec<User>> {
    let people = desk.people().await?.list().await;
    let people = people.map_err(|error| errors::of_catalog(&error))?;
    Ok(people.into_iter().map(nouns::user).collect())
}

pub(super) async fn user(desk: &LocalDesk, name: &str) -> Done<User> {
    let found = desk.people().await?.find(name).await;
    found.map(nouns::user).map_err(of_people)
}

pub(super) async fn check_new_user(desk: &LocalDesk, name: &str) -> Done<()> {
    let name = words::user_name(name)?;
    if beside::exists(&desk.settings) && desk.people().await?.find(&name).await.is_ok() {
        return Err(of_people(auth::PeopleError::Taken { name }));
    }
    Ok(())
}

pub(super) async fn add_user(desk: &LocalDesk, new: NewUser) -> Done<User> {
    let NewUser {
        name,
        password,
        email,
        role,
    } = new;
    let new = NewPerson {
        name,
        password,
        email,
        role: nouns::role_of(role),
    };
    let people = desk.people_of(beside::open_or_make).await?;
    let added = people.add(new, &desk.by).await;
    added.map(nouns::user).map_err(of_people)
}

pub(super) async fn set_password(desk: &LocalDesk, name: &str, password: String) -> Done<User> {
    let change = PersonChange {
        password: Some(password),
        ..PersonChange::default()
    };
    changed(desk, name, change).await
}

pub(super) async fn set_role(desk: &LocalDesk, name: &str, role: Role) -> Done<User> {
    let change = PersonChange {
        role: Some(nouns::role_of(role)),
        ..PersonChange::default()
    };
    changed(desk, name, change).await
}

pub(super) async fn set_disabled(desk: &LocalDesk, name: &str, disabled: bool) -> Done<User> {
    let change = PersonChange {
        disabled: Some(disabled),
        ..PersonChange::default()
    };
    changed(desk, name, change).await
}

pub(super) async fn owned_alone(desk: &LocalDesk, name: &str) -> Done<Vec<String>> {
    let owned = desk.people().await?.owned_alone(name).await;
    let owned = owned.map_err(of_people)?;
    Ok(owned.iter().map(ToString::to_string).collect())
}

pub(super) async fn remove_user(desk: &LocalDesk, name: &str) -> Done<RemovedUser> {
    let people = desk.people().await?;
    let removed = people.remove(name, &desk.by, storage::refresh_owners).await;
    let removed = removed.map_err(of_people)?;
    Ok(RemovedUser {
        unowned: removed.unowned.iter().map(ToString::to_string).collect(),
        named_in_settings: desk.settings.names_user(name),
    })
}

pub(super) async fn invite(desk: &LocalDesk, role: Role, days: Option<u32>) -> Done<Invitation> {
    let policy = desk.settings.auth_policy(desk.settings.listen().ip());
    if policy.registration == Registration::Closed {
        return Err(invited(InviteError::Closed));
    }
    let people = desk.people_of(beside::open_or_make).await?;
    let days = days.unwrap_or(People::INVITED_FOR_DAYS);
    let invitation = people.invite(nouns::role_of(role), days, &desk.by).await;
    let invitation = invitation.map_err(invited)?;
    Ok(Invitation {
        text: invitation.text,
        role,
        expires: invitation.expires,
        use_of_it: policy.registration.use_of_invitations().to_owned(),
    })
}

async fn changed(desk: &LocalDesk, name: &str, change: PersonChange) -> Done<User> {
    let changed = desk.people().await?.change(name, change, &desk.by).await;
    changed.map(nouns::user).map_err(of_people)
}
