//! Which status and which words a failure becomes. Every error of the floors below is matched here
//! or in [`mod@auth`] variant by variant, so that a new one breaks the build where its status is chosen.

mod auth;

use std::{
    error::Error,
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use ::auth::Denied;
use catalog::{CatalogError, EventKind};
use http::{HeaderName, HeaderValue, StatusCode, header};
use npm_model::NameError;
use serde::Serialize;
use storage::{ChangeError, DraftError, PublishError, ReadError, TagError};
use web::{
    HeadTooLong, HostRefused, Response,
    receive::ReceiveError,
    reply::{self, ErrorBody},
};

use crate::live::NoPlace;

/// A request that is not granted: the status and what the client is told.
#[derive(Debug)]
pub(crate) struct Reject {
    status: StatusCode,
    text: String,
    header: Option<(HeaderName, HeaderValue)>,
    /// Why a token did not help, as one word for programs.
    reason: Option<&'static str>,
    /// Said by whoever was asked whether a token is valid.
    valid: Option<bool>,
    /// What somebody wanted who has no right to it, for the list of events.
    denied: Option<(EventKind, String)>,
}

impl Reject {
    /// The client is told the error's own words.
    pub(crate) fn told(status: StatusCode, error: impl fmt::Display) -> Self {
        Self {
            status,
            text: error.to_string(),
            header: None,
            reason: None,
            valid: None,
            denied: None,
        }
    }

    /// The client is told where to look, and the log gets the error with all its causes.
    pub(crate) fn logged(error: &dyn Error) -> Self {
        static FAILURES: AtomicU64 = AtomicU64::new(1);
        let number = FAILURES.fetch_add(1, Ordering::Relaxed);
        let mut causes = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            causes = format!("{causes}: {error}");
            cause = error.source();
        }
        tracing::error!(failure = number, "{causes}");
        let text = format!("internal error; the registry's log tells more under failure={number}");
        Self::told(StatusCode::INTERNAL_SERVER_ERROR, text)
    }

    pub(crate) fn bad_request(error: impl fmt::Display) -> Self {
        Self::told(StatusCode::BAD_REQUEST, error)
    }

    pub(crate) fn not_found(error: impl fmt::Display) -> Self {
        Self::told(StatusCode::NOT_FOUND, error)
    }

    pub(crate) fn too_large(error: impl fmt::Display) -> Self {
        Self::told(StatusCode::PAYLOAD_TOO_LARGE, error)
    }

    pub(crate) fn is_too_large(&self) -> bool {
        self.status == StatusCode::PAYLOAD_TOO_LARGE
    }

    /// It takes an account, and nobody was identified.
    pub(crate) fn log_in() -> Self {
        Denied::LogIn { problem: None }.into()
    }

    /// The path is there, and this is all it takes.
    pub(crate) fn method(allowed: &'static str) -> Self {
        Self::told(
            StatusCode::METHOD_NOT_ALLOWED,
            format!("use one of these methods: {allowed}"),
        )
        .with(header::ALLOW, allowed)
    }

    /// The bytes that are asked for lie beyond the end of a body of that length.
    pub(crate) fn not_satisfiable(length: u64) -> Self {
        let text = format!("that range is not there: the whole has {length} bytes");
        let mut reject = Self::told(StatusCode::RANGE_NOT_SATISFIABLE, text);
        let range = HeaderValue::try_from(format!("bytes */{length}"));
        reject.header = range.ok().map(|range| (header::CONTENT_RANGE, range));
        reject
    }

    /// It can be asked for again in so many seconds.
    pub(crate) fn later(seconds: u64, status: StatusCode, error: impl fmt::Display) -> Self {
        let mut reject = Self::told(status, error);
        reject.header = Some((header::RETRY_AFTER, seconds.into()));
        reject
    }

    fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some((name, HeaderValue::from_static(value)));
        self
    }

    fn because(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    fn of(mut self, kind: EventKind, target: impl Into<String>) -> Self {
        self.denied = Some((kind, target.into()));
        self
    }

    /// What was denied, if it was a right, and why.
    pub(crate) fn denied(&self) -> Option<(EventKind, String, &str)> {
        let (kind, target) = self.denied.as_ref()?;
        Some((*kind, target.clone(), &self.text))
    }

    /// The question was whether a token is valid, and this one is not.
    pub(crate) fn of_no_token(mut self) -> Self {
        self.valid = Some(false);
        self
    }

    pub(crate) fn into_response(self) -> Response {
        let body = Body {
            valid: self.valid,
            reason: self.reason,
            error: ErrorBody::new(&self.text),
        };
        let mut response = reply::json(self.status, &body);
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    valid: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(flatten)]
    error: ErrorBody<'a>,
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.text)
    }
}

impl From<HeadTooLong> for Reject {
    fn from(error: HeadTooLong) -> Self {
        let status = match error {
            HeadTooLong::Url => StatusCode::URI_TOO_LONG,
            HeadTooLong::Headers => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        };
        Self::told(status, error)
    }
}

impl From<HostRefused> for Reject {
    fn from(error: HostRefused) -> Self {
        let status = match error {
            HostRefused::Unclear { .. } => StatusCode::BAD_REQUEST,
            HostRefused::Foreign { .. } => StatusCode::MISDIRECTED_REQUEST,
        };
        Self::told(status, error)
    }
}

impl From<NameError> for Reject {
    fn from(error: NameError) -> Self {
        Self::bad_request(error)
    }
}

impl From<CatalogError> for Reject {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::DiskFull => Self::told(StatusCode::INSUFFICIENT_STORAGE, FULL),
            CatalogError::Undone => {
                Self::told(StatusCode::SERVICE_UNAVAILABLE, error).with(header::RETRY_AFTER, "1")
            }
            CatalogError::Closed => {
                Self::told(StatusCode::SERVICE_UNAVAILABLE, CLOSING).with(header::RETRY_AFTER, "5")
            }
            CatalogError::Damaged { .. } | CatalogError::Engine(_) => Self::logged(&error),
        }
    }
}

impl From<ReceiveError> for Reject {
    fn from(error: ReceiveError) -> Self {
        let status = match error {
            ReceiveError::NoRoom => {
                return Self::told(StatusCode::SERVICE_UNAVAILABLE, error)
                    .with(header::RETRY_AFTER, "5");
            }
            ReceiveError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            ReceiveError::TooSlow => StatusCode::REQUEST_TIMEOUT,
            ReceiveError::Broken | ReceiveError::BadGzip => StatusCode::BAD_REQUEST,
            ReceiveError::UnknownEncoding { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        };
        Self::told(status, error)
    }
}

impl From<ReadError> for Reject {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Catalog(error) => error.into(),
            ReadError::Closing => CatalogError::Closed.into(),
            ReadError::Tarball { .. } | ReadError::Encode(_) => Self::logged(&error),
        }
    }
}

impl From<DraftError> for Reject {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::DiskFull => Self::told(StatusCode::INSUFFICIENT_STORAGE, FULL),
            DraftError::Io { .. } => Self::logged(&error),
        }
    }
}

impl From<PublishError> for Reject {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::VersionExists { .. } => Self::told(StatusCode::CONFLICT, error),
            PublishError::SimilarName { .. } | PublishError::VersionRemoved { .. } => {
                Self::told(StatusCode::FORBIDDEN, error)
            }
            PublishError::NameRefused(_)
            | PublishError::IntegrityMismatch { .. }
            | PublishError::ShasumMismatch { .. }
            | PublishError::EmptyTarball { .. }
            | PublishError::Manifest(_) => Self::bad_request(error),
            PublishError::Provenance(_) => Self::told(StatusCode::UNPROCESSABLE_ENTITY, error),
            PublishError::Tarball(error) => error.into(),
            PublishError::Catalog(error) => error.into(),
        }
    }
}

impl From<ChangeError> for Reject {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::NoSuchPackage { .. }
            | ChangeError::NoSuchVersion { .. }
            | ChangeError::NotAnOwner { .. } => Self::not_found(error),
            ChangeError::Stale { .. } => Self::told(StatusCode::CONFLICT, error),
            ChangeError::AddsVersion { .. } => Self::bad_request(error),
            ChangeError::NoSuchUser { .. } | ChangeError::NoOwner { .. } => {
                Self::told(StatusCode::UNPROCESSABLE_ENTITY, error)
            }
            ChangeError::Catalog(error) => error.into(),
        }
    }
}

impl From<NoPlace> for Reject {
    fn from(error: NoPlace) -> Self {
        match error {
            NoPlace::InAll | NoPlace::AtAddress => {
                Self::later(30, StatusCode::SERVICE_UNAVAILABLE, error)
            }
        }
    }
}

impl From<TagError> for Reject {
    fn from(error: TagError) -> Self {
        match error {
            TagError::NoSuchPackage { .. }
            | TagError::NoSuchVersion { .. }
            | TagError::NoSuchTag { .. } => Self::not_found(error),
            TagError::LatestStays { .. } => Self::told(StatusCode::FORBIDDEN, error),
            TagError::Catalog(error) => error.into(),
        }
    }
}

const FULL: &str = "the registry's disk is full; nothing was published, ask its admin to make room";
const CLOSING: &str = "the registry is stopping; try again in a moment";
