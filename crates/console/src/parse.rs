//! Turns words into commands, by the table.

use npm_model::visible;
use std::borrow::Cow;

use crate::{
    command::Command,
    kind::{Said, shown},
    suggest,
    table::{self, JSON, Opt, Spec},
    words::{self, Word, WordsError},
};

/// A command as it was typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The command's name, for whoever tells what came of it.
    pub name: &'static str,
    /// What is to be done.
    pub command: Command,
    /// Whether the answer shall be JSON.
    pub json: bool,
}

/// Why a text is no command.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ParseError {
    /// It cannot be split into words.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// No command begins like that.
    #[error("there is no command {}{}", shown(.given), did_you_mean(*.meant))]
    Unknown {
        /// What was typed.
        given: String,
        /// What may have been meant.
        meant: Option<&'static str>,
    },
    /// The second word of the command is missing or is none.
    #[error(
        "{} {}: {}{}",
        shown(.first),
        after(.given.as_deref()),
        .allowed.join(", "),
        did_you_mean(*.meant)
    )]
    SecondWord {
        /// The first word.
        first: String,
        /// What was typed as the second, if anything.
        given: Option<String>,
        /// What may have been meant.
        meant: Option<&'static str>,
        /// What there is.
        allowed: Vec<&'static str>,
    },
    /// A word that has to be there is not.
    #[error("{name} is missing: {allowed}")]
    Missing {
        /// The command.
        spec: &'static Spec,
        /// What stands for it.
        name: &'static str,
        /// What it may be.
        allowed: &'static str,
    },
    /// There is a word too many.
    #[error("{} is one word too many", shown(.given))]
    Surplus {
        /// The command.
        spec: &'static Spec,
        /// The word.
        given: String,
    },
    /// The command has no such option.
    #[error("`{}` has no option {}{}", .spec.name, shown(.given), did_you_mean(*.meant))]
    NoOption {
        /// The command.
        spec: &'static Spec,
        /// The option.
        given: String,
        /// What may have been meant.
        meant: Option<&'static str>,
    },
    /// The option needs a value, or must not have one, or was said already.
    #[error("{name} {problem}")]
    Option {
        /// The command.
        spec: &'static Spec,
        /// The option.
        name: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A word is not what it may be.
    #[error("{problem}{}", did_you_mean(*.meant))]
    Value {
        /// The command.
        spec: &'static Spec,
        /// What is wrong, and what is allowed.
        problem: String,
        /// What may have been meant.
        meant: Option<&'static str>,
    },
}

fn did_you_mean(word: Option<&str>) -> String {
    word.map_or_else(String::new, |word| format!("; did you mean `{word}`?"))
}

fn after(given: Option<&str>) -> String {
    match given {
        None => "needs another word".to_owned(),
        Some(given) => format!("cannot be followed by {}", shown(given)),
    }
}

impl ParseError {
    /// Returns what to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Words(_) => {
                "write '…' around a word with blanks or other characters in it".to_owned()
            }
            Self::Unknown { .. } => "`help` shows which commands there are".to_owned(),
            Self::SecondWord { first, .. } => format!("`help {first}` shows what they do"),
            Self::Missing { spec, .. }
            | Self::Surplus { spec, .. }
            | Self::NoOption { spec, .. }
            | Self::Option { spec, .. }
            | Self::Value { spec, .. } => format!("usage: {}", spec.usage()),
        }
    }
}

/// Reads the commands of a text. Either all of them can be read or none is returned.
pub fn parse(text: &str) -> Result<Vec<Line>, ParseError> {
    let commands = words::split(text)?;
    commands.iter().map(|words| line(words)).collect()
}

fn line(words: &[Word]) -> Result<Line, ParseError> {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let (spec, rest) = command(&texts)?;
    let mut given = Given::sort(spec, rest)?;
    let command = (spec.build)(&mut given)?;
    Ok(Line {
        name: spec.name,
        command,
        json: given.has(JSON.name),
    })
}

/// Finds the command that words begin with, and what follows its name.
fn command<'a>(words: &'a [&'a str]) -> Result<(&'static Spec, &'a [&'a str]), ParseError> {
    let (first, rest) = words
        .split_first()
        .map_or(("", &[][..]), |(it, rest)| (*it, rest));
    if let Some((second, rest)) = rest.split_first()
        && let Some(spec) = table::find(&format!("{first} {second}"))
    {
        return Ok((spec, rest));
    }
    if let Some(spec) = table::find(first) {
        return Ok((spec, rest));
    }
    let allowed = table::next_words(&[first]);
    if allowed.is_empty() {
        let meant = suggest::nearest(first, table::next_words(&[]));
        let given = first.to_owned();
        return Err(ParseError::Unknown { given, meant });
    }
    let given = rest.first().map(|it| (*it).to_owned());
    let meant = given
        .as_deref()
        .and_then(|given| suggest::nearest(given, allowed.iter().copied()));
    Err(ParseError::SecondWord {
        first: first.to_owned(),
        given,
        meant,
        allowed,
    })
}

/// The words behind a command's name, sorted into arguments and options.
#[derive(Debug)]
pub(crate) struct Given<'a> {
    spec: &'static Spec,
    arguments: Vec<&'a str>,
    options: Vec<(&'static Opt, &'a str)>,
    /// How many arguments were read.
    read: usize,
}

impl<'a> Given<'a> {
    fn sort(spec: &'static Spec, words: &'a [&'a str]) -> Result<Self, ParseError> {
        let mut given = Self {
            spec,
            arguments: Vec::new(),
            options: Vec::new(),
            read: 0,
        };
        let mut words = words.iter().copied();
        let mut options_may_follow = true;
        while let Some(word) = words.next() {
            match word.strip_prefix("--") {
                Some("") if options_may_follow => options_may_follow = false,
                Some(_) if options_may_follow => given.option_word(word, &mut words)?,
                _ => given.arguments.push(word),
            }
        }
        let takes_rest = spec.arguments.last().is_some_and(|it| it.kind.takes_rest());
        let surplus = given.arguments.get(spec.arguments.len());
        if let Some(surplus) = surplus.filter(|_| !takes_rest) {
            let given = (*surplus).to_owned();
            return Err(ParseError::Surplus { spec, given });
        }
        Ok(given)
    }

    fn option_word(
        &mut self,
        word: &'a str,
        following: &mut impl Iterator<Item = &'a str>,
    ) -> Result<(), ParseError> {
        let spec = self.spec;
        let (name, joined) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        let option = spec.all_options().find(|option| option.name == name);
        let option = option.ok_or_else(|| ParseError::NoOption {
            spec,
            given: name.to_owned(),
            meant: suggest::nearest(name, spec.all_options().map(|option| option.name)),
        })?;
        let wrong = |problem: String| ParseError::Option {
            spec,
            name: option.name,
            problem,
        };
        if self.options.iter().any(|(known, _)| known.name == name) {
            return Err(wrong("was said already".to_owned()));
        }
        let value = match (option.is_flag(), joined) {
            (true, None) => "",
            (true, Some(_)) => return Err(wrong("stands alone, without a value".to_owned())),
            (false, Some(value)) => value,
            (false, None) => following.next().ok_or_else(|| {
                wrong(format!(
                    "needs {}: {}",
                    option.kind.name, option.kind.allowed
                ))
            })?,
        };
        self.options.push((option, value));
        Ok(())
    }

    /// Reads the next argument, which has to be there.
    pub(crate) fn argument<T: Said>(&mut self) -> Result<T, ParseError> {
        let spec = self.spec;
        self.optional()?.ok_or(ParseError::Missing {
            spec,
            name: T::KIND.name,
            allowed: T::KIND.allowed,
        })
    }

    /// Reads the next argument, if it is there.
    pub(crate) fn optional<T: Said>(&mut self) -> Result<Option<T>, ParseError> {
        let Some((before, rest @ [text, ..])) = self.arguments.split_at_checked(self.read) else {
            return Ok(None);
        };
        let (text, taken) = if T::KIND.takes_rest() {
            (Cow::Owned(rest.join(" ")), rest.len())
        } else {
            (Cow::Borrowed(*text), 1)
        };
        let read = self.read_word::<T>(&text, before)?;
        self.read += taken;
        Ok(Some(read))
    }

    /// Reads the value of an option, if it was said.
    pub(crate) fn option<T: Said>(&mut self, name: &str) -> Result<Option<T>, ParseError> {
        let said = self.options.iter().find(|(option, _)| option.name == name);
        said.map(|(_, value)| self.read_word::<T>(value, &self.arguments))
            .transpose()
    }

    fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(option, _)| option.name == name)
    }

    fn read_word<T: Said>(&self, text: &str, before: &[&str]) -> Result<T, ParseError> {
        T::read(text, before).map_err(|problem| {
            // Of a list, the last word is as good as any.
            let last = text.rsplit(',').next().unwrap_or(text);
            ParseError::Value {
                spec: self.spec,
                // Not every kind's error is made here.
                problem: visible(&problem).into_owned(),
                meant: suggest::nearest(last, (T::KIND.words)(before)),
            }
        })
    }
}
