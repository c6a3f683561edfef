//! Choosing among what a client says it takes. Nothing a client can write here is an error: what
//! cannot be understood is passed over.

use http::{HeaderMap, HeaderName, header};

/// Weight of an entry, in thousandths.
type Weight = u16;

/// Returns the place in `offered` of the content coding that the client likes best, or nothing when
/// the answer is to be sent as it is.
///
/// The first one offered wins a tie, and a coding wins over `identity`, which saves bytes for both
/// sides. No header means identity: clients that take a coding say so, and `gzip/deflate`, which bun
/// has been seen to send, names no coding at all. A client that refuses identity and takes nothing
/// that is offered still gets identity: it may well be able to read it, and a 406 would help nobody.
pub fn best_encoding(headers: &HeaderMap, offered: &[&str]) -> Option<usize> {
    let weight = |name: &str| entries(headers, header::ACCEPT_ENCODING).find_weight(name);
    let others = weight("*").unwrap_or(0);
    let identity = weight("identity").unwrap_or(0);
    let mut best: Option<(usize, Weight)> = None;
    for (place, offer) in offered.iter().enumerate() {
        let weight = weight(offer).unwrap_or(others);
        if weight >= identity.max(1) && weight > best.map_or(0, |(_, best)| best) {
            best = Some((place, weight));
        }
    }
    best.map(|(place, _)| place)
}

/// Returns the place in `offered` of the media type that the client likes best.
///
/// The first one offered wins a tie and a request without `Accept`. Returns nothing when the client
/// takes none of them. More specific ranges override less specific ones (RFC 9110 section 12.5.1).
pub fn best_match(headers: &HeaderMap, offered: &[&str]) -> Option<usize> {
    if !headers.contains_key(header::ACCEPT) {
        return (!offered.is_empty()).then_some(0);
    }
    let mut best: Option<(usize, Weight)> = None;
    for (place, offer) in offered.iter().enumerate() {
        let family = offer
            .split_once('/')
            .map(|(family, _)| format!("{family}/*"));
        let weight = |range: &str| entries(headers, header::ACCEPT).find_weight(range);
        let weight = weight(offer)
            .or_else(|| family.as_deref().and_then(weight))
            .or_else(|| weight("*/*"))
            .unwrap_or(0);
        if weight > best.map_or(0, |(_, best)| best) {
            best = Some((place, weight));
        }
    }
    best.map(|(place, _)| place)
}

fn entries(headers: &HeaderMap, name: HeaderName) -> Entries<'_> {
    let values = headers.get_all(name).iter();
    Entries(Box::new(
        values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(entry),
    ))
}

struct Entries<'a>(Box<dyn Iterator<Item = (&'a str, Weight)> + 'a>);

impl Entries<'_> {
    fn find_weight(mut self, wanted: &str) -> Option<Weight> {
        self.0
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, weight)| weight)
    }
}

fn entry(text: &str) -> Option<(&str, Weight)> {
    let mut parts = text.split(';');
    let name = parts.next()?.trim();
    let quality = parts
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case("q"));
    let weight = match quality {
        None => 1000,
        Some((_, value)) => thousandths(value.trim())?,
    };
    (!name.is_empty()).then_some((name, weight))
}

/// Reads `1`, `0.8`, `1.000`, … without floating point.
fn thousandths(text: &str) -> Option<Weight> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let fraction: Weight = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
