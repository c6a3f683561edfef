//! Passwords that are guessed.

use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use integration::{Client, ClientKind, Http, PASSWORD, Registry, Response};
use serde_json::json;

const WRONG: &str = "a wrong password";

fn log_in(http: &Http, name: &str, password: &str) -> Response {
    let document = json!({
        "_id": format!("org.couchdb.user:{name}"),
        "name": name,
        "password": password,
        "type": "user",
    });
    let request = http.put(&format!("/-/user/org.couchdb.user:{name}"));
    request.json(&document).send()
}

fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

fn retry_after(answer: &Response) -> u64 {
    answer.required_header("retry-after").parse().unwrap()
}

/// Guesses until nobody is listened to for so many seconds, and returns when that ends at the earliest.
fn guess_until_blocked_for(seconds: u64, http: &Http, name: &str) -> Instant {
    loop {
        let before = Instant::now();
        let answer = log_in(http, name, WRONG);
        if answer.status != 429 {
            answer.expect(401).error();
            continue;
        }
        let wait = retry_after(&answer);
        if wait >= seconds {
            return before + Duration::from_secs(wait - 1);
        }
        // As a client would.
        thread::sleep(Duration::from_secs(wait));
    }
}

#[test]
fn guessing_is_stopped_for_one_account_and_address() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    registry.user("bob");
    let http = registry.http();
    for _ in 0..6 {
        log_in(&http, "alice", WRONG).expect(401).error();
    }
    let end = guess_until_blocked_for(16, &http, "alice");
    let refused = log_in(&http, "alice", PASSWORD).expect(429);
    let told = refused.error();
    assert!(
        told.starts_with("too many wrong passwords were tried; try again in "),
        "{told}"
    );
    assert!(retry_after(&refused) <= 16, "{refused}");
    assert_eq!(refused.header("www-authenticate"), None, "{refused}");
    let whoami = |authorization: &str| {
        let request = http.get("/-/whoami");
        request.header("authorization", authorization).send()
    };
    retry_after(&whoami(&basic("alice", PASSWORD)).expect(429));
    // What everybody may read is read all the same.
    let public = http.get("/-/v1/search?text=x");
    let public = public.header("authorization", &basic("alice", PASSWORD));
    public.send().expect(200);
    // Tokens, other accounts, and asking for nothing that needs anybody.
    alice.http.get("/-/whoami").send().expect(200);
    log_in(&http, "bob", PASSWORD).expect(201);
    whoami(&basic("bob", PASSWORD)).expect(200);
    let new_token = json!({ "password": PASSWORD, "readonly": false, "cidr_whitelist": [] });
    let made = alice.http.request("POST", "/-/npm/v1/tokens");
    retry_after(&made.json(&new_token).send().expect(429));
    let password = json!({ "password": { "old": PASSWORD, "new": "another password" } });
    let changed = alice.http.request("POST", "/-/npm/v1/user");
    retry_after(&changed.json(&password).send().expect(429));
    assert!(
        Instant::now() < end,
        "the machine is too busy for this story"
    );
    thread::sleep(end + Duration::from_secs(2) - Instant::now());
    log_in(&http, "alice", PASSWORD).expect(201);
    // She is as good as new.
    for _ in 0..5 {
        log_in(&http, "alice", WRONG).expect(401);
    }
    log_in(&http, "alice", PASSWORD).expect(201);
    for secret in [PASSWORD, WRONG, "another password"] {
        assert!(!registry.stderr().contains(secret), "{secret}");
    }
}

/// A person reads on the page what a client reads in JSON.
#[test]
fn the_page_says_how_long_to_wait() {
    let registry = Registry::start();
    registry.user("alice");
    let http = registry.http();
    let begun = http.request("POST", "/-/v1/login").send().expect(200);
    let url = begun.json()["loginUrl"].as_str().unwrap().to_owned();
    let page = url.strip_prefix(&registry.url()).unwrap();
    let answer = |password: &str| {
        let request = http.request("POST", page);
        let fields = format!(
            "answer=approve&name=alice&password={}",
            integration::percent_encoded(password)
        );
        let kind = "application/x-www-form-urlencoded";
        request.header("content-type", kind).body(fields).send()
    };
    let end = guess_until_blocked_for(4, &http, "alice");
    for password in [WRONG, PASSWORD] {
        let refused = answer(password).expect(429);
        retry_after(&refused);
        let page = String::from_utf8_lossy(&refused.body);
        assert!(
            page.contains("Too many wrong passwords were tried; try again in"),
            "{page}"
        );
    }
    assert!(
        Instant::now() < end,
        "the machine is too busy for this story"
    );
    thread::sleep(end + Duration::from_secs(2) - Instant::now());
    answer(PASSWORD).expect(200);
}

/// Who asks for what all are answered alike is not looked at, and so nothing is guessed there.
#[test]
fn a_password_is_not_looked_at_where_nobody_is_needed() {
    let registry = Registry::start();
    registry.user("alice");
    let http = registry.http();
    for (number, path) in ["/-/ping", "/", "/robots.txt", "/-/npm/v1/keys"]
        .into_iter()
        .cycle()
        .take(40)
        .enumerate()
    {
        let header = basic("alice", &format!("{WRONG} {number}"));
        let request = http.get(path).header("authorization", &header);
        request.send().expect(200);
    }
    // Two of them may be read differently by two programs.
    let two = format!(
        "GET /-/ping HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n",
        registry.address()
    );
    let refused = http.send_raw(two.as_bytes()).unwrap();
    refused.expect(400).error();
    // A guess that was counted would be one of five.
    for _ in 0..5 {
        log_in(&http, "alice", WRONG).expect(401);
    }
    let whoami = http.get("/-/whoami");
    let whoami = whoami.header("authorization", &basic("alice", PASSWORD));
    whoami.send().expect(200);
}

/// A machine that has an old password in its settings asks for many packages with it.
#[test]
fn an_old_password_in_the_settings_is_one_guess() {
    let registry = Registry::start();
    registry.user("alice");
    let http = registry.http();
    for _ in 0..100 {
        let request = http.get("/-/whoami");
        let request = request.header("authorization", &basic("alice", WRONG));
        request.send().expect(401).error();
    }
    log_in(&http, "alice", PASSWORD).expect(201);
}

#[test]
fn many_right_logins_at_the_same_moment_succeed() {
    let registry = Registry::start();
    registry.user("ci");
    let http = registry.http();
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| log_in(&http, "ci", PASSWORD).expect(201));
        }
    });
}

told_with!(npm_waits_by_itself with both pinned npms);

/// npm asks again after 10 seconds when it is told to wait, and the person sees a login that took long.
fn npm_waits_by_itself(kind: ClientKind) {
    let registry = Registry::start();
    registry.user("alice");
    guess_until_blocked_for(8, &registry.http(), "alice");
    let client = Client::anonymous(kind, &registry);
    let answers = [("Username:", "alice"), ("Password:", PASSWORD)];
    let words = ["login", "--auth-type=legacy", "--loglevel=http"];
    let said = client.converse(&client.project(), &words, &answers);
    said.succeeds().says("attempt #2");
    assert_eq!(client.whoami().succeeds().stdout.trim(), "alice");
}
