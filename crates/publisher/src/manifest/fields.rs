//! Fields that people write in several ways, and readers of manifests know in one.

use serde_json::{Map, Value, json};

use super::{folder::NO_README, hosted::Hosted};
use crate::document::{Document, is_something};

pub(super) fn normalise(manifest: &mut Document) {
    description(manifest);
    if manifest.is_something("modules") {
        manifest.remove("modules");
    }
    texts_only(manifest, "files");
    if let Some(Value::String(man)) = manifest.get("man")
        && !man.is_empty()
    {
        manifest.set("man", &json!([man]));
    }
    bugs(manifest);
    if let Some(Value::String(keywords)) = manifest.get("keywords") {
        manifest.set("keywords", &keywords_of(&keywords).into());
    }
    texts_only(manifest, "keywords");
    texts_only(manifest, "bundleDependencies");
    bundled_are_dependencies(manifest);
    homepage(manifest);
    if !manifest.is_something("readme") {
        manifest.set("readme", &NO_README.into());
    }
    if let Some(author) = manifest.get("author").filter(is_something) {
        manifest.set("author", &person(&author));
    }
    for key in ["maintainers", "contributors"] {
        if let Some(Value::Array(people)) = manifest.get(key) {
            let people: Vec<Value> = people.iter().map(person).collect();
            manifest.set(key, &people.into());
        }
    }
}

fn description(manifest: &mut Document) {
    let found = manifest.get("description");
    if found.is_some_and(|found| is_something(&found) && !found.is_string()) {
        manifest.remove("description");
    }
    if manifest.is_something("description") {
        return;
    }
    if let Some(readme) = manifest.text("readme").filter(|text| text != NO_README)
        && !readme.is_empty()
    {
        manifest.set("description", &first_paragraph(&readme).into());
    }
}

/// The first lines together that are neither empty nor, at the beginning, a heading.
fn first_paragraph(readme: &str) -> String {
    let is_skipped = |line: &&str| line.trim().is_empty() || line.trim().starts_with('#');
    // JavaScript takes the mark of the byte order for white space.
    let is_space = |character: char| character.is_whitespace() || character == '\u{feff}';
    let text = readme.trim_matches(is_space);
    let mut lines = text.split('\n').skip_while(is_skipped);
    let mut text = lines.next().unwrap_or_default().to_owned();
    for line in lines.take_while(|line| !line.trim().is_empty()) {
        text.push(' ');
        text.push_str(line);
    }
    text.trim().to_owned()
}

fn keywords_of(text: &str) -> Vec<String> {
    let mut keywords = vec![String::new()];
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let is_end = character == ',' && rest.peek().is_some_and(|next| next.is_whitespace());
        if is_end {
            while rest.next_if(|next| next.is_whitespace()).is_some() {}
            keywords.push(String::new());
        } else if let Some(last) = keywords.last_mut() {
            last.push(character);
        }
    }
    keywords
}

/// Keeps what is a text in a list, and removes what is no list.
fn texts_only(manifest: &mut Document, key: &str) {
    match manifest.get(key) {
        Some(Value::Array(list)) => {
            let kept: Vec<&Value> = list
                .iter()
                .filter(|item| item.as_str().is_some_and(|text| !text.is_empty()))
                .collect();
            if kept.len() != list.len() {
                manifest.set(key, &json!(kept));
            }
        }
        Some(found) if is_something(&found) => manifest.remove(key),
        _ => {}
    }
}

fn bundled_are_dependencies(manifest: &mut Document) {
    let Some(Value::Array(bundled)) = manifest.get("bundleDependencies") else {
        return;
    };
    let (mut dependencies, was_there) = match manifest.get("dependencies") {
        Some(Value::Object(dependencies)) => (dependencies, true),
        _ => (Map::new(), false),
    };
    let before = dependencies.len();
    for name in bundled.iter().filter_map(Value::as_str) {
        if !dependencies.contains_key(name) {
            dependencies.insert(name.to_owned(), "*".into());
        }
    }
    if dependencies.len() != before || (!was_there && !bundled.is_empty()) {
        manifest.set("dependencies", &Value::Object(dependencies));
    }
}

fn hosted(manifest: &Document) -> Option<Hosted> {
    let repository = manifest.get("repository")?;
    Hosted::parse(repository.get("url")?.as_str()?)
}

fn bugs(manifest: &mut Document) {
    let Some(found) = manifest.get("bugs").filter(is_something) else {
        if let Some(url) = hosted(manifest).and_then(|hosted| hosted.bugs()) {
            manifest.set("bugs", &json!({ "url": url }));
        }
        return;
    };
    let mut bugs = Map::new();
    match &found {
        Value::String(text) if is_email(text) => {
            bugs.insert("email".to_owned(), found);
        }
        Value::String(text) => {
            // What is neither stays, but has no `url` that could be asked for.
            if !is_url(text) {
                return manifest.remove("bugs");
            }
            bugs.insert("url".to_owned(), found);
        }
        _ => {
            let text = |key: &str| found.get(key).filter(|value| is_something(value));
            let url = text("name").or(text("web")).or(text("url"));
            if let Some(url) = url.filter(|url| url.as_str().is_some_and(is_url)) {
                bugs.insert("url".to_owned(), url.clone());
            }
            let email = text("email");
            if let Some(email) = email.filter(|email| email.as_str().is_some_and(is_email)) {
                bugs.insert("email".to_owned(), email.clone());
            }
        }
    }
    if bugs.is_empty() {
        manifest.remove("bugs");
    } else {
        manifest.set("bugs", &Value::Object(bugs));
    }
}

fn homepage(manifest: &mut Document) {
    if !manifest.is_something("homepage")
        && let Some(hosted) = hosted(manifest)
    {
        manifest.set("homepage", &hosted.docs().into());
    }
    match manifest.get("homepage").filter(is_something) {
        Some(Value::String(page)) if !is_url(&page) => {
            manifest.set("homepage", &format!("http://{page}").into());
        }
        Some(Value::String(_)) | None => {}
        Some(_) => manifest.remove("homepage"),
    }
}

fn is_email(text: &str) -> bool {
    let at = text.find('@');
    at.is_some_and(|at| text.rfind('.').is_some_and(|dot| at < dot))
}

/// Whether it begins with a scheme and, where that needs one, a host.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.trim().split_once(':') else {
        return false;
    };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let has_host = ["http", "https", "ws", "wss", "ftp"];
    let needs_host = has_host
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    let host = rest.trim_start_matches(['/', '\\']);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    is_scheme && (!needs_host || (!host.is_empty() && !host.contains([' ', '<', '>', '^', '|'])))
}

/// `Name <email> (url)` in its parts.
fn person(value: &Value) -> Value {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => {
            let field = |keys: [&str; 2]| {
                let values = keys.into_iter().filter_map(|key| fields.get(key));
                let mut values = values.filter(|value| is_something(value));
                values.next().map(as_text)
            };
            let mut text = field(["name", "name"]).unwrap_or_default();
            if let Some(email) = field(["email", "mail"]) {
                text = format!("{text} <{email}>");
            }
            if let Some(url) = field(["url", "web"]) {
                text = format!("{text} ({url})");
            }
            text
        }
        _ => String::new(),
    };
    let mut parsed = Map::new();
    let name = text.split(['(', '<']).next().unwrap_or_default().trim();
    if !name.is_empty() && !text.starts_with(['(', '<']) {
        parsed.insert("name".to_owned(), name.into());
    }
    if let Some(email) = between(&text, '<', '>') {
        parsed.insert("email".to_owned(), email.into());
    }
    if let Some(url) = between(&text, '(', ')') {
        parsed.insert("url".to_owned(), url.into());
    }
    Value::Object(parsed)
}

fn as_text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// What stands between two signs and has neither in it.
fn between(text: &str, open: char, close: char) -> Option<&str> {
    let mut rest = text;
    loop {
        let (_, after) = rest.split_once(open)?;
        let end = after.find([open, close])?;
        let (inside, behind) = after.split_at_checked(end)?;
        if behind.starts_with(close) && !inside.is_empty() {
            return Some(inside);
        }
        rest = after;
    }
}
