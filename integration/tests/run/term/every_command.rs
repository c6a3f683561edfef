//! Every command of the console, over HTTP and on the screens, with what it answers and what it refuses.

use integration::Finished;

use super::screens;
use crate::console::{REFUSED, answers, stocked};

/// What a registry that is asked over HTTP says in other words, or not at all: commands, and what is said.
const OTHERWISE: &[(&str, &str)] = &[
    (
        "log --kind rule --limit 2",
        "127.0.0.1  rule.remove  @acme/secret",
    ),
    ("tag list nothing", "nothing is not published here"),
    ("user role nobody reader", "there is no user nobody"),
    (
        "team create @acme:other; team create @acme:other",
        "there is a team other in acme already",
    ),
    ("key revoke 0123", "there is no such API key of yours"),
    ("log --kind nothing", "login, logout"),
    ("log --limit 5000", "limit is not from 1 to 1000"),
];

/// Commands that ask for a secret, which a pipe has not, and those that need what came of them.
const ASKING: &[&str] = &[
    "user add",
    "user passwd",
    "key create",
    "key list bob",
    "token list",
];

/// What is typed is nothing at all, which is nothing to refuse in a line.
fn is_told_here(commands: &str) -> bool {
    !commands.is_empty() && !ASKING.iter().any(|it| commands.starts_with(it))
}

/// What is said of a command, here.
fn said<'a>(commands: &str, at_the_machine: &'a str) -> &'a str {
    let other = OTHERWISE.iter().find(|(it, _)| *it == commands);
    other.map_or(at_the_machine, |(_, said)| said)
}

/// Whether what was said holds a text, with the registry's own address in it.
fn holds(finished: &Finished, text: &str) -> bool {
    let text = text.replace("http://localhost:", "http://127.0.0.1:");
    finished.stdout.contains(&text) || finished.stderr.contains(&text)
}

#[test]
fn every_command_answers_and_refuses_in_a_pipe() {
    let registry = stocked();
    let root = registry.user("root");
    let mut wrong = Vec::new();
    for (commands, texts) in answers().filter(|it| is_told_here(it.0)) {
        let finished = registry.term_fed(Some(&root), commands);
        for text in texts {
            let text = said(commands, text);
            if !finished.status.success() || !holds(&finished, text) {
                wrong.push(format!("{commands}: should say {text:?}\n{finished}"));
            }
        }
    }
    for (commands, _, text) in REFUSED.iter().filter(|it| is_told_here(it.0)) {
        let finished = registry.term_fed(Some(&root), commands);
        let text = said(commands, text);
        if finished.status.code() != Some(1) || !holds(&finished, text) {
            wrong.push(format!(
                "{commands}: should be refused with {text:?}\n{finished}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_command_answers_and_refuses_on_the_screens() {
    let registry = stocked();
    let root = registry.user("root");
    // So wide that nothing is cut, and so high that no answer is scrolled.
    let terminal = screens(&registry, Some(&root), 100, 260);
    terminal.shows("root");
    // What is shown there is not what commands answer.
    terminal.press(&["F3"]).shows("Requests");
    for (commands, texts) in answers().filter(|it| is_told_here(it.0)) {
        // What one left pending would be told with the next.
        if commands.contains("exit") {
            continue;
        }
        let first = texts.first().copied().unwrap_or_default();
        let first = said(commands, first).replace("http://localhost:", "http://127.0.0.1:");
        let line = first.lines().next().unwrap_or_default().trim();
        terminal.types(":").enters(&format!("revert; {commands}"));
        terminal.shows(line);
        terminal.types(":").enters("clear");
        terminal.hides(line);
    }
    for (commands, _, text) in REFUSED.iter().filter(|it| is_told_here(it.0)) {
        // Here somebody can be asked.
        if text.contains("add --yes") {
            continue;
        }
        let text = said(commands, text);
        terminal.types(":").enters(commands);
        terminal.shows(text);
        terminal.types(":").enters("clear");
        terminal.hides(text);
    }
    terminal.types(":").enters("exit");
    assert_eq!(terminal.ends(), 0);
}
