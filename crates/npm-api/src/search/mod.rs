//! Finding packages.
//!
//! - `GET /-/v1/search` — `npm search`
//! - `GET /-/all` — mirrors and very old clients

mod all;
mod find;
mod page;
mod wire;

pub(crate) use all::ListAll;
pub(crate) use find::Search;
