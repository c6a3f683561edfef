//! The screen of the 13 bytes.

use config13::Config13;
use tui::{Ask, KeyCode, Lockfile, MouseKind, News, Outcome, Server, Theme};

use crate::{
    snapshot,
    stage::{Stage, changed, run, saved},
};

fn pending() -> Stage {
    let mut stage = Stage::usual();
    let then = changed(&["feature_flags 6", "rows 40", "terminal_mode cooked"]);
    stage.bytes(saved(), then);
    stage
}

#[test]
fn the_bytes_are_seen_with_their_fields_and_meanings() {
    Stage::usual().check("config");
    pending().check("config_pending");
}

#[test]
fn without_bytes_it_is_said_why() {
    Stage::empty(Theme::Dark).check("config_unknown");
    let mut stage = Stage::empty(Theme::Dark);
    stage.app.tell(News::Connection(tui::Connection {
        server: Server::Down {
            url: "http://localhost:4873".to_owned(),
            why: "nothing answers".to_owned(),
        },
        lockfile: Lockfile::Missing {
            why: "there is no lockfile here".to_owned(),
        },
    }));
    assert!(stage.shows("there is no lockfile here"));
}

#[test]
fn without_colours_everything_is_told_by_text_and_weight() {
    let mut stage = Stage::empty(Theme::NoColour);
    stage.connect();
    stage.bytes(saved(), changed(&["rows 40", "cols 90"]));
    let other = changed(&["rows 50", "version 2"]);
    stage.bytes(other, changed(&["rows 40", "cols 90", "version 2"]));
    let looks = stage.looks();
    assert!(!looks.contains("text "), "{looks}");
    assert!(!looks.contains("ground "), "{looks}");
    snapshot::check("config_no_colour", &format!("{}\n{looks}", stage.text()));
}

#[test]
fn dark_and_light_say_the_same_in_other_colours() {
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let mut stage = Stage::empty(theme);
        stage.connect();
        stage.bytes(saved(), changed(&["rows 40"]));
        snapshot::check(&format!("config_{name}"), &stage.looks());
    }
}

#[test]
fn switches_are_turned_by_keys_and_clicks() {
    let mut stage = Stage::usual();
    for _ in 0..5 {
        stage.press(KeyCode::Down);
    }
    assert_eq!(stage.press(KeyCode::Char(' ')), run("enable DEBUG"));
    stage.bytes(saved(), changed(&["feature_flags 4"]));
    assert_eq!(stage.press(KeyCode::Enter), run("disable DEBUG"));
    assert_eq!(
        stage.click("PRIVATE_REGISTRY"),
        run("enable PRIVATE_REGISTRY")
    );
    assert_eq!(
        stage.click("[ ] PREMIUM_TYPES"),
        run("enable PREMIUM_TYPES")
    );
}

#[test]
fn a_byte_that_is_typed_becomes_the_value_of_its_field() {
    let mut stage = Stage::usual();
    stage.press(KeyCode::BackTab);
    for _ in 0..5 {
        stage.press(KeyCode::Right);
    }
    assert_eq!(stage.types("06"), run("set feature_flags 0x00000006"));
    // The cursor has gone on to the next byte; what is pending counts.
    stage.bytes(saved(), changed(&["feature_flags 6"]));
    assert_eq!(stage.types("fF"), run("set feature_flags 0x0000ff06"));
    stage.click("0A");
    assert_eq!(stage.types("28"), run("set rows 40"));
    stage.click("01");
    stage.press(KeyCode::Enter);
    assert_eq!(stage.types("ef"), run("set registry_hash 0x28aa15ef"));
}

#[test]
fn whoever_types_quicker_than_commands_are_answered_loses_nothing() {
    let mut stage = Stage::usual();
    stage.click("01");
    let asks: Vec<Ask> = "efbeadde"
        .chars()
        .flat_map(|digit| stage.press(KeyCode::Char(digit)))
        .collect();
    let last = Ask::Run("set registry_hash 0xdeadbeef".to_owned());
    assert_eq!((asks.len(), asks.last()), (4, Some(&last)));
    assert_eq!(stage.click("[ ] DEBUG"), run("enable DEBUG"));
    assert_eq!(stage.press(KeyCode::Enter), run("disable DEBUG"));
    // The first answers come while the last are still awaited.
    stage.bytes(saved(), changed(&["registry_hash 0x28aa15ef"]));
    stage.said("set registry_hash 0x28aa15ef", "pending", Outcome::Done);
    stage.click("01");
    assert_eq!(stage.types("00"), run("set registry_hash 0xdeadbe00"));
    assert_eq!(stage.types("s"), []);
    assert!(stage.shows("not answered yet"));
    // When all are answered, what is told counts, also where a command has failed.
    for _ in 0..6 {
        stage.said(
            "set registry_hash",
            "no lockfile",
            Outcome::Failed { hint: None },
        );
    }
    stage.click("01");
    assert_eq!(stage.types("00"), run("set registry_hash 0x28aa1500"));
    assert_eq!(stage.types("r"), run("revert"));
    stage.click("01");
    assert_eq!(stage.types("01"), run("set registry_hash 0x28aa1501"));
}

#[test]
fn one_digit_and_enter_is_a_byte_too_and_escape_gives_up() {
    let mut stage = Stage::usual();
    stage.click("0C");
    stage.types("5");
    assert_eq!(stage.press(KeyCode::Enter), run("set reserved 5"));
    stage.types("5");
    stage.press(KeyCode::Backspace);
    stage.press(KeyCode::Escape);
    assert_eq!(stage.press(KeyCode::Left), []);
    assert_eq!(stage.types("07"), run("set cols 7"));
}

#[test]
fn a_byte_that_stands_for_no_terminal_mode_is_refused_with_its_offset() {
    let mut stage = Stage::usual();
    stage.click("09");
    assert_eq!(stage.types("03"), []);
    assert!(stage.shows("terminal_mode at 0x09 is 0 disabled, 1 cooked or 2 raw; got 3"));
    assert_eq!(stage.types("01"), run("set terminal_mode cooked"));
}

#[test]
fn a_number_is_typed_in_its_row_and_checked_there() {
    let mut stage = Stage::usual();
    stage.click("rows");
    stage.types("3");
    assert!(stage.shows("rows: one byte, 0–255"));
    stage.types("00");
    assert_eq!(stage.press(KeyCode::Enter), []);
    assert!(stage.shows("rows is one byte, 0–255; got 300"));
    stage.press(KeyCode::Backspace);
    assert_eq!(stage.press(KeyCode::Enter), run("set rows 30"));
    // The value that is pending is there to be changed.
    stage.click("registry_hash");
    stage.press(KeyCode::Enter);
    stage.press(KeyCode::Backspace);
    stage.types("4");
    assert_eq!(
        stage.press(KeyCode::Enter),
        run("set registry_hash 0x28aa1534")
    );
    stage.press(KeyCode::Enter);
    assert_eq!(stage.press(KeyCode::Escape), []);
    assert_eq!(stage.types("q"), [Ask::Quit]);
}

#[test]
fn the_terminal_mode_goes_round() {
    let mut stage = Stage::usual();
    stage.click("terminal_mode");
    assert_eq!(
        stage.press(KeyCode::Enter),
        run("set terminal_mode disabled")
    );
    assert_eq!(stage.press(KeyCode::Left), run("set terminal_mode raw"));
    assert_eq!(stage.press(KeyCode::Left), run("set terminal_mode cooked"));
    assert_eq!(stage.types("1"), run("set terminal_mode cooked"));
    assert_eq!(stage.types("3"), []);
}

#[test]
fn saving_shows_the_bytes_first_and_reverting_forgets() {
    let mut stage = Stage::usual();
    assert_eq!(stage.types("s"), []);
    assert!(stage.shows("nothing is pending"));
    assert_eq!(stage.types("r"), []);
    stage.bytes(saved(), changed(&["rows 40", "feature_flags 4"]));
    assert_eq!(stage.types("s"), []);
    assert!(stage.shows("write 0x05 00→04, 0x0A 00→28?"));
    assert_eq!(stage.press(KeyCode::Escape), []);
    assert!(!stage.shows("write 0x05"));
    stage.types("s");
    assert_eq!(stage.types("s"), run("save"));
    // What has changed since it was shown is shown again before it is written.
    stage.types("s");
    stage.bytes(changed(&["cols 9"]), changed(&["cols 9", "rows 40"]));
    assert_eq!(stage.types("s"), []);
    assert!(stage.shows("write 0x0A 00→28?"));
    assert_eq!(stage.press(KeyCode::Enter), run("save"));
    assert_eq!(stage.types("r"), run("revert"));
}

#[test]
fn what_others_change_is_marked_until_the_next_key() {
    let mut stage = Stage::usual();
    let other = changed(&["rows 50"]);
    stage.press(KeyCode::F(4));
    stage.bytes(other, other);
    // Keys on another screen have not shown it to anybody.
    stage.press(KeyCode::Down);
    stage.press(KeyCode::F(1));
    assert!(stage.shows("32*"));
    assert!(stage.shows("* changed elsewhere"));
    stage.press(KeyCode::Down);
    assert!(!stage.shows("changed elsewhere"));
}

#[test]
fn a_conflict_is_seen_until_it_is_over() {
    let mut stage = Stage::usual();
    let then = changed(&["rows 40"]);
    stage.bytes(saved(), then);
    stage.bytes(changed(&["rows 50"]), then);
    stage.press(KeyCode::Down);
    assert!(stage.shows("28!"));
    assert!(stage.shows("→ 40 ! changed elsewhere"));
    stage.bytes(changed(&["rows 50"]), changed(&["rows 50"]));
    assert!(!stage.shows("! changed elsewhere"));
}

#[test]
fn leaving_with_something_pending_is_asked_for_twice() {
    let mut stage = pending();
    assert_eq!(stage.control('c'), []);
    assert!(stage.shows("3 fields not saved"));
    assert_eq!(stage.control('c'), [Ask::Quit]);
    // Anything else in between takes it back.
    stage.control('c');
    stage.press(KeyCode::Down);
    assert_eq!(stage.types("q"), []);
    assert_eq!(stage.types("q"), [Ask::Quit]);
    stage.bytes(saved(), saved());
    assert_eq!(stage.control('d'), [Ask::Quit]);
}

#[test]
fn a_server_that_is_down_leaves_the_bytes_to_be_edited() {
    let mut stage = Stage::usual();
    stage.disconnect();
    assert!(stage.shows("The server is down; the 13 bytes can be edited all the same."));
    stage.size(12, 40);
    assert!(stage.shows("The server is down;"));
    stage.size(24, 80);
    assert_eq!(stage.click("[ ] DEBUG"), run("enable DEBUG"));
}

#[test]
fn the_answer_to_a_key_is_told_in_one_line() {
    let mut stage = Stage::usual();
    stage.click("[ ] DEBUG");
    let text = "feature_flags 0x00000000 (none) → 0x00000004 (DEBUG), pending; `save` writes it";
    stage.said("enable DEBUG", text, Outcome::Done);
    assert!(stage.shows("0x00000004 (DEBUG), pending"));
    let hint = Some("is the server running?".to_owned());
    stage.said("save", "no lockfile", Outcome::Failed { hint });
    assert!(stage.shows("no lockfile: is the server running?"));
}

#[test]
fn the_wheel_goes_through_the_fields() {
    let mut stage = Stage::usual();
    stage.mouse(MouseKind::ScrollDown, "rows");
    stage.mouse(MouseKind::ScrollDown, "rows");
    stage.mouse(MouseKind::ScrollUp, "rows");
    stage.press(KeyCode::Enter);
    assert!(stage.shows("four bytes, 0–4294967295"));
}

#[test]
fn rows_and_cols_fix_the_size_but_never_below_what_is_needed() {
    let mut stage = Stage::usual();
    for (values, expected) in [
        (["rows 0", "cols 0"], (60, 200)),
        (["rows 40", "cols 0"], (40, 200)),
        (["rows 255", "cols 100"], (60, 100)),
        (["rows 3", "cols 7"], (12, 40)),
    ] {
        let config: Config13 = changed(&values);
        stage.bytes(config, config);
        assert_eq!(stage.app.size(60, 200), expected);
    }
}
