//! HTTP manners that every door of the registry shares: bodies, JSON errors, conditional requests,
//! content negotiation, and which `Host` is served.
//!
//! Small pure functions over the `http` crate's types, and one [`Body`]. Nothing here accepts a
//! connection, knows a route or has heard of a package.
//! Read next: [`Body`], [`mod@reply`], [`receive`], then [`HostPolicy`].

mod body;
mod conditional;
mod head;
mod host;
mod negotiate;
pub mod receive;
pub mod reply;

pub use body::Body;
pub use conditional::none_match;
pub use head::{HeadTooLong, LONGEST_HEADERS, LONGEST_URL};
pub use host::{HostPolicy, HostRefused, PublicUrl, PublicUrlError, Visit};
pub use negotiate::{accepts_gzip, best_match};

/// A response of this server.
pub type Response = http::Response<Body>;
