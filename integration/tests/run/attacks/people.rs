//! Accounts that are gone, disabled or smaller than they were, and people who look after others unasked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use integration::{Http, PASSWORD, Package, Registry, Response, User};
use serde_json::{Value, json};

use super::{Ground, VICTIM, ended};

const USERS: &str = "/_auth/users";

/// All that somebody can log in with.
struct Held {
    name: String,
    /// A login, a token by name, an API key and what was got with it, and what was got with a password.
    tokens: Vec<(&'static str, String)>,
    refresh: String,
    basic: String,
    key: String,
}

impl Ground {
    fn change(&self, name: &str, change: &Value) -> Response {
        let http = &self.root.http;
        http.request("PATCH", &format!("{USERS}/{name}"))
            .json(change)
            .send()
    }

    #[track_caller]
    fn held_by(&self, name: &str) -> Held {
        let user = self.registry.user(name);
        let wish = json!({ "password": PASSWORD, "name": "named" });
        let request = user.http.request("POST", "/-/npm/v1/tokens").json(&wish);
        let named = request.send().expect(201).json()["token"]
            .as_str()
            .unwrap()
            .to_owned();
        let key = self.key(&user, &["admin"]);
        let short = self.exchanged(&key);
        let pair = self.pair(name);
        let basic = STANDARD.encode(format!("{name}:{PASSWORD}"));
        let held = Held {
            name: name.to_owned(),
            key: key.text.clone(),
            tokens: vec![
                ("a login", user.token),
                ("a named token", named),
                ("an API key", key.text),
                ("what was got with a key", short),
                ("what was got with a password", pair.access),
            ],
            refresh: pair.refresh,
            basic: format!("Basic {basic}"),
        };
        for (_, token) in &held.tokens {
            self.token_counts(token, name);
        }
        self.with_basic(&held).expect(200);
        held
    }

    fn with_basic(&self, held: &Held) -> Response {
        let http = self.registry.http();
        http.get("/-/whoami")
            .header("authorization", &held.basic)
            .send()
    }

    /// Checks that nothing of it counts, not even once.
    #[track_caller]
    fn nothing_counts(&self, when: &str, held: &Held) {
        for (what, token) in &held.tokens {
            self.token_is_refused(&format!("{what}, {when}"), token, "revoked");
        }
        self.is_not_exchanged(when, &json!({ "refresh_token": held.refresh }));
        self.is_not_exchanged(when, &json!({ "api_key": held.key }));
        let proof = json!({ "username": held.name, "password": PASSWORD });
        self.is_not_exchanged(when, &proof);
        self.refused(when, &self.with_basic(held), &[401]);
    }
}

#[test]
fn nothing_of_a_deleted_account_counts() {
    let mut ground = Ground::start();
    let held = ground.held_by("gone");
    let begun = ground.begin();
    ground.approve(&begun, "gone").expect(200);
    let http = &ground.root.http;
    http.request("DELETE", &format!("{USERS}/gone"))
        .send()
        .expect(200);
    ground.nothing_counts("of a deleted account", &held);
    ground.refused("a poll", &ground.poll(&begun.poll), &[404]);
    ground.registry.kill_9();
    ground.registry.restart();
    ground.nothing_counts("of a deleted account, after a restart", &held);
    // Whoever gets the name next gets neither the tokens nor what they could do.
    let next = ground.registry.user("gone");
    for (what, token) in &held.tokens {
        let what = format!("{what} of who had the name before");
        if token.matches('.').count() == 2 {
            ended::stays_over(&ground, &what, token);
        } else {
            ground.token_is_refused(&what, token, "revoked");
        }
    }
    ground.is_not_exchanged(
        "of who had the name",
        &json!({ "refresh_token": held.refresh }),
    );
    ground.token_counts(&next.token, "gone");
    assert_eq!(
        next.http.get("/_auth/keys").send().expect(200).json()["keys"],
        json!([])
    );
    ground.unharmed();
}

#[test]
fn nothing_of_a_disabled_account_counts() {
    let mut ground = Ground::start();
    let held = ground.held_by("paused");
    let begun = ground.begin();
    ground.approve(&begun, "paused").expect(200);
    ground
        .change("paused", &json!({ "disabled": true }))
        .expect(200);
    ground.nothing_counts("of a disabled account", &held);
    ground.refused("a poll", &ground.poll(&begun.poll), &[404]);
    let login = |registry: &Registry| {
        let body = json!({ "name": "paused", "password": PASSWORD });
        let http = registry.http();
        http.put("/-/user/org.couchdb.user:paused")
            .json(&body)
            .send()
    };
    ground.refused("a login", &login(&ground.registry), &[401]);
    ground.registry.kill_9();
    ground.registry.restart();
    ground.nothing_counts("of a disabled account, after a restart", &held);
    ground
        .change("paused", &json!({ "disabled": false }))
        .expect(200);
    login(&ground.registry).expect(201);
    ground.unharmed();
}

/// A role counts as it is now, for tokens that were made when it was another one.
#[test]
fn a_role_that_was_taken_away_is_gone_at_once() {
    let ground = Ground::start();
    ground.registry.user("falling");
    ground
        .change("falling", &json!({ "role": "admin" }))
        .expect(200);
    let held = ground.held_by("falling");
    let asks: Vec<(_, Http)> = held
        .tokens
        .iter()
        .map(|(what, token)| (*what, ground.holding(token)))
        .collect();
    for (what, http) in &asks {
        let answer = http.get("/_auth/events").send();
        assert_eq!(answer.status, 200, "{what}: {answer}");
    }
    ground
        .change("falling", &json!({ "role": "publisher" }))
        .expect(200);
    for (what, http) in &asks {
        ground.refused(what, &http.get("/_auth/events").send(), &[403]);
        ground.refused(what, &http.get("/@victim%2fplan").send(), &[403, 404]);
    }
    ground
        .change("falling", &json!({ "role": "reader" }))
        .expect(200);
    for (what, http) in &asks {
        let answer = Package::new("@a/new", "1.0.0").publish(http).send();
        ground.refused(what, &answer, &[403]);
    }
    let basic = ground.registry.http();
    let request = basic
        .get("/_auth/events")
        .header("authorization", &held.basic);
    ground.refused("a password", &request.send(), &[403]);
    ground.unharmed();
}

/// Everything that admins can do to people and hear of them.
fn all_of_an_admin(http: &Http) -> Vec<(&'static str, Response)> {
    let victim = format!("{USERS}/{VICTIM}");
    let send =
        |method: &str, path: &str, body: Value| http.request(method, path).json(&body).send();
    vec![
        ("list everybody", http.get(USERS).send()),
        ("see somebody", http.get(&victim).send()),
        ("see nobody", http.get("/_auth/users/nobody.at.all").send()),
        (
            "make an account",
            send(
                "POST",
                USERS,
                json!({ "name": "evil", "password": PASSWORD, "role": "admin" }),
            ),
        ),
        (
            "change a role",
            send("PATCH", &victim, json!({ "role": "reader" })),
        ),
        (
            "disable",
            send("PATCH", &victim, json!({ "disabled": true })),
        ),
        (
            "set a password",
            send("PATCH", &victim, json!({ "password": "another password" })),
        ),
        (
            "disable the admin",
            send("PATCH", "/_auth/users/root", json!({ "disabled": true })),
        ),
        (
            "become one",
            send("PATCH", "/_auth/users/mallory", json!({ "role": "admin" })),
        ),
        ("remove", http.request("DELETE", &victim).send()),
        (
            "remove oneself",
            http.request("DELETE", "/_auth/users/mallory").send(),
        ),
        (
            "invite",
            send("POST", "/_auth/invitations", json!({ "role": "admin" })),
        ),
        ("read events", http.get("/_auth/events").send()),
        (
            "read events of somebody",
            http.get(&format!("/_auth/events?actor={VICTIM}")).send(),
        ),
        ("read rules", http.get("/_auth/rules").send()),
        (
            "make a rule",
            send(
                "PUT",
                "/_auth/rules",
                json!({ "pattern": "**", "action": "read", "subjects": ["$all"] }),
            ),
        ),
        (
            "make her rule",
            send(
                "PUT",
                "/_auth/rules",
                json!({ "pattern": "@victim/plan", "action": "read", "subjects": ["$all"] }),
            ),
        ),
        (
            "take a rule away",
            send(
                "DELETE",
                "/_auth/rules",
                json!({ "pattern": "@victim/*", "action": "read" }),
            ),
        ),
        (
            "see her keys",
            http.get(&format!("/_auth/keys?user={VICTIM}")).send(),
        ),
        (
            "ask what she may",
            http.get(&format!(
                "/_auth/can?user={VICTIM}&action=read&package=@victim/plan"
            ))
            .send(),
        ),
    ]
}

#[test]
fn only_admins_look_after_others() {
    let ground = Ground::start();
    let mallory = ground.registry.user("mallory");
    let limited = ground.key(&ground.root, &["admin:@other/*", "write"]);
    let short = ground.exchanged(&limited);
    let (limited, short) = (ground.holding(&limited.text), ground.holding(&short));
    let nobody = ground.registry.http();
    let check = |who: &str, http: &Http, status: u16| {
        for (what, answer) in all_of_an_admin(http) {
            let what = format!("{who}: {what}");
            let statuses = [status];
            ground.refused(
                &what,
                &answer,
                if what.contains("her rule") {
                    &[401, 403, 404]
                } else {
                    &statuses
                },
            );
            assert!(!answer.to_string().contains(VICTIM), "{what}: {answer}");
        }
    };
    check("nobody", &nobody, 401);
    check("a limited key of an admin", &limited, 403);
    check("its short token", &short, 403);
    for role in ["publisher", "maintainer", "reader"] {
        ground
            .change("mallory", &json!({ "role": role }))
            .expect(200);
        check(role, &mallory.http, 403);
    }
    // What was tried is told to the admin, with who tried it, and without anything secret.
    let events = ground
        .root
        .http
        .get("/_auth/events?actor=mallory&refused=true")
        .send()
        .expect(200);
    assert!(
        !events.json()["events"].as_array().unwrap().is_empty(),
        "{events}"
    );
    for secret in [
        PASSWORD,
        "another password",
        "$argon2",
        mallory.token.as_str(),
    ] {
        assert!(
            !String::from_utf8_lossy(&events.body).contains(secret),
            "{secret} is in the events"
        );
    }
    ground.unharmed();
}

#[test]
fn an_account_says_nothing_of_its_own_role() {
    let ground = Ground::start();
    let http = ground.registry.http();
    for more in [
        json!({ "role": "admin" }),
        json!({ "roles": ["admin"] }),
        json!({ "disabled": false }),
        json!({ "is_admin": true }),
    ] {
        let mut body = json!({ "name": "evil", "password": PASSWORD });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let answer = http.request("POST", "/_auth/register").json(&body).send();
        ground.refused(&more.to_string(), &answer, &[400]);
        // npm sends `roles` itself, always empty; whatever stands there is not looked at.
        let login = http
            .put("/-/user/org.couchdb.user:evil")
            .json(&body)
            .send()
            .expect(201);
        let token = login.json()["token"].as_str().unwrap().to_owned();
        let evil = ground.holding(&token);
        ground.refused("an admin's list", &evil.get(USERS).send(), &[403]);
        let own = evil.get("/_auth/users/evil").send().expect(200).json();
        assert_eq!(own["role"], "publisher");
        // Nor is it changed where one's profile is.
        let request = evil.request("POST", "/-/npm/v1/user").json(&more);
        request.send();
        ground.refused("an admin's list", &evil.get(USERS).send(), &[403]);
        ground
            .root
            .http
            .request("DELETE", "/_auth/users/evil")
            .send()
            .expect(200);
    }
    ground.unharmed();
}

#[test]
fn an_invitation_is_used_once_and_not_guessed() {
    let ground = Ground::with("[auth]\nregistration = \"open\"\n");
    ground.registry.write_config(&format!(
        "[auth]\nregistration = \"invite\"\n{}",
        super::RULES
    ));
    ground.registry.signal("HUP");
    let http = ground.registry.http();
    let register = |name: &str, invitation: Option<&str>| {
        let mut body = json!({ "name": name, "password": PASSWORD });
        if let Some(invitation) = invitation {
            body["invitation"] = invitation.into();
        }
        http.request("POST", "/_auth/register").json(&body).send()
    };
    integration::eventually("the settings being read", super::LIMIT, || {
        (register("probe", None).status == 403).then_some(())
    });
    let invite = |role: &str| {
        let request = ground.root.http.request("POST", "/_auth/invitations");
        let made = request
            .json(&json!({ "role": role }))
            .send()
            .expect(201)
            .json();
        let text = made["invitation"].as_str().unwrap().to_owned();
        ground.secret(&text);
        text
    };
    let (mine, other) = (invite("reader"), invite("admin"));
    let flipped = if mine.ends_with('A') { "B" } else { "A" };
    for guess in [
        String::new(),
        "x".to_owned(),
        "%".to_owned(),
        mine[..mine.len() - 1].to_owned(),
        format!("{mine}A"),
        format!("{}{flipped}", &mine[..mine.len() - 1]),
        format!("{}{}", &mine[..mine.len() / 2], &other[other.len() / 2..]),
        "x".repeat(10_000),
    ] {
        let answer = register("guesser", Some(&guess));
        ground.refused(&guess, &answer, &[400, 403]);
    }
    // Nor is there a way in without one.
    let login = json!({ "name": "guesser", "password": PASSWORD });
    let answer = http
        .put("/-/user/org.couchdb.user:guesser")
        .json(&login)
        .send();
    ground.refused("a login", &answer, &[401]);
    let made = register("invited", Some(&mine)).expect(201).json();
    let invited = ground.holding(made["token"].as_str().unwrap());
    assert_eq!(
        invited
            .get("/_auth/users/invited")
            .send()
            .expect(200)
            .json()["role"],
        "reader"
    );
    ground.refused("a second use", &register("second", Some(&mine)), &[403]);
    // Of many who use it at once, one gets an account.
    let won: Vec<u16> = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..8)
            .map(|number| {
                let (register, other) = (&register, &other);
                scope.spawn(move || register(&format!("racer-{number}"), Some(other)).status)
            })
            .collect();
        racers
            .into_iter()
            .map(|racer| racer.join().unwrap())
            .collect()
    });
    assert_eq!(
        won.iter().filter(|status| **status == 201).count(),
        1,
        "{won:?}"
    );
    assert!(
        won.iter().all(|status| [201, 403].contains(status)),
        "{won:?}"
    );
    ground.unharmed();
}

#[test]
fn another_page_makes_no_account() {
    let ground = Ground::start();
    let http = ground.registry.http();
    let body = json!({ "name": "evil", "password": PASSWORD });
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let request = http.request("POST", "/_auth/register").json(&body);
        let answer = request.header(name, value).send();
        ground.refused(value, &answer, &[403]);
    }
    let missing = ground.root.http.get("/_auth/users/evil").send();
    ground.refused("no account", &missing, &[404]);
    ground.unharmed();
}

/// The last one who looks after the registry stays, whoever asks.
#[test]
fn the_last_admin_is_not_removed_by_two_at_once() {
    let ground = Ground::start();
    for _ in 0..3 {
        let second: User = ground.registry.user("second");
        ground
            .change("second", &json!({ "role": "admin" }))
            .expect(200);
        // Each removes the other.
        let remove = |by: &User, name: &str| {
            by.http
                .request("DELETE", &format!("{USERS}/{name}"))
                .send()
                .status
        };
        let demote = |by: &User, name: &str| {
            let request = by.http.request("PATCH", &format!("{USERS}/{name}"));
            request.json(&json!({ "role": "publisher" })).send().status
        };
        let (one, other) = std::thread::scope(|scope| {
            let one = scope.spawn(|| remove(&ground.root, "second"));
            let other = scope.spawn(|| demote(&second, "root"));
            (one.join().unwrap(), other.join().unwrap())
        });
        let won = [one, other].iter().filter(|status| **status == 200).count();
        assert_eq!(won, 1, "one of the two: {one} and {other}");
        if other == 200 {
            // The other way round from now on, for the next turn.
            let request = second.http.request("PATCH", &format!("{USERS}/root"));
            request.json(&json!({ "role": "admin" })).send().expect(200);
            ground
                .root
                .http
                .request("DELETE", "/_auth/users/second")
                .send()
                .expect(200);
        }
    }
    ground.unharmed();
}
