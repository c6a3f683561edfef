//! Tokens for programs that are no npm clients: got, looked into, given back.
//!
//! - `POST /_auth/token` — a password, an API key or a refresh token for a short token (RFC 6749)
//! - `GET /_auth/verify` — what the token in the header stands for, or why it is not believed
//! - `POST /_auth/verify` — the same of a token in the body, for whoever has it in hand: its owner, or an
//!   admin
//! - `POST /_auth/revoke` — ends the token in the body (RFC 7009)
//!
//! Bodies are JSON or a form.

mod issue;
mod look_into;
mod revoke;
mod verify;
mod wire;

pub(crate) use issue::IssueToken;
pub(crate) use look_into::LookInto;
pub(crate) use revoke::RevokeShown;
pub(crate) use verify::VerifyToken;

/// Longest body, in bytes: a token and what goes with it.
const LONGEST: usize = 16 * 1024;
