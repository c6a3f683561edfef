//! The screen of the server's figures.

use std::time::Duration;

use tui::{News, Screen, StatusFigures};

use crate::stage::Stage;

fn figures(second: u32) -> StatusFigures {
    let wave = f64::from(second % 20) * 5.0;
    StatusFigures {
        version: "0.1.0".to_owned(),
        uptime: Duration::from_secs(273_600 + u64::from(second)),
        requests: 1_234_567 + u64::from(second),
        requests_per_second: wave,
        latency_p50: Duration::from_micros(412),
        latency_p99: Duration::from_micros(1_200 + u64::from(second % 7) * 300),
        packages: 1_234,
        versions: 12_345,
        storage_bytes: 1_288_490_188,
        memory_bytes: 45_000_000 + u64::from(second) * 50_000,
    }
}

#[test]
fn the_figures_are_seen_with_how_they_went() {
    let mut stage = Stage::usual();
    stage.app.show(Screen::Status);
    assert!(stage.shows("The figures are being read"));
    for second in 0..100 {
        stage.app.tell(News::Status(figures(second)));
    }
    stage.check("status");
}

#[test]
fn figures_of_a_server_that_went_are_said_to_be_old() {
    let mut stage = Stage::usual();
    stage.app.show(Screen::Status);
    stage.app.tell(News::Status(figures(1)));
    stage.disconnect();
    assert!(stage.shows("These are its last figures"));
}
