//! Tokens as an attacker, or a thief of the signing keys, would put them together.
//!
//! Deliberately without `auth` and without its JWT library: a mistake that the two sides share would not be
//! seen. With the registry's own key files a token can be wrong in one thing and right in all others, so that
//! a refusal is about that one thing.

use std::fmt::{self, Display};
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    self, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
    RSA_PSS_SHA256, RsaKeyPair,
};
use ring::{digest, hmac};
use serde_json::{Value, json};

use crate::registry::Registry;

/// Which of the registry's two keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SigningKey {
    /// The RSA key.
    Rsa,
    /// The Ed25519 key.
    Ed25519,
}

impl SigningKey {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Rsa, Self::Ed25519];

    /// Returns the `alg` that the registry writes for it.
    pub fn alg(self) -> &'static str {
        match self {
            Self::Rsa => "RS256",
            Self::Ed25519 => "EdDSA",
        }
    }

    fn file_prefix(self) -> &'static str {
        match self {
            Self::Rsa => "rs256-",
            Self::Ed25519 => "eddsa-",
        }
    }

    /// Returns the other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Rsa => Self::Ed25519,
            Self::Ed25519 => Self::Rsa,
        }
    }
}

/// The registry's signing keys, stolen.
pub struct Forge {
    rsa: RsaKeyPair,
    rsa_kid: String,
    ed25519: Ed25519KeyPair,
    ed25519_kid: String,
}

impl fmt::Debug for Forge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forge").finish_non_exhaustive()
    }
}

impl Forge {
    /// Takes the newest key of each algorithm from the data directory; both must have been made.
    #[track_caller]
    pub fn of(registry: &Registry) -> Self {
        let (rsa_kid, rsa) = newest(registry, SigningKey::Rsa);
        let (ed25519_kid, ed25519) = newest(registry, SigningKey::Ed25519);
        Self {
            rsa: RsaKeyPair::from_pkcs8(&rsa).unwrap(),
            rsa_kid,
            ed25519: Ed25519KeyPair::from_pkcs8(&ed25519).unwrap(),
            ed25519_kid,
        }
    }

    /// Returns what a key is called in the header of a token.
    pub fn kid(&self, key: SigningKey) -> &str {
        match key {
            SigningKey::Rsa => &self.rsa_kid,
            SigningKey::Ed25519 => &self.ed25519_kid,
        }
    }

    /// Returns the header that the registry writes for a key.
    pub fn header(&self, key: SigningKey) -> Value {
        json!({ "typ": "JWT", "alg": key.alg(), "kid": self.kid(key) })
    }

    /// Puts a token together and signs it with a key, whatever the header says.
    pub fn token(&self, key: SigningKey, header: impl Display, claims: impl Display) -> String {
        let input = input(header, claims);
        let signature = match key {
            SigningKey::Rsa => self.rsa_signature(&RSA_PKCS1_SHA256, &input),
            SigningKey::Ed25519 => self.ed25519.sign(input.as_bytes()).as_ref().to_vec(),
        };
        joined(&input, &signature)
    }

    /// Signs the claims as the registry does.
    pub fn proper(&self, key: SigningKey, claims: impl Display) -> String {
        self.token(key, self.header(key), claims)
    }

    /// Signs with the RSA key in the ways that JWTs know and this registry does not.
    pub fn other_rsa(&self, claims: &Value) -> Vec<(&'static str, String)> {
        let ways: [(&str, &dyn signature::RsaEncoding); 3] = [
            ("RS384", &RSA_PKCS1_SHA384),
            ("RS512", &RSA_PKCS1_SHA512),
            ("PS256", &RSA_PSS_SHA256),
        ];
        let token = |(alg, encoding): (&'static str, &'static dyn signature::RsaEncoding)| {
            let header = json!({ "typ": "JWT", "alg": alg, "kid": self.rsa_kid });
            let input = input(header, claims);
            (alg, joined(&input, &self.rsa_signature(encoding, &input)))
        };
        ways.into_iter().map(token).collect()
    }

    /// Returns the public half of a key in all the forms in which somebody may have got it: each is a secret
    /// that a confused verifier could take for an HMAC key.
    pub fn public_forms(&self, key: SigningKey) -> Vec<(&'static str, Vec<u8>)> {
        match key {
            SigningKey::Rsa => {
                let pkcs1 = self.rsa.public().as_ref().to_vec();
                let spki = rsa_spki(&pkcs1);
                let parts = PublicKeyComponents::<Vec<u8>>::from(self.rsa.public());
                let jwks_n = URL_SAFE_NO_PAD.encode(&parts.n);
                vec![
                    ("SPKI in PEM", pem("PUBLIC KEY", &spki)),
                    ("SPKI in DER", spki),
                    ("PKCS #1 in PEM", pem("RSA PUBLIC KEY", &pkcs1)),
                    ("PKCS #1 in DER", pkcs1),
                    ("the modulus", parts.n),
                    ("n of the JWKS", jwks_n.into_bytes()),
                ]
            }
            SigningKey::Ed25519 => {
                let public = self.ed25519.public_key().as_ref().to_vec();
                let spki = [ED25519_SPKI, &public].concat();
                vec![
                    ("SPKI in PEM", pem("PUBLIC KEY", &spki)),
                    ("SPKI in DER", spki),
                    (
                        "x of the JWKS",
                        URL_SAFE_NO_PAD.encode(&public).into_bytes(),
                    ),
                    ("the bare key", public),
                ]
            }
        }
    }

    fn rsa_signature(&self, encoding: &'static dyn signature::RsaEncoding, input: &str) -> Vec<u8> {
        let mut signature = vec![0; self.rsa.public().modulus_len()];
        let random = SystemRandom::new();
        let signed = self
            .rsa
            .sign(encoding, &random, input.as_bytes(), &mut signature);
        signed.unwrap();
        signature
    }
}

/// A key of the attacker's own.
pub struct OwnKey {
    pair: Ed25519KeyPair,
}

impl fmt::Debug for OwnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnKey").finish_non_exhaustive()
    }
}

impl OwnKey {
    /// Makes one.
    pub fn make() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        Self { pair }
    }

    /// Returns its public half as a JWK.
    pub fn jwk(&self, kid: &str) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref());
        json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x })
    }

    /// Returns what the registry would call it.
    pub fn kid(&self) -> String {
        let print = digest::digest(&digest::SHA256, self.pair.public_key().as_ref());
        URL_SAFE_NO_PAD.encode(print)[..16].to_owned()
    }

    /// Signs whatever it is given.
    pub fn token(&self, header: impl Display, claims: impl Display) -> String {
        let input = input(header, claims);
        joined(&input, self.pair.sign(input.as_bytes()).as_ref())
    }
}

/// Puts a token together and authenticates it with HMAC-SHA-256.
pub fn hs256(secret: &[u8], header: impl Display, claims: impl Display) -> String {
    let input = input(header, claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    joined(&input, hmac::sign(&key, input.as_bytes()).as_ref())
}

/// Puts a token together with this text in the place of its signature.
pub fn with_signature(header: impl Display, claims: impl Display, signature: &str) -> String {
    format!("{}.{signature}", input(header, claims))
}

/// Returns the header and the claims of a token, unchecked.
#[track_caller]
pub fn opened(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| {
        let bytes = URL_SAFE_NO_PAD.decode(part).unwrap();
        serde_json::from_slice(&bytes).unwrap_or_default()
    });
    (parts.next().unwrap(), parts.next().unwrap())
}

fn input(header: impl Display, claims: impl Display) -> String {
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}", part(header.to_string()), part(claims.to_string()))
}

fn joined(input: &str, signature: &[u8]) -> String {
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Returns the name and the PKCS #8 of the newest key; the time in the name has a fixed width.
#[track_caller]
fn newest(registry: &Registry, key: SigningKey) -> (String, Vec<u8>) {
    let folder = registry.data().join("keys");
    let names = fs::read_dir(&folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let stems = names.filter_map(|name| name.strip_suffix(".pk8").map(str::to_owned));
    let stem = stems
        .filter(|stem| stem.starts_with(key.file_prefix()))
        .max();
    let stem = stem.unwrap_or_else(|| {
        panic!("{key:?} should have been made in {}", folder.display());
    });
    // `rs256-1767225600000-KID.pk8`; the kid may have hyphens in it.
    let kid = stem.splitn(3, '-').nth(2).unwrap().to_owned();
    (kid, fs::read(folder.join(format!("{stem}.pk8"))).unwrap())
}

/// What comes before the 32 bytes of an Ed25519 key in a `SubjectPublicKeyInfo` (RFC 8410).
const ED25519_SPKI: &[u8] = &[
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// `rsaEncryption` with its NULL (RFC 3279).
const RSA_ALGORITHM: &[u8] = &[
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// Wraps an RSA public key in a `SubjectPublicKeyInfo`, which is what most tools write.
fn rsa_spki(pkcs1: &[u8]) -> Vec<u8> {
    let bits = der(0x03, &[&[0], pkcs1].concat());
    der(0x30, &[RSA_ALGORITHM, &bits].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82], &length[..], content].concat()
}

fn pem(label: &str, der: &[u8]) -> Vec<u8> {
    let encoded = STANDARD.encode(der);
    let lines = encoded.as_bytes().chunks(64);
    let lines = lines.map(|line| std::str::from_utf8(line).unwrap());
    let body = lines.collect::<Vec<_>>().join("\n");
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n").into_bytes()
}
