//! Tokens for programs that are no npm clients: got, looked into, given back.

use integration::{Http, PASSWORD, Registry, Response};
use serde_json::{Value, json};

#[track_caller]
fn ask(http: &Http, body: &Value) -> Response {
    http.request("POST", "/_auth/token").json(body).send()
}

fn verify(http: &Http, token: &str) -> Response {
    http.with_token(token).get("/_auth/verify").send()
}

#[test]
fn a_password_gets_a_token_in_json_and_as_a_form() {
    let registry = Registry::start();
    registry.user("alice");
    let http = registry.http();
    let json = ask(&http, &json!({ "username": "alice", "password": PASSWORD })).expect(200);
    assert!(json.required_header("cache-control").contains("no-store"));
    let form = format!(
        "grant_type=password&username=alice&password={}",
        PASSWORD.replace(' ', "+")
    );
    let form = http
        .request("POST", "/_auth/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .expect(200);
    for answer in [json, form] {
        let told = answer.json();
        assert_eq!(told["token_type"], "Bearer");
        assert!(
            (3590..=3600).contains(&told["expires_in"].as_u64().unwrap()),
            "{told}"
        );
        let token = told["access_token"].as_str().unwrap();
        let verified = verify(&http, token).expect(200).json();
        assert_eq!(
            (&verified["valid"], &verified["user"]),
            (&json!(true), &json!("alice"))
        );
        assert_eq!(verified["kind"], "access");
        assert_eq!(verified["claims"]["sub"], "alice");
        assert_eq!(verified["issuer"], "https://auth.example.com");
        let refresh = json!({ "refresh_token": told["refresh_token"] });
        let next = ask(&http, &refresh).expect(200).json();
        verify(&http, next["access_token"].as_str().unwrap()).expect(200);
        // It has a successor; whoever sends it again has a copy.
        ask(&http, &refresh).expect(401).error();
        verify(&http, token).expect(401);
        verify(&http, next["access_token"].as_str().unwrap()).expect(401);
    }
    assert!(!registry.stderr().contains(PASSWORD));
}

#[test]
fn a_wrong_proof_gets_nothing_and_does_not_tell_who_has_an_account() {
    let registry = Registry::start();
    registry.user("alice");
    let http = registry.http();
    let known = ask(
        &http,
        &json!({ "username": "alice", "password": "wrong password" }),
    );
    let unknown = ask(
        &http,
        &json!({ "username": "bob", "password": "wrong password" }),
    );
    assert_eq!(known.error().replace("alice", "bob"), unknown.error());
    for answer in [known, unknown] {
        answer.expect(401);
    }
    for body in [
        json!({ "api_key": "r13k_x" }),
        json!({ "refresh_token": "x" }),
    ] {
        ask(&http, &body).expect(401).error();
    }
    for body in [json!({}), json!([]), json!({ "username": "alice" })] {
        ask(&http, &body).expect(400).error();
    }
    http.get("/_auth/token").send().expect(405);
}

#[test]
fn a_token_that_is_not_believed_is_told_why() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let http = registry.http();
    let none = http.get("/_auth/verify").send().expect(401).json();
    assert_eq!(
        (&none["valid"], &none["reason"]),
        (&json!(false), &json!("no_token"))
    );
    assert_eq!(verify(&http, "x").json()["reason"], "malformed");
    let mut parts: Vec<&str> = alice.token.split('.').collect();
    let other = registry.user("bob");
    parts[1] = other.token.split('.').nth(1).unwrap();
    let swapped = parts.join(".");
    assert_eq!(
        verify(&http, &swapped).expect(401).json()["reason"],
        "bad_signature"
    );
    let revoked = http
        .request("POST", "/_auth/revoke")
        .json(&json!({ "token": alice.token }))
        .send()
        .expect(200)
        .json();
    assert_eq!(revoked["revoked"], true);
    assert_eq!(
        verify(&http, &alice.token).expect(401).json()["reason"],
        "revoked"
    );
    let again = http
        .request("POST", "/_auth/revoke")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("token={}", alice.token))
        .send()
        .expect(200);
    assert_eq!(again.json()["revoked"], false);
}

#[test]
fn a_page_of_another_site_asks_for_no_token() {
    let registry = Registry::start();
    registry.user("alice");
    let http = registry.http();
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        for path in ["/_auth/token", "/_auth/revoke"] {
            let form = http
                .request("POST", path)
                .header("content-type", "application/x-www-form-urlencoded")
                .header(name, value)
                .body("username=alice&password=nope&token=x");
            form.send().expect(403).error();
        }
    }
    // Nothing of that was an attempt.
    for _ in 0..6 {
        let mine = json!({ "username": "alice", "password": PASSWORD });
        ask(&http, &mine).expect(200);
    }
}

#[test]
fn a_refresh_token_outlives_a_while_in_which_its_account_is_disabled() {
    let registry = Registry::start();
    let root = registry.user("root");
    registry.user("alice");
    let http = registry.http();
    let mine = json!({ "username": "alice", "password": PASSWORD });
    let got = ask(&http, &mine).expect(200).json();
    let refresh = json!({ "refresh_token": got["refresh_token"] });
    let disable = |disabled: bool| {
        let change = json!({ "disabled": disabled });
        let request = root.http.request("PATCH", "/_auth/users/alice");
        request.json(&change).send().expect(200);
    };
    disable(true);
    for _ in 0..2 {
        ask(&http, &refresh).expect(401).error();
    }
    disable(false);
    let next = ask(&http, &refresh).expect(200).json();
    verify(&http, next["access_token"].as_str().unwrap()).expect(200);
}
