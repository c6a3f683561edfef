//! The table, and what comes of it.

mod sessions;

use config13::{Feature, Field, FieldValue};
use proptest::prelude::*;

use crate::{kind::Names, *};

fn command(text: &str) -> Command {
    let lines = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(lines.len(), 1, "{text}");
    lines[0].command.clone()
}

/// What is said of a text that is no command, and what to do.
fn refused(text: &str) -> (String, String) {
    match parse(text) {
        Ok(lines) => panic!("{text} should be refused, not {lines:?}"),
        Err(error) => (error.to_string(), error.hint()),
    }
}

fn check_refused(text: &str, said: &str) {
    assert_eq!(refused(text).0, said, "{text}");
}

#[test]
fn every_example_is_of_its_command_and_every_word_of_it_is_read() {
    for spec in TABLE {
        assert!(!spec.examples.is_empty(), "{}", spec.name);
        for example in spec.examples {
            let lines = parse(example).unwrap_or_else(|error| panic!("{example}: {error}"));
            let last = format!("{:?}", lines.last().unwrap().command);
            let variant: String = spec.name.split(' ').map(capital).collect();
            assert!(
                last.starts_with(&variant),
                "{example} is not {variant} but {last}"
            );
        }
        let most = spec.examples.iter().map(|it| it.split(' ').count()).max();
        let name = spec.name.split(' ').count();
        assert!(
            most.unwrap() >= name + spec.arguments.len(),
            "{}",
            spec.name
        );
        let required = spec.arguments.iter().map(|it| it.required);
        assert!(required.is_sorted_by(|a, b| a >= b), "{}", spec.name);
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[test]
fn everything_is_said_in_whole_sentences() {
    for spec in TABLE {
        let said = spec.arguments.iter().map(|it| it.help);
        let said = said.chain(spec.options.iter().map(|it| it.help));
        for text in said.chain([spec.summary()]) {
            assert!(text.ends_with('.'), "{}: {text}", spec.name);
        }
        assert!(spec.summary().len() <= 90, "{}", spec.name);
        assert_eq!(find(spec.name).map(|it| it.name), Some(spec.name));
        // A word that is a command is not the first of others: nothing says which one is meant.
        let first = format!("{} ", spec.name);
        assert!(
            TABLE.iter().all(|it| !it.name.starts_with(&first)),
            "{first}"
        );
    }
}

#[test]
fn a_line_says_what_is_to_be_done() {
    let lines = parse("set rows 0x28; enable debug\n save --json # now").unwrap();
    let rows = FieldValue::Rows(40);
    let expected = [
        (
            Command::Set {
                field: Field::Rows,
                value: rows,
            },
            false,
        ),
        (
            Command::Enable {
                feature: Feature::Debug,
            },
            false,
        ),
        (Command::Save {}, true),
    ];
    let said: Vec<_> = lines.into_iter().map(|it| (it.command, it.json)).collect();
    assert_eq!(said, expected);
    assert!(parse("").unwrap().is_empty());
}

#[test]
fn options_stand_anywhere_and_end_with_two_hyphens() {
    let alice = Command::UserAdd {
        name: UserName("alice".to_owned()),
        role: Some(Role::Admin),
        email: None,
    };
    for text in [
        "user add alice --role admin",
        "user add --role admin alice",
        "user add --role=admin -- alice",
        "user 'add' \"alice\" --role 'admin'",
    ] {
        assert_eq!(command(text), alice, "{text}");
    }
    let Command::KeyCreate { name, .. } = command("key create -- --odd read") else {
        panic!("another command");
    };
    assert_eq!(name.0, "--odd");
}

#[test]
fn lists_have_commas() {
    let Command::Grant {
        subject,
        actions,
        pattern,
    } = command("grant team:core publish,tag,publish @acme/*")
    else {
        panic!("another command");
    };
    assert_eq!(
        (subject.0.as_str(), pattern.0.as_str()),
        ("team:core", "@acme/*")
    );
    assert_eq!(actions.0, [Action::Publish, Action::Tag]);
    check_refused(
        "grant a publish, b",
        "`` is not read, publish, tag, deprecate, unpublish or administer",
    );
}

#[test]
fn what_cannot_be_meant_says_what_can() {
    check_refused(
        "grnat x",
        "there is no command `grnat`; did you mean `grant`?",
    );
    check_refused("frobnicate", "there is no command `frobnicate`");
    check_refused("rule", "`rule` needs another word: list, clear");
    check_refused(
        "key creat x",
        "`key` cannot be followed by `creat`: list, create, revoke; did you mean `create`?",
    );
    check_refused(
        "set rows",
        "VALUE is missing: a number, decimal or 0x hexadecimal; for terminal_mode disabled, cooked or raw",
    );
    check_refused("show a\u{202e}b", "`a\\u{202e}b` is one word too many");
    check_refused(
        "set a\u{2066}b 3",
        "there is no field a\\u{2066}b; fields are version, registry_hash, feature_flags, terminal_mode, \
         rows, cols and reserved",
    );
    check_refused("set rows 300", "rows is one byte, 0–255; got 300");
    check_refused(
        "set row 3",
        "there is no field row; fields are version, registry_hash, feature_flags, terminal_mode, rows, cols \
         and reserved; did you mean `rows`?",
    );
    check_refused("save now", "`now` is one word too many");
    check_refused(
        "save --jsno",
        "`save` has no option `--jsno`; did you mean `--json`?",
    );
    check_refused("log --limit", "--limit needs NUMBER: a whole number");
    check_refused(
        "log --refused=yes",
        "--refused stands alone, without a value",
    );
    check_refused("log --limit 1 --limit 2", "--limit was said already");
    check_refused("log --limit -1", "`-1` is not a whole number above 0");
    check_refused("log --limit +1", "`+1` is not a whole number above 0");
    check_refused(
        "user role alice admni",
        "`admni` is not reader, publisher, maintainer or admin; did you mean `admin`?",
    );
    check_refused(
        "team create @acme",
        "@acme is an organisation; a team of it is written @acme:NAME",
    );
    check_refused(
        "help usre",
        "there is no command `usre`; `help` shows all; did you mean `user`?",
    );
    let (_, hint) = refused("set rows 300");
    assert_eq!(hint, "usage: set FIELD VALUE");
    let (_, hint) = refused("key create x");
    assert_eq!(
        hint,
        "usage: key create NAME SCOPE[,SCOPE…] [--user USER] [--days NUMBER] [--cidr NET[,NET…]]"
    );
    // One that cannot be read keeps the others from being run.
    assert!(parse("save; sve").is_err());
}

#[test]
fn a_secret_is_not_shown() {
    let line = parse("verify r13k_secret").unwrap();
    assert!(!format!("{line:?}").contains("secret"), "{line:?}");
}

#[track_caller]
fn check_completion(line: &str, words: &[&str]) -> Completion {
    let completion = complete(line);
    assert_eq!(completion.words, words, "{line}");
    completion
}

#[test]
fn what_can_follow_is_known() {
    assert_eq!(check_completion("gr", &["grant"]).from, 0);
    check_completion("show; use", &["user"]);
    check_completion("key ", &["list", "create", "revoke"]);
    check_completion("set ro", &["rows"]);
    check_completion("set terminal_mode ", &["disabled", "cooked", "raw"]);
    check_completion("set rows ", &[]);
    check_completion("enable pr", &["PREMIUM_TYPES", "PRIVATE_REGISTRY"]);
    check_completion("user add alice --r", &["--role"]);
    check_completion("user add --role m", &["maintainer"]);
    check_completion("user add x --role admin --", &["--email", "--json"]);
    check_completion("help user r", &["role", "remove"]);
    check_completion("frobnicate ", &[]);
    check_completion("save ", &[]);
    let completion = check_completion("grant alice publish,t", &["publish,tag"]);
    assert_eq!(
        (completion.from, completion.typed.as_str()),
        (12, "publish,t")
    );
    let completion = check_completion("can ", &[]);
    assert_eq!(completion.names, Some(Names::Users));
    assert_eq!(complete("can alice read ").names, Some(Names::Packages));
    assert_eq!(complete("team list ").names, Some(Names::Teams));
}

#[test]
fn help_tells_all_of_a_command_and_lists_families() {
    let all = help::all();
    for spec in TABLE {
        assert!(all.contains(&format!("\n  {}", spec.name)), "{}", spec.name);
        let told = help::of(spec.name);
        assert!(
            told.starts_with(&format!("usage: {}\n", spec.usage())),
            "{told}"
        );
        assert!(told.contains(spec.examples[0]), "{told}");
    }
    let users = help::of("user");
    assert_eq!(users.lines().count(), 8, "{users}");
    assert!(
        users.contains("user remove") && !users.contains("team"),
        "{users}"
    );
    let json = help::json("");
    assert_eq!(json["commands"].as_array().unwrap().len(), TABLE.len());
}

proptest! {
    #[test]
    fn any_line_is_read_or_refused(line in any::<String>()) {
        if let Err(error) = parse(&line) {
            prop_assert!(!error.to_string().is_empty() && !error.hint().is_empty());
        }
        let completion = complete(&line);
        prop_assert!(line.get(completion.from..).is_some());
    }

    /// Words of the language in any order come further than any text does.
    #[test]
    fn any_words_are_read_or_refused(words in proptest::collection::vec(word(), 0..8)) {
        let line = words.join(" ");
        if let Err(error) = parse(&line) {
            prop_assert!(!error.to_string().is_empty() && !error.hint().is_empty());
        }
        for (end, _) in line.char_indices() {
            let completion = complete(line.get(..end).unwrap());
            for word in completion.words {
                prop_assert!(split(&word).is_ok_and(|commands| commands.len() == 1));
            }
        }
    }
}

/// A word that stands somewhere in the table, or another one.
fn word() -> impl Strategy<Value = String> {
    let mut known: Vec<String> = Vec::new();
    for spec in TABLE {
        known.extend(spec.name.split(' ').map(str::to_owned));
        known.extend(spec.options.iter().map(|it| it.name.to_owned()));
        for example in spec.examples {
            known.extend(example.split(' ').map(str::to_owned));
        }
    }
    let odd = ["", "'", "\"", "\\", ";", ",", "--", "--json=x", "ü,", "300"];
    known.extend(odd.map(str::to_owned));
    proptest::sample::select(known)
}

#[test]
fn a_search_takes_all_words_that_follow() {
    let Command::Search { text, limit } = command("search left --limit 3 pad 'a b'") else {
        panic!("not a search");
    };
    assert_eq!((text.0.as_str(), limit), ("left pad a b", Some(Number(3))));
    check_refused(
        "search",
        "WORD… is missing: words, and qualifiers such as keywords:cli, author:alice, scope:acme",
    );
}

#[test]
fn a_release_is_a_name_and_a_version() {
    let Command::TagAdd { release, .. } = command("tag add @acme/left-pad@1.0.0-rc.1 beta") else {
        panic!("not a tag");
    };
    assert_eq!(release.package.as_str(), "@acme/left-pad");
    assert_eq!(release.version.as_str(), "1.0.0-rc.1");
    check_refused(
        "tag add @acme/left-pad beta",
        "`@acme/left-pad` has no version; a version of it is written @acme/left-pad@1.0.0",
    );
    check_refused("info left-pad@", "`left-pad@` has no version after its @");
    assert_eq!(complete("publish ./pa").names, Some(Names::Folders));
}
