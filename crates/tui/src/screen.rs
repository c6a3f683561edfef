//! Which screens there are, and what a key comes to on one.

use crate::ask::Ask;

/// A screen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Screen {
    /// The 13 bytes.
    Config,
    /// What is published.
    Packages,
    /// How the server is.
    Status,
    /// What happens.
    Log,
    /// Who has accounts and keys.
    Access,
    /// What can be typed.
    Help,
}

impl Screen {
    /// All of them, as the tabs stand.
    pub const ALL: [Self; 6] = [
        Self::Config,
        Self::Packages,
        Self::Status,
        Self::Log,
        Self::Access,
        Self::Help,
    ];

    /// What its tab says.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Config => "Config",
            Self::Packages => "Packages",
            Self::Status => "Status",
            Self::Log => "Log",
            Self::Access => "Access",
            Self::Help => "Help",
        }
    }

    /// The screen of a number from 1.
    pub(crate) fn of_number(number: usize) -> Option<Self> {
        Self::ALL.get(number.checked_sub(1)?).copied()
    }

    /// The screen that stands beside this one, around the ends.
    pub(crate) fn beside(self, forward: bool) -> Self {
        let steps = if forward { 1 } else { Self::ALL.len() - 1 };
        let mut screens = Self::ALL.into_iter().cycle();
        screens.find(|screen| *screen == self);
        screens.nth(steps - 1).unwrap_or(self)
    }
}

/// What a key comes to on a screen.
#[derive(Debug)]
pub(crate) enum Step {
    /// It means nothing there.
    Unused,
    /// It was used up.
    Used,
    /// It leads out of the screen, towards the tabs.
    Out,
    /// A command line is to be run.
    Run(String),
    /// A command line is to be finished by whoever types.
    Type(String),
    /// Something is to be told.
    Say(String),
    /// What was typed cannot be.
    Wrong(String),
    /// The host is asked something.
    Ask(Ask),
}

/// Returns a name as it stands in a command, or why it cannot: one that needs quotes is left to be
/// typed by whoever sees what is in it.
pub(crate) fn as_word(name: &str) -> Result<&str, String> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "@/_.~-:".contains(letter);
    if !name.is_empty() && name.chars().all(is_plain) && !name.starts_with('-') {
        Ok(name)
    } else {
        Err(format!("{name} has to be typed with quotes"))
    }
}
