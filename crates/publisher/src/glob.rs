//! Globs as npm's packing understands them.
//!
//! Braces, `**`, extended globs and classes; case does not matter, a leading dot is nothing special, and a
//! pattern without a slash meets the last name of a path. Names are compared in UTF-16, as npm does, so `?` is
//! half of a character beyond the first plane.

mod braces;
mod class;
mod part;

pub(crate) use part::units;

use part::Part;

/// The longest pattern that means anything, as npm has it.
const LONGEST: usize = 64 * 1024;

/// Sections between `**` that are looked for one in the other, as npm has it.
const DEEPEST: usize = 200;

/// One pattern, with or without `!` before it.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// Whether what matches is taken in rather than left out.
    pub(crate) negated: bool,
    /// Whether it has no slash but one at its end, so that it is about names and not about paths.
    pub(crate) is_relative: bool,
    alternatives: Vec<Vec<Segment>>,
}

#[derive(Debug)]
enum Segment {
    /// `**`: any number of names.
    Any,
    Name(Part),
}

/// A path in pieces: names between slashes, with an empty piece for a slash at either end.
pub(crate) type Pieces<'a> = [&'a [u16]];

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        let bare = text.trim_start_matches('!');
        let negated = (text.len() - bare.len()) % 2 == 1;
        let parts: Vec<Vec<String>> = if bare.is_empty() || bare.len() > LONGEST {
            Vec::new()
        } else {
            let expanded = braces::expand(bare);
            expanded.iter().map(|text| split(text)).collect()
        };
        let is_relative = parts.iter().any(|parts| {
            let most = if parts.last().is_some_and(String::is_empty) {
                2
            } else {
                1
            };
            parts.len() <= most
        });
        let segment = |text: &String| match text.as_str() {
            "**" => Segment::Any,
            text => Segment::Name(Part::new(text)),
        };
        let alternatives = parts
            .iter()
            .map(|parts| parts.iter().map(segment).collect())
            .collect();
        Self {
            negated,
            is_relative,
            alternatives,
        }
    }

    /// Whether the pattern meets a path; `partial`ly if it may meet something below the path.
    pub(crate) fn is_match(&self, path: &Pieces<'_>, partial: bool) -> bool {
        let last = path.iter().rev().find(|piece| !piece.is_empty());
        let name = [last.copied().unwrap_or_default()];
        self.alternatives.iter().any(|segments| {
            let path = if segments.len() == 1 { &name[..] } else { path };
            meets(path, segments, partial)
        })
    }
}

/// Splits at slashes, joins `**` that stand side by side, and resolves `..`.
fn split(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split('/').collect();
    let count = parts.len();
    let mut kept: Vec<String> = Vec::new();
    for (at, part) in parts.into_iter().enumerate() {
        // Slashes that stand side by side are one. An empty piece means something at the two ends only.
        if part.is_empty() && at != 0 && at + 1 != count {
            continue;
        }
        let last = kept.last().map(String::as_str);
        match (part, last) {
            ("**", Some("**")) => {}
            ("..", Some(last)) if !matches!(last, "" | ".." | "." | "**") => {
                kept.pop();
            }
            _ => kept.push(part.to_owned()),
        }
    }
    if kept.is_empty() {
        kept.push(String::new());
    }
    kept
}

fn meets(path: &Pieces<'_>, segments: &[Segment], partial: bool) -> bool {
    let is_any = |segment: &Segment| matches!(segment, Segment::Any);
    let (Some(first), Some(last)) = (
        segments.iter().position(is_any),
        segments.iter().rposition(is_any),
    ) else {
        return names_meet(path, segments, partial);
    };
    let head = segments.get(..first).unwrap_or_default();
    let (body, tail) = if partial {
        (segments.get(first + 1..).unwrap_or_default(), &[][..])
    } else {
        (
            segments.get(first + 1..last).unwrap_or_default(),
            segments.get(last + 1..).unwrap_or_default(),
        )
    };
    let mut start = 0;
    if !head.is_empty() {
        let front = path.get(..head.len().min(path.len())).unwrap_or_default();
        if !names_meet(front, head, partial) {
            return false;
        }
        start = head.len();
    }
    let Some(tail_pieces) = tail_of(path, start, tail) else {
        return false;
    };
    let end = path.len().saturating_sub(tail_pieces);
    if body.is_empty() {
        return partial || tail_pieces > 0 || start < end;
    }
    let sections: Vec<&[Segment]> = body.split(is_any).collect();
    sections_meet(path, &sections, start, end, partial, tail_pieces > 0, 0).unwrap_or(false)
}

/// How many pieces at the end of a path its pattern's end meets.
fn tail_of(path: &Pieces<'_>, start: usize, tail: &[Segment]) -> Option<usize> {
    if tail.is_empty() {
        return Some(0);
    }
    if tail.len() + start > path.len() {
        return None;
    }
    let at = path.len() - tail.len();
    if names_meet(path.get(at..)?, tail, false) {
        return Some(tail.len());
    }
    // `a/**/*` meets `a/b/` as well.
    let has_slash = path.last().is_some_and(|piece| piece.is_empty());
    if !has_slash || start + tail.len() == path.len() {
        return None;
    }
    names_meet(path.get(at - 1..)?, tail, false).then_some(tail.len() + 1)
}

/// Looks for the sections between `**`, in their order. `None` means that looking further on is in vain.
fn sections_meet(
    path: &Pieces<'_>,
    sections: &[&[Segment]],
    mut at: usize,
    end: usize,
    partial: bool,
    saw_tail: bool,
    depth: usize,
) -> Option<bool> {
    let Some((section, rest)) = sections.split_first() else {
        return Some(saw_tail || at < path.len());
    };
    let after: usize = sections.iter().map(|section| section.len()).sum();
    let Some(latest) = end.checked_sub(after) else {
        return partial.then_some(true);
    };
    while at <= latest {
        let pieces = path.get(at..at + section.len()).unwrap_or_default();
        if depth < DEEPEST && names_meet(pieces, section, partial) {
            let next = at + section.len();
            match sections_meet(path, rest, next, end, partial, saw_tail, depth + 1) {
                Some(false) => {}
                found => return found,
            }
        }
        at += 1;
    }
    partial.then_some(true)
}

/// Compares name by name, where there is no `**`.
fn names_meet(path: &Pieces<'_>, segments: &[Segment], partial: bool) -> bool {
    for (piece, segment) in path.iter().zip(segments) {
        match segment {
            Segment::Name(part) if part.is_match(piece) => {}
            _ => return false,
        }
    }
    match path.len().checked_sub(segments.len()) {
        None => partial,
        Some(0) => true,
        // A slash at the end is not asked for.
        Some(over) => over == 1 && path.last().is_some_and(|piece| piece.is_empty()),
    }
}

#[cfg(test)]
mod tests;
