//! Asking about packages: view, search, outdated, audit.

use integration::{ClientKind, Package};
use serde_json::json;

use super::scene::{Scene, VULNERABLE};
use super::{Cell, Told, Told::NotThere};

pub(super) const ROWS: &[(&str, Cell)] = &[
    ("view", view),
    ("search", search),
    ("outdated", outdated),
    ("audit", audit),
    ("audit, nothing found", audit_of_nothing),
    ("audit signatures", audit_signatures),
];

fn view(scene: &Scene) -> Told {
    let name = scene.name("viewed");
    scene.published("viewed", "1.0.0");
    let package = Package::new(&name, "1.1.0").field("keywords", json!(["seen"]));
    package.publish(&scene.user.http).send().expect(201);
    let verb: &[&str] = match scene.kind {
        ClientKind::Npm11 | ClientKind::Npm12 | ClientKind::MachineNpm | ClientKind::Pnpm => {
            &["view"]
        }
        ClientKind::Yarn1 | ClientKind::Bun => &["info"],
        ClientKind::Yarn4 => &["npm", "info"],
        ClientKind::Deno => return view_with_deno(scene, &name),
    };
    let of = |rest: &[&str]| scene.run(&[verb, rest].concat()).succeeds();
    of(&[&name]).says("1.1.0").says("The package");
    if scene.kind == ClientKind::Yarn4 {
        of(&[&format!("{name}@1.0.0"), "--fields", "version"]).says("1.0.0");
    } else {
        let one = of(&[&format!("{name}@1.0.0"), "version"]);
        assert!(
            one.stdout.contains("1.0.0") && !one.stdout.contains("1.1.0"),
            "{one}"
        );
    }
    Told::Passed
}

/// It shows what a package resolves to, and what that takes.
fn view_with_deno(scene: &Scene, name: &str) -> Told {
    for (spec, version) in [
        (name.to_owned(), "1.1.0"),
        (format!("{name}@1.0.0"), "1.0.0"),
    ] {
        scene
            .run(&["info", "--node-modules-dir=none", &format!("npm:{spec}")])
            .succeeds()
            .says(&format!("npm:/{name}@{version}"));
    }
    Told::Passed
}

fn search(scene: &Scene) -> Told {
    if !scene.kind.is_npm() && scene.kind != ClientKind::Pnpm {
        return NotThere(
            "only npm and pnpm search a registry (`yarn search` of yarn 4 asks Algolia)",
        );
    }
    let name = scene.name("findable");
    let package = Package::new(&name, "1.2.3")
        .field("description", "a needle in the haystack of the matrix")
        .field("keywords", json!(["matrix-needle"]));
    package.publish(&scene.user.http).send().expect(201);
    for text in ["needle", "keywords:matrix-needle", &name] {
        scene
            .run(&["search", text])
            .succeeds()
            .says(&name)
            .says("1.2.3")
            .does_not_say("undefined");
    }
    scene
        .run(&["search", "nothing-of-that-name"])
        .does_not_say(&name);
    Told::Passed
}

fn outdated(scene: &Scene) -> Told {
    if scene.kind == ClientKind::Yarn4 {
        return NotThere("yarn 4 has no outdated; `yarn upgrade-interactive` needs a person");
    }
    let name = scene.name("old");
    for version in ["1.0.0", "1.1.0", "2.0.0"] {
        scene.published("old", version);
    }
    let project = scene.client.project();
    scene
        .client
        .install(&project, &[&format!("{name}@1.0.0")])
        .succeeds();
    // Most end with 1 where something is outdated.
    let said = scene.client.run(&project, &["outdated"]);
    said.says("1.0.0").says("2.0.0");
    Told::Passed
}

fn audit_words(kind: ClientKind) -> Option<&'static [&'static str]> {
    match kind {
        ClientKind::Yarn1 => None,
        ClientKind::Yarn4 => Some(&["npm", "audit"]),
        _ => Some(&["audit"]),
    }
}

const YARN1_AUDITS_ELSEWHERE: &str =
    "yarn 1 sends audits to registry.yarnpkg.com, whichever registry is set";

fn audit(scene: &Scene) -> Told {
    let Some(words) = audit_words(scene.kind) else {
        return NotThere(YARN1_AUDITS_ELSEWHERE);
    };
    let project = scene.client.project();
    let spec = format!("vulnerable@{VULNERABLE}");
    scene.client.install(&project, &[&spec]).succeeds();
    let said = scene.client.run(&project, words).fails();
    let said = said.says("Pads on the wrong side");
    assert!(
        format!("{}{}", said.stdout, said.stderr)
            .to_lowercase()
            .contains("high"),
        "should say how bad it is: {said}"
    );
    Told::Passed
}

fn audit_of_nothing(scene: &Scene) -> Told {
    let Some(words) = audit_words(scene.kind) else {
        return NotThere(YARN1_AUDITS_ELSEWHERE);
    };
    scene.published("sound", "1.0.0");
    let project = scene.client.project();
    let specs = ["vulnerable@1.0.1".to_owned(), scene.name("sound")];
    let specs: Vec<&str> = specs.iter().map(String::as_str).collect();
    scene.client.install(&project, &specs).succeeds();
    let asked = audits(scene);
    scene
        .client
        .run(&project, words)
        .exits(0)
        .does_not_say("Pads on the wrong side");
    assert!(audits(scene) > asked, "the registry should have been asked");
    Told::Passed
}

/// How many audits the registry has answered.
fn audits(scene: &Scene) -> usize {
    scene.times("POST", "/-/npm/v1/security/advisories/bulk", 200)
}

fn audit_signatures(scene: &Scene) -> Told {
    if !scene.kind.is_npm() && scene.kind != ClientKind::Pnpm {
        return NotThere("only npm and pnpm verify signatures");
    }
    scene.published("signed", "1.0.0");
    let project = scene.client.project();
    scene
        .client
        .install(&project, &[&scene.name("signed")])
        .succeeds();
    let words = ["audit", "signatures"];
    if scene.kind == ClientKind::Pnpm {
        let said = scene.client.run(&project, &words).succeeds();
        let said = said.says("1 package").does_not_say("invalid");
        assert!(
            format!("{}{}", said.stdout, said.stderr).contains("verified"),
            "{said}"
        );
    } else {
        let client = scene.client_elsewhere();
        client
            .preloading(crate::signatures::NO_NETWORK)
            .run(&project, &words)
            .exits(0)
            .says("1 package has a verified registry signature");
    }
    Told::Passed
}
