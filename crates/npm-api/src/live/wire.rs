//! Server-sent events, as text.

use bytes::{BufMut as _, Bytes, BytesMut};
use serde::Serialize;

/// Text that is to be sent.
#[derive(Debug, Default)]
pub(super) struct Text(BytesMut);

#[derive(Serialize)]
pub(super) struct Config {
    pub(super) bytes: String,
}

#[derive(Serialize)]
pub(super) struct Package<'a> {
    pub(super) name: &'a str,
}

#[derive(Serialize)]
pub(super) struct Resync {}

impl Text {
    /// Adds an event. JSON has no line breaks between its signs, so it is one line.
    pub(super) fn event(&mut self, name: &str, data: &impl Serialize) {
        // What cannot be written as JSON is a mistake in this program.
        let Ok(data) = serde_json::to_vec(data) else {
            return;
        };
        for piece in [b"event: ", name.as_bytes(), b"\ndata: ", &data, b"\n\n"] {
            self.0.put_slice(piece);
        }
    }

    /// Adds a remark, which clients pass over.
    pub(super) fn heartbeat(&mut self) {
        self.0.put_slice(b":\n\n");
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes all that was added.
    pub(super) fn take(&mut self) -> Bytes {
        self.0.split().freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_name_and_a_line_of_json() {
        let mut text = Text::default();
        assert!(text.is_empty());
        let name = "a\nb";
        text.event("package", &Package { name });
        text.heartbeat();
        text.event("resync", &Resync {});
        assert_eq!(
            text.take(),
            "event: package\ndata: {\"name\":\"a\\nb\"}\n\n:\n\nevent: resync\ndata: {}\n\n"
        );
        assert!(text.is_empty());
    }
}
