//! Web logins that are answered or fetched again, and guessed.

use std::sync::Barrier;
use std::thread;

use integration::{PASSWORD, Response, percent_encoded};

use super::{Ground, VICTIM};

/// Requests that race for one token.
const RACERS: usize = 16;

/// The two secret names of a login.
pub(super) struct Begun {
    pub(super) page: String,
    pub(super) poll: String,
}

impl Ground {
    pub(super) fn begin(&self) -> Begun {
        let http = self.registry.http();
        let answer = http.request("POST", "/-/v1/login").body("{}").send();
        let urls = answer.expect(200).json();
        let last = |name: &str| {
            let url = urls[name].as_str().unwrap();
            url.rsplit('/').next().unwrap().to_owned()
        };
        let begun = Begun {
            page: last("loginUrl"),
            poll: last("doneUrl"),
        };
        self.secret(&begun.page);
        self.secret(&begun.poll);
        begun
    }

    pub(super) fn poll(&self, poll: &str) -> Response {
        let http = self.registry.http();
        http.get(&format!("/-/v1/done/{poll}")).send()
    }

    pub(super) fn approve(&self, begun: &Begun, name: &str) -> Response {
        let fields = [
            ("name", name),
            ("password", PASSWORD),
            ("answer", "approve"),
        ];
        let fields = fields.map(|(name, value)| format!("{name}={}", percent_encoded(value)));
        let http = self.registry.http();
        let request = http.request("POST", &format!("/-/v1/login/{}", begun.page));
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(fields.join("&"))
            .send()
    }

    /// Fetches the token, once.
    #[track_caller]
    fn fetched(&self, begun: &Begun) -> String {
        let answer = self.poll(&begun.poll).expect(200).json();
        let token = answer["token"].as_str().unwrap().to_owned();
        self.secret(&token);
        token
    }

    #[track_caller]
    fn is_over(&self, begun: &Begun) {
        self.refused("a poll", &self.poll(&begun.poll), &[404]);
        let page = self.approve(begun, "root").expect(404);
        assert!(!page.to_string().contains(VICTIM), "{page}");
    }
}

#[test]
fn a_token_is_fetched_once_however_many_ask() {
    let ground = Ground::start();
    for _ in 0..4 {
        let begun = ground.begin();
        ground.approve(&begun, VICTIM).expect(200);
        let start = Barrier::new(RACERS);
        let answers: Vec<Response> = thread::scope(|scope| {
            let racers: Vec<_> = (0..RACERS)
                .map(|_| {
                    let (http, poll, start) = (ground.registry.http(), &begun.poll, &start);
                    scope.spawn(move || {
                        start.wait();
                        http.get(&format!("/-/v1/done/{poll}")).send()
                    })
                })
                .collect();
            racers
                .into_iter()
                .map(|racer| racer.join().unwrap())
                .collect()
        });
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 200);
        assert_eq!(won.len(), 1, "one of {RACERS} gets the token");
        let token = won[0].json()["token"].as_str().unwrap().to_owned();
        for answer in lost {
            ground.refused("a second poll", answer, &[404]);
        }
        ground.token_counts(&token, VICTIM);
        ground.is_over(&begun);
    }
    ground.unharmed();
}

/// The second answer neither changes whose token it is nor brings another one.
#[test]
fn a_page_is_answered_once() {
    let ground = Ground::start();
    ground.registry.user("mallory");
    let begun = ground.begin();
    ground.approve(&begun, VICTIM).expect(200);
    for name in ["mallory", VICTIM, "root"] {
        // It is shown that it was answered, and by whom.
        let page = ground.approve(&begun, name).expect(200).body;
        assert!(String::from_utf8_lossy(&page).contains(VICTIM));
    }
    let token = ground.fetched(&begun);
    ground.token_counts(&token, VICTIM);
    ground.is_over(&begun);
    // The browser's back button sends the form again.
    ground.approve(&begun, VICTIM).expect(404);
    ground.is_over(&begun);
    ground.unharmed();
}

#[test]
fn a_poll_that_is_guessed_is_refused() {
    let ground = Ground::start();
    let (begun, other) = (ground.begin(), ground.begin());
    ground.approve(&begun, VICTIM).expect(200);
    let Begun { page, poll } = &begun;
    let secret = poll.strip_prefix(page.as_str()).unwrap();
    let others = other.poll.strip_prefix(other.page.as_str()).unwrap();
    let flipped = if secret.starts_with('0') { "1" } else { "0" };
    for guess in [
        page.clone(),
        secret.to_owned(),
        format!("{page}{page}"),
        format!("{secret}{page}"),
        format!("{page}{others}"),
        format!("{}{secret}", other.page),
        format!("{page}{flipped}{}", &secret[1..]),
        format!("{page}{}", "0".repeat(secret.len())),
        format!("{page}{}", secret.to_uppercase() + "0"),
        poll[..poll.len() - 2].to_owned(),
        format!("{poll}00"),
        format!("{poll}%00"),
        format!("%20{poll}"),
        format!("{page}%25"),
        format!("{page}%2f{secret}"),
        "%F0%9F%A6%80".to_owned(),
        "x".to_owned(),
        "0".repeat(1000),
    ] {
        let answer = ground.poll(&guess);
        ground.refused(&format!("the guess {guess}"), &answer, &[400, 404]);
    }
    for guess in [
        page[..31].to_owned(),
        format!("{page}0"),
        page.to_uppercase() + "0",
        secret.to_owned(),
    ] {
        let guessed = Begun {
            page: guess,
            poll: String::new(),
        };
        ground.approve(&guessed, VICTIM).expect(404);
    }
    // Nobody's guesses took it away from whoever may have it.
    let token = ground.fetched(&begun);
    ground.token_counts(&token, VICTIM);
    ground.poll(&other.poll).expect(202);
    ground.unharmed();
}

/// An approval is as good as the password that it was given with.
#[test]
fn an_approval_ends_with_its_password() {
    let ground = Ground::start();
    let mallory = ground.registry.user("mallory");
    let begun = ground.begin();
    ground.approve(&begun, "mallory").expect(200);
    let change = serde_json::json!({ "password": { "old": PASSWORD, "new": "another password" } });
    let request = mallory.http.request("POST", "/-/npm/v1/user");
    request.json(&change).send().expect(200);
    ground.refused("a poll", &ground.poll(&begun.poll), &[404]);
    ground.is_over(&begun);
    ground.unharmed();
}
