//! The discovery document: the names of OpenID Connect Discovery 1.0 and RFC 8414. It lists what is
//! there, so nothing about a browser's login on behalf of another site, which is not.

use auth::Algorithm;
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(super) struct Discovery<'a> {
    issuer: &'a str,
    jwks_uri: String,
    token_endpoint: String,
    revocation_endpoint: String,
    /// The one that signs the next token comes first; tokens by the other one are still good.
    id_token_signing_alg_values_supported: [&'static str; 2],
    response_types_supported: [&'static str; 0],
    grant_types_supported: [&'static str; 3],
    subject_types_supported: [&'static str; 1],
    token_endpoint_auth_methods_supported: [&'static str; 1],
    claims_supported: [&'static str; 7],
}

impl<'a> Discovery<'a> {
    pub(super) fn new(issuer: &'a str, next: Algorithm, base: &str) -> Self {
        let other = match next {
            Algorithm::EdDsa => Algorithm::Rs256,
            Algorithm::Rs256 => Algorithm::EdDsa,
        };
        Self {
            issuer,
            jwks_uri: format!("{base}/_auth/.well-known/jwks.json"),
            token_endpoint: format!("{base}/_auth/token"),
            revocation_endpoint: format!("{base}/_auth/revoke"),
            id_token_signing_alg_values_supported: [next, other].map(Algorithm::as_str),
            response_types_supported: [],
            grant_types_supported: ["password", "refresh_token", "api_key"],
            subject_types_supported: ["public"],
            token_endpoint_auth_methods_supported: ["none"],
            claims_supported: ["iss", "sub", "iat", "nbf", "exp", "jti", "limited"],
        }
    }
}
