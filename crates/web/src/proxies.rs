//! The programs in front of this one: which of them are believed, and what they say of a request.
//!
//! Each proxy on the way adds at the right end of its header whom it got the request from, so the
//! headers are read from the right, and only as far as those who wrote them are trusted. What stands
//! further left may be the client's own invention, and is not even looked at.
//!
//! A proxy that writes one family of headers mostly passes the other one on as a client sent it.
//! Nearly all write `X-Forwarded-For`, so where that is, `Forwarded` (RFC 7239) counts for nothing.

mod forwarded;

use std::{net::IpAddr, str::FromStr};

use http::{HeaderMap, header, uri::Authority};
use ipnet::{IpNet, Ipv4Net};

use crate::host;

/// Longest prefix that is believed, in bytes.
const LONGEST_PREFIX: usize = 256;

/// The addresses of proxies that are believed. What others say in such headers is passed over.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TrustedProxies(Vec<IpNet>);

/// Why a text is no list of proxies.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{text:?} is neither an address nor a block of them, such as 127.0.0.1, ::1 or 10.0.0.0/8")]
pub struct TrustedProxiesError {
    text: String,
}

/// How a proxy, or the client itself, was asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

/// What is known of a request's way here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Told<'a> {
    /// The client's address: the last one on the way that is not a trusted proxy's.
    pub(crate) address: IpAddr,
    pub(crate) scheme: Scheme,
    /// The host that the client asked, if a proxy tells of it.
    pub(crate) host: Option<Authority>,
    /// The port that the client asked at, if a proxy tells of it beside the host.
    pub(crate) port: Option<u16>,
    /// What the proxy took off the path: it begins with a slash and ends without one.
    pub(crate) prefix: Option<&'a str>,
}

impl FromStr for TrustedProxies {
    type Err = TrustedProxiesError;

    /// Reads addresses and blocks with commas between them.
    fn from_str(text: &str) -> Result<Self, TrustedProxiesError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let networks = text.split(',').map(|text| {
            network(text.trim()).ok_or_else(|| TrustedProxiesError {
                text: text.trim().to_owned(),
            })
        });
        networks.collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    /// Returns what the proxies say of a request that came from `peer`, as far as they are believed.
    /// What cannot be understood is not said.
    pub(crate) fn told<'a>(&self, peer: IpAddr, headers: &'a HeaderMap) -> Told<'a> {
        let mut told = Told {
            address: peer.to_canonical(),
            scheme: Scheme::Http,
            host: None,
            port: None,
            prefix: None,
        };
        if !self.trust(told.address) {
            return told;
        }
        if headers.contains_key(header::FORWARDED) && !headers.contains_key(X_FOR) {
            self.follow_forwarded(headers, &mut told);
        } else {
            self.follow_x_forwarded(headers, &mut told);
        }
        told
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    fn follow_forwarded(&self, headers: &HeaderMap, told: &mut Told<'_>) {
        for element in forwarded::from_the_right(headers) {
            let Some(element) = element else { return };
            if let Some(scheme) = element.proto.as_deref().and_then(Scheme::parse) {
                told.scheme = scheme;
            }
            if let Some(host) = element.host.as_deref().and_then(host::plain) {
                told.host = Some(host);
            }
            // It may be `unknown`, or a name that the proxy made up.
            let Some(address) = element.from.as_deref().and_then(node) else {
                return;
            };
            told.address = address;
            if !self.trust(address) {
                return;
            }
        }
    }

    fn follow_x_forwarded<'a>(&self, headers: &'a HeaderMap, told: &mut Told<'a>) {
        let mut hops = 0;
        for entry in from_the_right(headers, X_FOR) {
            hops += 1;
            let Some(address) = node(entry) else { break };
            told.address = address;
            if !self.trust(address) {
                break;
            }
        }
        // In these, too, each proxy adds at the right, or writes its own in place of what was there.
        let said = |name| from_the_right(headers, name).take(hops.max(1)).last();
        if let Some(scheme) = said(X_PROTO).and_then(Scheme::parse) {
            told.scheme = scheme;
        }
        told.host = said(X_HOST).and_then(host::plain);
        told.port = said(X_PORT).and_then(|port| port.parse().ok());
        told.prefix = said(X_PREFIX).and_then(prefix);
    }
}

const X_FOR: &str = "x-forwarded-for";
const X_PROTO: &str = "x-forwarded-proto";
const X_HOST: &str = "x-forwarded-host";
const X_PORT: &str = "x-forwarded-port";
const X_PREFIX: &str = "x-forwarded-prefix";

impl Scheme {
    fn parse(text: &str) -> Option<Self> {
        [Self::Http, Self::Https]
            .into_iter()
            .find(|scheme| text.eq_ignore_ascii_case(scheme.as_str()))
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    pub(crate) const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// The entries of a header, the last one first.
fn from_the_right<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().rev();
    values
        .flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','))
        // What is no text still stands between the entries on both sides of it.
        .map(|entry| str::from_utf8(entry).map_or("?", str::trim))
}

/// Reads an address as proxies write it, with or without a port.
fn node(text: &str) -> Option<IpAddr> {
    let bracketed = || {
        let (address, port) = text.strip_prefix('[')?.split_once(']')?;
        let port = port.strip_prefix(':').unwrap_or(port);
        (port.is_empty() || is_port(port)).then(|| address.parse().ok().map(IpAddr::V6))?
    };
    let with_port = || {
        let (address, port) = text.split_once(':')?;
        is_port(port).then(|| address.parse().ok().map(IpAddr::V4))?
    };
    let address = text.parse().ok().or_else(bracketed).or_else(with_port)?;
    Some(address.to_canonical())
}

/// Some proxies write a name of their own where a port would stand.
fn is_port(text: &str) -> bool {
    let of_its_own = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    text.parse::<u16>().is_ok() || text.starts_with('_') && text.chars().all(of_its_own)
}

/// Reads an address or a block. One that holds IPv4 in IPv6 becomes plain IPv4, as the addresses do
/// that are looked for in it.
fn network(text: &str) -> Option<IpNet> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    let network: IpNet = address.or_else(|_| text.parse()).ok()?;
    if let IpNet::V6(six) = network
        && let Some(four) = six.addr().to_ipv4_mapped()
        && let Some(length) = six.prefix_len().checked_sub(96)
    {
        return Ipv4Net::new(four, length).ok().map(IpNet::V4);
    }
    Some(network)
}

/// Reads what was taken off a path. It goes into URLs, so it may hold only what a path holds.
fn prefix(text: &str) -> Option<&str> {
    let path = text.strip_suffix('/').unwrap_or(text);
    let is_piece = |piece: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~@+%".contains(&byte);
        !matches!(piece, "" | "." | "..") && piece.bytes().all(is_plain)
    };
    let pieces = path.strip_prefix('/')?;
    (path.len() <= LONGEST_PREFIX && pieces.split('/').all(is_piece)).then_some(path)
}

#[cfg(test)]
mod tests;
