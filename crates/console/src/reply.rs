//! What a command answers.

use std::time::SystemTime;

use npm_model::rfc3339_millis;
use serde::Serialize;
use serde_json::Value;

use crate::{desk::Done, error::CommandError};

/// What a command answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// For people, without a newline at its end.
    pub text: String,
    /// For programs, in place of the text.
    pub json: Value,
    /// What people are told beside the text, and programs are not.
    pub notes: Vec<String>,
    /// Whether the answer is no: `can` and `verify` ask something.
    pub is_no: bool,
    /// What the surface does, beside showing the answer.
    pub then: Then,
}

/// What a surface does once a command is done.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Then {
    /// Goes on.
    #[default]
    GoOn,
    /// Reads what it shows of the registry anew.
    Reload,
    /// Clears the screen.
    Clear,
    /// Ends the session.
    Exit,
}

impl Reply {
    pub(crate) fn new(text: impl Into<String>, json: &impl Serialize) -> Done<Self> {
        let json = serde_json::to_value(json).map_err(|error| {
            CommandError::failed("the answer cannot be written as JSON", &error)
        })?;
        Ok(Self {
            text: text.into(),
            json,
            notes: Vec::new(),
            is_no: false,
            then: Then::GoOn,
        })
    }

    pub(crate) fn then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// A time to the second.
pub(crate) fn second(time: SystemTime) -> String {
    let text = rfc3339_millis(time);
    let whole = text.split('.').next().unwrap_or_default();
    format!("{whole}Z")
}

/// A time to the day.
pub(crate) fn day(time: SystemTime) -> String {
    let text = rfc3339_millis(time);
    text.split('T').next().unwrap_or_default().to_owned()
}

pub(crate) fn day_or_never(time: Option<SystemTime>) -> String {
    time.map_or_else(|| "never".to_owned(), day)
}

pub(crate) fn day_or_hyphen(time: Option<SystemTime>) -> String {
    time.map_or_else(|| "-".to_owned(), day)
}

/// A text, or a hyphen in place of nothing.
pub(crate) fn or_hyphen(text: &str) -> String {
    if text.is_empty() { "-" } else { text }.to_owned()
}

/// `1 thing`, `2 things`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{end}")
}
