//! What is good in place of a password, and what happened.

use std::net::IpAddr;

use console::{
    CommandError, Done, ErrorKind, Event, LogFilter, MadeKey, NewKey, Only, Token, Verified,
};
use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::{
    TermDesk, ignore,
    path::{query, word},
};

#[derive(Deserialize)]
struct Tokens {
    tokens: Vec<Token>,
}

#[derive(Deserialize)]
struct Events {
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct WhoAmI {
    username: String,
}

pub(super) async fn tokens(desk: &TermDesk, user: Option<&str>) -> Done<Vec<Token>> {
    let asked = [("user", user.map(str::to_owned))];
    let Tokens { tokens } = desk.get(&query("_auth/tokens", &asked)).await?;
    Ok(tokens)
}

pub(super) async fn create_key(desk: &TermDesk, new: NewKey) -> Done<MadeKey> {
    let NewKey {
        user,
        name,
        scopes,
        days,
        cidr,
        password,
    } = new;
    if let Some(user) = user {
        let WhoAmI { username } = desk.get("-/whoami").await?;
        if !username.eq_ignore_ascii_case(&user) {
            let text = format!("a key of {user}'s takes {user}'s password, and you are {username}");
            return Err(CommandError::refused(text)
                .hint("on the registry's own machine `registryd exec` makes it"));
        }
    }
    let body = json!({
        "name": name,
        "scopes": scopes,
        "expires_days": days,
        "cidr": cidr,
        "password": password,
    });
    desk.send(Method::POST, "_auth/keys", &body).await
}

pub(super) async fn revoke(desk: &TermDesk, id: &str, only: Only) -> Done<()> {
    let list = match only {
        Only::Keys => "keys",
        Only::All => "tokens",
    };
    let path = format!("_auth/{list}/{}", word(id));
    let revoked = desk.delete(&path).await.map(ignore);
    revoked.map_err(|error| match (error.kind, only) {
        (ErrorKind::NotFound, Only::Keys) => error.hint("`key list` shows the ids"),
        (ErrorKind::NotFound, Only::All) => error.hint("`token list` shows the ids"),
        _ => error,
    })
}

pub(super) async fn verify(desk: &TermDesk, token: &str, from: Option<&str>) -> Done<Verified> {
    let from = from.map(address).transpose()?;
    let mut body = json!({ "token": token });
    if let (Some(fields), Some(from)) = (body.as_object_mut(), from) {
        fields.insert("from".to_owned(), from.to_string().into());
    }
    desk.send(Method::POST, "_auth/verify", &body).await
}

/// From where a token is used.
pub(super) fn address(text: &str) -> Done<IpAddr> {
    text.parse().map_err(|_| {
        CommandError::wrong(format!("{text:?} is not an address"))
            .hint("write it as 10.1.2.3 or 2001:db8::1")
    })
}

pub(super) async fn events(desk: &TermDesk, filter: &LogFilter) -> Done<Vec<Event>> {
    let LogFilter {
        user,
        kind,
        target,
        refused,
        limit,
    } = filter.clone();
    let asked = [
        ("actor", user),
        ("kind", kind),
        ("target", target),
        ("refused", refused.then(|| true.to_string())),
        ("limit", Some(limit.to_string())),
    ];
    let Events { events } = desk.get(&query("_auth/events", &asked)).await?;
    Ok(events)
}
