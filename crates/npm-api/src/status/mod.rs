//! What a client asks before it asks for anything: is the registry there?
//!
//! - `GET /` — browsers and monitors
//! - `GET /-/ping` — `npm ping`, `npm doctor`

mod ping;
mod root;

pub(crate) use ping::Ping;
pub(crate) use root::Root;
