//! Receiving request bodies: never more than was allowed, never slower than a patient server waits.

mod inflate;

use std::{pin::pin, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body::Body;
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout};

pub use inflate::Inflater;

/// How long a client may send nothing in the middle of a body.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes a second that a client has to send in the long run. Without it, a client that sends one
/// byte within each [`PATIENCE`] would hold its connection for ever.
const SLOWEST: u64 = 1024;

/// Memory that is set aside on the word of `Content-Length` alone.
const ON_TRUST: usize = 1024 * 1024;

/// Why a request body was not received.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// It is longer than this request's bodies may be.
    #[error("the request body is larger than the {limit} bytes allowed here")]
    TooLarge {
        /// The longest body allowed, in bytes, after decoding.
        limit: usize,
    },
    /// The client stopped sending.
    #[error("the request body did not arrive in time")]
    TooSlow,
    /// The connection broke.
    #[error("the request body could not be received")]
    Broken,
    /// The bodies of others take all the room there is.
    #[error("the registry receives too much at this moment; try again in a few seconds")]
    NoRoom,
    /// `Content-Encoding` names something this server cannot decode.
    #[error("the content encoding {encoding:?} is not supported; send gzip or none")]
    UnknownEncoding {
        /// The encoding, shortened.
        encoding: String,
    },
    /// The body says that it is gzipped, and is not.
    #[error("the request body is not valid gzip")]
    BadGzip,
}

/// Receives a whole body of at most `limit` bytes, undoing gzip.
///
/// A longer one is refused as soon as that is known, at best before a byte of it was read.
pub async fn whole<B>(headers: &HeaderMap, body: B, limit: usize) -> Result<Bytes, ReceiveError>
where
    B: Body<Data = Bytes>,
{
    whole_within(headers, body, limit, |_| true).await
}

/// As [`whole`], where `has_room` is asked before the body grows to so many bytes.
pub async fn whole_within<B>(
    headers: &HeaderMap,
    body: B,
    limit: usize,
    mut has_room: impl FnMut(usize) -> bool,
) -> Result<Bytes, ReceiveError>
where
    B: Body<Data = Bytes>,
{
    let mut inflater = Inflater::new(headers, limit)?;
    let body = pin!(body);
    let mut pieces = Pieces::new(body, limit)?;
    let mut received = BytesMut::with_capacity(pieces.announced.min(ON_TRUST));
    while let Some(data) = pieces.next().await? {
        if !has_room(received.len() + data.len()) {
            return Err(ReceiveError::NoRoom);
        }
        if received.capacity() - received.len() < data.len() {
            // Grows straight to the announced length once the client has shown that it sends.
            let missing = pieces.announced.saturating_sub(received.len());
            received.reserve(missing.max(data.len()));
        }
        received.extend_from_slice(&data);
    }
    let received = received.freeze();
    if !inflater.inflates() {
        return Ok(received);
    }
    // A small body can inflate to a large one, which takes its time.
    let inflating = tokio::task::spawn_blocking(move || {
        let mut inflated = Vec::new();
        let mut keep = |piece: &[u8]| {
            inflated.extend_from_slice(piece);
            Ok(())
        };
        inflater.push(&received, &mut keep)?;
        inflater.finish(keep)?;
        Ok(Bytes::from(inflated))
    });
    let inflated = inflating.await.unwrap_or(Err(ReceiveError::Broken))?;
    if has_room(inflated.len()) {
        Ok(inflated)
    } else {
        Err(ReceiveError::NoRoom)
    }
}

/// A body that arrives piece by piece: as it is sent, with its encoding.
#[derive(Debug)]
pub struct Pieces<B> {
    body: B,
    limit: usize,
    announced: usize,
    received: usize,
    started: Instant,
}

impl<B> Pieces<B>
where
    B: Body<Data = Bytes> + Unpin,
{
    /// Starts to receive a body of at most `limit` bytes. One that is announced to be longer is
    /// refused before a byte of it was read.
    pub fn new(body: B, limit: usize) -> Result<Self, ReceiveError> {
        let announced = body.size_hint().lower();
        if announced > limit as u64 {
            return Err(ReceiveError::TooLarge { limit });
        }
        Ok(Self {
            body,
            limit,
            announced: usize::try_from(announced).unwrap_or(0),
            received: 0,
            started: Instant::now(),
        })
    }

    /// Returns the next piece, or nothing at the end of the body.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ReceiveError> {
        loop {
            let patience = patience(self.started, self.received);
            let Some(frame) = timeout(patience, self.body.frame())
                .await
                .map_err(|_| ReceiveError::TooSlow)?
            else {
                return Ok(None);
            };
            let Ok(data) = frame.map_err(|_| ReceiveError::Broken)?.into_data() else {
                continue;
            };
            self.received = self.received.saturating_add(data.len());
            if self.received > self.limit {
                return Err(ReceiveError::TooLarge { limit: self.limit });
            }
            return Ok(Some(data));
        }
    }
}

/// How long the next piece of a body may take.
fn patience(started: Instant, received: usize) -> Duration {
    let earned = Duration::from_secs(received as u64 / SLOWEST);
    (PATIENCE + earned)
        .saturating_sub(started.elapsed())
        .min(PATIENCE)
}

/// Reads `Content-Encoding`, whose names have no case (RFC 9110 section 8.4.1). Encodings that are
/// laid over each other, in one header or several, are not supported.
fn is_gzipped(headers: &HeaderMap) -> Result<bool, ReceiveError> {
    let names: Vec<String> = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase())
        .filter(|name| !matches!(name.as_str(), "" | "identity"))
        .collect();
    match names.as_slice() {
        [] => Ok(false),
        [name] if matches!(name.as_str(), "gzip" | "x-gzip") => Ok(true),
        _ => {
            let encoding = names.join(", ").chars().take(40).collect();
            Err(ReceiveError::UnknownEncoding { encoding })
        }
    }
}

/// Reads and drops what is left of a request's body, within bounds.
///
/// Returns whether all of it was read. A connection with unread bytes has to be closed, and a
/// client that is still sending then may not see the answer.
pub async fn discard<B>(headers: &HeaderMap, body: &mut B) -> bool
where
    B: Body<Data = Bytes> + Unpin,
{
    /// Bytes worth reading for the sake of an answer that arrives.
    const AT_MOST: u64 = 64 * 1024 * 1024;
    const WITHIN: Duration = Duration::from_secs(10);
    /// A client that pauses for that long has sent what it wanted to, or waits for us.
    const PAUSE: Duration = Duration::from_secs(2);

    if body.is_end_stream() {
        return true;
    }
    // A client that waits for leave to send has sent nothing yet.
    if headers.contains_key(header::EXPECT) || body.size_hint().lower() > AT_MOST {
        return false;
    }
    let drain = async {
        let mut read = 0;
        while let Ok(frame) = timeout(PAUSE, body.frame()).await {
            let Some(frame) = frame else { return true };
            let Ok(frame) = frame else { return false };
            read += frame.data_ref().map_or(0, |data| data.len() as u64);
            if read > AT_MOST {
                return false;
            }
        }
        false
    };
    timeout(WITHIN, drain).await.unwrap_or(false)
}

#[cfg(test)]
mod tests;
