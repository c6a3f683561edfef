//! What is good in place of a password.

use console::{CommandError, Done, MadeKey, NewKey, Only, Token, Verified};

use super::{
    LocalDesk, config,
    errors::{self, found_none, made_key, of_people},
    nouns, words,
};

pub(super) async fn tokens(desk: &LocalDesk, user: Option<&str>) -> Done<Vec<Token>> {
    let auth = desk.auth().await?;
    let Some(user) = user else {
        let all = auth.tokens_of_all().await;
        let all = all.map_err(|error| errors::of_catalog(&error))?.into_iter();
        return Ok(all.map(|(owner, it)| nouns::token(it, &owner)).collect());
    };
    let owner = desk.people().await?.find(user).await.map_err(of_people)?;
    let listed = auth.tokens_of(&owner.name).await;
    let listed = listed.map_err(|error| errors::of_catalog(&error))?;
    let tokens = listed.into_iter().map(|it| nouns::token(it, &owner.name));
    Ok(tokens.collect())
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
    let seen = desk.auth().await?;
    let seen = seen.look_into(token, &settings).await;
    let seen =
        seen.map_err(|error| CommandError::failed("the token cannot be looked up", &error))?;
    Ok(match seen.and_then(|seen| seen.used_from(address)) {
        Ok(seen) => Verified::Good(Box::new(nouns::good_token(seen))),
        Err(problem) => Verified::Bad {
            reason: problem.word().to_owned(),
            error: problem.to_string(),
        },
    })
}
