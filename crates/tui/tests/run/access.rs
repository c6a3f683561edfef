//! The screen of who has accounts and keys.

use tui::{Access, ApiKeyLine, Ask, KeyCode, News, Screen, UserLine};

use crate::stage::{Stage, run, time};

fn access() -> Access {
    let time = time(0);
    let user = |name: &str, role: &str, disabled, seen| UserLine {
        name: name.to_owned(),
        role: role.to_owned(),
        disabled,
        last_seen: Some(time).filter(|_| seen),
    };
    let key = |id: &str, name: &str, scopes: &[&str], expires| ApiKeyLine {
        id: id.repeat(4),
        user: "alice".to_owned(),
        name: name.to_owned(),
        scopes: scopes.iter().map(ToString::to_string).collect(),
        expires: Some(time).filter(|_| expires),
    };
    Access {
        users: vec![
            user("alice", "admin", false, true),
            user("bob", "publisher", true, true),
            user("carol", "reader", false, false),
        ],
        keys: vec![
            key("0123abcd", "ci", &["publish:@acme/*", "read"], true),
            key("4567cdef", "mirror", &["read"], false),
        ],
    }
}

fn stage() -> Stage {
    let mut stage = Stage::usual();
    assert_eq!(stage.app.show(Screen::Access), [Ask::LoadAccess]);
    stage.app.tell(News::Access(Ok(access())));
    stage
}

#[test]
fn accounts_and_keys_are_seen() {
    stage().check("access");
}

#[test]
fn nobody_yet_and_why_not_are_said() {
    let mut stage = stage();
    stage.app.tell(News::Access(Err(
        "this needs a login: type `:login`".to_owned()
    )));
    assert!(stage.shows("this needs a login"));
    stage.app.tell(News::Access(Ok(Access::default())));
    stage.check("access_empty");
}

#[test]
fn enter_begins_the_command_and_does_not_run_it() {
    let mut stage = stage();
    assert_eq!(stage.press(KeyCode::Enter), []);
    assert!(stage.shows("› user disable alice"));
    assert_eq!(stage.press(KeyCode::Enter), run("user disable alice"));
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Enter);
    assert!(stage.shows("› user enable bob"));
    stage.press(KeyCode::Escape);
    stage.press(KeyCode::Tab);
    stage.press(KeyCode::Enter);
    let id = "0123abcd".repeat(4);
    assert!(stage.shows(&format!("› key revoke {id}")));
}

#[test]
fn new_ones_and_a_new_look_are_a_key_away() {
    let mut stage = stage();
    stage.types("n");
    assert!(stage.shows("› user add"));
    stage.press(KeyCode::Escape);
    stage.click("API keys");
    stage.click("ci ");
    stage.types("n");
    assert!(stage.shows("› key create"));
    stage.press(KeyCode::Escape);
    assert_eq!(stage.types("r"), [Ask::LoadAccess]);
    // A second click is an Enter.
    stage.click("bob");
    stage.click("bob");
    assert!(stage.shows("› user enable bob"));
}
