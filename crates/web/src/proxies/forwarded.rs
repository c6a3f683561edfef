//! The header `Forwarded` (RFC 7239): `for=192.0.2.43;proto=https, for="[2001:db8::1]:8080"`.

use http::{HeaderMap, header};

/// What one proxy says of a request.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Element {
    /// Whom it got the request from (`for`).
    pub(super) from: Option<String>,
    /// The host that was asked.
    pub(super) host: Option<String>,
    /// The scheme it was asked with.
    pub(super) proto: Option<String>,
}

/// What each proxy says, the nearest one first; nothing where it cannot be understood.
pub(super) fn from_the_right(headers: &HeaderMap) -> impl Iterator<Item = Option<Element>> {
    let values = headers.get_all(header::FORWARDED).iter().rev();
    values
        .flat_map(|value| Pieces::of(value.as_bytes(), b','))
        .map(element)
}

fn element(bytes: &[u8]) -> Option<Element> {
    let mut element = Element::default();
    for pair in Pieces::of(bytes, b';') {
        let (name, text) = str::from_utf8(pair).ok()?.split_once('=')?;
        let value = value(text.trim_end())?;
        let place = match name.trim_start().to_ascii_lowercase().as_str() {
            "for" => &mut element.from,
            "host" => &mut element.host,
            "proto" => &mut element.proto,
            "" => return None,
            _ => continue,
        };
        if place.replace(value).is_some() {
            return None;
        }
    }
    Some(element)
}

/// Reads a token or a text in quotes.
fn value(text: &str) -> Option<String> {
    let Some(quoted) = text.strip_prefix('"') else {
        // Addresses with a port should be in quotes, and often are not.
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:[]!#$&'*+^`|%".contains(&byte);
        return (!text.is_empty() && text.bytes().all(is_plain)).then(|| text.to_owned());
    };
    let mut value = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => return chars.next().is_none().then_some(value),
            '\\' => value.push(chars.next()?),
            other => value.push(other),
        }
    }
}

/// The pieces of a header between separators that are not in quotes, the last one first.
///
/// Looking from the right, an open quote that a client put at the left end cannot swallow what a
/// proxy wrote behind it.
struct Pieces<'a> {
    rest: Option<&'a [u8]>,
    separator: u8,
}

impl<'a> Pieces<'a> {
    fn of(bytes: &'a [u8], separator: u8) -> Self {
        Self {
            rest: Some(bytes),
            separator,
        }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let bytes = self.rest.take()?;
        let mut in_quotes = false;
        for (place, found) in bytes.iter().enumerate().rev() {
            let (before, from) = bytes.split_at_checked(place)?;
            if *found == b'"' {
                let backslashes = before.iter().rev().take_while(|byte| **byte == b'\\');
                in_quotes ^= backslashes.count() % 2 == 0;
            } else if *found == self.separator && !in_quotes {
                self.rest = Some(before);
                let (_, piece) = from.split_first()?;
                return Some(piece.trim_ascii());
            }
        }
        Some(bytes.trim_ascii())
    }
}
