//! What things look like.

use ratatui::style::{Color, Modifier, Style};

/// A set of colours, or none.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Theme {
    /// Light text on a dark ground.
    #[default]
    Dark,
    /// Dark text on a light ground.
    Light,
    /// Whatever the terminal has: bold, dim, underlined and reversed text alone.
    NoColour,
}

/// What a text is, for its looks. No role says anything that its text does not say too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    /// Text as such.
    Base,
    /// What is looked at second: labels, meanings.
    Dim,
    /// What is looked at first.
    Strong,
    /// The one accent: what can be done, and where one is.
    Accent,
    /// The name of a part of a screen.
    Title,
    /// What is well.
    Good,
    /// What wants attention, and what is pending.
    Warn,
    /// What is wrong.
    Bad,
    /// The row that the cursor is in.
    Selected,
    /// The row that the cursor would be in, while it is elsewhere.
    Marked,
    /// The cell that the cursor is in.
    Cursor,
    /// Lines between parts.
    Rule,
}

struct Palette {
    dim: u8,
    accent: u8,
    good: u8,
    warn: u8,
    bad: u8,
    rule: u8,
    ground: u8,
}

const DARK: Palette = Palette {
    dim: 245,
    accent: 110,
    good: 108,
    warn: 179,
    bad: 174,
    rule: 238,
    ground: 237,
};

const LIGHT: Palette = Palette {
    dim: 243,
    accent: 25,
    good: 28,
    warn: 130,
    bad: 124,
    rule: 250,
    ground: 254,
};

impl Theme {
    pub(crate) fn style(self, role: Role) -> Style {
        match self {
            Self::Dark => coloured(&DARK, role),
            Self::Light => coloured(&LIGHT, role),
            Self::NoColour => plain(role),
        }
    }
}

fn coloured(palette: &Palette, role: Role) -> Style {
    let style = Style::new();
    let colour = |index| style.fg(Color::Indexed(index));
    match role {
        Role::Base => style,
        Role::Dim => colour(palette.dim),
        Role::Strong => style.add_modifier(Modifier::BOLD),
        Role::Accent => colour(palette.accent),
        Role::Title => colour(palette.accent).add_modifier(Modifier::BOLD),
        Role::Good => colour(palette.good),
        Role::Warn => colour(palette.warn).add_modifier(Modifier::BOLD),
        Role::Bad => colour(palette.bad).add_modifier(Modifier::BOLD),
        Role::Selected => style.bg(Color::Indexed(palette.ground)),
        Role::Marked => style.add_modifier(Modifier::UNDERLINED),
        Role::Cursor => style.add_modifier(Modifier::REVERSED),
        Role::Rule => colour(palette.rule),
    }
}

fn plain(role: Role) -> Style {
    let modifiers = match role {
        Role::Base | Role::Accent | Role::Good => Modifier::empty(),
        Role::Dim | Role::Rule => Modifier::DIM,
        Role::Strong | Role::Title => Modifier::BOLD,
        Role::Warn | Role::Bad => Modifier::BOLD | Modifier::UNDERLINED,
        Role::Selected | Role::Cursor => Modifier::REVERSED,
        Role::Marked => Modifier::UNDERLINED,
    };
    Style::new().add_modifier(modifiers)
}
