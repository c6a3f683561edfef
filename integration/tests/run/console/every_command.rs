//! Every command, with what it answers and what it refuses.

use std::collections::BTreeSet;

use integration::{Package, Registry};
use serde_json::json;

use super::{answers::answers, exec, json_of, prepared, refusals::REFUSED};

/// The commands that a table of the stories types, by name.
fn named<'a>(typed: impl Iterator<Item = &'a str>, all: &[String]) -> BTreeSet<String> {
    let typed: Vec<&str> = typed.flat_map(|line| line.split("; ")).collect();
    let is_typed = |name: &&String| {
        typed.iter().any(|line| {
            let rest = line.strip_prefix(name.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    };
    all.iter().filter(is_typed).cloned().collect()
}

/// The same with two versions of a package that bob owns.
pub(crate) fn stocked() -> Registry {
    let registry = prepared();
    let bob = registry.user("bob");
    for version in ["1.0.0", "1.1.0"] {
        let package = Package::new("left-pad", version)
            .field("description", "pads to the left")
            .field("keywords", json!(["text"]));
        package.publish(&bob.http).send().expect(201);
    }
    registry
}

fn tell(registry: &Registry) {
    for (commands, said) in answers() {
        let finished = exec(registry, commands).exits(0);
        said.iter()
            .fold(finished, |finished, text| finished.says(text));
    }
    for (commands, code, said) in REFUSED {
        let finished = exec(registry, commands).exits(*code).says(said);
        // Whatever went wrong stands where errors do, but for what was asked and answered with no.
        let is_no = finished.stdout.starts_with("no: ");
        assert!(is_no || !finished.stderr.is_empty(), "{finished}");
        finished.does_not_say("caused by");
    }
}

#[test]
fn every_command_answers_and_refuses_beside_the_server() {
    tell(&stocked());
}

#[test]
fn every_command_answers_and_refuses_without_a_server() {
    let mut registry = stocked();
    registry.stop();
    tell(&registry);
}

#[test]
fn no_command_is_left_out_of_these_stories() {
    let registry = Registry::options().prepared();
    let help = json_of(&registry, "help");
    let all = help["commands"].as_array().unwrap().iter();
    let all: Vec<String> = all
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect();
    // These are told below, since they need what only their story knows.
    let elsewhere = [
        "user add",
        "user passwd",
        "user remove",
        "key revoke",
        "token revoke",
        "verify",
        "publish",
    ];
    let answered = answers().map(|(commands, _)| commands).chain(elsewhere);
    let answered = named(answered, &all);
    let missing: Vec<_> = all
        .iter()
        .filter(|name| !answered.contains(*name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    for name in &all {
        let one = std::slice::from_ref(name);
        let times = REFUSED
            .iter()
            .filter(|it| !named([it.0].into_iter(), one).is_empty());
        assert!(times.count() >= 2, "{name} is refused once at most");
    }
}
