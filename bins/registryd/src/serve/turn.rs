//! Whose turn it is on a connection: the client's, until a request has arrived whole, then ours, until
//! the last byte of the answer is on its way.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// The turns of one connection.
///
/// The service, the body and the stream of a connection are polled by the same task, one after the
/// other, so nothing here has to order memory.
#[derive(Debug, Default)]
pub(super) struct Turn {
    answering: AtomicBool,
    unsent: AtomicBool,
}

/// Our turn, until this is dropped.
#[derive(Debug)]
pub(super) struct Answering(Arc<Turn>);

impl Turn {
    /// A request is here.
    pub(super) fn begin(self: &Arc<Self>) -> Answering {
        self.answering.store(true, Ordering::Relaxed);
        self.unsent.store(true, Ordering::Relaxed);
        Answering(Arc::clone(self))
    }

    /// All that was written so far has been sent. When the answer has ended, this was the end of it.
    pub(super) fn flushed(&self) {
        if !self.answering.load(Ordering::Relaxed) {
            self.unsent.store(false, Ordering::Relaxed);
        }
    }

    /// Whether no request waits for an answer or for a part of one.
    pub(super) fn is_the_clients(&self) -> bool {
        !self.unsent.load(Ordering::Relaxed)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answering.store(false, Ordering::Relaxed);
    }
}

/// The body of an answer. It is dropped once hyper has taken all of it.
#[derive(Debug)]
pub(super) struct Answer<B> {
    body: B,
    _turn: Answering,
}

impl<B> Answer<B> {
    pub(super) const fn new(body: B, turn: Answering) -> Self {
        Self { body, _turn: turn }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Answer<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
