//! Logging to standard error, whose level follows the DEBUG bit while the server runs.

use std::io::{self, IsTerminal};

use tracing_subscriber::{
    Registry, filter::LevelFilter, fmt, layer::SubscriberExt, reload, util::SubscriberInitExt,
};

/// Turns debug logging on and off.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    handle: reload::Handle<LevelFilter, Registry>,
    /// Set by the environment, which wins over the 13 bytes.
    always_debug: bool,
}

impl Level {
    /// Follows the DEBUG bit.
    pub(crate) fn follow(&self, debug: bool) {
        // It fails only when the subscriber is gone, and with it whoever would read the log.
        let _ = self.handle.reload(level(debug || self.always_debug));
    }
}

/// Starts logging.
pub(crate) fn start(always_debug: bool) -> Level {
    let (filter, handle) = reload::Layer::new(level(always_debug));
    let lines = fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_target(false);
    // Fails when logging was started before, which only `main` does.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init();
    Level {
        handle,
        always_debug,
    }
}

const fn level(debug: bool) -> LevelFilter {
    if debug {
        LevelFilter::DEBUG
    } else {
        LevelFilter::INFO
    }
}
