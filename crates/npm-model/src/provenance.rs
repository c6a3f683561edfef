//! Provenance: what says where and how a version was built, signed by who built it.
//!
//! It comes as a Sigstore bundle: an envelope with a statement in it, the signature over that, and the
//! certificate the signature was made with. The statement names what it is about, by name and digest.
//!
//! **Whether the signature holds is not verified here.** That takes Sigstore's roots of trust, which
//! change and come over the network; clients have them and verify (`npm audit signatures`). What is
//! verified is what needs no trust: that the bundle can be read as clients will read it, and that it is
//! about this version of this package with exactly these bytes. So nobody can hang the provenance of
//! something else on a version, and what is stored is what clients can make a judgement of.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::integrity::Integrity;
use crate::manifest::{MAX_DEPTH, depth};
use crate::name::PackageName;
use crate::quoted::Quoted;
use crate::version::Version;

/// How the media type of every Sigstore bundle begins; a version follows, in two spellings.
const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle";

/// The type of a payload that is an in-toto statement.
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// Longest predicate type, in bytes: it stands in each packument.
const LONGEST_TYPE: usize = 256;

/// Holds a Sigstore bundle and what it is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Provenance {
    predicate_type: String,
    bundle: String,
    subject: Subject,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Subject {
    name: String,
    sha512: Option<Integrity>,
}

/// Why a text is no provenance, or not that of a version.
#[derive(Debug, thiserror::Error)]
pub enum ProvenanceError {
    /// It is no JSON, or lacks what every bundle has.
    #[error("the provenance is not a Sigstore bundle: {reason}")]
    Bundle {
        /// What was wrong with it.
        reason: Quoted,
    },
    /// Clients that read JSON recursively would fail on it.
    #[error("the provenance nests more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// It is JSON of another kind.
    #[error("the provenance has the media type {found}, which is not that of a Sigstore bundle")]
    MediaType {
        /// What it says it is.
        found: Quoted,
    },
    /// It holds something else than a statement.
    #[error("the provenance holds a {found}, which is not an in-toto statement")]
    PayloadType {
        /// What it says it holds.
        found: Quoted,
    },
    /// Nobody signed it.
    #[error("the provenance has no signature")]
    Unsigned,
    /// What was signed is not base64.
    #[error("the statement in the provenance is not valid base64")]
    Base64,
    /// What was signed is no statement.
    #[error("the statement in the provenance cannot be read: {reason}")]
    Statement {
        /// What was wrong with it.
        reason: Quoted,
    },
    /// Clients look at the first subject alone, so another one would vouch for nothing.
    #[error("the statement in the provenance must have one subject, and this one has {count}")]
    Subjects {
        /// How many it has.
        count: usize,
    },
    /// It does not say which kind of statement it makes.
    #[error(
        "the statement in the provenance must have a predicate type of at most {LONGEST_TYPE} bytes"
    )]
    PredicateType,
    /// It is about something else.
    #[error("the provenance is of {found}, but {expected} is published")]
    OtherName {
        /// What it is about.
        found: Quoted,
        /// What it should be about.
        expected: String,
    },
    /// It is about other bytes.
    #[error("the provenance is of a tarball with another SHA-512 than the one that is published")]
    OtherBytes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle<'a> {
    #[serde(borrow)]
    media_type: Cow<'a, str>,
    #[serde(borrow)]
    dsse_envelope: Envelope<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(borrow)]
    payload: Cow<'a, str>,
    #[serde(borrow)]
    payload_type: Cow<'a, str>,
    #[serde(borrow)]
    signatures: Vec<EnvelopeSignature<'a>>,
}

#[derive(Deserialize)]
struct EnvelopeSignature<'a> {
    #[serde(borrow, rename = "sig")]
    _sig: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    subject: Vec<StatementSubject>,
    predicate_type: String,
}

#[derive(Deserialize)]
struct StatementSubject {
    name: String,
    digest: SubjectDigest,
}

#[derive(Deserialize)]
struct SubjectDigest {
    sha512: String,
}

impl Provenance {
    /// Reads a Sigstore bundle with a statement in it.
    pub fn parse(bundle: &str) -> Result<Self, ProvenanceError> {
        if depth(bundle.as_bytes()) > MAX_DEPTH {
            return Err(ProvenanceError::TooDeep);
        }
        let Bundle {
            media_type,
            dsse_envelope: envelope,
        } = serde_json::from_str(bundle).map_err(|error| ProvenanceError::Bundle {
            reason: Quoted::new(&error.to_string()),
        })?;
        if !media_type.starts_with(MEDIA_TYPE) {
            let found = Quoted::new(&media_type);
            return Err(ProvenanceError::MediaType { found });
        }
        if envelope.payload_type != PAYLOAD_TYPE {
            let found = Quoted::new(&envelope.payload_type);
            return Err(ProvenanceError::PayloadType { found });
        }
        if envelope.signatures.is_empty() {
            return Err(ProvenanceError::Unsigned);
        }
        let statement = STANDARD
            .decode(envelope.payload.as_bytes())
            .map_err(|_| ProvenanceError::Base64)?;
        let Statement {
            subject,
            predicate_type,
        } = serde_json::from_slice(&statement).map_err(|error| ProvenanceError::Statement {
            reason: Quoted::new(&error.to_string()),
        })?;
        if predicate_type.is_empty() || predicate_type.len() > LONGEST_TYPE {
            return Err(ProvenanceError::PredicateType);
        }
        let count = subject.len();
        let [subject] =
            <[_; 1]>::try_from(subject).map_err(|_: Vec<_>| ProvenanceError::Subjects { count })?;
        Ok(Self {
            predicate_type,
            bundle: bundle.to_owned(),
            subject: Subject {
                sha512: Integrity::from_hex(&subject.digest.sha512),
                name: subject.name,
            },
        })
    }

    /// Checks that it is about this version of the package with exactly these bytes.
    pub fn check_subject(
        &self,
        package: &PackageName,
        version: &Version,
        tarball: &Integrity,
    ) -> Result<(), ProvenanceError> {
        let expected = package_url(package, version);
        if self.subject.name != expected {
            let found = Quoted::new(&self.subject.name);
            return Err(ProvenanceError::OtherName { found, expected });
        }
        if self.subject.sha512.as_ref() != Some(tarball) {
            return Err(ProvenanceError::OtherBytes);
        }
        Ok(())
    }

    /// Returns the kind of statement it makes, such as `https://slsa.dev/provenance/v1`.
    pub fn predicate_type(&self) -> &str {
        &self.predicate_type
    }

    /// Returns the bundle as it was sent.
    pub fn bundle(&self) -> &str {
        &self.bundle
    }
}

/// Returns how statements name a version: `pkg:npm/%40scope/name@1.0.0`.
fn package_url(package: &PackageName, version: &Version) -> String {
    let name = package.as_str().replacen('@', "%40", 1);
    format!("pkg:npm/{name}@{version}")
}

/// Returns where what is stated of a version is below the registry's base:
/// `-/npm/v1/attestations/@scope%2fname@1.0.0`.
pub fn attestations_path(package: &PackageName, version: &Version) -> String {
    let name = package.as_str().replacen('/', "%2f", 1);
    format!("-/npm/v1/attestations/{name}@{version}")
}

#[cfg(test)]
mod tests;
