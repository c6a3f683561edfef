//! Server-sent events, as they come.

use bytes::{Buf as _, Bytes};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use web::outbound::with_causes;

use crate::{RegistryUrl, RequestError};

/// One thing that a registry tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// What the registry calls it; empty if it has no name.
    pub name: String,
    /// Its text, with a line end between its lines.
    pub data: String,
    /// What to listen on from, if it says that.
    pub id: Option<String>,
}

/// A stream of server-sent events. Dropping it ends it.
#[derive(Debug)]
pub struct Events {
    registry: RegistryUrl,
    body: Incoming,
    /// What has come and is not read yet.
    ahead: Bytes,
    lines: Lines,
    event: Partial,
    limit: usize,
}

impl Events {
    pub(crate) fn new(registry: RegistryUrl, body: Incoming, limit: usize) -> Self {
        Self {
            registry,
            body,
            ahead: Bytes::new(),
            lines: Lines::default(),
            event: Partial::default(),
            limit,
        }
    }

    /// Waits for the next event; `None` when the registry ends the stream. Nothing is lost if the waiting is
    /// given up.
    pub async fn next(&mut self) -> Result<Option<Event>, RequestError> {
        loop {
            while let Some(&byte) = self.ahead.first() {
                self.ahead.advance(1);
                if let Some(line) = self.lines.push(byte)
                    && let Some(event) = self.event.take(&line)
                {
                    return Ok(Some(event));
                }
                if self.lines.length().saturating_add(self.event.length()) > self.limit {
                    return Err(RequestError::TooLarge {
                        registry: self.registry.clone(),
                        limit: self.limit,
                    });
                }
            }
            let Some(frame) = self.body.frame().await else {
                return Ok(None);
            };
            let frame = frame.map_err(|error| RequestError::Broken {
                registry: self.registry.clone(),
                problem: with_causes(&error),
            })?;
            if let Ok(data) = frame.into_data() {
                self.ahead = data;
            }
        }
    }
}

/// Bytes become lines, which end with CR, LF or both.
#[derive(Debug, Default)]
struct Lines {
    line: Vec<u8>,
    after_return: bool,
}

impl Lines {
    fn push(&mut self, byte: u8) -> Option<String> {
        let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
        match byte {
            b'\n' if after_return => None,
            b'\n' | b'\r' => {
                let line = std::mem::take(&mut self.line);
                Some(String::from_utf8_lossy(&line).into_owned())
            }
            _ => {
                self.line.push(byte);
                None
            }
        }
    }

    fn length(&self) -> usize {
        self.line.len()
    }
}

/// An event whose lines have come in part.
#[derive(Debug, Default)]
struct Partial {
    event: Event,
    has_data: bool,
}

impl Partial {
    /// Takes a line, and gives the event that it ends.
    fn take(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let Self { event, has_data } = std::mem::take(self);
            return has_data.then_some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        // A mark of the byte order may stand before the first field.
        match field.trim_start_matches('\u{feff}') {
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                self.has_data = true;
            }
            "event" => value.clone_into(&mut self.event.name),
            "id" if !value.contains('\0') => self.event.id = Some(value.to_owned()),
            _ => {}
        }
        None
    }

    fn length(&self) -> usize {
        let event = &self.event;
        event.data.len() + event.name.len() + event.id.as_ref().map_or(0, String::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Event> {
        let (mut lines, mut event) = (Lines::default(), Partial::default());
        let lines = text.bytes().filter_map(|byte| lines.push(byte));
        lines.filter_map(|line| event.take(&line)).collect()
    }

    #[test]
    fn events_are_read_with_every_line_end() {
        let event = |name: &str, data: &str, id: Option<&str>| Event {
            name: name.to_owned(),
            data: data.to_owned(),
            id: id.map(str::to_owned),
        };
        for end in ["\n", "\r\n", "\r"] {
            let text = "\u{feff}event: publish\ndata: {\ndata:  \"x\"\nid:7\n\n: beat\n\nid: 8\n\nretry: 5\ndata\n\ndata: cut";
            let events = read(&text.replace('\n', end));
            let expected = vec![
                event("publish", "{\n \"x\"", Some("7")),
                event("", "", None),
            ];
            assert_eq!(events, expected);
        }
    }
}
