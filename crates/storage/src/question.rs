//! The text of a search: words, and qualifiers that narrow what the words find.

use crate::summary::Summary;

/// Longest text that is looked at, in characters.
const LONGEST: usize = 500;

/// Words beyond this many are ignored: nobody means more, and each costs.
const MOST_WORDS: usize = 12;

/// What is searched for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Question {
    words: Vec<String>,
    qualifiers: Vec<Qualifier>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Qualifier {
    Author(String),
    Maintainer(String),
    Scope(String),
    /// Groups of which one has to be there whole.
    Keywords(Vec<Vec<String>>),
    WithoutKeyword(String),
    Deprecated(bool),
    Unstable(bool),
}

impl Question {
    /// Reads what somebody typed.
    pub fn parse(text: &str) -> Self {
        let text: String = text.chars().take(LONGEST).collect();
        let mut question = Self::default();
        for part in text.split_whitespace() {
            question.add(part);
        }
        question.words.truncate(MOST_WORDS);
        question
    }

    /// Words that have to be there, or begin words that are.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    fn add(&mut self, part: &str) {
        let lower = part.to_lowercase();
        match lower.split_once(':') {
            Some(("author", name)) => self.qualifiers.push(Qualifier::Author(name.to_owned())),
            Some(("maintainer", name)) => {
                self.qualifiers.push(Qualifier::Maintainer(name.to_owned()));
            }
            Some(("scope", name)) => {
                let name = name.trim_start_matches('@').to_owned();
                self.qualifiers.push(Qualifier::Scope(name));
            }
            Some(("keywords", list)) => self.add_keywords(list),
            Some(("is" | "not", state)) => {
                let wanted = lower.starts_with("is:");
                match state {
                    "deprecated" => self.qualifiers.push(Qualifier::Deprecated(wanted)),
                    "unstable" => self.qualifiers.push(Qualifier::Unstable(wanted)),
                    // Nothing here is known to be insecure, so `not:insecure` is true of all.
                    _ => {}
                }
            }
            // How the ranking is to be tuned; there is nothing to tune.
            Some(("boost-exact", _)) => {}
            // A package's name is words too: `@acme/left-pad`.
            _ => self.words.extend(
                lower
                    .split(|c: char| !c.is_alphanumeric())
                    .filter(|word| !word.is_empty())
                    .map(str::to_owned),
            ),
        }
    }

    /// `a,b` is either, `a+b` is both, `,-c` is not.
    fn add_keywords(&mut self, list: &str) {
        let mut groups = Vec::new();
        for group in list.split(',').filter(|group| !group.is_empty()) {
            match group.strip_prefix('-') {
                Some(word) => self
                    .qualifiers
                    .push(Qualifier::WithoutKeyword(word.to_owned())),
                // A plus has become a space, where it was not encoded.
                None => groups.push(group.split(['+', ' ']).map(str::to_owned).collect()),
            }
        }
        if !groups.is_empty() {
            self.qualifiers.push(Qualifier::Keywords(groups));
        }
    }

    /// Whether every package with the words is an answer, so that summaries need not be looked at.
    pub fn is_plain(&self) -> bool {
        self.qualifiers.is_empty()
    }

    /// Whether the qualifiers let a package pass.
    pub fn accepts(&self, scope: Option<&str>, summary: &Summary) -> bool {
        let keyword = |wanted: &String| {
            summary
                .keywords
                .iter()
                .any(|word| word.to_lowercase() == *wanted)
        };
        self.qualifiers.iter().all(|qualifier| match qualifier {
            Qualifier::Author(name) => {
                let author = summary.author.as_ref().map(|author| author.to_lowercase());
                author.as_ref() == Some(name) || summary.publisher == *name
            }
            Qualifier::Maintainer(name) => summary.maintainers.iter().any(|it| it.name == *name),
            Qualifier::Scope(name) => scope == Some(name),
            Qualifier::Keywords(groups) => groups.iter().any(|group| group.iter().all(keyword)),
            Qualifier::WithoutKeyword(word) => !keyword(word),
            Qualifier::Deprecated(wanted) => summary.deprecated == *wanted,
            Qualifier::Unstable(wanted) => summary.version.starts_with("0.") == *wanted,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        Summary::parse(
            r#"{"version":"0.3.0","description":"","keywords":["Pad","left"],"date":"",
                "license":null,"author":"Alice Smith","publisher":"alice",
                "maintainers":[{"name":"bob","email":""}],"homepage":null,"repository":null,
                "bugs":null,"deprecated":false}"#,
        )
        .unwrap()
    }

    #[test]
    fn words_are_what_is_left_of_the_text() {
        assert_eq!(Question::parse("Left pad").words, ["left", "pad"]);
        assert_eq!(
            Question::parse("@acme/left-pad").words,
            ["acme", "left", "pad"]
        );
        assert_eq!(Question::parse("author:alice").words, Vec::<String>::new());
        assert_eq!(Question::parse("\"; DROP*").words, ["drop"]);
        assert_eq!(Question::parse(&"w ".repeat(100)).words.len(), MOST_WORDS);
        assert_eq!(Question::parse("").words, Vec::<String>::new());
    }

    #[test]
    fn qualifiers_narrow_what_is_found() {
        let check = |text: &str, expected: bool| {
            assert_eq!(
                Question::parse(text).accepts(Some("acme"), &summary()),
                expected,
                "{text}"
            );
        };
        check("pad", true);
        check("author:alice", true);
        check("author:bob", false);
        check("maintainer:bob", true);
        check("maintainer:alice", false);
        check("scope:acme", true);
        check("scope:@acme", true);
        check("scope:other", false);
        check("keywords:pad", true);
        check("keywords:right,left", true);
        check("keywords:right", false);
        check("keywords:pad+left", true);
        check("keywords:pad+right", false);
        check("keywords:pad,-left", false);
        check("not:deprecated", true);
        check("is:deprecated", false);
        check("is:unstable", true);
        check("not:insecure", true);
    }
}
