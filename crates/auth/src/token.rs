//! What is in a token, and which issuer names itself in it.
//!
//! A token is a JSON Web Token (RFC 7519) with the claims `iss`, `sub` (the user name), `iat`,
//! `nbf`, `exp` (seconds since 1970) and `jti`, the name of the session it belongs to. A valid
//! signature is not enough: the session has to be open, so that a logout counts at once. One that may do
//! less than its owner says `"limited": true`, and counts nowhere else.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use config13::Config13;
use jsonwebtoken::{Header, Validation, errors::ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    identity::TokenProblem,
    keys::{Algorithm, Keys, SigningKey},
};

/// Longest token that is looked at, in bytes. An RS256 token of ours has about 700.
pub(crate) const LONGEST: usize = 4096;

/// The names that the registry's tokens may carry as their issuer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Issuers {
    /// `<local base>/_auth`: this registry itself.
    pub local: String,
    /// The issuer of a private registry that is not this machine's.
    pub private: String,
    /// The issuer while `PRIVATE_REGISTRY` is not set.
    pub public: String,
    /// The registry hash that stands for this registry itself.
    pub local_hash: u32,
}

impl Issuers {
    /// Returns the issuer that the 13 bytes choose.
    pub fn choose(&self, settings: &Config13) -> &str {
        if !settings.is_private() {
            &self.public
        } else if settings.registry_hash() == self.local_hash {
            &self.local
        } else {
            &self.private
        }
    }

    fn all(&self) -> [&str; 3] {
        [&self.local, &self.private, &self.public]
    }
}

/// Returns the algorithm that the 13 bytes choose.
pub fn algorithm(settings: &Config13) -> Algorithm {
    if settings.is_premium() {
        Algorithm::EdDsa
    } else {
        Algorithm::Rs256
    }
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) iat: u64,
    pub(crate) nbf: u64,
    pub(crate) exp: u64,
    pub(crate) jti: String,
    /// The token may do less than its owner. What exactly is not told, so others cannot follow it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) limited: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
const fn is_false(limited: &bool) -> bool {
    !*limited
}

/// Returns what a JSON Web Token says, without asking whether it is to be believed.
pub fn claims(token: &str) -> Option<Map<String, Value>> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

/// Signs the claims.
pub(crate) fn sign(key: &SigningKey, claims: &Claims) -> jsonwebtoken::errors::Result<String> {
    let mut header = Header::new(key.algorithm.jwt());
    header.kid = Some(key.kid.clone());
    jsonwebtoken::encode(&header, claims, &key.encoding)
}

/// Checks everything a token says of itself: its signature by one of our keys, its issuer, its
/// times. Whether its session is still open is the caller's to ask. Returns what it says, and the name
/// of the key that signed it.
pub(crate) fn verify(
    keys: &Keys,
    issuers: &Issuers,
    token: &str,
) -> Result<(Claims, String), TokenProblem> {
    if token.len() > LONGEST {
        return Err(TokenProblem::Malformed);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenProblem::Malformed)?;
    // Whoever does not know what a token calls critical must not believe it (RFC 7515, 4.1.11).
    if header.crit.is_some() {
        return Err(TokenProblem::Malformed);
    }
    let kid = header.kid.ok_or(TokenProblem::UnknownKey)?;
    let key = keys.verifying(&kid).ok_or(TokenProblem::UnknownKey)?;
    // The key decides the algorithm, never the token.
    let mut validation = Validation::new(key.algorithm.jwt());
    validation.leeway = 0;
    validation.validate_nbf = true;
    validation.validate_aud = false;
    validation.set_issuer(&issuers.all());
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "sub"]);
    let decoded = jsonwebtoken::decode::<Claims>(token, &key.decoding, &validation);
    decoded
        .map(|token| (token.claims, kid))
        .map_err(|error| match error.kind() {
            ErrorKind::ExpiredSignature => TokenProblem::Expired,
            ErrorKind::ImmatureSignature => TokenProblem::NotYetValid,
            ErrorKind::InvalidIssuer => TokenProblem::ForeignIssuer,
            ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm => TokenProblem::BadSignature,
            _ => TokenProblem::Malformed,
        })
}

/// Seconds since 1970, which is what claims hold.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}
