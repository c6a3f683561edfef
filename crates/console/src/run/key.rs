//! `key list|create|revoke`, `token list|revoke`, `verify`.

use npm_model::rfc3339_millis;
use serde_json::json;

use crate::{
    desk::{Desk, Done, Only, Secret, Surface},
    grid::Grid,
    kind::{Address, KeyName, List, Network, Number, Scope, TokenText, UserName},
    nouns::{GoodToken, NewKey, Token, Verified},
    reply::{Reply, day, or_hyphen, second},
    session::Session,
};

impl<D: Desk, S: Surface> Session<D, S> {
    pub(crate) async fn key_list(&self, user: Option<UserName>) -> Done<Reply> {
        let user = user.map(|user| user.0);
        let tokens = self.desk.tokens(user.as_deref()).await?.into_iter();
        let keys: Vec<Token> = tokens.filter(|token| token.kind == Token::KEY).collect();
        let text = if keys.is_empty() {
            "there are no API keys; `key create NAME SCOPE --user USER` makes one".to_owned()
        } else {
            let mut grid =
                Grid::with_head(["ID", "USER", "NAME", "MAY", "FROM", "EXPIRES", "LAST USED"]);
            for key in &keys {
                grid.row([
                    key.id.clone(),
                    key.user.clone(),
                    or_hyphen(key.name.as_deref().unwrap_or_default()),
                    may(key.scopes.as_deref(), key.limited),
                    from(&key.cidr),
                    day(key.expires),
                    last_used(key),
                ]);
            }
            grid.to_string()
        };
        Reply::new(text, &json!({ "keys": keys }))
    }

    pub(crate) async fn key_create(
        &mut self,
        name: KeyName,
        scopes: List<Scope>,
        user: Option<UserName>,
        days: Option<Number>,
        networks: Option<List<Network>>,
    ) -> Done<Reply> {
        let password = if self.desk.key_takes_password() {
            Some(self.surface.ask_secret(&Secret::OwnPassword).await?)
        } else {
            None
        };
        let networks = networks.into_iter().flat_map(|list| list.0);
        let new = NewKey {
            user: user.map(|user| user.0),
            name: name.0,
            scopes: scopes.0.into_iter().map(|scope| scope.0).collect(),
            days: days.map(|days| days.0),
            cidr: networks.map(|network| network.0).collect(),
            password,
        };
        let made = self.desk.create_key(new).await?;
        let key = &made.listed;
        let note = format!(
            "It is the key {} of {}, until {}, and is not shown again. It is sent as a Bearer token, or \
             stands in an .npmrc as _authToken.",
            key.id,
            key.user,
            second(key.expires)
        );
        Ok(Reply::new(&made.secret, &made)?.note(note))
    }

    pub(crate) async fn key_revoke(&self, id: &str) -> Done<Reply> {
        self.revoke_by_id(id, Only::Keys).await
    }

    pub(crate) async fn token_revoke(&self, id: &str) -> Done<Reply> {
        self.revoke_by_id(id, Only::All).await
    }

    async fn revoke_by_id(&self, id: &str, only: Only) -> Done<Reply> {
        self.desk.revoke(id, only).await?;
        let what = match only {
            Only::Keys => "key",
            Only::All => "token",
        };
        let text = format!("the {what} {id} was revoked");
        Reply::new(text, &json!({ "revoked": id }))
    }

    pub(crate) async fn token_list(&self, user: Option<UserName>) -> Done<Reply> {
        let user = user.map(|user| user.0);
        let tokens = self.desk.tokens(user.as_deref()).await?;
        let text = if tokens.is_empty() {
            "there are no logins, tokens or API keys".to_owned()
        } else {
            let mut grid =
                Grid::with_head(["ID", "USER", "KIND", "NAME", "MAY", "EXPIRES", "LAST USED"]);
            for token in &tokens {
                grid.row([
                    token.id.clone(),
                    token.user.clone(),
                    token.kind.clone(),
                    or_hyphen(token.name.as_deref().unwrap_or_default()),
                    may(token.scopes.as_deref(), token.limited),
                    day(token.expires),
                    last_used(token),
                ]);
            }
            grid.to_string()
        };
        Reply::new(text, &json!({ "tokens": tokens }))
    }

    pub(crate) async fn verify(
        &mut self,
        token: Option<TokenText>,
        from: Option<Address>,
    ) -> Done<Reply> {
        let token = match token {
            Some(token) => token.0,
            None => self.surface.ask_secret(&Secret::Token).await?,
        };
        let from = from.map(|from| from.0);
        match self.desk.verify(token.trim(), from.as_deref()).await? {
            Verified::Good(token) => {
                let mut json = serde_json::to_value(&token).unwrap_or_default();
                if let Some(fields) = json.as_object_mut() {
                    fields.insert("valid".to_owned(), true.into());
                }
                Reply::new(good(&token), &json)
            }
            Verified::Bad { reason, error } => {
                let json = json!({ "valid": false, "reason": reason, "error": error });
                let mut reply = Reply::new(format!("no: {error} ({reason})"), &json)?;
                reply.is_no = true;
                Ok(reply)
            }
        }
    }
}

/// What it may do, in a cell.
fn may(scopes: Option<&[String]>, limited: bool) -> String {
    match (scopes, limited) {
        (Some(scopes), _) => scopes.join(", "),
        (None, true) => "less than its owner".to_owned(),
        (None, false) => "all that its owner may".to_owned(),
    }
}

fn from(cidr: &[String]) -> String {
    match cidr {
        [] => "everywhere".to_owned(),
        networks => networks.join(", "),
    }
}

fn last_used(token: &Token) -> String {
    match (token.last_used, &token.last_used_from) {
        (None, _) => "never".to_owned(),
        (Some(at), None) => day(at),
        (Some(at), Some(from)) => format!("{} from {from}", day(at)),
    }
}

fn good(token: &GoodToken) -> String {
    let mut grid = Grid::plain("  ");
    let mut say = |name: &str, value: String| grid.row([name.to_owned(), value]);
    say("user", format!("{}, {}", token.user, token.role));
    let name = token
        .name
        .as_ref()
        .map_or_else(String::new, |name| format!(" \"{name}\""));
    say("kind", format!("{}{name}", token.kind));
    if let Some(id) = &token.id {
        say("id", id.clone());
    }
    say("may", may(token.scopes.as_deref(), token.limited));
    say("from", from(&token.cidr));
    for (name, time) in [("made", token.created), ("until", token.expires)] {
        if let Some(time) = time {
            say(name, rfc3339_millis(time));
        }
    }
    for (claim, value) in token.claims.iter().flatten() {
        say(claim, value.to_string());
    }
    format!("yes\n{grid}")
}
