//! A body that is made while it is sent.

use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

/// Bytes of a file that are read at a time: whole groups of three, so that their base64 can be joined.
const CHUNK: usize = 96 * 1024;

/// Pieces that are made ahead of the connection.
const AHEAD: usize = 2;

/// A piece of a body.
#[derive(Debug)]
pub enum Part {
    /// Bytes as they are.
    Bytes(Bytes),
    /// The base64 of the next bytes of a file, as many as this.
    Base64 {
        /// Read from where it stands.
        file: File,
        /// How many bytes are read.
        size: u64,
    },
}

impl Part {
    /// How many bytes it is when it is sent.
    fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Base64 { size, .. } => size.div_ceil(3).saturating_mul(4),
        }
    }
}

/// How much of an upload is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that the connection has taken.
    pub sent: u64,
    /// Bytes of the whole body.
    pub total: u64,
}

/// A body whose length is known and which is never in memory whole.
pub struct Upload {
    parts: Vec<Part>,
    content_type: &'static str,
    report: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
}

impl Upload {
    /// A body made of these parts, one after the other.
    pub fn new(content_type: &'static str, parts: Vec<Part>) -> Self {
        Self {
            parts,
            content_type,
            report: None,
        }
    }

    /// Calls this each time that the connection has taken a piece.
    #[must_use]
    pub fn reporting(mut self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.report = Some(Arc::new(report));
        self
    }

    /// How many bytes are sent.
    pub fn length(&self) -> u64 {
        let lengths = self.parts.iter().map(Part::length);
        lengths.fold(0, u64::saturating_add)
    }

    pub(crate) fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// Starts to make the pieces, on a thread that may wait for the disk. Ends when the body is dropped.
    pub(crate) fn into_body(self) -> UploadBody {
        let (pieces, received) = mpsc::channel(AHEAD);
        let total = self.length();
        tokio::task::spawn_blocking(move || {
            for part in self.parts {
                if let Err(error) = send(part, &pieces) {
                    let _ = pieces.blocking_send(Err(error));
                    return;
                }
            }
        });
        UploadBody {
            received,
            report: self.report,
            taken: Arc::default(),
            total,
        }
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}

type Pieces = mpsc::Sender<io::Result<Bytes>>;

fn send(part: Part, pieces: &Pieces) -> io::Result<()> {
    let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
    match part {
        Part::Bytes(mut bytes) => {
            while !bytes.is_empty() {
                let piece = bytes.split_to(bytes.len().min(CHUNK));
                pieces.blocking_send(Ok(piece)).map_err(gone)?;
            }
        }
        Part::Base64 { mut file, size } => {
            let mut left = size;
            let mut raw = Vec::with_capacity(CHUNK);
            while left > 0 {
                let wanted = left.min(CHUNK as u64);
                raw.clear();
                if (&mut file).take(wanted).read_to_end(&mut raw)? as u64 != wanted {
                    return Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the file became shorter while it was sent",
                    ));
                }
                left -= wanted;
                let piece = Bytes::from(STANDARD.encode(&raw));
                pieces.blocking_send(Ok(piece)).map_err(gone)?;
            }
        }
    }
    Ok(())
}

pub(crate) struct UploadBody {
    received: mpsc::Receiver<io::Result<Bytes>>,
    report: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
    taken: Arc<AtomicU64>,
    total: u64,
}

impl UploadBody {
    /// Counts the bytes that the connection takes.
    pub(crate) fn taken(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.taken)
    }

    fn sent(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }
}

impl Body for UploadBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let Some(piece) = ready!(self.received.poll_recv(context)) else {
            return Poll::Ready(None);
        };
        Poll::Ready(Some(piece.map(|piece| {
            self.taken.fetch_add(piece.len() as u64, Ordering::Relaxed);
            if let Some(report) = &self.report {
                report(Progress {
                    sent: self.sent(),
                    total: self.total,
                });
            }
            Frame::data(piece)
        })))
    }

    fn is_end_stream(&self) -> bool {
        self.sent() == self.total
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.total.saturating_sub(self.sent()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, Write as _};

    use http_body_util::BodyExt as _;

    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        file
    }

    #[tokio::test]
    async fn a_file_goes_out_as_one_base64_with_its_length_known() {
        for size in [0, 1, 2, 3, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 7] {
            let bytes: Vec<u8> = (0..=250).cycle().take(size).collect();
            let upload = Upload::new(
                "application/json",
                vec![
                    Part::Bytes(Bytes::from_static(b"<")),
                    Part::Base64 {
                        file: file(&bytes),
                        size: size as u64,
                    },
                    Part::Bytes(Bytes::from_static(b">")),
                ],
            );
            let length = upload.length();
            let sent = upload.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(sent.len() as u64, length);
            assert_eq!(sent, format!("<{}>", STANDARD.encode(&bytes)));
        }
    }

    #[tokio::test]
    async fn a_file_that_became_shorter_is_an_error() {
        let part = Part::Base64 {
            file: file(b"abc"),
            size: 4,
        };
        let body = Upload::new("application/json", vec![part]).into_body();
        let error = body.collect().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
