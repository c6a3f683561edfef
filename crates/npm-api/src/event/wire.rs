//! The JSON of events, and how they are asked for.

use std::time::{Duration, UNIX_EPOCH};

use auth::MOST_EVENTS;
use catalog::{EventFilter, EventKind};
use npm_model::rfc3339_millis;
use serde::Serialize;

use crate::{query, reject::Reject};

/// Events on a page when nobody says how many.
const LIMIT: u32 = 100;

pub(super) struct Question {
    pub(super) filter: EventFilter,
    pub(super) limit: u32,
}

impl Question {
    pub(super) fn parse(query: Option<&str>) -> Result<Self, Reject> {
        let value = |name| query::value(query, name).filter(|value| !value.is_empty());
        let number = |name: &'static str| -> Result<Option<i64>, Reject> {
            let Some(text) = value(name) else {
                return Ok(None);
            };
            let number = text.parse().ok().filter(|number| *number >= 0);
            number
                .map(Some)
                .ok_or_else(|| Reject::bad_request(format!("{name} is not a whole number")))
        };
        let limit = match number("limit")? {
            None => LIMIT,
            Some(limit) => u32::try_from(limit)
                .ok()
                .filter(|limit| (1..=MOST_EVENTS).contains(limit))
                .ok_or_else(|| {
                    Reject::bad_request(format!("limit is not from 1 to {MOST_EVENTS}"))
                })?,
        };
        let refused = match value("refused").as_deref() {
            None => None,
            Some("true" | "1") => Some(true),
            Some("false" | "0") => Some(false),
            Some(_) => return Err(Reject::bad_request("refused is neither true nor false")),
        };
        let since = number("since")?.map(|seconds| {
            UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
        });
        let kind = value("kind");
        if let Some(kind) = &kind
            && !EventKind::is_word_or_family(kind)
        {
            let all: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
            let all = all.join(", ");
            return Err(Reject::bad_request(format!(
                "kind is none of these, nor what some of them begin with: {all}"
            )));
        }
        Ok(Self {
            filter: EventFilter {
                actor: value("actor"),
                kind,
                target: value("target"),
                refused,
                since,
                before: number("before")?,
                after: number("after")?,
            },
            limit,
        })
    }
}

#[derive(Serialize)]
pub(super) struct Events<'a> {
    pub(super) events: Vec<Event<'a>>,
    /// What to ask for as `before` to get the next page; null on the last one.
    pub(super) next_before: Option<i64>,
}

#[derive(Serialize)]
pub(crate) struct Event<'a> {
    seq: i64,
    at: String,
    actor: Option<&'a str>,
    token: Option<&'a str>,
    address: &'a str,
    kind: &'a str,
    target: &'a str,
    refused: bool,
    detail: &'a str,
}

impl<'a> Event<'a> {
    pub(crate) fn of(event: &'a catalog::Event) -> Self {
        let said = |text: &'a String| Some(text.as_str()).filter(|text| !text.is_empty());
        Self {
            seq: event.seq,
            at: rfc3339_millis(event.at),
            actor: said(&event.origin.actor),
            token: said(&event.origin.token),
            address: &event.origin.address,
            kind: &event.kind,
            target: &event.target,
            refused: event.refused,
            detail: &event.detail,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_asked_for_by_what_is_known_of_them() {
        let ask = |query| Question::parse(Some(query)).map_err(|it| it.to_string());
        let asked = ask("actor=bob&kind=package&refused=true&since=5&before=9&limit=3").unwrap();
        assert_eq!(asked.filter.actor.as_deref(), Some("bob"));
        assert_eq!(asked.filter.kind.as_deref(), Some("package"));
        assert_eq!(
            (asked.filter.refused, asked.filter.before),
            (Some(true), Some(9))
        );
        assert_eq!(
            asked.filter.since,
            Some(UNIX_EPOCH + Duration::from_secs(5))
        );
        assert_eq!(asked.limit, 3);
        assert_eq!(ask("actor=&limit=").unwrap().limit, LIMIT);
        for wrong in [
            "limit=0",
            "limit=1001",
            "before=-1",
            "since=now",
            "refused=maybe",
            "kind=pack",
        ] {
            assert!(ask(wrong).is_err(), "{wrong}");
        }
        assert!(ask("kind=login").is_ok() && ask("kind=org.member").is_ok());
    }
}
