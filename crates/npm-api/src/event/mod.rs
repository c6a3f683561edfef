//! What happened, for admins: logins, and changes of tokens, permissions and packages.
//!
//! - `GET /_auth/events?actor=&kind=&target=&refused=&since=&before=&after=&limit=`

mod list;
mod wire;

pub(crate) use list::ListEvents;
pub(crate) use wire::Event;
