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

impl Auth {
    /// Tells what a token or an API key stands for that is used from an address, or why it is not
    /// believed.
    pub async fn look_into(
        &self,
        token: &str,
        address: IpAddr,
        settings: &Config13,
    ) -> Result<Result<LookedInto, TokenProblem>, IdentifyError> {
        let caller = match self.whose(token, settings).await? {
            Ok((caller, _)) if caller.limits.admits(address) => caller,
            Ok(_) => return Ok(Err(TokenProblem::ForeignAddress)),
            Err(problem) => return Ok(Err(problem)),
        };
        Ok(Ok(LookedInto {
            session: self.session_of(&caller).await?,
            caller,
            claims: token::claims(token),
        }))
    }
}
