//! What proves to a registry who asks.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;

/// A token, or a user name and password. Shows as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials(HeaderValue);

/// Why a text cannot be sent as credentials. It is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// A header cannot hold it.
    #[error(
        "the token for this registry has a space, a line end or another character that no token has"
    )]
    Token,
    /// `_auth` is the base64 of `user:password`.
    #[error("the `_auth` for this registry must be the base64 of `user:password`")]
    Auth,
    /// `_password` is the base64 of the password.
    #[error("the `_password` for this registry must be the base64 of the password")]
    Password,
}

impl Credentials {
    /// A token, as `npm login` keeps it.
    pub fn token(token: &str) -> Result<Self, CredentialsError> {
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(CredentialsError::Token);
        }
        Self::header_of("Bearer", token).ok_or(CredentialsError::Token)
    }

    /// A user name and password.
    pub fn password(user: &str, password: &str) -> Self {
        let encoded = STANDARD.encode(format!("{user}:{password}"));
        // Base64 is always a header.
        Self::header_of("Basic", &encoded).unwrap_or(Self(HeaderValue::from_static("Basic")))
    }

    /// The base64 of a user name, a colon and a password.
    pub(crate) fn auth(encoded: &str) -> Result<Self, CredentialsError> {
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte);
        if encoded.is_empty() || !encoded.bytes().all(is_base64) {
            return Err(CredentialsError::Auth);
        }
        Self::header_of("Basic", encoded).ok_or(CredentialsError::Auth)
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    fn header_of(scheme: &str, secret: &str) -> Option<Self> {
        let mut value = HeaderValue::from_str(&format!("{scheme} {secret}")).ok()?;
        value.set_sensitive(true);
        Some(Self(value))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_headers_and_are_not_shown() {
        let token = Credentials::token("npm_x.y-z").unwrap();
        assert_eq!(token.header(), "Bearer npm_x.y-z");
        assert_eq!(format!("{token:?} {:?}", token.header()), "*** Sensitive");
        let password = Credentials::password("alice", "grüße");
        assert_eq!(password.header(), "Basic YWxpY2U6Z3LDvMOfZQ==");
    }

    #[test]
    fn what_no_header_can_hold_is_refused_unsaid() {
        for token in ["", "a b", "a\nb", "é"] {
            let refused = Credentials::token(token).unwrap_err();
            assert_eq!(refused, CredentialsError::Token);
        }
        assert_eq!(Credentials::auth("a:b"), Err(CredentialsError::Auth));
    }
}
