//! Networks as clients write them.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::reject::Reject;

/// Reads a block, or one address.
pub(crate) fn parse(text: &str) -> Result<IpNet, Reject> {
    text.parse()
        .or_else(|_| text.parse().map(|address: IpAddr| address.into()))
        .map_err(|_| {
            let shown: String = text.chars().take(60).collect();
            Reject::bad_request(format!(
                "{shown:?} is not a network; write one as 192.0.2.0/24"
            ))
        })
}
