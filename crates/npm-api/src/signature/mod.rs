//! What vouches for packages.
//!
//! - `GET /-/npm/v1/keys` — `npm audit signatures`

mod keys;

pub(crate) use keys::ListKeys;
