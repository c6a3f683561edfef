//! A line in the log for each request.

use std::{
    sync::{PoisonError, RwLock},
    time::Duration,
};

use http::{Method, StatusCode};

use crate::settings::LoggedRequests;

/// Logs requests, as far as the settings want them.
#[derive(Debug)]
pub(super) struct RequestLog(RwLock<LoggedRequests>);

impl RequestLog {
    pub(super) fn new(logged: LoggedRequests) -> Self {
        Self(RwLock::new(logged))
    }

    pub(super) fn set(&self, logged: LoggedRequests) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = logged;
    }

    pub(super) fn note(&self, method: &Method, path: &str, status: StatusCode, took: Duration) {
        let logged = match *self.0.read().unwrap_or_else(PoisonError::into_inner) {
            LoggedRequests::All => true,
            LoggedRequests::Changes => {
                !method.is_safe() || status.is_client_error() || status.is_server_error()
            }
            LoggedRequests::None => false,
        };
        let path = shortened(npm_api::loggable_path(path));
        let (status, millis) = (status.as_u16(), took.as_secs_f64() * 1000.0);
        if logged {
            tracing::info!("{method} {path} {status} in {millis:.1} ms");
        } else {
            tracing::debug!("{method} {path} {status} in {millis:.1} ms");
        }
    }
}

/// Longest path that is logged, in characters: no client's is longer, and a line of the log is no
/// place to fill the disk from.
const LONGEST: usize = 512;

fn shortened(path: &str) -> &str {
    let end = path.char_indices().nth(LONGEST).map(|(end, _)| end);
    end.and_then(|end| path.get(..end)).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_is_cut_between_characters() {
        assert_eq!(shortened("/@sc%2fname"), "/@sc%2fname");
        let long = "/é".repeat(LONGEST);
        assert_eq!(shortened(&long).chars().count(), LONGEST);
        let longest = "x".repeat(LONGEST);
        assert_eq!(shortened(&longest), longest);
    }
}
