//! Accounts, rules, keys and tokens, beside the running server.

use integration::{PASSWORD, Package, Registry, Response, eventually};
use serde_json::{Value, json};

use super::{LIMIT, becomes, exec, exec_fed, json_of, prepared};

fn log_in(registry: &Registry, name: &str, password: &str) -> Response {
    let document = json!({ "name": name, "password": password });
    let path = format!("/-/user/org.couchdb.user:{name}");
    registry.http().put(&path).json(&document).send()
}

#[test]
fn what_is_granted_counts_in_the_running_server() {
    let registry = prepared();
    let (root, bob) = (registry.user("root"), registry.user("bob"));
    let mut patch = 0;
    let mut publish = || {
        patch += 1;
        let version = format!("1.0.{patch}");
        Package::new("@acme/x", &version)
            .publish(&bob.http)
            .send()
            .status
    };
    assert_eq!(publish(), 201);
    let mut becomes = |what: &str, wanted: u16| {
        eventually(what, LIMIT, || (publish() == wanted).then_some(()));
    };
    exec(&registry, "grant root publish @acme/*").exits(0);
    becomes("bob may no longer publish", 403);
    let seen = root.http.get("/_auth/rules").send().expect(200).json();
    assert_eq!(
        seen["rules"][0],
        json_of(&registry, "rule list")["rules"][0]
    );
    exec(&registry, "can bob publish @acme/x")
        .exits(1)
        .says("no: ");
    exec(&registry, "grant bob publish @acme/*").exits(0);
    becomes("bob may publish again", 201);
    exec(
        &registry,
        "team create @acme:core; grant team:core publish @acme/*; revoke bob publish @acme/*",
    )
    .exits(0);
    becomes("bob may publish no more", 403);
    exec(&registry, "team add @acme:core bob").exits(0);
    becomes("his team may", 201);
    exec(&registry, "user role bob reader; can bob publish @acme/x").exits(1);
    becomes("a reader may not", 403);
    exec(
        &registry,
        "user role bob publisher; team destroy @acme:core --yes",
    )
    .exits(0);
    becomes("a team that is gone may nothing", 403);
    exec(&registry, "rule clear publish @acme/*").exits(0);
    becomes("nothing is said of it any more", 201);
}

#[test]
fn a_key_is_shown_once_believed_where_it_may_be_used_and_revoked() {
    let registry = prepared();
    let made = exec(
        &registry,
        "key create ci read,publish:@acme/* --user bob --cidr 127.0.0.0/8",
    )
    .exits(0);
    let key = made.stdout.trim().to_owned();
    assert!(
        key.starts_with("r13k_") && made.stdout.lines().count() == 1,
        "{made}"
    );
    let http = registry.http().with_token(&key);
    http.get("/-/whoami").send().expect(200);

    exec(&registry, &format!("verify {key}"))
        .exits(0)
        .says("bob, publisher")
        .says("key \"ci\"");
    let asked = registry
        .command_fed(&["exec", "verify --json"], &format!("{key}\n"))
        .exits(0);
    assert_eq!(asked.json()["scopes"], json!(["read", "publish:@acme/*"]));
    let elsewhere = format!("verify {key} --from 192.0.2.1 --json");
    let elsewhere = exec(&registry, &elsewhere).exits(1).json();
    assert_eq!(
        (&elsewhere["valid"], &elsewhere["reason"]),
        (&json!(false), &json!("wrong_address"))
    );

    let listed = json_of(&registry, "key list bob");
    let id = listed["keys"][0]["id"].as_str().unwrap();
    assert!(
        key.contains(id) && !listed.to_string().contains(&key),
        "{listed}"
    );
    becomes("it is written down when it was used", || {
        json_of(&registry, "token list bob")["tokens"][0]["last_used_from"] == "127.0.0.1"
    });
    exec(&registry, &format!("key revoke {id}"))
        .exits(0)
        .says("was revoked");
    becomes("a revoked key is refused", || {
        http.get("/-/whoami").send().status == 401
    });
    exec(&registry, &format!("key revoke {id}")).exits(1);
    exec(&registry, &format!("verify {key}"))
        .exits(1)
        .says("(revoked)");
    exec(&registry, "log")
        .does_not_say(&key)
        .says("key.create")
        .says("key.revoke");
    assert!(!registry.stderr().contains(&key));
}

#[test]
fn a_login_is_a_token_that_can_be_looked_into_and_revoked() {
    let registry = prepared();
    let bob = registry.user("bob");
    let seen = json_of(&registry, &format!("verify {}", bob.token));
    assert_eq!(
        (&seen["user"], &seen["kind"]),
        (&json!("bob"), &json!("login"))
    );
    assert_eq!(seen["claims"]["sub"], "bob");
    let id = seen["key"].as_str().unwrap();
    // A login is no key.
    exec(&registry, &format!("key revoke {id}"))
        .exits(1)
        .says("there is no API key");
    exec(&registry, &format!("token revoke {id}")).exits(0);
    becomes("a login that was revoked is refused", || {
        bob.http.get("/-/whoami").send().status == 401
    });
}

#[test]
fn an_invitation_makes_an_account() {
    let registry = prepared();
    let invited = exec(&registry, "user invite --role maintainer").exits(0);
    let invitation = invited.stdout.trim();
    let body = json!({ "name": "carol", "password": PASSWORD, "invitation": invitation });
    let http = registry.http();
    let made = http.request("POST", "/_auth/register").json(&body);
    made.send().expect(201);
    let carol = exec(&registry, "user list").exits(0);
    carol.says("carol  maintainer");
}

#[test]
fn a_password_is_a_line_of_standard_input_and_ends_logins() {
    let registry = prepared();
    let bob = registry.user("bob");
    let other = "another password";
    let said = exec_fed(&registry, "user passwd bob", &[other]).exits(0);
    said.says("bob has a new password").does_not_say(other);
    becomes("logins by the old password have ended", || {
        bob.http.get("/-/whoami").send().status == 401
    });
    log_in(&registry, "bob", PASSWORD).expect(401);
    log_in(&registry, "bob", other).expect(201);
}

#[test]
fn an_old_word_for_accounts_and_the_new_one_say_the_same() {
    let registry = prepared();
    for words in [
        &["user", "list"][..],
        &["user", "list", "--json"],
        &["user", "role", "bob", "reader"],
    ] {
        let old = registry.command(words).exits(0);
        let new = exec(&registry, &words.join(" ")).exits(0);
        assert_eq!(old.stdout, new.stdout, "{words:?}");
    }
    let root = registry.user("root");
    let users = root.http.get("/_auth/users").send().expect(200).json();
    let of = |users: &Value, field: &str| users["users"][0][field].clone();
    let listed = json_of(&registry, "user list");
    for field in ["name", "role", "disabled", "email", "created"] {
        assert_eq!(of(&listed, field), of(&users, field), "{field}");
    }
}
