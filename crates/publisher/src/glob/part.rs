//! One name of a path against what stands between two slashes of a pattern.

use std::cell::Cell;

use super::class::{Bracket, Class, read};

/// Steps that one comparison may take. Who writes a pattern that needs more matches nothing with it.
const PATIENCE: u32 = 200_000;

/// How deep groups stand in groups. What is deeper is taken as it is written.
const DEEPEST: usize = 4;

/// What stands between two slashes.
#[derive(Debug)]
pub(super) struct Part(Kind);

#[derive(Debug)]
enum Kind {
    /// `*`: a name that is not empty.
    Star,
    /// `*.js`, `*x`: a name that ends so.
    End(Vec<u16>),
    /// `??.js`: a name as long as the pattern that ends so.
    Length(usize, Vec<u16>),
    Tokens(Vec<Token>),
    /// Nothing meets it.
    Never,
}

#[derive(Debug)]
enum Token {
    /// A unit in its upper case.
    Unit(u16),
    /// `*`
    Star,
    /// `?`
    One,
    Class(Class),
    /// `?(…)`, `*(…)`, `+(…)`, `@(…)`, `!(…)`
    Group(u8, Vec<Vec<Token>>),
}

/// A text in UTF-16.
pub(crate) fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// A unit as it is compared: in its upper case, if that is one unit.
fn fold(unit: u16) -> u16 {
    if let Ok(byte) = u8::try_from(unit)
        && byte.is_ascii()
    {
        return u16::from(byte.to_ascii_uppercase());
    }
    let Some(character) = char::from_u32(u32::from(unit)) else {
        return unit;
    };
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => u16::try_from(u32::from(upper))
            .ok()
            .filter(|upper| *upper >= 0x80)
            .unwrap_or(unit),
        _ => unit,
    }
}

/// A unit in its cases.
pub(super) fn cases(unit: u16) -> [u16; 3] {
    let lower = char::from_u32(u32::from(unit)).and_then(|character| {
        let mut lower = character.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(lower), None) => u16::try_from(u32::from(lower)).ok(),
            _ => None,
        }
    });
    [unit, fold(unit), lower.unwrap_or(unit)]
}

fn folded(text: &str) -> Vec<u16> {
    text.encode_utf16().map(fold).collect()
}

fn ends_with(name: &[u16], end: &[u16]) -> bool {
    let at = name.len().checked_sub(end.len());
    let tail = at.and_then(|at| name.get(at..));
    tail.is_some_and(|tail| tail.iter().zip(end).all(|(unit, end)| fold(*unit) == *end))
}

impl Part {
    pub(super) fn new(text: &str) -> Self {
        let is_plain = |rest: &str| !rest.contains(['+', '@', '!', '?', '*', '[', '(']);
        let after_stars = text.trim_start_matches('*');
        let after_marks = text.trim_start_matches('?');
        if text.starts_with('*') && after_stars.is_empty() {
            return Self(Kind::Star);
        }
        // npm takes a backslash as it is written here.
        if text.starts_with('*') && is_plain(after_stars) {
            return Self(Kind::End(folded(after_stars)));
        }
        if text.starts_with('?') && is_plain(after_marks) {
            return Self(Kind::Length(units(text).len(), folded(after_marks)));
        }
        let units = units(text);
        let mut place = 0;
        match tokens(&units, &mut place, 0) {
            Some(tokens) => Self(Kind::Tokens(tokens)),
            None => Self(Kind::Never),
        }
    }

    pub(super) fn is_match(&self, name: &[u16]) -> bool {
        match &self.0 {
            Kind::Star => !name.is_empty(),
            Kind::End(end) => ends_with(name, end),
            Kind::Length(length, end) => name.len() == *length && ends_with(name, end),
            Kind::Tokens(tokens) => {
                let patience = Cell::new(PATIENCE);
                let matcher = Matcher {
                    name,
                    patience: &patience,
                };
                matcher.here(tokens, 0, Then::End)
            }
            Kind::Never => false,
        }
    }
}

/// Reads tokens, up to the end or, in a group, to what ends the alternative. `None`: nothing can meet them.
fn tokens(units: &[u16], place: &mut usize, depth: usize) -> Option<Vec<Token>> {
    let at = |place: usize| units.get(place).copied();
    let byte = |unit: u16| u8::try_from(unit).unwrap_or(0);
    let mut found = Vec::new();
    while let Some(unit) = at(*place) {
        let mark = byte(unit);
        if depth > 0 && matches!(mark, b'|' | b')') {
            break;
        }
        if b"?*+@!".contains(&mark)
            && at(*place + 1) == Some(u16::from(b'('))
            && depth < DEEPEST
            && let Some((alternatives, after)) = group(units, *place + 2, depth + 1)?
        {
            found.push(Token::Group(mark, alternatives));
            *place = after;
            continue;
        }
        match mark {
            b'\\' => {
                *place += 1;
                let escaped = at(*place).unwrap_or(unit);
                found.push(Token::Unit(fold(escaped)));
            }
            b'*' => {
                if !matches!(found.last(), Some(Token::Star)) {
                    found.push(Token::Star);
                }
            }
            b'?' => found.push(Token::One),
            b'[' => match read(units.get(*place..)?) {
                Bracket::Class(class, length) => {
                    found.push(Token::Class(class));
                    *place += length;
                    continue;
                }
                Bracket::Nothing => return None,
                Bracket::Literal => found.push(Token::Unit(unit)),
            },
            _ => found.push(Token::Unit(fold(unit))),
        }
        *place += 1;
    }
    Some(found)
}

type Alternatives = Vec<Vec<Token>>;

/// Reads the alternatives of a group and where it ends; no group if it does not.
#[expect(
    clippy::option_option,
    reason = "nothing can meet it, it is no group, it is one"
)]
fn group(units: &[u16], mut place: usize, depth: usize) -> Option<Option<(Alternatives, usize)>> {
    let mut alternatives = Vec::new();
    loop {
        alternatives.push(tokens(units, &mut place, depth)?);
        match units.get(place).copied() {
            Some(unit) if unit == u16::from(b'|') => place += 1,
            Some(_) => return Some(Some((alternatives, place + 1))),
            None => return Some(None),
        }
    }
}

struct Matcher<'a> {
    name: &'a [u16],
    patience: &'a Cell<u32>,
}

/// What has to follow.
#[derive(Clone, Copy)]
enum Then<'a> {
    /// The end of the name.
    End,
    /// More tokens, and then something else.
    Tokens(&'a [Token], &'a Then<'a>),
    /// The same group again, if it has moved on from here, or what is behind it.
    Again(&'a Alternatives, &'a [Token], usize, &'a Then<'a>),
}

impl Matcher<'_> {
    fn here(&self, tokens: &[Token], at: usize, then: Then<'_>) -> bool {
        let Some(left) = self.patience.get().checked_sub(1) else {
            return false;
        };
        self.patience.set(left);
        let Some((token, rest)) = tokens.split_first() else {
            return self.then(at, then);
        };
        match token {
            Token::Unit(unit) => {
                self.name.get(at).is_some_and(|found| fold(*found) == *unit)
                    && self.here(rest, at + 1, then)
            }
            Token::One => at < self.name.len() && self.here(rest, at + 1, then),
            Token::Class(class) => {
                self.name.get(at).is_some_and(|found| class.has(*found))
                    && self.here(rest, at + 1, then)
            }
            Token::Star => (at..=self.name.len()).any(|next| self.here(rest, next, then)),
            Token::Group(kind, alternatives) => self.group(*kind, alternatives, rest, at, then),
        }
    }

    fn group(
        &self,
        kind: u8,
        alternatives: &Alternatives,
        rest: &[Token],
        at: usize,
        then: Then<'_>,
    ) -> bool {
        let behind = Then::Tokens(rest, &then);
        let again = Then::Again(alternatives, rest, at, &then);
        let any = |then| {
            alternatives
                .iter()
                .any(|tokens| self.here(tokens, at, then))
        };
        match kind {
            b'@' => any(behind),
            b'?' => any(behind) || self.here(rest, at, then),
            b'+' => any(again),
            b'*' => self.here(rest, at, then) || any(again),
            // `!(…)` meets whatever none of them meets together with the rest, and `!()` whatever there is.
            _ => {
                let is_empty = alternatives.iter().all(Vec::is_empty);
                let first = if is_empty { at + 1 } else { at };
                (is_empty || !any(behind))
                    && (first..=self.name.len()).any(|next| self.here(rest, next, then))
            }
        }
    }

    fn then(&self, at: usize, then: Then<'_>) -> bool {
        match then {
            Then::End => at == self.name.len(),
            Then::Tokens(tokens, then) => self.here(tokens, at, *then),
            Then::Again(alternatives, rest, from, then) => {
                self.here(rest, at, *then)
                    || (at > from && {
                        let again = Then::Again(alternatives, rest, at, then);
                        alternatives
                            .iter()
                            .any(|tokens| self.here(tokens, at, again))
                    })
            }
        }
    }
}
