//! Tokens that are exchanged for others: used for what they are not, and used again.

use std::sync::Barrier;
use std::thread;

use integration::{PASSWORD, Response};
use serde_json::{Value, json};

use super::{Ground, VICTIM};

const RACERS: usize = 8;

/// What an exchange gave.
pub(super) struct Pair {
    pub(super) access: String,
    pub(super) refresh: String,
}

impl Ground {
    /// Gets a short token and a refresh token for a password.
    #[track_caller]
    pub(super) fn pair(&self, name: &str) -> Pair {
        let proof = json!({ "username": name, "password": PASSWORD });
        self.pair_of(&self.exchange(&proof).expect(200))
    }

    #[track_caller]
    fn pair_of(&self, answer: &Response) -> Pair {
        let given = answer.json();
        let text = |name: &str| given[name].as_str().unwrap().to_owned();
        let pair = Pair {
            access: text("access_token"),
            refresh: text("refresh_token"),
        };
        self.secret(&pair.access);
        self.secret(&pair.refresh);
        self.secret(&pair.refresh[pair.refresh.len() - 43..]);
        pair
    }

    fn refresh(&self, token: &str) -> Response {
        self.exchange(&json!({ "refresh_token": token }))
    }

    /// Checks that nothing is got for it.
    #[track_caller]
    pub(super) fn is_not_exchanged(&self, what: &str, proof: &Value) {
        let answer = self.exchange(proof);
        self.refused(what, &answer, &[401]);
        assert!(!answer.to_string().contains(VICTIM), "{what}: {answer}");
    }
}

/// Each is good for one thing.
#[test]
fn one_kind_of_token_is_no_other() {
    let ground = Ground::start();
    let Pair { access, refresh } = ground.pair(VICTIM);
    let key = ground.key(&ground.victim, &["admin"]);
    ground.token_counts(&access, VICTIM);
    ground.token_is_refused("a refresh token as a short one", &refresh, "malformed");
    let login = &ground.victim.token;
    for (what, token) in [
        ("a short token", &access),
        ("an API key", &key.text),
        ("a login", login),
    ] {
        ground.is_not_exchanged(
            &format!("{what} as a refresh token"),
            &json!({ "refresh_token": token }),
        );
    }
    for (what, token) in [
        ("a short token", &access),
        ("a refresh token", &refresh),
        ("a login", login),
    ] {
        ground.is_not_exchanged(
            &format!("{what} as an API key"),
            &json!({ "api_key": token }),
        );
    }
    let renamed = [
        refresh.replace("r13r_", "r13k_"),
        key.text.replace("r13k_", "r13r_"),
    ];
    for token in &renamed {
        ground.token_is_refused("renamed", token, "malformed or revoked");
        ground.is_not_exchanged("renamed", &json!({ "refresh_token": token }));
        ground.is_not_exchanged("renamed", &json!({ "api_key": token }));
    }
    // None of these attempts used it up.
    let next = ground.pair_of(&ground.refresh(&refresh).expect(200));
    ground.token_counts(&next.access, VICTIM);
    ground.unharmed();
}

#[test]
fn a_refresh_token_that_is_used_twice_ends_its_whole_family() {
    let ground = Ground::start();
    let first = ground.pair(VICTIM);
    let apart = ground.pair(VICTIM);
    let second = ground.pair_of(&ground.refresh(&first.refresh).expect(200));
    let third = ground.pair_of(&ground.refresh(&second.refresh).expect(200));
    for pair in [&first, &second, &third] {
        ground.token_counts(&pair.access, VICTIM);
    }
    ground.is_not_exchanged(
        "a refresh token that was spent long ago",
        &json!({ "refresh_token": first.refresh }),
    );
    // Whoever copied it and whoever had it: nobody knows which is which.
    for pair in [&first, &second, &third] {
        ground.token_is_refused("of a family that ended", &pair.access, "revoked");
        ground.is_not_exchanged(
            "of a family that ended",
            &json!({ "refresh_token": pair.refresh }),
        );
    }
    ground.token_counts(&apart.access, VICTIM);
    ground.refresh(&apart.refresh).expect(200);
    // The owner learns of it.
    let events = ground
        .root
        .http
        .get("/_auth/events?refused=true")
        .send()
        .expect(200);
    assert!(events.to_string().contains("token.refresh"), "{events}");
    ground.unharmed();
}

#[test]
fn of_many_who_refresh_at_once_one_gets_it_and_keeps_nothing() {
    let ground = Ground::start();
    for _ in 0..3 {
        let pair = ground.pair(VICTIM);
        let start = Barrier::new(RACERS);
        let answers: Vec<Response> = thread::scope(|scope| {
            let racers: Vec<_> = (0..RACERS)
                .map(|_| {
                    let (http, refresh, start) = (ground.registry.http(), &pair.refresh, &start);
                    scope.spawn(move || {
                        start.wait();
                        let request = http.request("POST", "/_auth/token");
                        request.json(&json!({ "refresh_token": refresh })).send()
                    })
                })
                .collect();
            racers
                .into_iter()
                .map(|racer| racer.join().unwrap())
                .collect()
        });
        let won: Vec<_> = answers.iter().filter(|it| it.status == 200).collect();
        assert!(won.len() <= 1, "{} of {RACERS} got a token", won.len());
        for answer in answers.iter().filter(|it| it.status != 200) {
            ground.refused("a race that was lost", answer, &[401]);
        }
        for answer in won {
            let won = ground.pair_of(answer);
            ground.token_is_refused("won by a race", &won.access, "revoked");
            ground.is_not_exchanged("won by a race", &json!({ "refresh_token": won.refresh }));
        }
        ground.token_is_refused("from before the race", &pair.access, "revoked");
    }
    ground.unharmed();
}

#[test]
fn a_refresh_token_that_was_changed_is_refused_and_ends_nothing() {
    let ground = Ground::start();
    let (pair, other) = (ground.pair(VICTIM), ground.pair("root"));
    let text = &pair.refresh;
    // A secret may have an underscore in it, but a session's name is 32 digits.
    let parts = |text: &str| {
        let (id, secret) = text["r13r_".len()..].split_at(32);
        (id.to_owned(), secret[1..].to_owned())
    };
    let (id, secret) = parts(text);
    let (other_id, other_secret) = parts(&other.refresh);
    for (what, changed) in [
        ("another secret", format!("r13r_{id}_{other_secret}")),
        ("another id", format!("r13r_{other_id}_{secret}")),
        ("no secret", format!("r13r_{id}_")),
        ("zeros", format!("r13r_{id}_{}", "A".repeat(secret.len()))),
        ("cut", text[..text.len() - 1].to_owned()),
        ("one more", format!("{text}A")),
        ("in capitals", text.to_uppercase()),
        ("the id", id.clone()),
        ("nothing", String::new()),
        ("a wild card", format!("r13r_{}_{secret}", "%".repeat(32))),
    ] {
        ground.is_not_exchanged(what, &json!({ "refresh_token": changed }));
        ground.token_is_refused(what, &format!("{changed}."), "malformed");
    }
    // Whoever guesses does not log anybody out.
    ground.token_counts(&pair.access, VICTIM);
    ground.token_counts(&other.access, "root");
    ground.refresh(text).expect(200);
    ground.unharmed();
}

#[test]
fn what_was_given_back_is_over() {
    let ground = Ground::start();
    let revoke = |token: &str| {
        let http = ground.registry.http();
        let request = http.request("POST", "/_auth/revoke");
        request
            .json(&json!({ "token": token }))
            .send()
            .expect(200)
            .json()["revoked"]
            .take()
    };
    for shows_refresh in [true, false] {
        let pair = ground.pair(VICTIM);
        let next = ground.pair_of(&ground.refresh(&pair.refresh).expect(200));
        ground.token_counts(&next.access, VICTIM);
        let shown = if shows_refresh {
            &next.refresh
        } else {
            &next.access
        };
        assert_eq!(revoke(shown), true);
        assert_eq!(revoke(shown), false);
        for access in [&pair.access, &next.access] {
            ground.token_is_refused("given back", access, "revoked");
        }
        ground.is_not_exchanged("given back", &json!({ "refresh_token": next.refresh }));
    }
    // What is no token is not there already, and nothing else ends by it.
    for nothing in ["", "x", "r13k_x_y", "%", VICTIM] {
        assert_eq!(revoke(nothing), false, "{nothing:?}");
    }
    let forged = ground.victim.token.rsplit_once('.').unwrap().0.to_owned() + ".AAAA";
    assert_eq!(revoke(&forged), false);
    ground.token_counts(&ground.victim.token, VICTIM);
    ground.unharmed();
}

#[test]
fn an_exchange_says_one_thing() {
    let ground = Ground::start();
    let Pair { refresh, .. } = ground.pair(VICTIM);
    let key = ground.key(&ground.victim, &["admin"]);
    let http = ground.registry.http();
    let ask = |kind: &str, body: String| {
        let request = http.request("POST", "/_auth/token");
        request.header("content-type", kind).body(body).send()
    };
    let (key, form) = (&key.text, "application/x-www-form-urlencoded");
    for body in [
        json!({}),
        json!([]),
        json!(null),
        json!(key),
        json!({ "api_key": key, "refresh_token": refresh }),
        json!({ "api_key": key, "username": VICTIM, "password": PASSWORD }),
        json!({ "username": VICTIM }),
        json!({ "password": PASSWORD }),
        json!({ "username": VICTIM, "password": PASSWORD, "refresh_token": refresh }),
        json!({ "grant_type": "password", "api_key": key }),
        json!({ "grant_type": "refresh_token", "api_key": key }),
        json!({ "grant_type": "client_credentials", "api_key": key }),
        json!({ "grant_type": ["password"], "username": VICTIM, "password": PASSWORD }),
        json!({ "api_key": [key] }),
        json!({ "username": { "$ne": "" }, "password": { "$ne": "" } }),
    ] {
        let answer = ask("application/json", body.to_string());
        ground.refused(&body.to_string(), &answer, &[400]);
    }
    for body in [
        format!(r#"{{"api_key":"x","api_key":"{key}"}}"#),
        format!(r#"{{"api_key":"{key}"}}x"#),
        format!("api_key={key}"),
    ] {
        let answer = ask("application/json", body.clone());
        ground.refused(&body, &answer, &[400]);
    }
    for body in [
        format!("api_key={key}&refresh_token={refresh}"),
        format!("username={VICTIM}&password="),
        format!("password={PASSWORD}"),
        format!(r#"{{"api_key":"{key}"}}"#),
        String::new(),
    ] {
        let answer = ask(form, body.clone());
        ground.refused(&body, &answer, &[400, 401]);
    }
    // It was not used up by that.
    ground.refresh(&refresh).expect(200);
    ground.unharmed();
}

#[test]
fn a_changed_password_ends_what_was_got_with_the_old_one() {
    let ground = Ground::start();
    let here = ground.registry.user("bob");
    let pair = ground.pair("bob");
    ground.token_counts(&pair.access, "bob");
    let change = json!({ "password": { "old": PASSWORD, "new": "another password" } });
    let request = here.http.request("POST", "/-/npm/v1/user").json(&change);
    request.send().expect(200);
    ground.token_is_refused("of the old password", &pair.access, "revoked");
    ground.is_not_exchanged(
        "of the old password",
        &json!({ "refresh_token": pair.refresh }),
    );
    ground.unharmed();
}
