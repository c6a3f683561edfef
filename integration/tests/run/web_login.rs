//! Logging in through a page, played over HTTP: what the client asks, and what the browser of the person does.

use integration::{PASSWORD, Registry, Request, Response};
use serde_json::Value;

/// A login that was begun: the path of the page, and the path that gives the token.
struct Begun {
    page: String,
    done: String,
}

fn begin(registry: &Registry, body: &str) -> Begun {
    let http = registry.http();
    let answer = http.request("POST", "/-/v1/login").body(body).send();
    let urls = answer.expect(200).json();
    let path = |name: &str| {
        let url = urls[name].as_str().unwrap_or_default();
        let path = url.strip_prefix(&registry.url());
        path.unwrap_or_else(|| panic!("{name} should be here: {urls}"))
            .to_owned()
    };
    Begun {
        page: path("loginUrl"),
        done: path("doneUrl"),
    }
}

fn form<'a>(request: Request<'a>, fields: &[(&str, &str)]) -> Request<'a> {
    let fields = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", integration::percent_encoded(value)));
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(fields.collect::<Vec<_>>().join("&"))
}

fn answer(registry: &Registry, begun: &Begun, fields: &[(&str, &str)]) -> Response {
    let http = registry.http();
    form(http.request("POST", &begun.page), fields).send()
}

fn poll(registry: &Registry, begun: &Begun) -> Response {
    registry.http().get(&begun.done).send()
}

#[track_caller]
fn is_page(answer: &Response, text: &str) {
    let kind = answer.required_header("content-type");
    assert!(kind.starts_with("text/html"), "{answer}");
    let policy = answer.required_header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{answer}");
    assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{answer}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
    let page = String::from_utf8_lossy(&answer.body);
    assert!(page.contains(text), "should say {text:?}: {page}");
}

#[test]
fn a_login_waits_until_a_person_approves_it() {
    let registry = Registry::start();
    registry.user("alice");
    // yarn 4 sends no body at all, npm an object.
    for body in ["", "{}"] {
        let begun = begin(&registry, body);
        let waiting = poll(&registry, &begun).expect(202);
        assert_eq!(waiting.json(), serde_json::json!({}));
        let pause: u32 = waiting.required_header("retry-after").parse().unwrap();
        assert!(pause >= 1, "npm would ask without a pause");
        let page = registry.http().get(&begun.page).send().expect(200);
        is_page(&page, "asks to act for you");
        let approved = [
            ("name", "alice"),
            ("password", PASSWORD),
            ("answer", "approve"),
        ];
        is_page(&answer(&registry, &begun, &approved).expect(200), "alice");
        let done = poll(&registry, &begun).expect(200);
        assert_eq!(done.header("cache-control"), Some("no-store"));
        let token = done.json()["token"].as_str().unwrap().to_owned();
        let alice = registry.http().with_token(&token);
        let who = alice.get("/-/whoami").send().expect(200).json();
        assert_eq!(who["username"], "alice");
        poll(&registry, &begun).expect(404).error();
        is_page(&registry.http().get(&begun.page).send().expect(404), "over");
        let log = registry.stderr();
        for secret in [token.as_str(), PASSWORD, &begun.page, &begun.done] {
            assert!(!log.contains(secret), "{secret} should not be in the log");
        }
    }
}

#[test]
fn whoever_has_the_page_alone_gets_no_token() {
    let registry = Registry::start();
    registry.user("alice");
    let begun = begin(&registry, "{}");
    let page = begun.page.rsplit('/').next().unwrap();
    assert!(begun.done.len() > page.len() + 30 && !begun.page.contains(&begun.done));
    let approved = [
        ("name", "alice"),
        ("password", PASSWORD),
        ("answer", "approve"),
    ];
    answer(&registry, &begun, &approved).expect(200);
    for guess in [page.to_owned(), format!("{page}{page}"), "x".to_owned()] {
        let guess = registry.http().get(&format!("/-/v1/done/{guess}")).send();
        guess.expect(404).error();
    }
    poll(&registry, &begun).expect(200);
}

#[test]
fn a_wrong_password_can_be_tried_again_and_a_refusal_cannot() {
    let registry = Registry::start();
    registry.user("alice");
    let begun = begin(&registry, "{}");
    let wrong = [
        ("name", "alice"),
        ("password", "not the password"),
        ("answer", "approve"),
    ];
    let unknown = [
        ("name", "nobody"),
        ("password", "not the password"),
        ("answer", "approve"),
    ];
    let of_wrong = answer(&registry, &begun, &wrong).expect(403);
    let of_unknown = answer(&registry, &begun, &unknown).expect(403);
    is_page(&of_wrong, "The user name or the password is wrong");
    is_page(&of_unknown, "The user name or the password is wrong");
    poll(&registry, &begun).expect(202);
    is_page(
        &answer(&registry, &begun, &[("answer", "refuse")]).expect(200),
        "Refused",
    );
    poll(&registry, &begun).expect(404).error();
    let late = [
        ("name", "alice"),
        ("password", PASSWORD),
        ("answer", "approve"),
    ];
    is_page(&answer(&registry, &begun, &late).expect(404), "over");
}

#[test]
fn a_new_account_is_made_only_where_it_is_asked_for_and_allowed() {
    let registry = Registry::start();
    let begun = begin(&registry, r#"{"create":true}"#);
    let page = registry.http().get(&begun.page).send().expect(200);
    is_page(&page, "name=\"new\" value=\"1\" checked");
    let named = |new: &'static str| {
        [
            ("name", "carol"),
            ("password", PASSWORD),
            ("new", new),
            ("answer", "approve"),
        ]
    };
    answer(&registry, &begun, &named("")).expect(403);
    is_page(&answer(&registry, &begun, &named("1")).expect(200), "carol");
    poll(&registry, &begun).expect(200);
    let again = begin(&registry, "{}");
    is_page(&answer(&registry, &again, &named("1")).expect(409), "taken");

    let closed = Registry::options()
        .config("[auth]\nregistration = \"closed\"\n")
        .start();
    let begun = begin(&closed, r#"{"create":true}"#);
    let page = closed.http().get(&begun.page).send().expect(200);
    assert!(!String::from_utf8_lossy(&page.body).contains("name=\"new\""));
    answer(&closed, &begun, &named("1")).expect(403);
    poll(&closed, &begun).expect(202);
}

#[test]
fn what_others_put_on_the_page_stays_text() {
    let registry = Registry::start();
    let http = registry.http();
    let begun = http
        .request("POST", "/-/v1/login")
        .header("user-agent", "<script>alert(1)</script>\u{e9}{{content}}")
        .body("{}")
        .send()
        .expect(200)
        .json();
    let page = begun["loginUrl"].as_str().unwrap();
    let path = page.strip_prefix(&registry.url()).unwrap();
    let shown = [
        ("name", "\"><img src=x>{{content}}"),
        ("password", "x"),
        ("answer", "approve"),
    ];
    let page = form(http.request("POST", path), &shown).send();
    let text = String::from_utf8_lossy(&page.body).into_owned();
    assert!(
        !text.contains("<script") && !text.contains("<img"),
        "{text}"
    );
    assert!(text.contains("&quot;&gt;&lt;img"), "{text}");
}

#[test]
fn a_form_of_another_page_does_not_count() {
    let registry = Registry::start();
    registry.user("alice");
    let begun = begin(&registry, "{}");
    let approved = [
        ("name", "alice"),
        ("password", PASSWORD),
        ("answer", "approve"),
    ];
    let http = registry.http();
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let request = form(http.request("POST", &begun.page), &approved).header(name, value);
        is_page(&request.send().expect(403), "another page");
    }
    poll(&registry, &begun).expect(202);
    let request = form(http.request("POST", &begun.page), &approved);
    let request = request.header("origin", &registry.url());
    request
        .header("sec-fetch-site", "same-origin")
        .send()
        .expect(200);
}

#[test]
fn another_page_begins_no_login() {
    let registry = Registry::start();
    let http = registry.http();
    let begin = || http.request("POST", "/-/v1/login").body("{}");
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        begin().header(name, value).send().expect(403).error();
    }
    begin().header("origin", &registry.url()).send().expect(200);
}

#[test]
fn a_head_request_does_not_use_a_login_up() {
    let registry = Registry::start();
    registry.user("alice");
    let begun = begin(&registry, "{}");
    let approved = [
        ("name", "alice"),
        ("password", PASSWORD),
        ("answer", "approve"),
    ];
    answer(&registry, &begun, &approved).expect(200);
    let http = registry.http();
    let head = http.request("HEAD", &begun.done).send().expect(405);
    assert_eq!(head.required_header("allow"), "GET");
    poll(&registry, &begun).expect(200);
}

#[test]
fn a_stale_token_is_no_obstacle() {
    let registry = Registry::start();
    registry.user("alice");
    let stale = registry.http().with_token("stale.stale.stale");
    let answer = stale.request("POST", "/-/v1/login").body("{}").send();
    let urls: Value = answer.expect(200).json();
    let done = urls["doneUrl"].as_str().unwrap();
    let path = done.strip_prefix(&registry.url()).unwrap();
    stale.get(path).send().expect(202);
}
