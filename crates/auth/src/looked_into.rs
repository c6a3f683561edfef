//! Looking into a token for somebody who has it in hand. It is not used by that: nothing is noted of it,
//! and nothing is told, wherever it is said to be used from.

use std::{net::IpAddr, sync::Arc};

use catalog::Session;
use config13::Config13;
use serde_json::{Map, Value};

use crate::{
    auth::Auth,
    identity::{Caller, IdentifyError, TokenProblem},
    token,
};

/// What a token stands for that is good.
#[derive(Clone, Debug)]
pub struct LookedInto {
    /// Whose it is, and what it may do.
    pub caller: Arc<Caller>,
    /// Its session; nothing for a token of another issuer.
    pub session: Option<Session>,
    /// For a JSON Web Token, what it says.
    pub claims: Option<Map<String, Value>>,
}

impl LookedInto {
    /// Returns it, unless it may not be used from that address.
    pub fn used_from(self, address: IpAddr) -> Result<Self, TokenProblem> {
        if self.caller.limits.admits(address) {
            Ok(self)
        } else {
            Err(TokenProblem::ForeignAddress)
        }
    }
}

impl Auth {
    /// Tells what a token or an API key stands for, or why it is not believed. From where it may be used is
    /// asked of the answer, once it is known whose it is.
    pub async fn look_into(
        &self,
        token: &str,
        settings: &Config13,
    ) -> Result<Result<LookedInto, TokenProblem>, IdentifyError> {
        let caller = match self.whose(token, settings).await? {
            Ok((caller, _)) => caller,
            Err(problem) => return Ok(Err(problem)),
        };
        Ok(Ok(LookedInto {
            session: self.session_of(&caller).await?,
            caller,
            claims: token::claims(token),
        }))
    }
}
