//! Tokens that somebody makes for machines and programs, and the list of all that are good.
//!
//! - `GET /-/npm/v1/tokens` — `npm token list`
//! - `POST /-/npm/v1/tokens` — `npm token create`
//! - `DELETE /-/npm/v1/tokens/token/{key}` — `npm token revoke`

mod create;
mod list;
mod revoke;
mod wire;

pub(crate) use create::CreateToken;
pub(crate) use list::ListTokens;
pub(crate) use revoke::RevokeToken;
