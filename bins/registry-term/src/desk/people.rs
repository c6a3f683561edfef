//! Accounts and invitations.

use console::{CommandError, Done, ErrorKind, Invitation, NewUser, Role, User};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{TermDesk, path::word};

#[derive(Deserialize)]
struct Users {
    users: Vec<User>,
}

#[derive(Deserialize)]
struct Packages {
    packages: Vec<String>,
}

pub(super) fn path(name: &str) -> String {
    format!("_auth/users/{}", word(name))
}

pub(super) async fn users(desk: &TermDesk) -> Done<Vec<User>> {
    let Users { users } = desk.get("_auth/users").await?;
    Ok(users)
}

pub(super) async fn check_new_user(desk: &TermDesk, name: &str) -> Done<()> {
    match desk.get::<User>(&path(name)).await {
        Ok(user) => {
            let text = format!("the user name {} is taken", user.name);
            Err(CommandError::refused(text)
                .hint("`user passwd` sets a password, `user role` a role"))
        }
        Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

pub(super) async fn add_user(desk: &TermDesk, new: NewUser) -> Done<User> {
    let NewUser {
        name,
        password,
        email,
        role,
    } = new;
    let body = json!({ "name": name, "password": password, "email": email, "role": role });
    desk.send(Method::POST, "_auth/users", &body).await
}

/// Changes one thing of an account.
pub(super) async fn change(
    desk: &TermDesk,
    name: &str,
    field: &str,
    value: &(impl Serialize + Sync),
) -> Done<User> {
    let body = json!({ field: value });
    desk.send(Method::PATCH, &path(name), &body).await
}

pub(super) async fn owned_alone(desk: &TermDesk, name: &str) -> Done<Vec<String>> {
    let path = format!("{}/packages?alone", path(name));
    let Packages { packages } = desk.get(&path).await?;
    Ok(packages)
}

pub(super) async fn invite(desk: &TermDesk, role: Role, days: Option<u32>) -> Done<Invitation> {
    let body = json!({ "role": role, "expires_days": days });
    desk.send(Method::POST, "_auth/invitations", &body).await
}
