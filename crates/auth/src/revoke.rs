//! Revoking a token by showing it: whoever has it may end it, as RFC 7009 has it.

use std::net::IpAddr;

use catalog::{CatalogError, EventKind, SessionKind};

use crate::{
    auth::Auth,
    login::origin,
    secret::{SecretKind, SentSecret},
    token,
};

impl Auth {
    /// Revokes a token, an API key or a refresh token that somebody shows. A short token takes the
    /// refresh token with it that it was got with, and a refresh token its short ones.
    ///
    /// Returns `false` when it is no token of this registry, or no longer.
    pub async fn revoke_shown(&self, text: &str, address: IpAddr) -> Result<bool, CatalogError> {
        let Some(session) = self.session_shown(text).await? else {
            return Ok(false);
        };
        let Some(open) = self.find_session(session).await? else {
            return Ok(false);
        };
        let account = open.account.name;
        let mut ended = open.session.id;
        if let Some(parent) = open.session.parent
            && let Some(parent) = self.find_session(parent).await?
            && parent.session.kind == SessionKind::Refresh
        {
            ended = parent.session.id;
        }
        let by = origin(&account, address);
        self.revoke(ended, &account, EventKind::TokenRevoke, &by)
            .await
    }

    /// Returns the session whose token that is.
    async fn session_shown(&self, text: &str) -> Result<Option<String>, CatalogError> {
        let Some(sent) = SentSecret::parse(text) else {
            let claims = token::verify(&self.keys, &self.issuers, text);
            return Ok(claims.ok().map(|claims| claims.jti));
        };
        let kind = match sent.kind {
            SecretKind::ApiKey => SessionKind::Key,
            SecretKind::Refresh => SessionKind::Refresh,
        };
        let open = self.find_session(sent.session.to_owned()).await?;
        let open = open.filter(|open| {
            let kept = open.session.secret.as_ref();
            open.session.kind == kind && kept.is_some_and(|kept| sent.hash.is(kept))
        });
        Ok(open.map(|open| open.session.id))
    }
}
