//! What can follow what has been typed so far.

use crate::{
    kind::{Kind, Names},
    table::{self, Spec},
    words::{quote, split_open},
};

/// What can stand at the end of a line that is being typed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Completion {
    /// Where in the line what is completed begins, in bytes; it reaches to the end.
    pub from: usize,
    /// What has been typed of it, without quotes.
    pub typed: String,
    /// What is known here that can stand in its place.
    pub words: Vec<String>,
    /// What the registry knows more of: the surface asks it for names that begin with `typed`.
    pub names: Option<Names>,
}

/// Completes a line up to the cursor.
pub fn complete(line: &str) -> Completion {
    let (words, last) = split_open(line);
    let before: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let found = candidates(&before, &last.text);
    // Of a list, only what follows the last comma is completed.
    let kept = found.kept;
    let typed = last.text.get(kept..).unwrap_or_default();
    let words = found.words.into_iter().filter(|word| begins(word, typed));
    let prefix = last.text.get(..kept).unwrap_or_default();
    Completion {
        from: last.place.start,
        words: words
            .map(|word| quote(&format!("{prefix}{word}")))
            .collect(),
        names: found.names,
        typed: last.text,
    }
}

/// Features may be typed in any case; for everything else case is no obstacle to being found.
fn begins(word: &str, typed: &str) -> bool {
    let head = word.get(..typed.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(typed))
}

#[derive(Default)]
struct Found {
    words: Vec<&'static str>,
    names: Option<Names>,
    /// How many bytes of the last word stay as they are.
    kept: usize,
}

fn candidates(before: &[&str], last: &str) -> Found {
    let Some((spec, rest)) = command(before) else {
        return Found {
            words: table::next_words(before),
            ..Found::default()
        };
    };
    let mut arguments: Vec<&str> = Vec::new();
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        let Some(option) = spec.all_options().find(|option| option.name == *word) else {
            if !word.starts_with("--") {
                arguments.push(word);
            }
            continue;
        };
        if !option.is_flag() && rest.next().is_none() {
            return of_kind(&option.kind, &arguments, last);
        }
    }
    if last.starts_with("--") {
        let options = spec.all_options().map(|option| option.name);
        return Found {
            words: options.filter(|name| !before.contains(name)).collect(),
            ..Found::default()
        };
    }
    match spec.arguments.get(arguments.len()) {
        Some(argument) => of_kind(&argument.kind, &arguments, last),
        None => Found::default(),
    }
}

fn of_kind(kind: &Kind, before: &[&str], last: &str) -> Found {
    let is_list = kind.name.contains(',');
    Found {
        words: (kind.words)(before),
        names: kind.names,
        kept: last
            .rfind(',')
            .filter(|_| is_list)
            .map_or(0, |comma| comma + 1),
    }
}

/// The command whose whole name has been typed, and what follows it.
fn command<'a>(words: &'a [&'a str]) -> Option<(&'static Spec, &'a [&'a str])> {
    let (first, rest) = words.split_first()?;
    if let Some((second, rest)) = rest.split_first()
        && let Some(spec) = table::find(&format!("{first} {second}"))
    {
        return Some((spec, rest));
    }
    table::find(first).map(|spec| (spec, rest))
}
