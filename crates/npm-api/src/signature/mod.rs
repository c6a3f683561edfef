//! What vouches for packages.
//!
//! - `GET /-/npm/v1/keys` — `npm audit signatures`
//! - `GET /-/npm/v1/attestations/{package}@{version}` — `npm audit signatures`, pnpm

mod attestations;
mod keys;

pub(crate) use attestations::GetAttestations;
pub(crate) use keys::ListKeys;
