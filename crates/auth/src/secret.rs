//! Secrets that are no JSON Web Tokens: API keys and refresh tokens.
//!
//! Each has a prefix by which programs that look for leaked secrets know it, the name of its session,
//! which is no secret, and 256 bits that are. A refresh token has 128 more before those, which its
//! successors have as well: so one that was exchanged before is known for a copy, however long ago that
//! was, and none of those has to be kept. Only a hash of those is kept. It is a plain SHA-256:
//! nobody can guess 256 bits, so a slow hash would protect nothing.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use catalog::{CatalogError, OpenSession, RefreshSecret, Session, SessionKind};
use ring::{
    digest,
    rand::{SecureRandom, SystemRandom},
};
use subtle::ConstantTimeEq;

use crate::{
    auth::Auth,
    login::{LoginError, random_id},
};

/// Length of a session's name in a secret.
const ID: usize = 32;

/// Bytes that nobody can guess.
const RANDOM: usize = 32;

/// Bytes that nobody can guess either, and that a refresh token and its successors share.
const FAMILY: usize = 16;

/// Lengths of both as text.
const RANDOM_TEXT: usize = 43;
const FAMILY_TEXT: usize = 22;

/// What a secret is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SecretKind {
    ApiKey,
    Refresh,
}

impl SecretKind {
    const ALL: [Self; 2] = [Self::ApiKey, Self::Refresh];

    /// The part of a secret that its successors have as well. One that was cut off on its way is no copy
    /// that somebody else uses.
    fn family_in(self, secret: &str) -> Option<&str> {
        let is_whole = self == Self::Refresh && secret.len() == FAMILY_TEXT + RANDOM_TEXT;
        secret.get(..FAMILY_TEXT).filter(|_| is_whole)
    }

    /// The kind of the sessions that have such a secret.
    const fn of_session(self) -> SessionKind {
        match self {
            Self::ApiKey => SessionKind::Key,
            Self::Refresh => SessionKind::Refresh,
        }
    }

    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey => "r13k_",
            Self::Refresh => "r13r_",
        }
    }
}

/// The hash of a secret's random half, or of the part that a family shares.
#[derive(Clone, Copy)]
pub(crate) struct SecretHash([u8; 32]);

impl SecretHash {
    fn of(random: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, random.as_bytes()).as_ref());
        Self(hash)
    }

    /// Whether it is the hash that a session has. The time it takes tells nothing of either.
    pub(crate) fn is(&self, kept: &[u8; 32]) -> bool {
        self.0.ct_eq(kept).into()
    }

    pub(crate) const fn bytes(self) -> [u8; 32] {
        self.0
    }
}

/// A secret that was made: what its owner is shown once, and what is kept of it.
pub(crate) struct NewSecret {
    pub(crate) text: String,
    pub(crate) session: String,
    pub(crate) hash: SecretHash,
    /// Of the part which the secrets after it have as well.
    pub(crate) family: SecretHash,
}

impl NewSecret {
    pub(crate) fn make(kind: SecretKind) -> Result<Self, LoginError> {
        let family = match kind {
            SecretKind::ApiKey => String::new(),
            SecretKind::Refresh => random::<FAMILY>()?,
        };
        Self::of_family(kind, &random_id()?, &family)
    }

    /// Makes the secret that comes after one.
    pub(crate) fn after(sent: &SentSecret<'_>) -> Result<Self, LoginError> {
        Self::of_family(sent.kind, sent.session, sent.family)
    }

    fn of_family(kind: SecretKind, session: &str, family: &str) -> Result<Self, LoginError> {
        let secret = format!("{family}{}", random::<RANDOM>()?);
        Ok(Self {
            text: format!("{}{session}_{secret}", kind.prefix()),
            hash: SecretHash::of(&secret),
            family: SecretHash::of(family),
            session: session.to_owned(),
        })
    }
}

fn random<const BYTES: usize>() -> Result<String, LoginError> {
    let mut bytes = [0; BYTES];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| LoginError::Signing)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

impl fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSecret")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

/// A secret that somebody sent.
pub(crate) struct SentSecret<'a> {
    pub(crate) kind: SecretKind,
    pub(crate) session: &'a str,
    pub(crate) hash: SecretHash,
    family: &'a str,
}

impl<'a> SentSecret<'a> {
    /// Reads a text that begins like a secret. `None` for what is none; what is one and was cut or
    /// changed has no session, so it is found to be unknown like any other.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (kind, rest) = SecretKind::ALL
            .into_iter()
            .find_map(|kind| Some((kind, text.strip_prefix(kind.prefix())?)))?;
        let (session, random) = rest.split_at_checked(ID).unwrap_or(("", ""));
        let random = random.strip_prefix('_').unwrap_or_default();
        Some(Self {
            kind,
            session,
            hash: SecretHash::of(random),
            family: kind.family_in(random).unwrap_or_default(),
        })
    }
}

/// A secret that was taken apart: what is left to be held against the session.
#[derive(Clone, Copy)]
pub(crate) struct Claim {
    kind: SecretKind,
    hash: SecretHash,
}

impl Claim {
    /// Whether a session has this secret.
    pub(crate) fn fits(&self, session: &Session) -> bool {
        let kept = session.secret.as_ref();
        session.kind == self.kind.of_session() && kept.is_some_and(|kept| self.hash.is(kept))
    }
}

impl SentSecret<'_> {
    /// What a session may know it by.
    pub(crate) fn refresh(&self) -> RefreshSecret {
        RefreshSecret {
            secret: self.hash.bytes(),
            family: SecretHash::of(self.family).bytes(),
        }
    }

    /// What is left to be held against the session once that is found.
    pub(crate) const fn claim(&self) -> Claim {
        Claim {
            kind: self.kind,
            hash: self.hash,
        }
    }
}

impl Auth {
    /// Returns the open session whose secret this is.
    pub(crate) async fn find_by_secret(
        &self,
        sent: &SentSecret<'_>,
    ) -> Result<Option<OpenSession>, CatalogError> {
        let claim = sent.claim();
        let open = self.find_session(sent.session.to_owned()).await?;
        Ok(open.filter(|open| claim.fits(&open.session)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_known_again_and_nothing_else() {
        for kind in SecretKind::ALL {
            let made = NewSecret::make(kind).unwrap();
            let sent = SentSecret::parse(&made.text).unwrap();
            assert_eq!((sent.kind, sent.session), (kind, made.session.as_str()));
            assert!(sent.hash.is(&made.hash.bytes()));
            let cut = SentSecret::parse(made.text.get(..made.text.len() - 1).unwrap()).unwrap();
            assert!(!cut.hash.is(&made.hash.bytes()));
            let next = NewSecret::after(&sent).unwrap();
            assert_eq!(next.session, made.session);
            assert!(!next.hash.is(&made.hash.bytes()));
            assert!(next.family.is(&sent.refresh().family));
            let other = NewSecret::make(kind).unwrap();
            let shares = other.family.is(&made.family.bytes());
            assert_eq!(shares, kind == SecretKind::ApiKey, "a key has no family");
            assert!(!format!("{made:?}").contains(&made.text));
        }
    }

    #[test]
    fn what_is_no_secret_is_told_from_what_is_a_broken_one() {
        for text in ["", "a.b.c", "r13_", "R13K_", "r13x_0", " r13k_"] {
            assert!(SentSecret::parse(text).is_none(), "{text}");
        }
        for text in [
            "r13k_",
            "r13r_é",
            "r13k_0123",
            "r13k_0123456789abcdef0123456789abcdef",
        ] {
            assert!(SentSecret::parse(text).is_some(), "{text}");
        }
        let long = format!("r13k_{}é_x", "a".repeat(31));
        assert_eq!(SentSecret::parse(&long).unwrap().session, "");
    }
}
