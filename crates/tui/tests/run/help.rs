//! The screen of what can be pressed.

use tui::{KeyCode, MouseKind, Screen};

use crate::stage::Stage;

#[test]
fn every_key_is_there() {
    let mut stage = Stage::usual();
    stage.types("?");
    assert_eq!(stage.app.screen(), Screen::Help);
    stage.check("help");
    stage.size(12, 40);
    stage.press(KeyCode::End);
    assert!(stage.shows("Help") && !stage.shows("Everywhere"));
    stage.press(KeyCode::Home);
    stage.mouse(MouseKind::ScrollDown, "command");
    stage.mouse(MouseKind::ScrollDown, "command");
    assert!(!stage.shows("Each change is a line"));
}
