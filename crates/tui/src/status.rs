//! The screen of the server's figures, with how they went lately.

use std::{collections::VecDeque, time::Duration};

use config13::Config13;
use npm_model::size_text;
use ratatui::layout::Rect;

use crate::{
    canvas::{Canvas, from_column, from_row, part, right_part, row_of},
    news::{Connection, Server, StatusFigures},
    text::number,
    theme::Role,
};

/// How many samples are kept.
const KEPT: usize = 600;
/// From this height on there are charts below the figures.
const CHARTS_ROWS: u16 = 16;
/// A chart is no higher than this: what is compared should be near.
const CHART_ROWS: u16 = 8;
/// How wide the labels are.
const LABEL_COLS: u16 = 10;

/// The screen.
#[derive(Default)]
pub(crate) struct StatusScreen {
    latest: Option<StatusFigures>,
    requests: Series,
    latency: Series,
    memory: Series,
}

/// The last samples of a figure.
#[derive(Default)]
struct Series(VecDeque<f64>);

impl Series {
    fn push(&mut self, value: f64) {
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        let value = if value.is_finite() {
            value.max(0.0)
        } else {
            0.0
        };
        self.0.push_back(value);
    }

    /// The greatest of the last samples.
    fn most(&self, samples: usize) -> f64 {
        let last = self.0.iter().rev().take(samples);
        last.copied().fold(0.0, f64::max)
    }
}

impl StatusScreen {
    /// Takes the figures of this moment.
    pub(crate) fn tell(&mut self, figures: StatusFigures) {
        self.requests.push(figures.requests_per_second);
        self.latency.push(figures.latency_p99.as_secs_f64());
        #[allow(
            clippy::cast_precision_loss,
            reason = "a chart is as exact as its cells"
        )]
        self.memory.push(figures.memory_bytes as f64);
        self.latest = Some(figures);
    }

    pub(crate) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        connection: &Connection,
        config: Option<Config13>,
    ) {
        let area = Rect {
            width: area.width.saturating_sub(2),
            ..from_column(area, 1)
        };
        let Some(figures) = &self.latest else {
            let text = match &connection.server {
                Server::Down { why, .. } => format!("The server is down: {why}"),
                _ => "The figures are being read …".to_owned(),
            };
            canvas.put_wrapped(from_row(area, 1), &text, Role::Dim);
            return;
        };
        let texts = Texts::new(figures, connection, config);
        if area.height < CHARTS_ROWS {
            self.draw_short(canvas, area, &texts);
        } else {
            self.draw_roomy(canvas, area, &texts);
        }
    }

    /// One row for each figure, with its chart in the same row.
    fn draw_short(&self, canvas: &mut Canvas<'_>, area: Rect, texts: &Texts) {
        let rows: [(&str, &str, Option<&Series>); 8] = [
            ("Server", &texts.server, None),
            ("Requests", &texts.rate, Some(&self.requests)),
            ("Latency", &texts.p99, Some(&self.latency)),
            ("Memory", &texts.memory, Some(&self.memory)),
            ("Packages", &texts.packages, None),
            ("Storage", &texts.storage, None),
            ("Answered", &texts.requests, None),
            ("Config", &texts.config, None),
        ];
        for (index, (label, text, series)) in rows.into_iter().enumerate() {
            let row = row_of(area, index);
            canvas.put(part(row, 0, LABEL_COLS), label, Role::Dim);
            let value = from_column(row, LABEL_COLS);
            let Some(series) = series else {
                canvas.put(value, text, Role::Base);
                continue;
            };
            canvas.put(part(value, 0, 13), text, Role::Base);
            draw_chart(canvas, from_column(value, 14), series);
        }
        if let Some(notice) = &texts.notice {
            canvas.put(row_of(area, 8), notice, Role::Bad);
        }
    }

    /// The figures in two columns, and charts below them.
    fn draw_roomy(&self, canvas: &mut Canvas<'_>, area: Rect, texts: &Texts) {
        let rows: [[(&str, &str); 2]; 4] = [
            [("Server", &texts.server), ("Packages", &texts.packages)],
            [("Address", &texts.url), ("Storage", &texts.storage)],
            [("Requests", &texts.requests), ("Memory", &texts.memory)],
            [("Latency", &texts.latency), ("Config", &texts.config)],
        ];
        let half = (area.width / 2).min(60);
        for (index, columns) in rows.into_iter().enumerate() {
            let row = row_of(area, index);
            for (column, (label, text)) in columns.into_iter().enumerate() {
                let place = if column == 0 {
                    part(row, 0, half.saturating_sub(2))
                } else {
                    from_column(row, half)
                };
                canvas.put(part(place, 0, LABEL_COLS), label, Role::Dim);
                canvas.put(from_column(place, LABEL_COLS), text, Role::Strong);
            }
        }
        if let Some(notice) = &texts.notice {
            canvas.put(row_of(area, 4), notice, Role::Bad);
        }
        let below = from_row(area, 5);
        let each = (below.height / 3).clamp(2, CHART_ROWS + 2);
        let charts = [
            ("Requests per second", &self.requests, &texts.rate),
            ("Latency, p99", &self.latency, &texts.p99),
            ("Memory", &self.memory, &texts.memory),
        ];
        for (index, (title, series, now)) in (0_u16..).zip(charts) {
            let place = from_row(below, index * each);
            let head = row_of(place, 0);
            canvas.put(head, title, Role::Title);
            let most = series.most(area.width.into());
            let most = match index {
                0 => format!("{most:.1}/s"),
                1 => duration(Duration::try_from_secs_f64(most).unwrap_or_default()),
                _ => size_text(bytes(most)),
            };
            canvas.put_right(head, &format!("now {now}, at most {most}"), Role::Dim);
            let gap = u16::from(each > 3);
            let chart = Rect {
                height: (each - 1 - gap).min(place.height.saturating_sub(1)),
                ..from_row(place, 1)
            };
            draw_chart(canvas, chart, series);
        }
    }
}

/// The figures in words.
struct Texts {
    server: String,
    url: String,
    requests: String,
    rate: String,
    latency: String,
    p99: String,
    packages: String,
    storage: String,
    memory: String,
    config: String,
    /// That they are old.
    notice: Option<String>,
}

impl Texts {
    fn new(figures: &StatusFigures, connection: &Connection, config: Option<Config13>) -> Self {
        let (url, notice) = match &connection.server {
            Server::Up { url, .. } => (url.clone(), None),
            Server::Down { url, why } => {
                let notice = format!("The server is down: {why}. These are its last figures.");
                (url.clone(), Some(notice))
            }
            Server::Unknown => (String::new(), None),
        };
        let rate = format!("{:.1}/s", figures.requests_per_second);
        Self {
            server: format!("{}, up {}", figures.version, uptime(figures.uptime)),
            url,
            requests: format!("{}, {rate}", number(figures.requests)),
            rate,
            latency: format!(
                "p50 {}, p99 {}",
                duration(figures.latency_p50),
                duration(figures.latency_p99)
            ),
            p99: duration(figures.latency_p99),
            packages: format!(
                "{}, {} versions",
                number(figures.packages),
                number(figures.versions)
            ),
            storage: size_text(figures.storage_bytes),
            memory: size_text(figures.memory_bytes),
            config: config.map_or_else(String::new, |config| {
                let (version, mode) = (config.version(), config.terminal_mode());
                format!("version {version}, terminal {mode}")
            }),
            notice,
        }
    }
}

/// Draws the last samples, the newest at the right, as high as the area is.
fn draw_chart(canvas: &mut Canvas<'_>, area: Rect, series: &Series) {
    const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
    let samples = usize::from(area.width);
    let most = series.most(samples);
    let steps = f64::from(area.height) * 8.0;
    let last = series.0.iter().rev().take(samples);
    let taken = u16::try_from(last.len()).unwrap_or(area.width);
    let place = right_part(area, taken);
    for (back, value) in (1_u16..).zip(last) {
        let share = if most > 0.0 { value / most } else { 0.0 };
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of some hundred steps"
        )]
        let height = (share * steps).round() as u16;
        // Something that is little is not nothing.
        let height = height.max(u16::from(*value > 0.0));
        for row in 0..area.height {
            let below = (area.height - 1 - row) * 8;
            let eighths = height.saturating_sub(below).min(8);
            let is_ground = below == 0 && eighths == 0;
            let symbol = EIGHTHS.get(usize::from(eighths)).copied().unwrap_or(" ");
            let cell = part(
                row_of(place, row.into()),
                place.width.saturating_sub(back),
                1,
            );
            if is_ground {
                canvas.put(cell, "▁", Role::Rule);
            } else if eighths > 0 {
                canvas.put(cell, symbol, Role::Accent);
            }
        }
    }
}

/// `3 d 4 h`, `4 h 12 min`, `12 min 5 s`, `5 s`.
fn uptime(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (0, hours, minutes) => format!("{hours} h {} min", minutes % 60),
        (days, hours, _) => format!("{days} d {} h", hours % 24),
    }
}

/// `812 µs`, `1.2 ms`, `3.4 s`.
fn duration(time: Duration) -> String {
    let micros = time.as_micros();
    match micros {
        0..1000 => format!("{micros} µs"),
        1000..1_000_000 => format!("{}.{} ms", micros / 1000, micros / 100 % 10),
        _ => format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100),
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a sample is a number of bytes, which was not negative"
)]
const fn bytes(sample: f64) -> u64 {
    sample as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        let uptimes = [5, 725, 15_120, 273_600, u64::MAX]
            .map(Duration::from_secs)
            .map(uptime);
        let expected = [
            "5 s",
            "12 min 5 s",
            "4 h 12 min",
            "3 d 4 h",
            "213503982334601 d 7 h",
        ];
        assert_eq!(uptimes, expected);
        let durations = [812, 1234, 999_999, 3_450_000]
            .map(Duration::from_micros)
            .map(duration);
        assert_eq!(durations, ["812 µs", "1.2 ms", "999.9 ms", "3.4 s"]);
    }

    #[test]
    fn only_so_many_samples_are_kept_and_no_figure_is_too_odd() {
        let mut status = StatusScreen::default();
        for number in 0..KEPT + 9 {
            let odd = [f64::NAN, f64::INFINITY, -1.0, 3.0][number % 4];
            status.tell(StatusFigures {
                requests_per_second: odd,
                memory_bytes: u64::MAX,
                ..StatusFigures::default()
            });
        }
        assert_eq!(status.requests.0.len(), KEPT);
        assert!((status.requests.most(KEPT) - 3.0).abs() < f64::EPSILON);
    }
}
