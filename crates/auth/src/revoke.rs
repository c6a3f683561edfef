//! Revoking a token by showing it: whoever has it may end it, as RFC 7009 has it.

use std::{net::IpAddr, sync::Arc};

use catalog::{CatalogError, EventKind, OpenSession, SessionKind};

use crate::{auth::Auth, identity::TokenProblem, login::origin, secret::SentSecret, token};

/// Sessions that were ended, and the number of the change by which other processes learn of it.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) sessions: Vec<String>,
    pub(crate) change: i64,
}

impl Auth {
    /// Returns what there is to do once the transaction that ended sessions is written.
    pub(crate) fn forget_ended(&self) -> impl FnOnce(&Option<Ended>) + Send + use<> {
        let (verified, granted) = (Arc::clone(&self.verified), Arc::clone(&self.granted));
        move |ended| {
            if let Some(Ended { sessions, change }) = ended {
                verified.forget(sessions);
                granted.follow(*change);
            }
        }
    }

    /// Revokes a token, an API key or a refresh token that somebody shows. A short token takes the
    /// refresh token with it that it was got with, and a refresh token its short ones.
    ///
    /// Returns `false` when it is no token of this registry, or no longer.
    pub async fn revoke_shown(&self, text: &str, address: IpAddr) -> Result<bool, CatalogError> {
        let open = match self.session_shown(text).await {
            Ok(open) => open,
            Err(ShownError::Token(_)) => return Ok(false),
            Err(ShownError::Catalog(error)) => return Err(error),
        };
        let account = open.account.name.clone();
        let ended = self.login_of(open).await?;
        let by = origin(&account, address);
        self.revoke(ended, &account, EventKind::TokenRevoke, &by)
            .await
    }

    /// Returns the session that ends when somebody is done with one: that of the refresh token with
    /// which a short token was got, or else the session itself.
    pub(crate) async fn login_of(&self, open: OpenSession) -> Result<String, CatalogError> {
        if let Some(parent) = open.session.parent
            && let Some(parent) = self.find_session(parent).await?
            && parent.session.kind == SessionKind::Refresh
        {
            return Ok(parent.session.id);
        }
        Ok(open.session.id)
    }

    /// Returns the session whose token or secret that is, which has to be one that would be believed.
    pub(crate) async fn session_shown(&self, text: &str) -> Result<OpenSession, ShownError> {
        let found = if let Some(sent) = SentSecret::parse(text) {
            self.find_by_secret(&sent).await?
        } else {
            let (claims, kid) = token::verify(&self.keys, &self.issuers, text)?;
            let open = self.find_session(claims.jti).await?;
            open.filter(|open| open.account.name == claims.sub && open.session.is_signed_by(&kid))
        };
        found.ok_or(ShownError::Token(TokenProblem::Revoked))
    }
}

/// Why a text that somebody shows stands for no session.
#[derive(Debug)]
pub(crate) enum ShownError {
    Token(TokenProblem),
    Catalog(CatalogError),
}

impl From<TokenProblem> for ShownError {
    fn from(problem: TokenProblem) -> Self {
        Self::Token(problem)
    }
}

impl From<CatalogError> for ShownError {
    fn from(error: CatalogError) -> Self {
        Self::Catalog(error)
    }
}
