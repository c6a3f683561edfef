//! What an account says of its owner.
//!
//! - `GET /-/npm/v1/user` — `npm profile get`
//! - `POST /-/npm/v1/user` — `npm profile set`, the password among it

mod get;
mod set;
mod wire;

pub(crate) use get::GetProfile;
pub(crate) use set::SetProfile;
