//! All that is good in place of a password: logins, tokens, API keys, each by the id that lists show.
//!
//! - `GET /_auth/tokens` — the caller's; an admin may ask for those of `?user=`, or with `?all` for everybody's
//! - `DELETE /_auth/tokens/{id}` — revokes one at once; an admin may revoke anybody's

mod list;
mod revoke;
mod wire;

pub(crate) use list::ListCredentials;
pub(crate) use revoke::RevokeCredential;
