//! What is good in place of a password.

use auth::Identity;
use console::{CommandError, Done, GoodToken, MadeKey, NewKey, Only, Token, Verified};

use super::{
    LocalDesk, config,
    errors::{self, found_none, made_key, of_people},
    nouns, words,
};

pub(super) async fn tokens(desk: &LocalDesk, user: Option<&str>) -> Done<Vec<Token>> {
    let auth = desk.auth().await?;
    let mut tokens = Vec::new();
    for owner in owners(desk, user).await? {
        let listed = auth.tokens_of(&owner).await;
        let listed = listed.map_err(|error| errors::of_catalog(&error))?;
        tokens.extend(listed.into_iter().map(|it| nouns::token(it, &owner)));
    }
    Ok(tokens)
}

pub(super) async fn create_key(desk: &LocalDesk, new: NewKey) -> Done<MadeKey> {
    let NewKey {
        user,
        name,
        scopes,
        days,
        cidr,
        password: _,
    } = new;
    let owner = words::owner(user.as_deref())?;
    let (scopes, networks) = (scopes.iter(), cidr.iter());
    let (scopes, networks) = (scopes.map(String::as_str), networks.map(String::as_str));
    let new = words::new_key(name, scopes, days, networks)?;
    let owner = desk.people().await?.find(owner).await.map_err(of_people)?;
    let auth = desk.auth().await?;
    let made = auth.generate_api_key(&owner.name, new, &desk.by).await;
    let made = made.map_err(made_key)?;
    Ok(MadeKey {
        secret: made.key,
        listed: nouns::token(made.listed, &owner.name),
    })
}

pub(super) async fn revoke(desk: &LocalDesk, id: &str, only: Only) -> Done<()> {
    let auth = desk.auth().await?;
    let revoked = match only {
        Only::Keys => auth.revoke_api_key(None, id, &desk.by).await,
        Only::All => auth.revoke_anybodys_token(id, &desk.by).await,
    };
    match revoked {
        Ok(true) => Ok(()),
        Ok(false) => Err(found_none(id, only)),
        Err(error) => Err(errors::of_catalog(&error)),
    }
}

pub(super) async fn verify(desk: &LocalDesk, token: &str, from: Option<&str>) -> Done<Verified> {
    let address = words::address(from)?;
    let settings = config::config(desk).await?;
    let auth = desk.auth().await?;
    let failed = |error: &dyn std::error::Error| {
        CommandError::failed("the token cannot be looked up", error)
    };
    let header = format!("Bearer {token}");
    let identity = auth.identify(Some(&header), address, &settings).await;
    let caller = match identity.map_err(|error| failed(&error))? {
        Identity::Account(caller) => caller,
        Identity::Anonymous(problem) => {
            let bad = problem.unwrap_or(auth::TokenProblem::Malformed);
            return Ok(Verified::Bad {
                reason: bad.word().to_owned(),
                error: bad.to_string(),
            });
        }
    };
    let session = auth
        .session_of(&caller)
        .await
        .map_err(|error| failed(&error))?;
    let session = session.as_ref();
    let limits = &caller.limits;
    let scopes = limits.key_scopes.as_ref();
    Ok(Verified::Good(Box::new(GoodToken {
        user: caller.name.clone(),
        role: caller.role.as_str().to_owned(),
        kind: session.map_or("foreign", |it| it.kind.as_str()).to_owned(),
        id: session.map(|it| it.id.clone()),
        name: session.and_then(|it| it.name.clone()),
        limited: limits.is_limited(),
        scopes: scopes.map(|scopes| scopes.iter().map(ToString::to_string).collect()),
        cidr: limits.networks.iter().map(ToString::to_string).collect(),
        created: session.map(|it| it.created),
        expires: session.map(|it| it.expires),
        claims: auth::token::claims(token),
    })))
}

/// Names the accounts whose tokens are asked for: one, or all.
async fn owners(desk: &LocalDesk, user: Option<&str>) -> Done<Vec<String>> {
    let people = desk.people().await?;
    if let Some(user) = user {
        return Ok(vec![people.find(user).await.map_err(of_people)?.name]);
    }
    let all = people.list().await;
    let all = all.map_err(|error| errors::of_catalog(&error))?;
    Ok(all.into_iter().map(|person| person.name).collect())
}
