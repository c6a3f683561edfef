//! Revoking a token by showing it: whoever has it may end it, as RFC 7009 has it.

use std::net::IpAddr;

use catalog::{CatalogError, EventKind, OpenSession, SessionKind};

use crate::{auth::Auth, login::origin, secret::SentSecret, token};

impl Auth {
    /// Revokes a token, an API key or a refresh token that somebody shows. A short token takes the
    /// refresh token with it that it was got with, and a refresh token its short ones.
    ///
    /// Returns `false` when it is no token of this registry, or no longer.
    pub async fn revoke_shown(&self, text: &str, address: IpAddr) -> Result<bool, CatalogError> {
        let Some(open) = self.session_shown(text).await? else {
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

    /// Returns the session whose token that is, unless it is over.
    async fn session_shown(&self, text: &str) -> Result<Option<OpenSession>, CatalogError> {
        if let Some(sent) = SentSecret::parse(text) {
            return self.find_by_secret(&sent).await;
        }
        match token::verify(&self.keys, &self.issuers, text) {
            Ok(claims) => self.find_session(claims.jti).await,
            Err(_) => Ok(None),
        }
    }
}
