//! What hyper refuses by itself, told in JSON.
//!
//! A head that hyper cannot read never becomes a request: hyper answers it with a bare status and hangs
//! up, and offers no hook. But such an answer is the only thing that it writes while it is the client's
//! turn, so the stream below hyper can tell it from all others, and writes one with a body in its place.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes};
use http::StatusCode;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};
use web::{HeadTooLong, LONGEST_HEADERS, LONGEST_URL, reply};

use super::turn::Turn;

/// Longest head that hyper shall read, in bytes. What is a little shorter and too long all the same is
/// refused by the one who is asked.
pub(super) const LONGEST_HEAD: usize = LONGEST_URL + LONGEST_HEADERS + 1024;

/// How long a refused client is listened to. Hanging up on a client that still sends would make its
/// system throw the answer away.
const LINGER: Duration = Duration::from_secs(2);

/// How much is read from a refused client, in bytes.
const LINGER_BYTES: usize = 4 * 1024 * 1024;

/// A connection's stream, on which refusals have a body.
#[derive(Debug)]
pub(super) struct Refusals<S> {
    stream: S,
    turn: Arc<Turn>,
    first_line: FirstLine,
    refusal: Option<Refusal>,
}

/// A refusal on its way.
#[derive(Debug)]
struct Refusal {
    unsent: Bytes,
    is_shut: bool,
    lingering: Pin<Box<Sleep>>,
    read: usize,
}

/// The first line of a request, as far as it has arrived: what stands between its first two spaces is
/// the URL.
#[derive(Debug, Default)]
struct FirstLine {
    spaces: usize,
    url: usize,
    is_whole: bool,
}

impl<S> Refusals<S> {
    pub(super) fn new(stream: S, turn: Arc<Turn>) -> Self {
        Self {
            stream,
            turn,
            first_line: FirstLine::default(),
            refusal: None,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Refusals<S> {
    /// Takes what hyper writes when it is a refusal.
    fn refuse(&mut self, written: &[u8]) -> bool {
        if !self.turn.is_the_clients() || self.refusal.is_some() {
            return false;
        }
        let Some(unsent) = in_json(written, self.first_line.is_too_long()) else {
            return false;
        };
        self.refusal = Some(Refusal {
            unsent,
            is_shut: false,
            lingering: Box::pin(sleep(LINGER)),
            read: 0,
        });
        true
    }

    fn poll_unsent(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(Refusal { unsent, .. }) = &mut self.refusal {
            while unsent.has_remaining() {
                let sent = ready!(Pin::new(&mut self.stream).poll_write(context, unsent))?;
                if sent == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                unsent.advance(sent);
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Refusal {
    /// Reads and forgets what a refused client sends, until it has heard us.
    fn poll_linger(
        &mut self,
        mut stream: impl AsyncRead + Unpin,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let mut bytes = [0; 4096];
        while self.read < LINGER_BYTES && self.lingering.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => self.read += buffer.filled().len(),
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

impl FirstLine {
    fn follow(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                _ if self.is_whole => return,
                // Empty lines before a request are passed over.
                b'\r' | b'\n' if self.spaces == 0 => {}
                b'\n' => self.is_whole = true,
                b' ' => self.spaces += 1,
                _ if self.spaces == 1 => self.url += 1,
                _ => {}
            }
        }
    }

    const fn is_too_long(&self) -> bool {
        self.url > LONGEST_URL
    }
}

/// Returns the answer that is written in place of hyper's, which is a head without a body.
fn in_json(refusal: &[u8], url_is_too_long: bool) -> Option<Bytes> {
    let head = std::str::from_utf8(refusal).ok()?;
    let (version, rest) = head.split_once(' ')?;
    let told: StatusCode = rest.get(..3)?.parse().ok()?;
    let (status, text) = match told {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE if !url_is_too_long => {
            (told, HeadTooLong::Headers.to_string())
        }
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE | StatusCode::URI_TOO_LONG => {
            (StatusCode::URI_TOO_LONG, HeadTooLong::Url.to_string())
        }
        _ => (told, "the request is not valid HTTP".to_owned()),
    };
    let date = head.lines().find(|line| line.starts_with("date:"))?;
    let body = serde_json::to_string(&reply::ErrorBody::new(&text)).ok()?;
    let answer = format!(
        "{version} {status}\r\n{date}\r\nconnection: close\r\ncache-control: no-store\r\n\
         content-type: {}\r\ncontent-length: {}\r\n\r\n{body}",
        reply::JSON,
        body.len(),
    );
    Some(answer.into())
}

impl<S: AsyncRead + Unpin> AsyncRead for Refusals<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        if this.turn.is_the_clients() {
            this.first_line
                .follow(buffer.filled().get(before..).unwrap_or_default());
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Refusals<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_unsent(context))?;
        match pieces {
            [head] if this.refuse(head) => Poll::Ready(Ok(head.len())),
            [bytes] => Pin::new(&mut this.stream).poll_write(context, bytes),
            _ => Pin::new(&mut this.stream).poll_write_vectored(context, pieces),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper flushes when it has handed over all that it had to write.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_unsent(context))?;
        ready!(Pin::new(&mut this.stream).poll_flush(context))?;
        if !this.turn.is_the_clients() {
            this.turn.flushed();
            this.first_line = FirstLine::default();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_unsent(context))?;
        let Some(refusal) = &mut this.refusal else {
            return Pin::new(&mut this.stream).poll_shutdown(context);
        };
        if !refusal.is_shut {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
            refusal.is_shut = true;
        }
        refusal.poll_linger(&mut this.stream, context).map(Ok)
    }
}

#[cfg(test)]
mod tests;
