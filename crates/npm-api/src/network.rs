//! Networks as clients write them.

use auth::parse_network;
use ipnet::IpNet;

use crate::reject::Reject;

/// Reads a block, or one address.
pub(crate) fn parse(text: &str) -> Result<IpNet, Reject> {
    parse_network(text).map_err(Reject::bad_request)
}
