//! Tokens that one makes by name.

use integration::{ClientKind, Finished, Http, PASSWORD, Package};
use serde_json::{Value, json};

use super::scene::Scene;
use super::{Cell, Told, Told::NotThere};

pub(super) const ROWS: &[(&str, Cell)] = &[
    ("token create", create),
    ("token create, read-only", create_read_only),
    ("token list", list),
    ("token revoke", revoke),
];

const NO_TOKENS: &str = "only npm and pnpm make, list and revoke tokens";

fn has_tokens(kind: ClientKind) -> bool {
    kind.is_npm() || kind == ClientKind::Pnpm
}

/// Runs a command that asks for the password again.
fn with_password(scene: &Scene, words: &[&str]) -> Finished {
    let project = scene.client.project();
    let said = if scene.kind == ClientKind::Pnpm {
        let answers = [("Password", PASSWORD)];
        scene.client.in_terminal(&project, words, &answers)
    } else {
        let answers = [("password:", PASSWORD)];
        scene.client.converse(&project, words, &answers)
    };
    said.succeeds()
}

/// The token in what a client printed.
fn token(scene: &Scene, said: &Finished) -> Http {
    let token = said
        .stdout
        .split_whitespace()
        .find(|word| word.starts_with("eyJ"));
    let token = token.unwrap_or_else(|| panic!("should show a token: {said}"));
    scene.anybody().with_token(token)
}

fn listed(scene: &Scene) -> Vec<Value> {
    let list = scene.get("/-/npm/v1/tokens").expect(200).json();
    list["objects"].as_array().unwrap().clone()
}

fn create(scene: &Scene) -> Told {
    if !has_tokens(scene.kind) {
        return NotThere(NO_TOKENS);
    }
    let mut words = vec!["token", "create"];
    if scene.kind.is_npm() {
        words.extend(["--name=matrix", "--expires=30"]);
    }
    let made = token(scene, &with_password(scene, &words));
    let who = made.get("/-/whoami").send().expect(200).json();
    assert_eq!(who["username"], scene.user.name);
    let package = Package::new(&scene.name("by-token"), "1.0.0");
    package.publish(&made).send().expect(201);
    if scene.kind.is_npm() {
        assert_eq!(listed(scene)[0]["name"], "matrix");
    }
    Told::Passed
}

fn create_read_only(scene: &Scene) -> Told {
    if !has_tokens(scene.kind) {
        return NotThere(NO_TOKENS);
    }
    scene.published("kept", "1.0.0");
    let mut words = vec!["token", "create"];
    if scene.kind.is_npm() {
        words.extend([
            "--packages-all",
            "--packages-and-scopes-permission=read-only",
        ]);
        words.push("--cidr=127.0.0.0/8");
    } else {
        words.extend(["--read-only", "--cidr=127.0.0.0/8"]);
    }
    let made = token(scene, &with_password(scene, &words));
    let name = scene.name("kept");
    made.get(&integration::document_path(&name))
        .send()
        .expect(200);
    let refused = Package::new(&name, "1.0.1").publish(&made).send();
    refused.expect(403).error();
    let newest = &listed(scene)[0];
    assert_eq!(newest["readonly"], true);
    assert_eq!(newest["cidr_whitelist"], json!(["127.0.0.0/8"]));
    Told::Passed
}

fn list(scene: &Scene) -> Told {
    if !has_tokens(scene.kind) {
        return NotThere(NO_TOKENS);
    }
    let body = json!({ "password": PASSWORD, "name": "of-the-matrix" });
    let made = scene
        .user
        .http
        .request("POST", "/-/npm/v1/tokens")
        .json(&body);
    let made = made.send().expect(201).json();
    let key = made["key"].as_str().unwrap();
    scene
        .run(&["token", "list"])
        .succeeds()
        .says("of-the-matrix")
        .says(&key[..6])
        .does_not_say("undefined")
        .does_not_say(made["token"].as_str().unwrap());
    Told::Passed
}

fn revoke(scene: &Scene) -> Told {
    if !has_tokens(scene.kind) {
        return NotThere(NO_TOKENS);
    }
    let make = || {
        let body = json!({ "password": PASSWORD, "name": "short-lived" });
        let request = scene
            .user
            .http
            .request("POST", "/-/npm/v1/tokens")
            .json(&body);
        request.send().expect(201).json()
    };
    let (by_key, by_text) = (make(), make());
    let key = &by_key["key"].as_str().unwrap()[..12];
    let text = by_text["token"].as_str().unwrap();
    for (made, named) in [(&by_key, key), (&by_text, text)] {
        let http = scene.anybody().with_token(made["token"].as_str().unwrap());
        http.get("/-/whoami").send().expect(200);
        scene.run(&["token", "revoke", named]).succeeds();
        http.get("/-/whoami").send().expect(401);
    }
    assert_eq!(listed(scene).len(), 1, "the login is left");
    Told::Passed
}
