//! Why a registry did not do what it was asked.

use std::time::Duration;

use super::Refusal;
use crate::RegistryUrl;

/// Why a registry did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// What is asked for cannot be written as a URL.
    #[error("{registry} has no such path")]
    Path {
        /// The registry.
        registry: RegistryUrl,
    },
    /// Nobody answers there. Nothing was done.
    #[error("the registry at {registry} is down or cannot be reached: {problem}")]
    Unreachable {
        /// The registry.
        registry: RegistryUrl,
        /// What the system said.
        problem: String,
    },
    /// The connection broke. Whether the registry did what it was asked is not known.
    #[error("the connection to the registry at {registry} broke: {problem}")]
    Broken {
        /// The registry.
        registry: RegistryUrl,
        /// What the system said.
        problem: String,
    },
    /// The system has no certificates, or none that can be read.
    #[error("this system's certificates, which HTTPS needs, cannot be read: {problem}")]
    Certificates {
        /// What is wrong with them.
        problem: String,
    },
    /// It took too long. Whether the registry did what it was asked is not known.
    #[error("the registry at {registry} gave no answer within {} seconds", time.as_secs_f32())]
    TooSlow {
        /// The registry.
        registry: RegistryUrl,
        /// How long was waited.
        time: Duration,
    },
    /// It answered, and said no.
    #[error("the registry at {registry} {refusal}")]
    Refused {
        /// The registry.
        registry: RegistryUrl,
        /// What it said.
        refusal: Refusal,
    },
    /// It sends us on to another server, which gets no credentials of this one and is not asked.
    #[error("the registry at {registry} sends us on to {place}, which is not followed")]
    Redirected {
        /// The registry.
        registry: RegistryUrl,
        /// Where to.
        place: String,
    },
    /// The answer has no end.
    #[error("the answer of the registry at {registry} is larger than {limit} bytes")]
    TooLarge {
        /// The registry.
        registry: RegistryUrl,
        /// The longest that is read, in bytes.
        limit: usize,
    },
    /// It may be no registry.
    #[error("the answer of the registry at {registry} is not what was asked for: {problem}")]
    NotUnderstood {
        /// The registry.
        registry: RegistryUrl,
        /// What is wrong with it.
        problem: String,
    },
}

impl RequestError {
    /// What the registry said, if it said no.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal),
            _ => None,
        }
    }
}
