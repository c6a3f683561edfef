//! What happens, told while it happens, as server-sent events.
//!
//! - `GET /-/live?figures` — the terminal and the dashboard
//!
//! | event | data | when |
//! |---|---|---|
//! | `config` | `{"bytes": "26 hex digits"}` | first, and whenever the 13 bytes change |
//! | `package` | `{"name"}` | the documents of a package change that the caller may read |
//! | `log` | an event as `/_auth/events` has it | it is committed, and the caller is an admin |
//! | `figures` | what `/-/status` says | every second, if the query asks for `figures` |
//! | `resync` | `{}` | the caller was too slow and has missed something |
//!
//! A stream holds nothing back: what it is to tell waits in channels that all streams share and that
//! forget the oldest, so a client that does not read costs no memory.

mod open;
mod places;
mod standing;
mod stream;
mod wire;

pub(crate) use open::OpenStream;
pub(crate) use places::NoPlace;

use std::sync::Arc;

use crate::status::SharedFigures;
use places::Places;

/// What all streams share.
#[derive(Debug, Default)]
pub(crate) struct Live {
    places: Arc<Places>,
    figures: SharedFigures,
}
