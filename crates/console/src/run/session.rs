//! `status`, `reload`, `clear`, `exit`.

use std::time::Duration;

use npm_model::size_text;
use serde_json::json;

use crate::{
    desk::{Desk, Done, Surface},
    grid::Grid,
    nouns::ServerFigures,
    reply::{Reply, Then, count},
    session::Session,
};

impl<D: Desk, S: Surface> Session<D, S> {
    pub(crate) async fn status(&self) -> Done<Reply> {
        let status = self.desk.status().await?;
        // A registry elsewhere keeps its 13 bytes to itself.
        let config = self.desk.config().await.ok();
        let mut grid = Grid::plain("");
        let mut say = |name: &str, value: String| grid.row([name.to_owned(), value]);
        say("registry", status.registry.clone());
        match (&status.server, &status.problem) {
            (Some(server), _) => tell_server(server, &mut say),
            (None, problem) => {
                let problem = problem.as_deref().unwrap_or("nothing is known of it");
                say("server", problem.to_owned());
            }
        }
        let user = status.user.as_deref().unwrap_or("nobody");
        say("asked as", user.to_owned());
        if let Some(config) = config {
            say("config version", config.version().to_string());
            say("terminal mode", config.terminal_mode().name().to_owned());
            say("13 bytes", config.hex().to_string());
        }
        let json = json!({
            "registry": status.registry,
            "user": status.user,
            "server": status.server,
            "problem": status.problem,
            "config": config.map(|config| json!({
                "version": config.version(),
                "terminal_mode": config.terminal_mode().name(),
                "bytes": config.hex().to_string(),
            })),
        });
        Reply::new(grid.to_string(), &json)
    }

    pub(crate) async fn reload(&self) -> Done<Reply> {
        let config = self.desk.config().await?;
        let changes = self.pending.changes(config).len();
        let pending = match changes {
            0 => String::new(),
            number => format!("; {} still pending", count(number, "change")),
        };
        let bytes = config.hex().to_string();
        let text = format!("the 13 bytes are {bytes}{pending}");
        let reply = Reply::new(text, &json!({ "bytes": bytes, "pending": changes }))?;
        Ok(reply.then(Then::Reload))
    }

    pub(crate) fn clear() -> Done<Reply> {
        Ok(Reply::new("", &json!({ "cleared": true }))?.then(Then::Clear))
    }

    pub(crate) async fn exit(&self) -> Done<Reply> {
        // Whoever leaves is let go also when nothing can be read any more.
        let forgotten = self.unsaved().await.unwrap_or(0);
        let text = match forgotten {
            0 => String::new(),
            number => format!("{} not saved", count(number, "pending change")),
        };
        Ok(Reply::new(text, &json!({ "forgotten": forgotten }))?.then(Then::Exit))
    }
}

fn tell_server(server: &ServerFigures, say: &mut impl FnMut(&str, String)) {
    let uptime = duration(Duration::from_secs(server.uptime_seconds));
    say(
        "server",
        format!("registryd {}, up {uptime}", server.version),
    );
    let failures = match server.failures {
        0 => String::new(),
        failures => format!(", {failures} of them failed"),
    };
    let requests = format!("{}{failures}", server.requests);
    say("requests", requests);
    say("a second", format!("{:.1}", server.requests_per_second));
    let latency = |micros: u64| {
        let [whole, tenths] = [micros / 1000, micros % 1000 / 100];
        format!("{whole}.{tenths} ms")
    };
    let (p50, p99) = (
        latency(server.latency_p50_us),
        latency(server.latency_p99_us),
    );
    say("latency", format!("p50 {p50}, p99 {p99}"));
    let versions = count(
        usize::try_from(server.versions).unwrap_or(usize::MAX),
        "version",
    );
    say("packages", format!("{} in {versions}", server.packages));
    say("storage", size_text(server.storage_bytes));
    if server.memory_bytes > 0 {
        say("memory", size_text(server.memory_bytes));
    }
}

/// `3d 4h`, `4h 5m`, `5m 6s`, `6s`.
fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    let (minutes, seconds) = (seconds / 60 % 60, seconds % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, minutes) => format!("{minutes}m {seconds}s"),
        (0, hours, minutes) => format!("{hours}h {minutes}m"),
        (days, hours, _) => format!("{days}d {hours}h"),
    }
}
