//! Networks as people write them.

use std::net::IpAddr;

use ipnet::IpNet;

/// A text is no network.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0:?} is not a network; write one as 192.0.2.0/24")]
pub struct NetworkError(String);

/// Reads a block, or one address.
pub fn parse_network(text: &str) -> Result<IpNet, NetworkError> {
    text.parse()
        .or_else(|_| text.parse().map(|address: IpAddr| address.into()))
        .map_err(|_| NetworkError(text.chars().take(60).collect()))
}
