//! The screen of what happens.

use tui::{Input, KeyCode, LogEvent, MouseKind, News, Screen};

use crate::stage::{Stage, time};

fn event(second: u64, actor: &str, kind: &str, target: &str, refused: bool) -> LogEvent {
    LogEvent {
        at: time(second),
        actor: Some(actor.to_owned()).filter(|actor| !actor.is_empty()),
        kind: kind.to_owned(),
        target: target.to_owned(),
        refused,
        detail: if refused {
            "no rule lets them"
        } else {
            "from 127.0.0.1"
        }
        .to_owned(),
    }
}

fn stage(events: u64) -> Stage {
    let mut stage = Stage::usual();
    stage.app.show(Screen::Log);
    for second in 0..events {
        let version = format!("left-pad@1.0.{second}");
        let event = match second % 3 {
            0 => event(second, "alice", "publish", &version, false),
            1 => event(second, "", "login", "mallory", true),
            _ => event(second, "bob", "dist-tag", &version, false),
        };
        stage.app.tell(News::Event(event));
    }
    stage
}

#[test]
fn events_are_seen_the_newest_last() {
    stage(0).check("log_empty");
    stage(100).check("log");
}

#[test]
fn whoever_is_not_told_what_happens_is_told_why_until_they_are() {
    let mut stage = stage(0);
    let why = "log in as an admin to see the log";
    stage.app.tell(News::Untold(why.to_owned()));
    assert!(stage.shows(why));
    stage
        .app
        .tell(News::Event(event(1, "alice", "login", "alice", false)));
    assert!(!stage.shows(why) && stage.shows("alice"));
}

#[test]
fn scrolling_back_holds_the_view_and_end_follows_again() {
    let mut stage = stage(100);
    assert!(stage.shows("1.0.99") && stage.shows("following"));
    stage.press(KeyCode::Up);
    let before = stage.text();
    assert!(!before.contains("1.0.99"));
    stage.app.tell(News::Event(event(
        100,
        "carol",
        "publish",
        "new@1.0.0",
        false,
    )));
    let held = stage
        .text()
        .replace("2 newer", "1 newer")
        .replace("101 events", "100 events");
    assert_eq!(held, before);
    stage.press(KeyCode::End);
    assert!(stage.shows("new@1.0.0"));
    stage.press(KeyCode::PageUp);
    stage.press(KeyCode::Home);
    assert!(stage.shows("left-pad@1.0.0 "));
    stage.press(KeyCode::PageDown);
    assert!(!stage.shows("left-pad@1.0.0 "));
    stage.types("f");
    stage.mouse(MouseKind::ScrollUp, "new@1.0.0");
    assert!(!stage.shows("new@1.0.0"));
}

#[test]
fn the_filter_finds_by_all_that_is_shown() {
    let mut stage = stage(90);
    stage.types("/refused mallory");
    assert!(stage.shows("mallory") && !stage.shows("left-pad"));
    // What comes later is filtered too.
    stage
        .app
        .tell(News::Event(event(100, "mallory", "publish", "x", true)));
    stage
        .app
        .tell(News::Event(event(101, "alice", "publish", "y", false)));
    assert!(stage.shows("publish") && !stage.shows("alice "));
    stage.press(KeyCode::Escape);
    stage.types("/");
    stage.app.input(Input::paste("bob"));
    stage.press(KeyCode::Enter);
    assert!(!stage.shows("mallory"));
    stage.press(KeyCode::Escape);
    assert!(stage.shows("mallory"));
}

#[test]
fn only_so_many_events_are_kept() {
    let mut stage = stage(5000);
    assert!(stage.shows("2000 events"));
    stage.press(KeyCode::Home);
    assert!(stage.shows("left-pad@1.0.3000"));
}
