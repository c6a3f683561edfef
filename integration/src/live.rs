//! Server-sent events, as a browser or a terminal hears them.

use std::mem;

use serde_json::Value;

use crate::http::Connection;

/// A stream of events.
#[derive(Debug)]
pub struct Live {
    connection: Connection,
    text: String,
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveEvent {
    /// What kind of event.
    pub name: String,
    /// What it says.
    pub data: Value,
}

impl Live {
    pub(crate) fn new(connection: Connection) -> Self {
        Self {
            connection,
            text: String::new(),
        }
    }

    /// Waits for the next event of this kind, and returns what it says.
    #[track_caller]
    pub fn next_of(&mut self, name: &str) -> Value {
        loop {
            match self.next() {
                Some(event) if event.name == name => return event.data,
                Some(_) => {}
                None => panic!("the stream should have told of a {name} before it ended"),
            }
        }
    }

    /// Waits until the server ends the stream, and returns what it still said.
    #[track_caller]
    pub fn rest(self) -> Vec<LiveEvent> {
        self.collect()
    }
}

impl Iterator for Live {
    type Item = LiveEvent;

    /// Waits for the next event; `None` when the server has ended the stream as it should.
    fn next(&mut self) -> Option<LiveEvent> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                match read(&block) {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            let mut bytes = mem::take(&mut self.text).into_bytes();
            let more = self.connection.receive_chunk(&mut bytes);
            self.text = String::from_utf8(bytes).unwrap();
            match more {
                Ok(true) => {}
                Ok(false) => {
                    assert_eq!(self.text, "", "the stream ended within an event");
                    return None;
                }
                Err(error) => panic!("the next event should come: {error}"),
            }
        }
    }
}

/// Reads an event, or `None` from a remark.
#[track_caller]
fn read(block: &str) -> Option<LiveEvent> {
    if block.starts_with(':') {
        return None;
    }
    let lines: Vec<&str> = block.lines().collect();
    let [name, data] = lines.as_slice() else {
        panic!("an event should have two lines: {block:?}");
    };
    let name = name.strip_prefix("event: ").expect("the event's name");
    let data = data.strip_prefix("data: ").expect("the event's data");
    Some(LiveEvent {
        name: name.to_owned(),
        data: serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}")),
    })
}
