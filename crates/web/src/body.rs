use std::{
    fs::File,
    io::{self, Seek as _},
    ops::Range,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use tokio::{
    io::{AsyncRead, ReadBuf},
    sync::mpsc,
};

/// Bytes read from a file at a time.
const CHUNK: usize = 128 * 1024;

/// The body of a response. Its length is known, unless it is made while it is sent.
#[derive(Debug)]
pub struct Body(Content);

#[derive(Debug)]
enum Content {
    Whole(Bytes),
    File { file: tokio::fs::File, left: u64 },
    Live(mpsc::Receiver<Bytes>),
}

impl Body {
    /// No bytes at all.
    pub const fn empty() -> Self {
        Self(Content::Whole(Bytes::new()))
    }

    /// Sends those of the bytes that are there.
    pub fn part(whole: &Bytes, bytes: Range<u64>) -> Self {
        let place = |at| usize::try_from(at).map_or(whole.len(), |at| whole.len().min(at));
        let end = place(bytes.end);
        whole.slice(place(bytes.start).min(end)..end).into()
    }

    /// Sends those bytes of a file, reading as fast as the client takes them. When the file turns
    /// out to be shorter, the connection is cut, so that the client notices.
    ///
    /// Finding the place asks nothing of the disk, so it holds nobody up.
    pub fn file(mut file: File, bytes: Range<u64>) -> io::Result<Self> {
        file.seek(io::SeekFrom::Start(bytes.start))?;
        let mut file = tokio::fs::File::from_std(file);
        file.set_max_buf_size(CHUNK);
        let left = bytes.end.saturating_sub(bytes.start);
        Ok(Self(Content::File { file, left }))
    }

    /// Sends pieces as they come, until nobody is left who could send one. Whoever makes them learns from
    /// the channel that the client has gone.
    pub const fn live(pieces: mpsc::Receiver<Bytes>) -> Self {
        Self(Content::Live(pieces))
    }

    /// How many bytes it has, if that is known.
    pub fn length(&self) -> Option<u64> {
        match &self.0 {
            Content::Whole(bytes) => Some(bytes.len() as u64),
            Content::File { left, .. } => Some(*left),
            Content::Live(_) => None,
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Content::Whole(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut self.get_mut().0 {
            Content::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Content::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Content::File { left: 0, .. } => Poll::Ready(None),
            Content::File { file, left } => {
                let chunk = ready!(poll_chunk(file, *left, context));
                if let Ok(bytes) = &chunk {
                    *left = left.saturating_sub(bytes.len() as u64);
                }
                Poll::Ready(Some(chunk.map(Frame::data)))
            }
            Content::Live(pieces) => pieces
                .poll_recv(context)
                .map(|piece| piece.map(|bytes| Ok(Frame::data(bytes)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.length() == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.length()
            .map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

fn poll_chunk(
    file: &mut tokio::fs::File,
    left: u64,
    context: &mut Context<'_>,
) -> Poll<io::Result<Bytes>> {
    let length = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
    let mut chunk = BytesMut::zeroed(length);
    let mut buffer = ReadBuf::new(&mut chunk);
    ready!(Pin::new(file).poll_read(context, &mut buffer))?;
    let read = buffer.filled().len();
    if read == 0 {
        return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
    }
    chunk.truncate(read);
    Poll::Ready(Ok(chunk.freeze()))
}

#[cfg(test)]
mod tests;
