//! The npm protocol: what npm, pnpm, yarn, bun and deno ask a registry, and the answers they expect.
//!
//! Everything enters through [`NpmApi::call`]. A path and a method become one `Endpoint`, the
//! endpoint says what has to be permitted, `auth` decides, and only then is the request's body
//! read and the endpoint applied. Each endpoint is a file; each family of them a folder.
//!
//! Left to others: connections, SQL, files, cryptography. Statuses are chosen here and nowhere
//! else, in `reject.rs`.
//! Read next: [`NpmApi`], then `Endpoint`, then the family you are after.

mod access;
mod account;
mod answer;
mod api_key;
mod audit;
mod bodies;
mod change;
mod credential;
mod dependent;
mod dist_tag;
mod endpoint;
mod event;
mod exchange;
mod fresh;
mod issuer;
mod json;
mod live;
mod network;
mod org;
mod owner;
mod packument;
mod path;
mod people;
mod profile;
mod publish;
mod query;
mod reject;
mod route;
mod rule;
mod search;
mod service;
mod signature;
mod star;
mod status;
mod surroundings;
mod tarball;
mod team;
mod token;
mod web_login;

pub use audit::{Advisories, AdvisoryError};
pub use path::loggable_path;
pub use service::{Limits, NpmApi};
pub use surroundings::{Counted, Counts, Surroundings};
