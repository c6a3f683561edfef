//! What is said of a command: how it is typed, what it does, what its words may be.

use crate::{
    command::{Command, TABLE},
    kind::Kind,
    parse::{Given, ParseError},
};

/// All that is known of a command before it is typed.
#[derive(Debug)]
pub struct Spec {
    /// Its one or two words.
    pub name: &'static str,
    /// What it stands with in a list.
    pub group: Group,
    /// The lines that say what it does; the first one alone is enough for a list.
    pub help: &'static [&'static str],
    /// What follows the name, in order; those that may be left out come last.
    pub arguments: &'static [Argument],
    /// What may be said in any place.
    pub options: &'static [Opt],
    /// How it may be typed.
    pub examples: &'static [&'static str],
    pub(crate) build: fn(&mut Given<'_>) -> Result<Command, ParseError>,
}

/// Commands that stand together in a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Group {
    /// The 13 bytes.
    Config,
    /// What is kept.
    Packages,
    /// Who may do what.
    Access,
    /// What holds for a session.
    Session,
}

/// A word that follows a command's name.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// What it says.
    pub help: &'static str,
    /// Whether it has to be there.
    pub required: bool,
    /// What it may be.
    pub kind: Kind,
}

/// Something that may be said beside the arguments.
#[derive(Clone, Copy, Debug)]
pub struct Opt {
    /// How it begins: two hyphens and a word.
    pub name: &'static str,
    /// What it says.
    pub help: &'static str,
    /// What its value may be.
    pub kind: Kind,
}

impl Opt {
    /// Whether it stands alone, without a value.
    pub const fn is_flag(&self) -> bool {
        self.kind.name.is_empty()
    }
}

/// What every command understands.
pub const JSON: Opt = Opt {
    name: "--json",
    help: "Answers in JSON.",
    kind: <crate::kind::Flag as crate::kind::Said>::KIND,
};

impl Group {
    /// All of them, as lists have them.
    pub const ALL: [Self; 4] = [Self::Config, Self::Packages, Self::Access, Self::Session];

    /// What stands above it in a list.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Config => "THE 13 BYTES",
            Self::Packages => "PACKAGES",
            Self::Access => "WHO MAY",
            Self::Session => "HERE",
        }
    }
}

impl Spec {
    /// Returns how it is typed: `grant SUBJECT ACTION[,ACTION…] PATTERN`.
    pub fn usage(&self) -> String {
        let arguments = self.arguments.iter().map(|argument| {
            let name = argument.kind.name;
            if argument.required {
                format!(" {name}")
            } else {
                format!(" [{name}]")
            }
        });
        let options = self.options.iter().map(|option| {
            let value = if option.is_flag() { "" } else { " " };
            format!(" [{}{value}{}]", option.name, option.kind.name)
        });
        let words: String = arguments.chain(options).collect();
        format!("{}{words}", self.name)
    }

    /// Returns its options, those that every command has among them.
    pub fn all_options(&self) -> impl Iterator<Item = &Opt> {
        self.options.iter().chain([&JSON])
    }

    /// Returns what it does, in whole paragraphs with an empty line between two.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in self.help.iter().map(|line| line.trim()) {
            match line {
                "" => text += "\n\n",
                line if text.is_empty() || text.ends_with('\n') => text += line,
                line => {
                    text.push('\n');
                    text += line;
                }
            }
        }
        text
    }

    /// Returns what the list of commands says of it.
    pub fn summary(&self) -> &'static str {
        self.help.first().map_or("", |line| line.trim())
    }
}

/// Returns the command of that name.
pub fn find(name: &str) -> Option<&'static Spec> {
    TABLE.iter().find(|spec| spec.name == name)
}

/// Returns the words that may follow as the next one of a command's name.
pub(crate) fn next_words(before: &[&str]) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    for spec in TABLE {
        let mut words = spec.name.split(' ');
        if before.iter().all(|word| words.next() == Some(word))
            && let Some(next) = words.next()
            && !found.contains(&next)
        {
            found.push(next);
        }
    }
    found
}
