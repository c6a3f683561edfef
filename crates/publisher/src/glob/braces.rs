//! Braces: `a{b,c}` is `ab` and `ac`, `{1..3}` is three numbers.

/// Most texts that one text becomes.
const MOST: usize = 4096;

/// Longest that all of them together are, in bytes.
const LONGEST: usize = 1024 * 1024;

/// How deep braces stand in braces. What is deeper is taken as it is written.
const DEEPEST: usize = 50;

/// Restarts for `{a},b}`, whose first brace is none.
const RESTARTS: usize = 100;

/// What is escaped is set aside under characters that nobody writes into a file name.
const SET_ASIDE: [(&str, char, char); 5] = [
    (r"\\", '\u{f0001}', '\\'),
    (r"\{", '\u{f0002}', '{'),
    (r"\}", '\u{f0003}', '}'),
    (r"\,", '\u{f0004}', ','),
    (r"\.", '\u{f0005}', '.'),
];

/// A brace that closes nothing.
const CLOSE: char = '\u{f0003}';

/// Gives every text that a text with braces stands for.
pub(super) fn expand(text: &str) -> Vec<String> {
    let has_braces = text
        .find('{')
        .is_some_and(|open| text.get(open..).is_some_and(|rest| rest.contains('}')));
    if !has_braces {
        return vec![text.to_owned()];
    }
    let mut aside = match text.strip_prefix("{}") {
        Some(rest) => format!(r"\{{\}}{rest}"),
        None => text.to_owned(),
    };
    for (escaped, character, _) in SET_ASIDE {
        aside = aside.replace(escaped, &character.to_string());
    }
    let mut expanded = within(&aside, 0, true);
    for text in &mut expanded {
        for (_, character, plain) in SET_ASIDE {
            if text.contains(character) {
                *text = text.replace(character, &plain.to_string());
            }
        }
    }
    expanded
}

fn within(text: &str, depth: usize, mut is_top: bool) -> Vec<String> {
    if depth > DEEPEST {
        return vec![text.to_owned()];
    }
    let mut text = text.to_owned();
    let mut done = vec![String::new()];
    let mut restarts = 0;
    let mut drops_empty = false;
    let mut is_first = true;
    loop {
        let Some((before, body, after)) = balanced(&text) else {
            return combine(&done, &text, &[String::new()], drops_empty);
        };
        let literal = format!("{before}{{{body}}}");
        let is_last = after.is_empty();
        if before.ends_with('$') {
            done = combine(&done, &literal, &[String::new()], drops_empty && is_last);
            is_first = false;
        } else {
            let sequence = sequence(body);
            if sequence.is_none() && !body.contains(',') {
                if restarts < RESTARTS && has_options_left(after) {
                    restarts += 1;
                    text = format!("{before}{{{body}{CLOSE}{after}");
                    is_top = true;
                    continue;
                }
                return combine(&done, &text, &[String::new()], drops_empty);
            }
            if is_first {
                drops_empty = is_top && sequence.is_none();
                is_first = false;
            }
            let values = sequence.unwrap_or_else(|| options(body, depth));
            done = combine(&done, before, &values, drops_empty && is_last);
        }
        if is_last {
            return done;
        }
        text = after.to_owned();
    }
}

/// What stands between commas, expanded in turn.
fn options(body: &str, depth: usize) -> Vec<String> {
    let parts = comma_parts(body);
    let parts = if let [only] = &parts[..] {
        let inner = within(only, depth + 1, false).into_iter();
        let inner: Vec<String> = inner.map(|text| format!("{{{text}}}")).collect();
        // What did not become more would not the second time either.
        if inner.len() == 1 {
            return inner;
        }
        inner
    } else {
        parts
    };
    let mut values = Vec::new();
    for part in parts {
        values.extend(within(&part, depth + 1, false));
        if values.len() > MOST {
            break;
        }
    }
    values
}

/// Puts each of the values behind each of the texts.
fn combine(done: &[String], before: &str, values: &[String], drops_empty: bool) -> Vec<String> {
    let mut combined = Vec::new();
    let mut length = 0;
    for text in done {
        for value in values {
            let whole = format!("{text}{before}{value}");
            if drops_empty && whole.is_empty() {
                continue;
            }
            length += whole.len();
            if combined.len() >= MOST || length > LONGEST {
                return combined;
            }
            combined.push(whole);
        }
    }
    combined
}

/// Finds the first pair of braces that belong together: what is before, inside and behind.
fn balanced(text: &str) -> Option<(&str, &str, &str)> {
    let mut open = Vec::new();
    let mut best = None;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open.push(at),
            b'}' => {
                let Some(start) = open.pop() else { continue };
                if open.is_empty() {
                    best = Some((start, at));
                    break;
                }
                // If the outer one is never closed, the leftmost of the inner ones counts.
                if best.is_none_or(|(leftmost, _)| start < leftmost) {
                    best = Some((start, at));
                }
            }
            _ => {}
        }
    }
    let (start, end) = best?;
    Some((
        text.get(..start)?,
        text.get(start + 1..end)?,
        text.get(end + 1..)?,
    ))
}

fn comma_parts(body: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = body;
    loop {
        let (before, inside, after) = match balanced(rest) {
            Some((before, body, after)) => (before, Some(body), after),
            None => (rest, None, ""),
        };
        for (at, piece) in before.split(',').enumerate() {
            if at > 0 {
                parts.push(String::new());
            }
            if let Some(last) = parts.last_mut() {
                last.push_str(piece);
            }
        }
        let (Some(inside), Some(last)) = (inside, parts.last_mut()) else {
            return parts;
        };
        last.push('{');
        last.push_str(inside);
        last.push('}');
        rest = after;
    }
}

/// Whether a comma that another comma does not follow, and a closing brace, are still to come.
fn has_options_left(after: &str) -> bool {
    let mut commas = after.match_indices(',').map(|(at, _)| at + 1);
    commas.any(|at| {
        let rest = after.get(at..).unwrap_or_default();
        !rest.starts_with(',') && rest.contains('}')
    })
}

/// `1..5`, `5..1..2`, `a..e`.
fn sequence(body: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = body.split("..").collect();
    let (from, to, step) = match parts[..] {
        [from, to] => (from, to, "1"),
        [from, to, step] => (from, to, step),
        _ => return None,
    };
    let step = number(step)?.unsigned_abs().max(1);
    let step = usize::try_from(step).ok()?;
    if let (Some(first), Some(last)) = (number(from), number(to)) {
        let is_padded = |text: &str| {
            let digits = text.strip_prefix('-').unwrap_or(text);
            digits.len() > 1 && digits.starts_with('0')
        };
        let width = if parts.iter().any(|part| is_padded(part)) {
            from.len().max(to.len())
        } else {
            0
        };
        let write = |number: i64| format!("{number:0width$}");
        return Some(steps(first, last, step).map(write).collect());
    }
    let letter = |text: &str| match text.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => Some(i64::from(*letter)),
        _ => None,
    };
    let (first, last) = (letter(from)?, letter(to)?);
    let write = |code: i64| {
        let letter = u8::try_from(code).map(char::from);
        // npm leaves a backslash out.
        let letter = letter.ok().filter(|letter| *letter != '\\');
        letter.map(String::from).unwrap_or_default()
    };
    Some(steps(first, last, step).map(write).collect())
}

fn steps(first: i64, last: i64, step: usize) -> Box<dyn Iterator<Item = i64>> {
    if first <= last {
        Box::new((first..=last).step_by(step).take(MOST))
    } else {
        Box::new((last..=first).rev().step_by(step).take(MOST))
    }
}

fn number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_become_all_that_they_stand_for() {
        for (text, expected) in [
            ("a", &["a"][..]),
            ("a{b,c}d", &["abd", "acd"]),
            ("/readme{,.*[^~$]}", &["/readme", "/readme.*[^~$]"]),
            ("a{b,c{d,e}f}g", &["abg", "acdfg", "acefg"]),
            ("{a,b}{c,d}", &["ac", "ad", "bc", "bd"]),
            ("a{2..}b", &["a{2..}b"]),
            ("a{b}c", &["a{b}c"]),
            ("{}a,b", &["{}a,b"]),
            ("x{1..3}", &["x1", "x2", "x3"]),
            ("x{03..1..2}", &["x03", "x01"]),
            ("{c..a}", &["c", "b", "a"]),
            ("${a,b}", &["${a,b}"]),
            (r"a\{b,c}", &["a{b,c}"]),
            ("{a,b", &["{a,b"]),
            ("{a},b}", &["a}", "b"]),
            ("x{{a,b}}y", &["x{a}y", "x{b}y"]),
            ("{,}", &[]),
        ] {
            assert_eq!(expand(text), expected, "{text}");
        }
        assert!(expand(&"{a,b}".repeat(100)).len() <= MOST);
        assert_eq!(expand(&"{".repeat(5000)).len(), 1);
        expand(&format!("{}a,b{}", "{".repeat(2000), "}".repeat(2000)));
    }
}
