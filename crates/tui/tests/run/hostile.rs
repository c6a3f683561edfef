//! Whatever comes, nothing panics, and nothing reaches the terminal that it would obey.

use std::time::{Duration, SystemTime};

use config13::Config13;
use proptest::prelude::*;
use ratatui::{buffer::Buffer, layout::Rect};
use tui::{
    Access, ApiKeyLine, App, Completions, Connection, Input, Key, KeyCode, Lockfile, LogEvent,
    Modifiers, Mouse, MouseKind, News, Options, Outcome, PackageDetails, PackageLine, Progress,
    Prompt, PromptKind, Said, Screen, Server, StatusFigures, Theme, UserLine, VersionLine,
};

use crate::stage::Stage;

/// What a terminal would obey, what turns lines around, what is two columns wide or none.
const EVIL: &str = "a\u{1b}[2J\u{7}b\u{202e}c\u{200b}鍵e\u{301}\u{2066}\t\n🔑\u{9b}31m";

fn evil_news() -> Vec<News> {
    let text = || EVIL.to_owned();
    let time = Some(SystemTime::UNIX_EPOCH);
    let details = PackageDetails {
        description: EVIL.repeat(9),
        owners: vec![text(), text()],
        licence: Some(text()),
        dist_tags: vec![(text(), text())],
        versions: vec![VersionLine {
            version: text(),
            published: time,
            tarball_bytes: Some(u64::MAX),
            unpacked_bytes: Some(0),
            integrity: text(),
            deprecated: Some(text()),
        }],
        dependencies: vec![(text(), text())],
        dependents: vec![text()],
        install: text(),
    };
    vec![
        News::Connection(Connection {
            server: Server::Up {
                url: text(),
                user: Some(text()),
            },
            lockfile: Lockfile::Here { path: text() },
        }),
        News::Config {
            saved: Config13::new(7),
            pending: Config13::new(8),
        },
        News::Packages(vec![PackageLine {
            name: text(),
            version: text(),
            description: text(),
            keywords: vec![text()],
            modified: time,
        }]),
        News::Details {
            name: text(),
            details: Ok(Box::new(details)),
        },
        News::Status(StatusFigures {
            version: text(),
            uptime: Duration::MAX,
            requests: u64::MAX,
            requests_per_second: f64::MAX,
            latency_p50: Duration::MAX,
            latency_p99: Duration::MAX,
            packages: u64::MAX,
            versions: u64::MAX,
            storage_bytes: u64::MAX,
            memory_bytes: u64::MAX,
        }),
        News::Event(LogEvent {
            at: SystemTime::UNIX_EPOCH,
            actor: Some(text()),
            kind: text(),
            target: text(),
            refused: true,
            detail: text(),
        }),
        News::Access(Ok(Access {
            users: vec![UserLine {
                name: text(),
                role: text(),
                disabled: true,
                last_seen: time,
            }],
            keys: vec![ApiKeyLine {
                id: text(),
                user: text(),
                name: text(),
                scopes: vec![text()],
                expires: time,
            }],
        })),
        News::Said(Said {
            line: text(),
            text: text(),
            notes: vec![text()],
            outcome: Outcome::Failed { hint: Some(text()) },
        }),
        News::Completions(Completions {
            line: String::new(),
            from: 0,
            words: vec![text(), text()],
        }),
        News::Prompt(Prompt {
            question: text(),
            kind: PromptKind::Text,
        }),
        News::Progress(Progress {
            label: text(),
            done: 1,
            total: Some(3),
        }),
    ]
}

/// Whether a cell holds what a terminal would obey or nobody would see.
fn assert_tame(cells: &Buffer) {
    for cell in &cells.content {
        for letter in cell.symbol().chars() {
            let is_evil = letter.is_control() || "\u{202e}\u{200b}\u{2066}".contains(letter);
            assert!(!is_evil, "{:?}", cell.symbol());
        }
    }
}

#[test]
fn what_a_terminal_would_obey_is_never_drawn() {
    for (rows, cols) in [(12, 40), (24, 80), (60, 200)] {
        let mut stage = Stage::empty(Theme::Dark);
        stage.size(rows, cols);
        for screen in Screen::ALL {
            stage.app.show(screen);
            for news in evil_news() {
                stage.app.tell(news);
                assert_tame(&stage.draw().0);
            }
            stage.press(KeyCode::Escape);
            stage.press(KeyCode::Enter);
            for news in evil_news() {
                stage.app.tell(news);
            }
            assert_tame(&stage.draw().0);
            stage.press(KeyCode::Escape);
            stage.app.input(Input::paste(EVIL));
            assert_tame(&stage.draw().0);
            stage.press(KeyCode::Tab);
            stage.app.tell(News::Completions(Completions {
                line: EVIL.replace(|letter: char| letter.is_control(), " "),
                from: 0,
                words: vec![EVIL.to_owned(), "b".to_owned()],
            }));
            assert_tame(&stage.draw().0);
            stage.press(KeyCode::Escape);
            stage.press(KeyCode::Escape);
        }
    }
}

#[test]
fn hostile_names_are_seen_for_what_they_are() {
    let mut stage = Stage::usual();
    stage.app.show(Screen::Packages);
    let named = |name: &str, description: &str| PackageLine {
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        description: description.to_owned(),
        ..PackageLine::default()
    };
    stage.app.tell(News::Packages(vec![
        named("ci\u{202e}nimda", "turned around"),
        named("left\u{200b}-pad", "looks like another one"),
        named("\u{1b}[2Jclear", "would empty the screen"),
        named(
            "鍵鍵鍵",
            "is two columns a character wide: 鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵",
        ),
    ]));
    stage.check("packages_hostile");
}

/// Something that a person or the host does, by number.
fn act(app: &mut App, (which, letter, row, col): (u8, char, u16, u16)) {
    let code = match which % 24 {
        0..8 => KeyCode::Char(letter),
        8 => KeyCode::Enter,
        9 => KeyCode::Escape,
        10 => KeyCode::Backspace,
        11 => KeyCode::Delete,
        12 => KeyCode::Tab,
        13 => KeyCode::BackTab,
        14 => KeyCode::Left,
        15 => KeyCode::Right,
        16 => KeyCode::Up,
        17 => KeyCode::Down,
        18 => KeyCode::Home,
        19 => KeyCode::End,
        20 => KeyCode::PageUp,
        21 => KeyCode::PageDown,
        _ => KeyCode::F(which % 8),
    };
    match which {
        0..192 => {
            let modifiers = Modifiers {
                control: row % 5 == 0,
                alt: row % 7 == 0,
                shift: row % 3 == 0,
            };
            app.input(Input::Key(Key { code, modifiers }));
        }
        192..224 => {
            let kinds = [
                MouseKind::Press,
                MouseKind::Drag,
                MouseKind::ScrollUp,
                MouseKind::ScrollDown,
            ];
            let kind = kinds[usize::from(which % 4)];
            app.input(Input::Mouse(Mouse { kind, row, col }));
        }
        224..232 => {
            app.input(Input::paste(
                letter.to_string().repeat(usize::from(row % 99)),
            ));
        }
        232..236 => {
            let mut saved = Config13::new(col.into());
            let mut pending = saved;
            let _ = saved.set_byte(usize::from(row % 13), which);
            let _ = pending.set_byte(usize::from(col % 13), which);
            app.tell(News::Config { saved, pending });
        }
        _ => {
            let mut news = evil_news();
            app.tell(news.swap_remove(usize::from(which) % news.len()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_panics_whatever_is_done_in_whatever_window(
        acts in prop::collection::vec(
            (
                any::<u8>(),
                prop_oneof![
                    prop::char::range(' ', '~'),
                    any::<char>(),
                ],
                0_u16..70,
                0_u16..220,
            ),
            1..60,
        ),
        sizes in prop::collection::vec((0_u16..70, 0_u16..220), 1..4),
        theme in 0..3_usize,
    ) {
        let theme = [Theme::Dark, Theme::Light, Theme::NoColour][theme];
        let mut app = App::new(Options { theme, ..Options::default() });
        for (index, action) in acts.into_iter().enumerate() {
            act(&mut app, action);
            let (rows, cols) = sizes[index % sizes.len()];
            let mut cells = Buffer::empty(Rect::new(0, 0, cols, rows));
            let cursor = app.draw(&mut cells);
            assert_tame(&cells);
            if let Some(cursor) = cursor {
                prop_assert!(cells.area.contains(cursor));
            }
        }
    }
}
