//! Issuers elsewhere, whose tokens count here: what they have signed with the keys they publish.
//!
//! Under an issuer's name for which no keys are configured, tokens are ours, and count while their
//! session is open. Under one with keys they count only if one of those keys signed them, and only while the 13
//! bytes choose that issuer. Such a token has no session here, so nothing here can end it before its
//! time; disabling the account that it names does. A token that a key of ours signed is ours under every
//! name and has to have its session here, or else removing an account would bring its old tokens back: two
//! registries that believe each other each have keys of their own.

mod set;
mod source;

use std::{fmt, path::PathBuf, str::FromStr, sync::Arc, time::SystemTime};

use catalog::Role;
use config13::Config13;
use http::Uri;
use jsonwebtoken::{Validation, dangerous, errors::ErrorKind};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    account::check_user_name,
    auth::Auth,
    identity::{Caller, IdentifyError, TokenProblem},
    keys::SigningKey,
    limits::TokenLimits,
    login::LoginError,
    token::{self, Claims, Issuers, LONGEST},
};

use set::RemoteKey;
pub(crate) use source::RemoteKeys;

/// How far an issuer's clock may be ahead of ours, in seconds.
const AHEAD: u64 = 30;

/// Where an issuer publishes its keys.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum JwksSource {
    /// In a file on this machine, which is read again when it changes.
    File(PathBuf),
    /// At an address, asked when it is needed.
    Url(Uri),
}

/// Why a text tells nowhere to find keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "keys are in a file or at an http:// or https:// URL, without a user name or password in it"
)]
pub struct JwksSourceError;

impl FromStr for JwksSource {
    type Err = JwksSourceError;

    fn from_str(text: &str) -> Result<Self, JwksSourceError> {
        let Some((scheme, _)) = text.split_once("://") else {
            return match text {
                "" => Err(JwksSourceError),
                path => Ok(Self::File(path.into())),
            };
        };
        let url: Uri = text.parse().map_err(|_| JwksSourceError)?;
        let is_web = ["http", "https"]
            .iter()
            .any(|web| scheme.eq_ignore_ascii_case(web));
        let authority = url.authority().map(http::uri::Authority::as_str);
        let is_plain = authority.is_some_and(|it| !it.is_empty() && !it.contains('@'));
        (is_web && is_plain)
            .then_some(Self::Url(url))
            .ok_or(JwksSourceError)
    }
}

impl fmt::Display for JwksSource {
    /// Without what follows a question mark, which may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Url(url) => {
                let (scheme, authority) = (url.scheme_str(), url.authority());
                if let (Some(scheme), Some(authority)) = (scheme, authority) {
                    write!(f, "{scheme}://{authority}")?;
                }
                f.write_str(url.path())
            }
        }
    }
}

/// Which issuers elsewhere are believed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Trust {
    /// The keys of the private issuer; ours when nothing is said.
    pub private_jwks: Option<JwksSource>,
    /// The keys of the public issuer; ours when nothing is said.
    pub public_jwks: Option<JwksSource>,
    /// What their tokens have to be for. When nothing is said, a token that is for anybody in particular has to
    /// be for this registry's URL.
    pub audience: Option<String>,
}

/// The keys of a configured issuer cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the keys of {issuer} in {place} cannot be used: {problem}")]
pub struct TrustError {
    /// The issuer.
    issuer: String,
    /// Where its keys should be.
    place: JwksSource,
    /// What is wrong.
    problem: String,
}

/// The issuers elsewhere, with their keys.
#[derive(Debug)]
pub(crate) struct Remotes {
    by_issuer: Vec<Arc<RemoteKeys>>,
    audience: Option<String>,
    /// What stands for this registry when no audience is configured.
    local: String,
}

impl Remotes {
    /// Reads the keys that are in files: what is configured wrongly shows at the start. Asks nobody yet.
    pub(crate) fn open(issuers: &Issuers, trust: Trust) -> Result<Self, TrustError> {
        let Trust {
            private_jwks,
            public_jwks,
            audience,
        } = trust;
        let mut by_issuer: Vec<Arc<RemoteKeys>> = Vec::new();
        if let (Some(private), Some(public)) = (&private_jwks, &public_jwks)
            && issuers.private == issuers.public
            && private != public
        {
            return Err(TrustError {
                issuer: issuers.public.clone(),
                place: public.clone(),
                problem: format!("its keys are in {private} too; name one place"),
            });
        }
        for (issuer, source) in [
            (&issuers.private, private_jwks),
            (&issuers.public, public_jwks),
        ] {
            let Some(source) = source else { continue };
            let keys = RemoteKeys::open(issuer, &source);
            let keys = keys.map_err(|problem| TrustError {
                issuer: issuer.clone(),
                place: source,
                problem,
            })?;
            by_issuer.push(Arc::new(keys));
        }
        let local = &issuers.local;
        Ok(Self {
            by_issuer,
            audience,
            local: local.strip_suffix("/_auth").unwrap_or(local).to_owned(),
        })
    }

    /// Returns the keys that are configured for an issuer.
    fn of(&self, issuer: &str) -> Option<&Arc<RemoteKeys>> {
        self.by_issuer.iter().find(|keys| keys.issuer() == issuer)
    }

    /// Checks whom a token is for.
    fn admits(&self, claims: &RemoteClaims) -> bool {
        match (&claims.aud, &self.audience) {
            (None, wanted) => wanted.is_none(),
            (Some(aud), Some(wanted)) => aud.names(wanted),
            (Some(aud), None) => aud.names(&self.local),
        }
    }
}

/// What a token of an issuer elsewhere says.
#[derive(Debug, Deserialize)]
pub(crate) struct RemoteClaims {
    iss: String,
    sub: String,
    exp: u64,
    nbf: Option<u64>,
    aud: Option<Audience>,
    #[serde(default)]
    limited: Value,
}

/// Whom a token is for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn names(&self, wanted: &str) -> bool {
        match self {
            Self::One(one) => one == wanted,
            Self::Several(several) => several.iter().any(|one| one == wanted),
        }
    }
}

/// A token whose signature, issuer and times are right.
pub(crate) enum Proven {
    /// Ours, and the name of the key that signed it. Its session is still to be asked for.
    Ours(Claims, String),
    /// Of an issuer elsewhere.
    Elsewhere(RemoteClaims),
}

/// A caller whom an issuer elsewhere vouches for.
pub(crate) struct VouchedFor {
    pub(crate) caller: Arc<Caller>,
    pub(crate) issuer: String,
    pub(crate) expires: u64,
}

impl Auth {
    /// Checks everything that a token says of itself, by the keys that its issuer has.
    pub(crate) async fn prove(
        &self,
        token: &str,
        settings: &Config13,
    ) -> Result<Proven, TokenProblem> {
        let ours = || {
            let verified = token::verify(&self.keys, &self.issuers, token);
            verified.map(|(claims, kid)| Proven::Ours(claims, kid))
        };
        let Some((issuer, keys)) = self.elsewhere(token) else {
            return ours();
        };
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenProblem::Malformed)?;
        let kid = header.kid.ok_or(TokenProblem::UnknownKey)?;
        let own = self.keys.public(&kid);
        // A token of ours stays good whatever the 13 bytes say now. Others count while theirs is chosen.
        let is_chosen = self.issuer(settings) == issuer;
        if own.is_none() && !is_chosen {
            return Err(TokenProblem::ForeignIssuer);
        }
        let key = keys.find(&kid).await.ok_or(TokenProblem::UnknownKey)?;
        if own.is_some_and(|own| own == key.jwk) {
            return ours();
        }
        if !is_chosen {
            return Err(TokenProblem::ForeignIssuer);
        }
        // What has to be understood is not understood here (RFC 7515, 4.1.11).
        if header.crit.is_some() {
            return Err(TokenProblem::Malformed);
        }
        let claims = verify(&key, &issuer, token)?;
        if !claims.limited.is_null() && claims.limited != Value::Bool(false) {
            return Err(TokenProblem::LimitedElsewhere);
        }
        if !self.remotes.admits(&claims) {
            return Err(TokenProblem::ForeignAudience);
        }
        Ok(Proven::Elsewhere(claims))
    }

    /// Returns the keys of the issuer that a token names, when that one has keys elsewhere.
    fn elsewhere(&self, token: &str) -> Option<(String, &Arc<RemoteKeys>)> {
        #[derive(Deserialize)]
        struct Named {
            iss: String,
        }
        if self.remotes.by_issuer.is_empty() || token.len() > LONGEST {
            return None;
        }
        // Nothing is believed of it: it chooses the keys that have to have signed it.
        let Named { iss } = dangerous::insecure_decode_claims(token).ok()?;
        let keys = self.remotes.of(&iss)?;
        Some((iss, keys))
    }

    /// Returns the caller that a token of an issuer elsewhere names: the account of that name, or
    /// somebody without one, who publishes.
    pub(crate) async fn vouched_for(
        &self,
        claims: RemoteClaims,
    ) -> Result<Result<VouchedFor, TokenProblem>, IdentifyError> {
        let RemoteClaims { iss, sub, exp, .. } = claims;
        // `Alice` may be somebody else there than `alice`.
        if check_user_name(&sub).as_ref() != Ok(&sub) {
            return Ok(Err(TokenProblem::Malformed));
        }
        let caller = match self.find_account(&sub).await? {
            Some(account) if account.disabled => return Ok(Err(TokenProblem::Revoked)),
            Some(account) => Caller::new(account, TokenLimits::default(), String::new()),
            None => Caller {
                name: sub,
                email: String::new(),
                role: Role::Publisher,
                limits: TokenLimits::default(),
                session: String::new(),
            },
        };
        Ok(Ok(VouchedFor {
            caller: Arc::new(caller),
            issuer: iss,
            expires: exp,
        }))
    }

    /// Checks that tokens can be issued here now.
    pub async fn check_issues_here(&self, settings: &Config13) -> Result<(), LoginError> {
        if self.remotes.of(self.issuer(settings)).is_none() {
            return Ok(());
        }
        self.signing_key(settings).await.map(|_| ())
    }

    /// Returns the key that signs the next token, making it if there is none. Under the name of an
    /// issuer whose keys are elsewhere that is the newest one of ours among them: after a rotation the
    /// one before, until the new one is published there.
    pub(crate) async fn signing_key(
        &self,
        settings: &Config13,
    ) -> Result<Arc<SigningKey>, LoginError> {
        let (algorithm, issuer) = (token::algorithm(settings), self.issuer(settings));
        let newest = self.keys.signing(algorithm).await?;
        let Some(published) = self.remotes.of(issuer) else {
            return Ok(newest);
        };
        for own in self.keys.known().iter() {
            if own.signing.algorithm == algorithm
                && let Some(key) = published.find(&own.signing.kid).await
                && key.jwk == own.jwk
            {
                return Ok(Arc::clone(&own.signing));
            }
        }
        Err(LoginError::IssuedElsewhere {
            issuer: issuer.to_owned(),
        })
    }
}

fn verify(key: &RemoteKey, issuer: &str, token: &str) -> Result<RemoteClaims, TokenProblem> {
    let key = &key.verifying;
    // The key decides the algorithm, never the token.
    let mut validation = Validation::new(key.algorithm.jwt());
    validation.leeway = 0;
    // Whom it is for and from when on it counts is looked at by the caller and below.
    validation.validate_aud = false;
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "iss", "sub"]);
    let decoded = jsonwebtoken::decode::<RemoteClaims>(token, &key.decoding, &validation);
    let claims = decoded.map_err(|error| match error.kind() {
        ErrorKind::ExpiredSignature => TokenProblem::Expired,
        ErrorKind::InvalidIssuer => TokenProblem::ForeignIssuer,
        ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm => TokenProblem::BadSignature,
        _ => TokenProblem::Malformed,
    })?;
    let claims = claims.claims;
    let now = token::seconds(SystemTime::now());
    if claims.nbf.is_some_and(|nbf| nbf > now + AHEAD) {
        return Err(TokenProblem::NotYetValid);
    }
    Ok(claims)
}
