//! How dependents are asked for.

use serde_json::Value;

use crate::{query, reject::Reject};

/// What is asked.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Question {
    /// Whose dependents.
    pub(super) package: String,
    pub(super) level: Level,
    pub(super) skip: usize,
    pub(super) limit: usize,
}

/// What a row's key says beside the package that is needed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Level {
    /// Who needs it.
    Name,
    /// Who needs it, and what that is.
    Description,
}

impl Question {
    /// The view had rows for all packages; here only those of one are told.
    pub(super) fn parse(query: Option<&str>) -> Result<Self, Reject> {
        let level = match query::value(query, "group_level").as_deref() {
            Some("2") => Level::Name,
            Some("3") => Level::Description,
            None if query::value(query, "group").as_deref() == Some("true") => Level::Description,
            _ => return Err(Reject::bad_request("group_level is neither 2 nor 3")),
        };
        let package = match key(query, "startkey").as_deref() {
            Some([Value::String(package)]) => package.clone(),
            _ => return Err(Reject::bad_request("startkey is not [\"PACKAGE\"] in JSON")),
        };
        match key(query, "endkey").as_deref() {
            Some([Value::String(end), Value::Object(_)]) if *end == package => {}
            _ => {
                let text = "endkey is not [\"PACKAGE\",{}] in JSON, with the package of startkey";
                return Err(Reject::bad_request(text));
            }
        }
        Ok(Self {
            package,
            level,
            skip: number(query, "skip")?.unwrap_or(0),
            limit: number(query, "limit")?.unwrap_or(usize::MAX),
        })
    }
}

fn key(query: Option<&str>, name: &str) -> Option<Vec<Value>> {
    serde_json::from_str(&query::value(query, name)?).ok()
}

fn number(query: Option<&str>, name: &'static str) -> Result<Option<usize>, Reject> {
    let Some(text) = query::value(query, name) else {
        return Ok(None);
    };
    let number = text.parse().map(Some);
    number.map_err(|_| Reject::bad_request(format!("{name} is not a whole number")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEYS: &str = "startkey=%5B%22@a%2Fb%22%5D&endkey=[%22@a/b%22,%7B%7D]";

    #[test]
    fn the_dependents_of_one_package_are_asked_for() {
        let asked = |query: &str| Question::parse(Some(&format!("{query}&{KEYS}"))).unwrap();
        let question = asked("group_level=2");
        assert_eq!(question.package, "@a/b");
        assert_eq!(question.level, Level::Name);
        assert_eq!((question.skip, question.limit), (0, usize::MAX));
        assert_eq!(asked("group_level=3").level, Level::Description);
        assert_eq!(asked("group=true").level, Level::Description);
        let page = asked("group_level=3&limit=10&skip=20");
        assert_eq!((page.skip, page.limit), (20, 10));
    }

    #[test]
    fn what_is_not_told_is_refused() {
        let refused = |query: &str| {
            let refused = Question::parse(Some(query)).unwrap_err();
            assert_eq!(refused.into_response().status(), 400, "{query}");
        };
        assert!(Question::parse(None).is_err());
        for query in ["", "group_level=1", "group_level=4", "group_level=x"] {
            refused(&format!("{query}&{KEYS}"));
        }
        for query in ["limit=-1", "limit=x", "skip=1.5"] {
            refused(&format!("group_level=2&{query}&{KEYS}"));
        }
        for keys in [
            "startkey=[%22a%22]",
            "endkey=[%22a%22,{}]",
            "startkey=[%22a%22]&endkey=[%22b%22,{}]",
            "startkey=[%22a%22]&endkey=[%22a%22]",
            "startkey=[%22a%22,%22b%22]&endkey=[%22a%22,{}]",
            "startkey=[1]&endkey=[1,{}]",
            "startkey=%22a%22&endkey=[%22a%22,{}]",
            "startkey=a&endkey=a",
        ] {
            refused(&format!("group_level=2&{keys}"));
        }
    }

    proptest! {
        #[test]
        fn any_question_is_answered_or_refused(query in "([&=%+]|group_level|startkey|endkey|[\\[\\]{}\",23]|\\PC){0,40}") {
            let _ = Question::parse(Some(&query));
        }
    }
}
