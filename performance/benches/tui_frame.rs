//! How long does a frame of the screens take, and a key of the filter?
//!
//! Each frame is a whole one, of 200 × 60 cells, with 10,000 packages behind it: nothing is kept from
//! the frame before. Target: at most 1 ms. A key of the filter is the time from the key to the drawn
//! frame: the first letter, which searches all packages, one more, which searches what the first has
//! found, and Backspace, which searches all again. Target: at most 5 ms.

#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

use std::{
    hint::black_box,
    time::{Duration, SystemTime},
};

use config13::{Config13, Feature, FieldValue};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ratatui::{buffer::Buffer, layout::Rect};
use tui::{
    App, Connection, Input, Key, KeyCode, LogEvent, News, Options, PackageLine, Screen, Server,
    StatusFigures,
};

const PACKAGES: u32 = 10_000;
const WINDOW: Rect = Rect::new(0, 0, 200, 60);

/// Names and descriptions of the length that those of npm have.
fn package(number: u32) -> PackageLine {
    let topics = ["pad", "odd", "table", "colour", "stream", "queue", "glob"];
    let topic = topics
        .get(number as usize % topics.len())
        .copied()
        .unwrap_or_default();
    PackageLine {
        name: format!("@team-{}/{topic}-{number}", number % 40),
        version: format!("{}.{}.{}", number % 7, number % 31, number % 11),
        description: format!(
            "Does what others do with a {topic}, number {number}, and takes care of the rest as well"
        ),
        keywords: vec![topic.to_owned(), "typed".to_owned(), "esm".to_owned()],
        modified: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(number) * 3_600)),
    }
}

/// Screens with everything on them, and most of the 13 bytes pending.
fn screens() -> App {
    let mut app = App::new(Options::default());
    let server = Server::Up {
        url: "http://localhost:4873".to_owned(),
        user: Some("alice".to_owned()),
    };
    app.tell(News::Connection(Connection {
        server,
        ..Connection::default()
    }));
    let saved = Config13::new(0x28aa_1533);
    let mut pending = Config13::new(!0x28aa_1533);
    pending.set_version(200);
    pending.set_feature_flags(saved.feature_flags().with(Feature::Debug));
    pending.set(FieldValue::Rows(60));
    pending.set(FieldValue::Cols(200));
    pending.set(FieldValue::Reserved(1));
    app.tell(News::Config { saved, pending });
    app.tell(News::Packages((0..PACKAGES).map(package).collect()));
    for number in 0..2_000_u32 {
        app.tell(News::Status(StatusFigures {
            requests_per_second: f64::from(number % 90),
            latency_p99: Duration::from_micros(u64::from(number % 70)),
            memory_bytes: u64::from(number) << 20,
            ..StatusFigures::default()
        }));
        app.tell(News::Event(LogEvent {
            at: SystemTime::UNIX_EPOCH,
            actor: Some("alice".to_owned()),
            kind: "publish".to_owned(),
            target: format!("@team/package@1.0.{number}"),
            refused: number % 5 == 0,
            detail: "from 127.0.0.1".to_owned(),
        }));
    }
    app
}

fn frame(app: &mut App) -> Buffer {
    let mut cells = Buffer::empty(WINDOW);
    app.draw(&mut cells);
    cells
}

fn frames(criterion: &mut Criterion) {
    let mut app = screens();
    let mut group = criterion.benchmark_group("tui_frame");
    for screen in Screen::ALL {
        app.show(screen);
        let mut cells = Buffer::empty(WINDOW);
        group.bench_function(screen.title(), |bencher| {
            bencher.iter(|| app.draw(black_box(&mut cells)));
        });
    }
    group.finish();
}

fn keys(criterion: &mut Criterion) {
    let type_in = |app: &mut App, text: &str| {
        for letter in text.chars() {
            app.input(Input::Key(Key::plain(KeyCode::Char(letter))));
        }
    };
    let mut group = criterion.benchmark_group("tui_filter_key");
    for (name, before, key) in [
        ("first letter", "/", KeyCode::Char('t')),
        ("one more letter", "/t", KeyCode::Char('a')),
        ("a letter that finds nothing", "/tab", KeyCode::Char('!')),
        ("Backspace", "/table 99", KeyCode::Backspace),
    ] {
        let mut app = screens();
        app.show(Screen::Packages);
        frame(&mut app);
        let mut cells = Buffer::empty(WINDOW);
        group.bench_function(name, |bencher| {
            // Setting the filter up is not counted: Escape forgets it and searches all again.
            bencher.iter_custom(|times| {
                let mut spent = Duration::ZERO;
                for _ in 0..times {
                    app.input(Input::Key(Key::plain(KeyCode::Escape)));
                    type_in(&mut app, before);
                    let start = std::time::Instant::now();
                    app.input(Input::Key(Key::plain(key)));
                    app.draw(black_box(&mut cells));
                    spent += start.elapsed();
                }
                spent
            });
        });
    }
    group.finish();
}

/// A whole list, as it is told once after a connection: for the record, without a target.
fn lists(criterion: &mut Criterion) {
    let packages: Vec<PackageLine> = (0..PACKAGES).map(package).collect();
    let mut app = screens();
    app.show(Screen::Packages);
    criterion.bench_function("tui_list/10,000 packages told and drawn", |bencher| {
        bencher.iter_batched(
            || packages.clone(),
            |packages| {
                app.tell(News::Packages(packages));
                frame(&mut app)
            },
            BatchSize::LargeInput,
        );
    });
}

criterion_group!(benches, frames, keys, lists);
criterion_main!(benches);
