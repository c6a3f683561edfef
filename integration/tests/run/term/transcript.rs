//! The session that the documentation shows, typed again.

use std::{env, fs, path::PathBuf, process::Command};

use integration::{Examples, PASSWORD, Registry, workspace_root};

/// Where the documentation says that it is.
const SHOWN: &str = "http://localhost:4873";

const OPENS: &str = "```console\n";
const CLOSES: &str = "```\n";

/// Set to write what was said now beside the documentation, for whoever takes it over.
const BLESS: &str = "TRANSCRIPT_BLESS";

/// Lines that begin so tell how quick and large a server is at that moment.
const MOMENTARY: [&str; 5] = ["server ", "requests ", "a second ", "latency ", "memory "];

fn page() -> PathBuf {
    workspace_root().join("bins/registry-term/README.md")
}

/// What was typed after a prompt, if the line is one.
fn typed(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("registry")?;
    rest.strip_prefix("> ").or_else(|| rest.strip_prefix("*> "))
}

/// A line without what is different each time: days, times and the names of tokens.
fn lasting(line: &str) -> Option<String> {
    if MOMENTARY.iter().any(|it| line.starts_with(it)) {
        return None;
    }
    let words = line.split(' ').map(|word| {
        let is_like = |pattern: &str| {
            let same = |(letter, like): (char, char)| match like {
                '0' => letter.is_ascii_digit(),
                'x' => letter.is_ascii_hexdigit(),
                other => letter == other,
            };
            word.len() == pattern.len() && word.chars().zip(pattern.chars()).all(same)
        };
        let patterns = ["0000-00-00", "0000-00-00T00:00:00Z", &"x".repeat(32)];
        let like = patterns.into_iter().find(|pattern| is_like(pattern));
        like.unwrap_or(word).to_owned()
    });
    Some(words.collect::<Vec<_>>().join(" "))
}

#[test]
fn the_session_in_the_documentation_is_what_is_said_today() {
    let text = fs::read_to_string(page()).unwrap();
    let begins = text.find(OPENS).expect("a session") + OPENS.len();
    let ends = begins + text[begins..].find(CLOSES).expect("its end");
    let shown = &text[begins..ends];

    let registry = Registry::options()
        .argument("--public-url")
        .argument(SHOWN)
        .prepared();
    let add = [
        "user",
        "add",
        "alice",
        "--role",
        "admin",
        "--password-stdin",
    ];
    registry.command_fed(&add, PASSWORD).exits(0);
    let mut registry = registry;
    registry.restart();
    let alice = registry.user("alice");
    let examples = Examples::copied();
    let folder = tempfile::tempdir().unwrap();
    let scope = folder.path().join("packages/@mycompany");
    fs::create_dir_all(&scope).unwrap();
    fs::rename(examples.pkg_1(), scope.join("pkg-1")).unwrap();
    fs::rename(examples.pkg_2(), scope.join("pkg-2")).unwrap();

    // One session says all, so that what one line leaves pending the next one finds.
    let lines: Vec<&str> = shown.lines().filter_map(typed).collect();
    fs::write(folder.path().join("lines"), lines.join("\n")).unwrap();
    let term = registry.term(Some(&alice));
    let mut shell = Command::new("sh");
    shell
        .args(["-c", r#""$0" "$@" < lines 2>&1"#])
        .arg(term.get_program())
        .args(term.get_args())
        .env_clear()
        .envs(
            term.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .current_dir(folder.path());
    let said = String::from_utf8(shell.output().unwrap().stdout).unwrap();
    let said = said.replace(&registry.url(), SHOWN);

    if env::var_os(BLESS).is_some() {
        // Each line alone cannot be told apart in one output: whoever blesses puts the prompts between.
        fs::write(page().with_extension("said"), &said).unwrap();
    }
    let expected = shown.lines().filter(|line| typed(line).is_none());
    let expected: Vec<String> = expected.filter_map(lasting).collect();
    let said: Vec<String> = said.lines().filter_map(lasting).collect();
    for (number, (expected, said)) in expected.iter().zip(&said).enumerate() {
        assert_eq!(expected, said, "line {number} of the answers");
    }
    assert_eq!(expected.len(), said.len(), "{said:#?}");
}
