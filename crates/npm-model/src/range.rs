//! Ranges: the versions that a dependency accepts, as npm reads them.
//!
//! Written here because the libraries at hand are held to other rules: they read npm's *loose* dialect
//! (`>01.02.03`, `1.2.3beta`), answer `2 0` or `<=1` wrongly, or refuse ranges that nothing satisfies
//! (`3 - 2`). What follows is npm's strict reading, step by step, held to npm's own fixtures.
//!
//! A range is alternatives between `||`. Each is a list of words that must all hold; a word is turned
//! into comparators (`^1.2` into `>=1.2.0` and `<2.0.0-0`), and those are what a version is tested with.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::quoted::Quoted;
use crate::version::{Version, is_identifier_byte, is_number, is_prerelease, parse_number};

/// The longest range that is read. npm has no limit; the longest in use are a tenth of this.
const MAX_LEN: usize = 1024;

/// Accepts some versions and not others: `^1.2.0`, `>=1 <3`, `1.x || 2.0.0-beta.1`.
///
/// Two ranges are equal when they come down to the same comparators; printing one shows those.
#[derive(Clone, Eq, PartialEq)]
pub struct Range {
    /// A version is accepted if all comparators of one alternative accept it. An empty alternative
    /// accepts every release.
    alternatives: Vec<Vec<Comparator>>,
}

/// Why a text is not a range of versions.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RangeError {
    /// No range that people write is this long.
    #[error("range {range} has {length} characters, at most {MAX_LEN} are allowed")]
    TooLong {
        /// The beginning of the range.
        range: Quoted,
        /// Its length in bytes.
        length: usize,
    },
    /// npm does not read it either.
    #[error("range {range} is not a range of versions, such as `^1.2.0` or `>=1.0.0 <3.0.0`")]
    Malformed {
        /// The range.
        range: Quoted,
    },
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Operator {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

#[derive(Clone, Eq, PartialEq)]
struct Comparator {
    operator: Operator,
    version: Version,
}

impl Range {
    /// Reads a range by npm's strict rules. The empty text accepts every release.
    pub fn parse(text: &str) -> Result<Self, RangeError> {
        if text.len() > MAX_LEN {
            return Err(RangeError::TooLong {
                range: Quoted::new(text),
                length: text.len(),
            });
        }
        // npm sees single spaces only, and decides on `||` after that.
        let spaced = words(text).collect::<Vec<_>>().join(" ");
        let alternatives = spaced
            .split("||")
            .map(parse_alternative)
            .collect::<Option<Vec<_>>>();
        let alternatives = alternatives.ok_or_else(|| RangeError::Malformed {
            range: Quoted::new(text),
        })?;
        Ok(Self {
            alternatives: simplify(alternatives),
        })
    }

    /// Says whether the range accepts this version. Build metadata plays no part.
    ///
    /// A prerelease is accepted only where the alternative names a prerelease of the same three numbers:
    /// who writes `^1.2.3-beta.1` wants later betas of 1.2.3, and none of 1.3.0.
    pub fn satisfied_by(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|comparators| {
            comparators
                .iter()
                .all(|comparator| comparator.accepts(version))
                && (!version.is_prerelease()
                    || comparators
                        .iter()
                        .any(|comparator| comparator.admits_prerelease_of(version)))
        })
    }

    /// Returns the version of highest precedence that the range accepts; the first one among equals.
    pub fn max_satisfying<'a>(
        &self,
        versions: impl IntoIterator<Item = &'a Version>,
    ) -> Option<&'a Version> {
        let accepted = versions
            .into_iter()
            .filter(|version| self.satisfied_by(version));
        accepted.reduce(|best, version| match best.precedence(version) {
            Ordering::Less => version,
            Ordering::Equal | Ordering::Greater => best,
        })
    }
}

impl Comparator {
    fn accepts(&self, version: &Version) -> bool {
        let order = version.precedence(&self.version);
        match self.operator {
            Operator::Less => order.is_lt(),
            Operator::LessOrEqual => order.is_le(),
            Operator::Equal => order.is_eq(),
            Operator::GreaterOrEqual => order.is_ge(),
            Operator::Greater => order.is_gt(),
        }
    }

    fn admits_prerelease_of(&self, version: &Version) -> bool {
        self.version.is_prerelease() && self.version.same_core(version)
    }

    /// Whether this is `<0.0.0-0`, which no version is: npm writes it for "nothing".
    fn is_nothing(&self) -> bool {
        self.operator == Operator::Less && self.version.as_str() == "0.0.0-0"
    }
}

/// Drops alternatives that accept nothing beside others, and all others beside one that accepts every
/// release: `* || 1.0.0-beta` is `*`, and so refuses the beta.
fn simplify(mut alternatives: Vec<Vec<Comparator>>) -> Vec<Vec<Comparator>> {
    if alternatives.iter().any(Vec::is_empty) {
        return vec![Vec::new()];
    }
    let nothing = |comparators: &Vec<Comparator>| comparators.iter().all(Comparator::is_nothing);
    if alternatives.iter().all(nothing) {
        alternatives.truncate(1);
    } else {
        alternatives.retain(|comparators| !nothing(comparators));
    }
    alternatives
}

/// Turns what stands between two `||` into comparators.
fn parse_alternative(text: &str) -> Option<Vec<Comparator>> {
    let text = without_build(text.trim_matches(' '));
    let mut parsed = Comparators::default();
    if let Some((low, high)) = hyphen_ends(&text) {
        parsed.add_hyphen(&low, &high)?;
    } else {
        // `> 1` is `>1`, then `~ 1` is `~1`, then `^ 1` is `^1`: npm's order, and it shows in `~ > 1`.
        let words: Vec<_> = text.split(' ').collect();
        let words = join_words(&words, |word, next| {
            // Where a `+build` was removed between spaces an empty word is left, which npm skips too.
            let joins = word.is_empty() || ends_with_operator(word);
            (joins && starts_like_version(next)).then_some(word)
        });
        let words = join_words(&words, |word, _| {
            let word = word
                .strip_suffix('>')
                .filter(|rest| rest.ends_with('~'))
                .unwrap_or(word);
            word.ends_with('~').then_some(word)
        });
        let words = join_words(&words, |word, _| word.ends_with('^').then_some(word));
        words.iter().try_for_each(|word| parsed.add_word(word))?;
    }
    let comparators = parsed.0;
    Some(
        match comparators
            .iter()
            .find(|comparator| comparator.is_nothing())
        {
            Some(nothing) => vec![nothing.clone()],
            None => comparators,
        },
    )
}

/// Collects the comparators of one alternative.
#[derive(Default)]
struct Comparators(Vec<Comparator>);

impl Comparators {
    /// Adds `operator version` unless it is there already or accepts every release.
    fn add(&mut self, operator: Operator, version: &str) -> Option<()> {
        // npm drops `>=0.0.0` where it stands in this spelling, whatever else the alternative says.
        if operator == Operator::GreaterOrEqual && version == "0.0.0" {
            return Some(());
        }
        let version = Version::parse(version.strip_prefix('v').unwrap_or(version)).ok()?;
        let comparator = Comparator {
            operator,
            version: version.without_build(),
        };
        // Looking through all of them stays cheap, since `MAX_LEN` bounds how many there are.
        if !self.0.contains(&comparator) {
            self.0.push(comparator);
        }
        Some(())
    }

    /// Adds `>=major.minor.patch` and, below the first version that is too high, `<…-0`.
    fn add_between(&mut self, low: &str, too_high: [u64; 3]) -> Option<()> {
        self.add(Operator::GreaterOrEqual, low)?;
        self.add_below(too_high)
    }

    /// Adds `<major.minor.patch-0`, so that no prerelease of that version is accepted either.
    fn add_below(&mut self, [major, minor, patch]: [u64; 3]) -> Option<()> {
        self.add(Operator::Less, &format!("{major}.{minor}.{patch}-0"))
    }

    fn add_nothing(&mut self) -> Option<()> {
        self.add_below([0, 0, 0])
    }

    fn add_word(&mut self, word: &str) -> Option<()> {
        if word.is_empty() {
            return Some(());
        }
        if let Some(partial) = word.strip_prefix('^').and_then(Partial::parse) {
            return self.add_caret(&partial);
        }
        if let Some(rest) = word.strip_prefix('~')
            && let Some(partial) = Partial::parse(rest.strip_prefix('>').unwrap_or(rest))
        {
            return self.add_tilde(&partial);
        }
        let (operator, rest) = split_operator(word);
        match Partial::parse(rest) {
            Some(partial) if partial.is_ordered() => self.add_compared(operator, &partial),
            _ => self.add_starred(word),
        }
    }

    /// `^1.2.3`: whatever keeps the leftmost number that is not zero.
    fn add_caret(&mut self, partial: &Partial<'_>) -> Option<()> {
        let Some(major) = partial.major else {
            return Some(());
        };
        let major = parse_number(major)?;
        let Some(minor) = partial.minor else {
            return self.add_between(&format!("{major}.0.0"), [major + 1, 0, 0]);
        };
        let minor = parse_number(minor)?;
        let keeps_major = [major + 1, 0, 0];
        let keeps_minor = [major, minor + 1, 0];
        let Some(patch) = partial.patch else {
            let too_high = if major == 0 { keeps_minor } else { keeps_major };
            return self.add_between(&format!("{major}.{minor}.0"), too_high);
        };
        let too_high = match (major, minor) {
            (0, 0) => [0, 0, parse_number(patch)? + 1],
            (0, _) => keeps_minor,
            _ => keeps_major,
        };
        self.add_between(&partial.full()?, too_high)
    }

    /// `~1.2.3`: whatever keeps the numbers up to the minor one.
    fn add_tilde(&mut self, partial: &Partial<'_>) -> Option<()> {
        let Some(major) = partial.major else {
            return Some(());
        };
        let major = parse_number(major)?;
        let Some(minor) = partial.minor else {
            return self.add_between(&format!("{major}.0.0"), [major + 1, 0, 0]);
        };
        let minor = parse_number(minor)?;
        let low = partial
            .full()
            .unwrap_or_else(|| format!("{major}.{minor}.0"));
        self.add_between(&low, [major, minor + 1, 0])
    }

    /// `>=1.2`, `1.x`, `=1.2.3`: what is missing or `x` stands for every number.
    fn add_compared(&mut self, operator: Operator, partial: &Partial<'_>) -> Option<()> {
        let Some(major) = partial.major else {
            return match operator {
                Operator::Less | Operator::Greater => self.add_nothing(),
                Operator::LessOrEqual | Operator::Equal | Operator::GreaterOrEqual => Some(()),
            };
        };
        if let (Some(_), Some(_)) = (partial.minor, partial.patch) {
            // A complete version is compared as written, so what may stand before a partial one (`=v`)
            // must not stand here, apart from a single `v`.
            return match partial.prefix {
                "" | "v" => self.add(operator, partial.text),
                _ => None,
            };
        }
        let major = parse_number(major)?;
        let (first, too_high) = match partial.minor {
            None => ([major, 0, 0], [major + 1, 0, 0]),
            Some(minor) => {
                let minor = parse_number(minor)?;
                ([major, minor, 0], [major, minor + 1, 0])
            }
        };
        let text = |[major, minor, patch]: [u64; 3]| format!("{major}.{minor}.{patch}");
        match operator {
            Operator::Less => self.add_below(first),
            Operator::LessOrEqual => self.add_below(too_high),
            Operator::Equal => self.add_between(&text(first), too_high),
            Operator::GreaterOrEqual => self.add(Operator::GreaterOrEqual, &text(first)),
            Operator::Greater => self.add(Operator::GreaterOrEqual, &text(too_high)),
        }
    }

    /// npm removes the first star, with an operator before it, from a word that it cannot read, and then
    /// wants a complete version or nothing: `1.2.3*` is `1.2.3`.
    fn add_starred(&mut self, word: &str) -> Option<()> {
        let (before, after) = word.split_once('*')?;
        let before = before.strip_suffix('=').unwrap_or(before);
        let before = before.strip_suffix(['<', '>']).unwrap_or(before);
        let word = format!("{before}{after}");
        if word.is_empty() {
            return Some(());
        }
        let (operator, version) = split_operator(&word);
        self.add(operator, version)
    }

    /// `1.2 - 2.3`: both ends included, and every version that a partial end stands for.
    fn add_hyphen(&mut self, low: &Partial<'_>, high: &Partial<'_>) -> Option<()> {
        match (low.major, low.minor, low.patch) {
            (None, _, _) => {}
            (Some(major), None, _) => {
                self.add(Operator::GreaterOrEqual, &format!("{major}.0.0"))?;
            }
            (Some(major), Some(minor), None) => {
                self.add(Operator::GreaterOrEqual, &format!("{major}.{minor}.0"))?;
            }
            (Some(_), Some(_), Some(_)) => self.add_compared(Operator::GreaterOrEqual, low)?,
        }
        match (high.major, high.minor, high.patch) {
            (None, _, _) => Some(()),
            (Some(major), None, _) => self.add_below([parse_number(major)? + 1, 0, 0]),
            (Some(major), Some(minor), None) => {
                self.add_below([parse_number(major)?, parse_number(minor)? + 1, 0])
            }
            (Some(_), Some(_), Some(_)) if high.prerelease.is_some() => {
                self.add(Operator::LessOrEqual, high.text)
            }
            (Some(_), Some(_), Some(_)) => self.add_compared(Operator::LessOrEqual, high),
        }
    }
}

/// A version of which any part may be missing or an `x`. `None` stands for both, as it does in npm.
struct Partial<'a> {
    /// Any of `v`, `=` and space, which npm skips.
    prefix: &'a str,
    /// What follows the prefix.
    text: &'a str,
    major: Option<&'a str>,
    minor: Option<&'a str>,
    patch: Option<&'a str>,
    prerelease: Option<&'a str>,
}

impl<'a> Partial<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let bare = text.trim_start_matches(['v', '=', ' ']);
        let prefix = text.strip_suffix(bare)?;
        let mut parts = bare.splitn(3, '.');
        let major = Self::part(parts.next()?)?;
        let minor = parts.next().map_or(Some(None), Self::part)?;
        // Only a third part can have a prerelease, and whatever dots are left belong to it.
        let (patch, prerelease) = match parts.next() {
            None => (None, None),
            Some(last) => match last.split_once('-') {
                None => (Self::part(last)?, None),
                Some((patch, prerelease)) if is_prerelease(prerelease) => {
                    (Self::part(patch)?, Some(prerelease))
                }
                Some(_) => return None,
            },
        };
        Some(Self {
            prefix,
            text: bare,
            major,
            minor,
            patch,
            prerelease,
        })
    }

    /// Reads one part: a number, or `Some(None)` for one of the three wildcards.
    #[expect(
        clippy::option_option,
        reason = "the outer one is failure, the inner one is the wildcard"
    )]
    fn part(text: &'a str) -> Option<Option<&'a str>> {
        match text {
            "x" | "X" | "*" => Some(None),
            _ if is_number(text) => Some(Some(text)),
            _ => None,
        }
    }

    /// Whether no number follows a wildcard, which npm minds without `^` and `~` only.
    fn is_ordered(&self) -> bool {
        !(self.major.is_none() && self.minor.is_some()
            || self.minor.is_none() && self.patch.is_some())
    }

    /// The version, if every part of it is there.
    fn full(&self) -> Option<String> {
        self.major
            .and(self.minor)
            .and(self.patch)
            .map(|_| self.text.to_owned())
    }
}

/// Splits `low - high`. Both ends have to be versions or parts of one, or it is no such range.
fn hyphen_ends(text: &str) -> Option<(Partial<'_>, Partial<'_>)> {
    let (low, high) = text.split_once(" - ")?;
    Some((
        Partial::parse(low)?,
        Partial::parse(high.strip_suffix(' ').unwrap_or(high))?,
    ))
}

/// Removes every `+build`, which takes no part in comparing.
fn without_build(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('+') {
        kept.push_str(before);
        let build = build_len(after);
        if build == 0 {
            kept.push('+');
        }
        rest = after.get(build..).unwrap_or_default();
    }
    kept.push_str(rest);
    kept
}

/// How many bytes at the start of `text` are identifiers with single dots between them.
fn build_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_identifier_at = |at: usize| bytes.get(at).copied().is_some_and(is_identifier_byte);
    let mut len = 0;
    while is_identifier_at(len)
        || len > 0 && bytes.get(len) == Some(&b'.') && is_identifier_at(len + 1)
    {
        len += 1;
    }
    len
}

/// Joins a word to the next one where `joint` returns what to keep of the word.
fn join_words(
    words: &[impl AsRef<str>],
    joint: impl for<'w> Fn(&'w str, &str) -> Option<&'w str>,
) -> Vec<String> {
    let mut joined = Vec::with_capacity(words.len());
    let mut open = String::new();
    let mut words = words.iter().map(AsRef::as_ref).peekable();
    while let Some(word) = words.next() {
        if let Some(kept) = words.peek().and_then(|next| joint(word, next)) {
            open.push_str(kept);
        } else {
            open.push_str(word);
            joined.push(std::mem::take(&mut open));
        }
    }
    joined
}

/// Whether `word` ends with `<`, `<=`, `=`, `>=` or `>`, and not with a longer row of `v` and `=`.
fn ends_with_operator(word: &str) -> bool {
    match word.strip_suffix('=') {
        Some(rest) => !rest.ends_with(['v', '=']),
        None => word.ends_with(['<', '>']),
    }
}

fn starts_like_version(word: &str) -> bool {
    let bare = word.trim_start_matches(['v', '=']);
    bare.starts_with(|c: char| c.is_ascii_digit() || matches!(c, 'x' | 'X' | '*'))
}

/// Splits the operator off a word; without one it is `=`.
fn split_operator(word: &str) -> (Operator, &str) {
    let operators = [
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
        ("=", Operator::Equal),
    ];
    let found = operators
        .iter()
        .find_map(|(text, operator)| Some((*operator, word.strip_prefix(text)?)));
    found.unwrap_or((Operator::Equal, word))
}

/// Splits at whitespace as JavaScript knows it: with the byte order mark, without U+0085.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_space = |c: char| c == '\u{feff}' || c.is_whitespace() && c != '\u{85}';
    text.split(is_space).filter(|word| !word.is_empty())
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, comparators) in self.alternatives.iter().enumerate() {
            if index > 0 {
                f.write_str("||")?;
            }
            if comparators.is_empty() {
                f.write_str("*")?;
            }
            for (index, comparator) in comparators.iter().enumerate() {
                if index > 0 {
                    f.write_str(" ")?;
                }
                write!(f, "{comparator}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Comparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operator = match self.operator {
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Equal => "",
            Operator::GreaterOrEqual => ">=",
            Operator::Greater => ">",
        };
        write!(f, "{operator}{}", self.version)
    }
}

impl fmt::Debug for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Range {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests;
