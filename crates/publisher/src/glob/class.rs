//! Classes: `[abc]`, `[!a-z]`, `[[:alpha:]]`.

/// The characters that may stand in a place.
#[derive(Debug, Default)]
pub(super) struct Class {
    negated: bool,
    ranges: Vec<(u16, u16)>,
    named: Vec<fn(char) -> bool>,
}

/// What stands at a bracket.
pub(super) enum Bracket {
    /// A class of so many units, both brackets included.
    Class(Class, usize),
    /// A class that nothing is in, which makes the whole pattern meet nothing.
    Nothing,
    /// A bracket that is only a bracket.
    Literal,
}

impl Class {
    pub(super) fn has(&self, unit: u16) -> bool {
        let character = char::from_u32(u32::from(unit));
        let is_named = |character: char| self.named.iter().any(|named| named(character));
        let is_in = |unit: u16| {
            let mut ranges = self.ranges.iter();
            ranges.any(|(first, last)| (*first..=*last).contains(&unit))
        };
        let cases = super::part::cases(unit);
        let found = cases.into_iter().any(is_in) || character.is_some_and(is_named);
        found != self.negated
    }
}

/// A name of characters, and which they are.
type Named = (&'static str, fn(char) -> bool);

const NAMES: [Named; 14] = [
    ("[:alnum:]", char::is_alphanumeric),
    ("[:alpha:]", char::is_alphabetic),
    ("[:ascii:]", |character| character.is_ascii()),
    ("[:blank:]", |character| {
        character == '\t'
            || (character.is_whitespace()
                && !character.is_control()
                && !matches!(character, '\u{2028}' | '\u{2029}'))
    }),
    ("[:cntrl:]", char::is_control),
    ("[:digit:]", char::is_numeric),
    ("[:graph:]", |character| {
        !character.is_whitespace() && !character.is_control()
    }),
    ("[:lower:]", char::is_alphabetic),
    ("[:print:]", |character| !character.is_control()),
    ("[:punct:]", |character| {
        character.is_ascii_punctuation() && !"$+<=>^`|~".contains(character)
    }),
    ("[:space:]", char::is_whitespace),
    ("[:upper:]", char::is_alphabetic),
    ("[:word:]", |character| {
        character.is_alphanumeric() || character == '_'
    }),
    ("[:xdigit:]", |character| character.is_ascii_hexdigit()),
];

/// Reads what begins with the bracket at the start of these units.
pub(super) fn read(units: &[u16]) -> Bracket {
    let at = |place: usize| units.get(place).copied();
    let is = |place: usize, byte: u8| at(place) == Some(u16::from(byte));
    let mut class = Class::default();
    let mut place = 1;
    let mut saw_start = false;
    let mut escaping = false;
    let mut range_start: Option<u16> = None;
    if is(1, b'!') || is(1, b'^') {
        class.negated = true;
        place = 2;
    }
    while let Some(unit) = at(place) {
        if unit == u16::from(b']') && saw_start && !escaping {
            if class.ranges.is_empty() && class.named.is_empty() {
                return Bracket::Nothing;
            }
            return Bracket::Class(class, place + 1);
        }
        saw_start = true;
        if unit == u16::from(b'\\') && !escaping {
            escaping = true;
            place += 1;
            continue;
        }
        if unit == u16::from(b'[') && !escaping {
            let rest = units.get(place..).unwrap_or_default();
            let named = NAMES.iter().find(|(name, _)| {
                let name: Vec<u16> = name.encode_utf16().collect();
                rest.starts_with(&name)
            });
            if let Some((name, named)) = named {
                if range_start.is_some() {
                    return Bracket::Nothing;
                }
                class.named.push(*named);
                place += name.len();
                continue;
            }
        }
        escaping = false;
        if let Some(start) = range_start.take() {
            if unit >= start {
                class.ranges.push((start, unit));
            }
            place += 1;
        } else if is(place + 1, b'-') && is(place + 2, b']') {
            class.ranges.push((unit, unit));
            class.ranges.push((u16::from(b'-'), u16::from(b'-')));
            place += 2;
        } else if is(place + 1, b'-') {
            range_start = Some(unit);
            place += 2;
        } else {
            class.ranges.push((unit, unit));
            place += 1;
        }
    }
    Bracket::Literal
}
