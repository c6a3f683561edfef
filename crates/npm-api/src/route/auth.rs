//! The paths below `/_auth`, which no package can have: names do not begin with `_`.

use super::{Verb, no_such_path};
use crate::{
    endpoint::Endpoint,
    issuer::{Discover, ListSigningKeys},
    reject::Reject,
};

impl Endpoint {
    /// Finds the endpoint of a path below `/_auth`.
    pub(super) fn route_auth(verb: Verb<'_>, own: &[&str]) -> Result<Self, Reject> {
        match own {
            [".well-known", "jwks.json"] => verb.get(|| Ok(Self::ListSigningKeys(ListSigningKeys))),
            [".well-known", "openid-configuration"] => verb.get(|| Ok(Self::Discover(Discover))),
            _ => Err(no_such_path()),
        }
    }
}
