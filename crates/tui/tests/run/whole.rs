//! All screens together: tabs, sizes, the mouse.

use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::Color,
};
use tui::{App, Ask, Input, Key, KeyCode, Options, Screen, SizeRule, Theme};

use crate::stage::{Stage, changed};

#[test]
fn screens_are_reached_by_function_keys_numbers_tabs_and_clicks() {
    let mut stage = Stage::usual();
    for (index, screen) in (1_u8..).zip(Screen::ALL) {
        stage.press(KeyCode::F(index));
        assert_eq!(stage.app.screen(), screen);
        stage.alt(char::from(b'0' + index));
        assert_eq!(stage.app.screen(), screen);
    }
    assert_eq!(stage.press(KeyCode::F(5)), [Ask::LoadAccess]);
    for screen in Screen::ALL {
        stage.click(screen.title());
        assert_eq!(stage.app.screen(), screen);
    }
    for key in [KeyCode::F(0), KeyCode::F(7), KeyCode::F(255)] {
        stage.press(key);
        assert_eq!(stage.app.screen(), Screen::Help);
    }
}

#[test]
fn the_tabs_are_a_part_that_tab_reaches() {
    let mut stage = Stage::usual();
    stage.press(KeyCode::Tab);
    stage.press(KeyCode::Right);
    assert_eq!(stage.app.screen(), Screen::Packages);
    stage.press(KeyCode::Right);
    assert_eq!(stage.app.screen(), Screen::Status);
    stage.press(KeyCode::Left);
    stage.press(KeyCode::Left);
    stage.press(KeyCode::Left);
    assert_eq!(stage.app.screen(), Screen::Help);
    stage.press(KeyCode::Right);
    assert_eq!(stage.app.screen(), Screen::Config);
    // Down leads back into the screen: to the bytes, which come first there.
    stage.press(KeyCode::Down);
    assert_eq!(stage.types("02"), [Ask::Run("set version 2".to_owned())]);
    // Up from the bytes leads to the tabs again.
    stage.press(KeyCode::Up);
    stage.press(KeyCode::Right);
    assert_eq!(stage.app.screen(), Screen::Packages);
}

#[test]
fn a_window_that_is_too_small_says_so_and_nothing_else() {
    let mut stage = Stage::usual();
    stage.size(8, 30);
    assert_eq!(stage.text().trim(), "40×12 needed, this is 30×8");
    for (rows, cols) in [(0, 0), (0, 9), (9, 0), (1, 1), (11, 200), (200, 39)] {
        stage.size(rows, cols);
        assert_eq!(stage.draw().1, None);
        let text: String = stage.text().split_whitespace().collect();
        let text = text.replace('…', "");
        assert!(text.is_empty() || "40×12needed,thisis".starts_with(&text[..1]));
    }
}

#[test]
fn fixed_rows_and_cols_leave_the_rest_of_the_window_empty() {
    let mut stage = Stage::usual();
    let config = changed(&["rows 20", "cols 60"]);
    stage.bytes(config, config);
    stage.size(40, 120);
    let text = stage.text();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 60));
    assert!(!lines[17].is_empty() && lines[20..].iter().all(|line| line.is_empty()));
    let mut app = App::new(Options {
        size: SizeRule::Window,
        ..Options::default()
    });
    app.tell(tui::News::Config {
        saved: config,
        pending: config,
    });
    assert_eq!(app.size(40, 120), (40, 120));
}

#[test]
fn without_colours_no_screen_has_one_and_with_them_every_screen_has() {
    for theme in [Theme::NoColour, Theme::Dark, Theme::Light] {
        let mut stage = Stage::empty(theme);
        stage.connect();
        stage.bytes(changed(&["rows 3"]), changed(&["rows 4"]));
        for screen in Screen::ALL {
            stage.app.show(screen);
            stage.types("s:x");
            let (cells, _) = stage.draw();
            let plain = [Some(Color::Reset), None];
            let is_plain = |cell: &Cell| {
                let style = cell.style();
                plain.contains(&style.fg) && plain.contains(&style.bg)
            };
            let all_plain = cells.content.iter().all(is_plain);
            assert_eq!(all_plain, theme == Theme::NoColour, "{theme:?} {screen:?}");
            stage.press(KeyCode::Escape);
        }
    }
}

#[test]
fn the_server_is_seen_in_the_narrowest_window_too() {
    let mut stage = Stage::usual();
    stage.size(12, 40);
    assert!(stage.shows("Help●"));
    stage.disconnect();
    assert!(stage.shows("Help○"));
}

#[test]
fn a_buffer_may_begin_anywhere() {
    let mut app = Stage::usual().app;
    let mut cells = Buffer::empty(Rect::new(7, 3, 80, 24));
    app.draw(&mut cells);
    app.input(Input::Key(Key::plain(KeyCode::Char(':'))));
    let cursor = app.draw(&mut cells).unwrap();
    assert!(cells.area.contains(cursor));
}
