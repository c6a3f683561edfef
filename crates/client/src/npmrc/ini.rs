//! The form of `.npmrc`, as npm's reader takes it.

/// Reads `key = value` lines. A key alone is `true`; comments begin with `;` or `#`; what stands in a
/// `[section]` is none of npm's settings; a list keeps its last entry, since no registry is a list.
pub(super) fn parse(text: &str) -> Vec<(String, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut settings = Vec::new();
    for line in text.split(['\r', '\n']) {
        let start = line.trim_start();
        if start.is_empty() || start.starts_with([';', '#']) {
            continue;
        }
        if line.starts_with('[') && line.trim_end().ends_with(']') {
            break;
        }
        let (key, value) = match line.split_once('=') {
            // npm passes over a line without a key.
            Some(("", _)) => continue,
            Some((key, value)) => (unquoted(key), unquoted(value)),
            None => (unquoted(line), "true".to_owned()),
        };
        let key = key.strip_suffix("[]").map_or(key.as_str(), |key| key);
        settings.push((key.to_owned(), value));
    }
    settings
}

/// Takes the quotes off a text, or the comment behind it and the backslashes in it.
fn unquoted(text: &str) -> String {
    let text = text.trim();
    for quote in ['"', '\''] {
        let inside = text.strip_prefix(quote);
        if let Some(inside) = inside.and_then(|text| text.strip_suffix(quote)) {
            let json = if quote == '"' { text } else { inside };
            return match serde_json::from_str(json) {
                Ok(serde_json::Value::String(text)) => text,
                Ok(value) => value.to_string(),
                Err(_) => json.to_owned(),
            };
        }
    }
    let mut plain = String::with_capacity(text.len());
    let mut escaped = false;
    for character in text.chars() {
        match character {
            '\\' | ';' | '#' if escaped => plain.push(character),
            _ if escaped => plain.extend(['\\', character]),
            '\\' => {
                escaped = true;
                continue;
            }
            ';' | '#' => break,
            _ => plain.push(character),
        }
        escaped = false;
    }
    if escaped {
        plain.push('\\');
    }
    plain.trim().to_owned()
}
