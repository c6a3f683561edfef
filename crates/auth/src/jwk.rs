//! Public keys as others read them: a JSON Web Key Set (RFC 7517).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;
use serde::Serialize;

use crate::keys::Algorithm;

/// The public keys that tokens are verified with.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Jwks {
    keys: Vec<Jwk>,
}

/// One public key.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Jwk {
    kty: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: &'static str,
    kid: String,
    #[serde(flatten)]
    numbers: Numbers,
}

/// What makes one key another than the next.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(untagged)]
enum Numbers {
    Ed25519 { crv: &'static str, x: String },
    Rsa { n: String, e: String },
}

impl Jwks {
    pub(crate) const fn of(keys: Vec<Jwk>) -> Self {
        Self { keys }
    }

    /// The keys, the newest first.
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }
}

impl Jwk {
    /// A key on Ed25519 (RFC 8037).
    pub(crate) fn ed25519(kid: String, public: &[u8]) -> Self {
        let x = URL_SAFE_NO_PAD.encode(public);
        Self {
            kty: "OKP",
            usage: "sig",
            alg: Algorithm::EdDsa.as_str(),
            kid,
            numbers: Numbers::Ed25519 { crv: "Ed25519", x },
        }
    }

    /// An RSA key (RFC 7518 section 6.3). The numbers are big-endian and begin with no zero.
    pub(crate) fn rsa(kid: String, n: &[u8], e: &[u8]) -> Self {
        let [n, e] = [n, e].map(|number| URL_SAFE_NO_PAD.encode(number));
        Self {
            kty: "RSA",
            usage: "sig",
            alg: Algorithm::Rs256.as_str(),
            kid,
            numbers: Numbers::Rsa { n, e },
        }
    }

    /// Names the key in the header of what it signed.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The `alg` of what it signed.
    pub const fn alg(&self) -> &'static str {
        self.alg
    }
}

/// The name of a key: the beginning of its hash, so that two processes give it the same one.
pub(crate) fn fingerprint(public: &[u8]) -> String {
    let mut kid = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, public));
    kid.truncate(16);
    kid
}
