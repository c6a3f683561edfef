//! What a client asks before it asks for anything: is the registry there?
//!
//! - `GET /` — browsers and monitors
//! - `GET /-/ping` — `npm ping`, `npm doctor`
//! - `GET /robots.txt` — search engines
//! - `GET /-/status` — the terminal and the dashboard: how is it doing?

mod figures;
mod ping;
mod robots;
mod root;

pub(crate) use figures::{GetStatus, SharedFigures, hex};
pub(crate) use ping::Ping;
pub(crate) use robots::Robots;
pub(crate) use root::Root;
