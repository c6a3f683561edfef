//! API keys: guessed, cut, revoked, used elsewhere, used for more than they are for.

use integration::{Http, PASSWORD, Package, Response, User};
use serde_json::{Value, json};

use super::{Ground, PACKAGE, VICTIM};
use crate::attacks::places::PROXY_HERE;
use crate::attacks::rights::all_wishes;

const KEYS: &str = "/_auth/keys";

/// A key, and what it is called.
pub(super) struct Key {
    pub(super) id: String,
    pub(super) text: String,
}

impl Ground {
    pub(super) fn ask_for_key(http: &Http, wish: &Value) -> Response {
        let mut body = json!({ "name": "ci", "password": PASSWORD, "scopes": ["read"] });
        let wish = wish.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(wish);
        http.request("POST", KEYS).json(&body).send()
    }

    #[track_caller]
    pub(super) fn key(&self, of: &User, scopes: &[&str]) -> Key {
        self.key_with(of, &json!({ "scopes": scopes }))
    }

    #[track_caller]
    pub(super) fn key_with(&self, of: &User, wish: &Value) -> Key {
        let made = Self::ask_for_key(&of.http, wish).expect(201).json();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        let key = Key {
            id: text("id"),
            text: text("key"),
        };
        self.secret(&key.text);
        // The half that is secret must not come back alone either.
        self.secret(&key.text[key.text.len() - 43..]);
        key
    }

    /// Gets a short token for a key.
    #[track_caller]
    pub(super) fn exchanged(&self, key: &Key) -> String {
        let answer = self.exchange(&json!({ "api_key": key.text })).expect(200);
        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        self.secret(&token);
        token
    }

    pub(super) fn exchange(&self, proof: &Value) -> Response {
        let http = self.registry.http();
        http.request("POST", "/_auth/token").json(proof).send()
    }
}

#[test]
fn a_key_that_was_changed_is_refused() {
    let ground = Ground::start();
    let (mine, other) = (
        ground.key(&ground.victim, &["admin"]),
        ground.key(&ground.root, &["admin"]),
    );
    ground.token_counts(&mine.text, VICTIM);
    let Key { id, text } = &mine;
    let secret = text
        .strip_prefix(&format!("r13k_{id}_"))
        .expect("a prefix, the id and the secret");
    let others = other
        .text
        .strip_prefix(&format!("r13k_{}_", other.id))
        .unwrap();
    let flipped = if secret.starts_with('A') { 'B' } else { 'A' };
    for (what, changed) in [
        ("another secret", format!("r13k_{id}_{others}")),
        ("another id", format!("r13k_{}_{secret}", other.id)),
        (
            "an id that is not there",
            format!("r13k_{}_{secret}", "0".repeat(32)),
        ),
        (
            "one character",
            format!("r13k_{id}_{flipped}{}", &secret[1..]),
        ),
        (
            "zeros for a secret",
            format!("r13k_{id}_{}", "A".repeat(43)),
        ),
        ("no secret", format!("r13k_{id}_")),
        ("no secret at all", format!("r13k_{id}")),
        ("the secret", secret.to_owned()),
        ("cut by one", text[..text.len() - 1].to_owned()),
        ("cut by half", text[..text.len() / 2].to_owned()),
        ("one more", format!("{text}A")),
        ("a padded one", format!("{text}=")),
        ("two of them", format!("{text}{text}")),
        ("another prefix", text.replace("r13k_", "r13r_")),
        ("a prefix in capitals", text.replace("r13k_", "R13K_")),
        (
            "an id in capitals",
            format!("r13k_{}_{secret}", id.to_uppercase() + "0"),
        ),
        ("a wild card", format!("r13k_{}_{secret}", "%".repeat(32))),
        ("a quote", format!("r13k_' OR '1'='1_{secret}")),
        ("a JWT around it", format!("{text}.{text}.{text}")),
    ] {
        ground.token_is_refused(what, &changed, "malformed or revoked");
        let answer = ground.exchange(&json!({ "api_key": changed }));
        let what = format!("{what}, exchanged");
        ground.refused(&what, &answer, &[401]);
        assert!(!answer.to_string().contains(VICTIM), "{what}: {answer}");
    }
    // The id is no secret, and opens nothing.
    let http = ground.registry.http().with_token(id);
    ground.refused("the id", &http.get("/-/whoami").send(), &[401]);
    // The other spellings of its last character's spare bits are other keys.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (begin, last) = text.split_at(text.len() - 1);
    for character in alphabet.chars().filter(|it| !last.starts_with(*it)) {
        let http = ground
            .registry
            .http()
            .with_token(&format!("{begin}{character}"));
        http.get("/-/whoami").send().expect(401).error();
    }
    ground.token_counts(text, VICTIM);
    ground.unharmed();
}

/// On a connection that is kept, by a server that believed the key a moment ago.
#[test]
fn a_revoked_key_ends_at_the_next_request() {
    let ground = Ground::start();
    let revoke_by_id = |by: &User, key: &Key| {
        by.http
            .request("DELETE", &format!("{KEYS}/{}", key.id))
            .send()
            .expect(200);
    };
    let revoke_shown = |_: &User, key: &Key| {
        let http = ground.registry.http();
        let request = http.request("POST", "/_auth/revoke");
        let answer = request
            .json(&json!({ "token": key.text }))
            .send()
            .expect(200);
        assert_eq!(answer.json()["revoked"], true);
    };
    for (what, by, revoke) in [
        (
            "by its owner",
            &ground.victim,
            &revoke_by_id as &dyn Fn(&User, &Key),
        ),
        ("by an admin", &ground.root, &revoke_by_id),
        ("by being shown", &ground.root, &revoke_shown),
    ] {
        let key = ground.key(&ground.victim, &["admin"]);
        let short = ground.exchanged(&key);
        let asks = [ground.holding(&key.text), ground.holding(&short)];
        let mut connections: Vec<_> = asks
            .iter()
            .map(|http| (http, http.connect().unwrap()))
            .collect();
        for (http, connection) in &mut connections {
            connection.send(&http.get("/-/whoami")).unwrap().expect(200);
        }
        revoke(by, &key);
        for (http, connection) in &mut connections {
            let answer = connection.send(&http.get("/-/whoami")).unwrap();
            ground.refused(&format!("revoked {what}"), &answer, &[401]);
        }
        ground.token_is_refused(&format!("a key revoked {what}"), &key.text, "revoked");
        ground.token_is_refused(
            &format!("what was got with a key revoked {what}"),
            &short,
            "revoked",
        );
        let answer = ground.exchange(&json!({ "api_key": key.text }));
        ground.refused("a revoked key, exchanged", &answer, &[401]);
    }
    ground.unharmed();
}

#[test]
fn a_key_counts_only_from_its_networks() {
    let ground = Ground::start();
    let wish = json!({ "scopes": ["admin"], "cidr": ["203.0.113.0/24"] });
    let bound = ground.key_with(&ground.victim, &wish);
    for claims in [
        &[][..],
        &[("x-forwarded-for", "203.0.113.7")],
        &[("forwarded", "for=203.0.113.7")],
        &[("x-real-ip", "203.0.113.7")],
    ] {
        ground.is_refused_here(&bound.text, claims);
        let http = ground.registry.http();
        let request = http
            .request("POST", "/_auth/token")
            .json(&json!({ "api_key": bound.text }));
        let request = claims
            .iter()
            .fold(request, |it, (name, value)| it.header(name, value));
        ground.refused("a bound key, exchanged", &request.send(), &[401]);
    }
    ground.unharmed();
}

/// What is got with a key is bound to what the key is bound to.
#[test]
fn a_short_token_counts_only_where_its_key_does() {
    let ground = Ground::with(PROXY_HERE);
    let wish = json!({ "scopes": ["admin"], "cidr": ["203.0.113.0/24"] });
    let bound = ground.key_with(&ground.victim, &wish);
    let http = ground.registry.http();
    let request = http
        .request("POST", "/_auth/token")
        .json(&json!({ "api_key": bound.text }));
    let answer = request
        .header("x-forwarded-for", "203.0.113.7")
        .send()
        .expect(200);
    let short = answer.json()["access_token"].as_str().unwrap().to_owned();
    let there = ground.holding(&short);
    let request = there
        .get("/-/whoami")
        .header("x-forwarded-for", "203.0.113.7");
    request.send().expect(200);
    ground.is_refused_here(&short, &[]);
    ground.is_refused_here(&short, &[("x-forwarded-for", "192.0.2.1")]);
    ground.unharmed();
}

#[test]
fn a_key_that_reads_does_nothing_else() {
    let ground = Ground::start();
    let key = ground.key(&ground.victim, &["read"]);
    let short = ground.exchanged(&key);
    for (kind, token) in [("the key", &key.text), ("its short token", &short)] {
        let http = ground.holding(token);
        http.get("/@victim%2fplan").send().expect(200);
        for (what, answer) in all_wishes(&http, PACKAGE, &ground.before) {
            ground.refused(&format!("{kind}: {what}"), &answer, &[403]);
        }
        let answer = Package::new("@victim/new", "1.0.0").publish(&http).send();
        ground.refused("a new package", &answer, &[403]);
        changes_nothing_of_its_owner(&ground, kind, &http);
    }
    ground.unharmed();
}

/// Whoever has a limited key does not have its owner's account.
#[track_caller]
fn changes_nothing_of_its_owner(ground: &Ground, kind: &str, http: &Http) {
    let other = ground.key(&ground.victim, &["read"]);
    let password = json!({ "password": { "old": PASSWORD, "new": "another password" } });
    let post = |path: &str, body: Value| http.request("POST", path).json(&body).send();
    let delete = |path: String| http.request("DELETE", &path).send();
    let rule = json!({ "pattern": PACKAGE, "action": "publish", "subjects": ["$all"] });
    for (what, answer) in [
        (
            "make a key",
            Ground::ask_for_key(http, &json!({ "scopes": ["admin"] })),
        ),
        (
            "make a token",
            post("/-/npm/v1/tokens", json!({ "password": PASSWORD })),
        ),
        ("change the password", post("/-/npm/v1/user", password)),
        (
            "change the address",
            post("/-/npm/v1/user", json!({ "email": "a@evil.example" })),
        ),
        ("revoke a key", delete(format!("{KEYS}/{}", other.id))),
        (
            "revoke a token",
            delete(format!("/-/npm/v1/tokens/token/{}", other.id)),
        ),
        (
            "star",
            http.put("/-/user/v1/star")
                .json(&json!({ "package": PACKAGE }))
                .send(),
        ),
        ("make a rule", http.put("/_auth/rules").json(&rule).send()),
        (
            "take a rule away",
            http.request("DELETE", "/_auth/rules").json(&rule).send(),
        ),
        ("see events", http.get("/_auth/events").send()),
        ("see rules", http.get("/_auth/rules").send()),
        (
            "see an admin's keys",
            http.get("/_auth/keys?user=root").send(),
        ),
        (
            "make an organisation",
            http.put("/-/org/victim/user")
                .json(&json!({ "user": VICTIM, "role": "owner" }))
                .send(),
        ),
        (
            "make a team",
            http.put("/-/org/victim/team")
                .json(&json!({ "name": "core" }))
                .send(),
        ),
    ] {
        ground.refused(&format!("{kind}: {what}"), &answer, &[403]);
    }
    ground.token_counts(&other.text, VICTIM);
}

#[test]
fn a_key_for_some_packages_is_for_no_others() {
    let ground = Ground::start();
    let mallory = ground.registry.user("mallory");
    for (name, by) in [("@a/x", &mallory), ("@b/x", &mallory), ("plain", &mallory)] {
        Package::new(name, "1.0.0")
            .publish(&by.http)
            .send()
            .expect(201);
    }
    let before = ground.registry.packument("@b/x");
    let key = ground.key(&mallory, &["publish:@a/*"]);
    let short = ground.exchanged(&key);
    for (turn, (kind, token)) in [("the key", &key.text), ("its short token", &short)]
        .into_iter()
        .enumerate()
    {
        let http = ground.holding(token);
        let version = format!("2.0.{turn}");
        Package::new("@a/x", &version)
            .publish(&http)
            .send()
            .expect(201);
        // Though they are its owner's.
        for (what, answer) in all_wishes(&http, "@b/x", &before) {
            ground.refused(&format!("{kind}: {what}"), &answer, &[403]);
        }
        for name in ["@b/new", "@ab/x", "@a-b/x", "a", "plain", "new"] {
            let answer = Package::new(name, "9.9.9").publish(&http).send();
            ground.refused(&format!("{kind}: {name}"), &answer, &[403]);
        }
        // Nor does it unpublish or hand over what it publishes.
        let document = ground.registry.packument("@a/x");
        for (what, answer) in all_wishes(&http, "@a/x", &document) {
            let publishes = [
                "publish",
                "publish the same version",
                "tag",
                "tag the old way",
                "merge tags",
                "untag",
            ];
            if !publishes.contains(&what.as_str()) {
                ground.refused(&format!("{kind}, its own: {what}"), &answer, &[403]);
            }
        }
        ground.refused("a secret", &http.get("/@victim%2fplan").send(), &[403, 404]);
    }
    assert_eq!(ground.registry.packument("@b/x"), before);
    assert_eq!(
        ground.registry.packument("@a/x")["maintainers"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    ground.unharmed();
}

/// A key says what of its owner's rights it has, and gives none.
#[test]
fn a_key_gives_no_rights() {
    let ground = Ground::start();
    let mallory = ground.registry.user("mallory");
    for scopes in [
        &["admin"][..],
        &["admin:@victim/*"],
        &["write:@victim/plan", "read"],
        &["publish", "admin"],
    ] {
        let key = ground.key(&mallory, scopes);
        let http = ground.holding(&key.text);
        for (what, answer) in all_wishes(&http, PACKAGE, &ground.before) {
            let what = format!("{scopes:?}: {what}");
            ground.refused(&what, &answer, &[403, 404]);
            assert!(!answer.to_string().contains(VICTIM), "{what}: {answer}");
        }
        for path in [
            "/_auth/events",
            "/_auth/rules",
            "/_auth/keys?user=root",
            "/_auth/can?user=root&action=read&package=x",
        ] {
            ground.refused(path, &http.get(path).send(), &[403]);
        }
    }
    ground.unharmed();
}

/// An admin's key is an admin's only if it was made for everything.
#[test]
fn a_limited_key_of_an_admin_is_no_admins() {
    let ground = Ground::start();
    let mut keys: Vec<Key> = [
        &["read"][..],
        &["publish"],
        &["write"],
        &["admin:@*/*"],
        &["admin:@victim/*", "read"],
        &["admin:@victim/plan"],
    ]
    .into_iter()
    .map(|scopes| ground.key(&ground.root, scopes))
    .collect();
    let shorts = keys.iter().map(|key| Key {
        id: key.id.clone(),
        text: ground.exchanged(key),
    });
    keys.extend(shorts.collect::<Vec<_>>());
    for key in keys {
        let http = ground.holding(&key.text);
        let rule = json!({ "pattern": "**", "action": "publish", "subjects": ["$all"] });
        for (what, answer) in [
            ("events", http.get("/_auth/events").send()),
            ("rules", http.get("/_auth/rules").send()),
            (
                "another's keys",
                http.get(&format!("/_auth/keys?user={VICTIM}")).send(),
            ),
            ("a rule", http.put("/_auth/rules").json(&rule).send()),
            (
                "a rule away",
                http.request("DELETE", "/_auth/rules").json(&rule).send(),
            ),
            (
                "a key",
                Ground::ask_for_key(&http, &json!({ "scopes": ["admin"] })),
            ),
            (
                "a member",
                http.put("/-/org/victim/user")
                    .json(&json!({ "user": "root", "role": "owner" }))
                    .send(),
            ),
        ] {
            ground.refused(what, &answer, &[403]);
            assert!(!answer.to_string().contains(VICTIM), "{what}: {answer}");
        }
    }
    let whole = ground.key(&ground.root, &["admin"]);
    let whole = ground.holding(&whole.text);
    whole.get("/_auth/events").send().expect(200);
    ground.unharmed();
}

#[test]
fn a_key_takes_the_password_and_says_what_it_is_for() {
    let ground = Ground::start();
    let http = &ground.victim.http;
    for (wish, statuses) in [
        (json!({ "password": "not the password" }), [401]),
        (json!({ "password": "" }), [401]),
        (json!({ "password": null }), [400]),
        (json!({ "scopes": [] }), [400]),
        (json!({ "scopes": ["everything"] }), [400]),
        (json!({ "scopes": ["ADMIN"] }), [400]),
        (json!({ "scopes": ["read:*"] }), [400]),
        (json!({ "scopes": ["read:@a/*/*"] }), [400]),
        (json!({ "scopes": "admin" }), [400]),
        (json!({ "scopes": vec!["read"; 1000] }), [400]),
        (json!({ "name": "" }), [400]),
        (json!({ "name": "x".repeat(5000) }), [400]),
        (json!({ "name": "line\nbreak" }), [400]),
        (json!({ "expires_days": 0 }), [400]),
        (json!({ "expires_days": -1 }), [400]),
        (json!({ "expires_days": 1_000_000 }), [400]),
        (json!({ "cidr": ["everywhere"] }), [400]),
        (json!({ "cidr": vec!["10.0.0.0/8"; 1000] }), [400]),
    ] {
        let answer = Ground::ask_for_key(http, &wish);
        let what: String = wish.to_string().chars().take(80).collect();
        ground.refused(&what, &answer, &statuses);
    }
    let nobody = Ground::ask_for_key(&ground.registry.http(), &json!({}));
    ground.refused("nobody", &nobody, &[401]);
    let listed = http.get(KEYS).send().expect(200).json();
    assert_eq!(listed["keys"], json!([]));
    ground.unharmed();
}

#[test]
fn nobody_sees_or_ends_the_keys_of_others() {
    let ground = Ground::start();
    let mallory = ground.registry.user("mallory");
    let key = ground.key(&ground.victim, &["admin"]);
    let nobody = ground.registry.http();
    for (http, status) in [(&mallory.http, 404), (&nobody, 401)] {
        for path in [
            format!("{KEYS}/{}", key.id),
            format!("{KEYS}/{}", key.text),
            format!("{KEYS}/%25"),
        ] {
            let answer = http.request("DELETE", &path).send();
            ground.refused("another's key", &answer, &[status]);
        }
    }
    let asked = format!("{KEYS}?user={VICTIM}");
    ground.refused("another's keys", &mallory.http.get(&asked).send(), &[403]);
    ground.refused("another's keys", &nobody.get(&asked).send(), &[401]);
    // Whoever may see it, does not see its secret, or a hash of it.
    for (http, path) in [
        (&ground.victim.http, KEYS),
        (&ground.root.http, asked.as_str()),
    ] {
        let listed = http.get(path).send().expect(200);
        let secret = &key.text[key.text.len() - 43..];
        assert!(listed.to_string().contains(&key.id) && !listed.to_string().contains(secret));
        let shown = listed.json()["keys"][0].as_object().unwrap().clone();
        assert!(
            !shown.contains_key("key") && !shown.contains_key("secret"),
            "{listed}"
        );
    }
    ground.token_counts(&key.text, VICTIM);
    ground.unharmed();
}
