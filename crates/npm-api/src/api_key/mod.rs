//! API keys: secrets with scopes, for machines and programs.
//!
//! - `POST /_auth/keys` — makes one, whose text is in the answer and nowhere else
//! - `GET /_auth/keys` — the caller's; an admin may ask for those of `?user=`
//! - `DELETE /_auth/keys/{id}` — revokes one at once; an admin may revoke anybody's

mod create;
mod list;
mod revoke;
mod wire;

pub(crate) use create::CreateKey;
pub(crate) use list::ListApiKeys;
pub(crate) use revoke::RevokeKey;
