//! HTTP manners that every door of the registry shares: bodies, JSON errors, conditional requests,
//! ranges, content negotiation, which `Host` is served, which proxies are believed, and how other
//! servers are asked.
//!
//! Small pure functions over the `http` crate's types, one [`Body`], [`fetch`] and [`outbound`]. Nothing here accepts a
//! connection, knows a route or has heard of a package.
//! Read next: [`Body`], [`mod@reply`], [`receive`], then [`HostPolicy`].

mod body;
mod conditional;
pub mod fetch;
mod head;
mod host;
mod negotiate;
mod origin;
pub mod outbound;
mod proxies;
pub mod range;
pub mod receive;
pub mod reply;

pub use body::Body;
pub use conditional::unless_known;
pub use head::{HeadTooLong, LONGEST_HEADERS, LONGEST_URL};
pub use host::{HostPolicy, HostRefused, PublicUrl, PublicUrlError, Visit};
pub use negotiate::{best_encoding, best_match};
pub use origin::is_from_here;
pub use proxies::{TrustedProxies, TrustedProxiesError};

/// A response of this server.
pub type Response = http::Response<Body>;
