//! Which `Host` is served, and how a request reached the registry: the base URL that answers are made
//! with, the path below it, and the client's address.
//!
//! The base URL is the public one if there is one. Else it is what a trusted proxy tells of the scheme,
//! the host and the prefix that the client used, and what it does not tell is `http`, the `Host` and
//! no prefix.

use std::{fmt, net::IpAddr, str::FromStr, sync::Arc};

use http::{HeaderMap, Uri, header, uri::Authority};

use crate::proxies::{Told, TrustedProxies};

/// The URL under which clients reach the registry, when it is not the one they typed into `Host`.
///
/// Without a trailing slash; the host in lower case.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicUrl {
    base: Arc<str>,
    authority: Authority,
    /// The path that every URL below it begins with: empty, or a slash and what follows it.
    path: Arc<str>,
}

/// Why a text cannot be the registry's public URL.
#[derive(Clone, Debug, thiserror::Error)]
#[error("a public URL is http://HOST or https://HOST, with a port and a path if needed: {problem}")]
pub struct PublicUrlError {
    problem: &'static str,
}

impl PublicUrl {
    /// The URL without a trailing slash.
    pub fn base(&self) -> &Arc<str> {
        &self.base
    }
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        let refuse = |problem| PublicUrlError { problem };
        let uri: Uri = text.parse().map_err(|_| refuse("this is not a URL"))?;
        let scheme = match uri.scheme_str() {
            Some(scheme @ ("http" | "https")) => scheme,
            Some(_) => return Err(refuse("the scheme is neither http nor https")),
            None => return Err(refuse("the scheme is missing")),
        };
        let authority = uri
            .authority()
            .ok_or_else(|| refuse("the host is missing"))?;
        if authority.as_str().contains('@') {
            return Err(refuse("a user name or password does not belong here"));
        }
        if !is_plain(authority) {
            return Err(refuse("the host or the port is not valid"));
        }
        if uri.query().is_some() || text.contains('#') {
            return Err(refuse("a query or fragment does not belong here"));
        }
        let authority: Authority = authority
            .as_str()
            .to_ascii_lowercase()
            .parse()
            .map_err(|_| refuse("the host is not valid"))?;
        let path = uri.path().trim_end_matches('/');
        Ok(Self {
            base: format!("{scheme}://{authority}{path}").into(),
            path: path.into(),
            authority,
        })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

/// Decides which `Host` headers are answered.
///
/// A registry on loopback answers only to loopback names: a web page that lets its own name resolve
/// to 127.0.0.1 (DNS rebinding) would otherwise read it with the visitor's browser.
#[derive(Clone, Debug)]
pub struct HostPolicy {
    loopback_only: bool,
    public: Option<PublicUrl>,
    proxies: TrustedProxies,
}

/// How a request reached the registry.
#[derive(Clone, Debug)]
pub struct Visit<'a> {
    /// The base URL, without a trailing slash, that the answer is made with: the public one if
    /// there is one, else the one the client used.
    pub base: Arc<str>,
    /// The path below the base URL, as it was sent, with the slash it begins with.
    pub path: &'a str,
    /// The client's address.
    pub address: IpAddr,
}

/// Why a request is not answered under the host that it names.
#[derive(Clone, Debug, thiserror::Error)]
pub enum HostRefused {
    /// It names none, or several, or something that is no host (RFC 9112 section 3.2).
    #[error("the request does not name one host, but {host}")]
    Unclear {
        /// What it says, shortened.
        host: String,
    },
    /// The host is somebody else's.
    #[error(
        "this registry does not answer to the host {host:?}; set --public-url to the URL you use"
    )]
    Foreign {
        /// The host, shortened.
        host: String,
    },
}

impl HostPolicy {
    /// A policy for a server that is bound to loopback or not, with the public URL it was given.
    pub fn new(loopback_only: bool, public: Option<PublicUrl>) -> Self {
        Self {
            loopback_only,
            public,
            proxies: TrustedProxies::default(),
        }
    }

    /// Believes what these proxies say of the requests that they pass on.
    #[must_use]
    pub fn behind(mut self, proxies: TrustedProxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// Tells how a request of the `peer` at the other end of the connection reached the registry.
    pub fn visit<'a>(
        &self,
        peer: IpAddr,
        uri: &'a Uri,
        headers: &HeaderMap,
    ) -> Result<Visit<'a>, HostRefused> {
        let told = self.proxies.told(peer, headers);
        let path = match told.prefix {
            // The proxy says that it took the prefix off.
            Some(_) => uri.path(),
            None => self.below_public(uri.path()),
        };
        Ok(Visit {
            path,
            address: told.address,
            base: self.base(uri, headers, told)?,
        })
    }

    /// A trusted proxy that tells which host was asked has decided that it is one of ours.
    fn base(
        &self,
        uri: &Uri,
        headers: &HeaderMap,
        told: Told<'_>,
    ) -> Result<Arc<str>, HostRefused> {
        let named = match uri.authority() {
            Some(authority) => authority.as_str(),
            None => host_header(headers)?,
        };
        let sent = plain(named).ok_or_else(|| HostRefused::Unclear {
            host: format!("{:?}", shortened(named)),
        })?;
        let is_ours = told.host.is_some() || is_loopback(&sent) || self.is_public(&sent);
        if self.loopback_only && !is_ours {
            return Err(HostRefused::Foreign {
                host: shortened(named),
            });
        }
        if let Some(public) = &self.public {
            return Ok(Arc::clone(public.base()));
        }
        let authority = told.host.unwrap_or(sent);
        let scheme = told.scheme.as_str();
        let prefix = told.prefix.unwrap_or_default();
        let port = told
            .port
            .filter(|port| authority.port().is_none() && *port != told.scheme.default_port());
        Ok(match port {
            Some(port) => format!("{scheme}://{authority}:{port}{prefix}").into(),
            None => format!("{scheme}://{authority}{prefix}").into(),
        })
    }

    /// The path without what the public URL begins with. A proxy may have taken that off already, so
    /// a path without it counts as well.
    fn below_public<'a>(&self, path: &'a str) -> &'a str {
        let prefix = self.public.as_ref().map_or("", |public| &public.path);
        match path.strip_prefix(prefix) {
            Some("") => "/",
            Some(below) if below.starts_with('/') => below,
            _ => path,
        }
    }

    fn is_public(&self, authority: &Authority) -> bool {
        self.public.as_ref().is_some_and(|public| {
            public
                .authority
                .host()
                .eq_ignore_ascii_case(authority.host())
        })
    }
}

/// Returns the one `Host` header. With several, a program in front of this one may have looked at
/// another than we would.
fn host_header(headers: &HeaderMap) -> Result<&str, HostRefused> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().map_err(|_| unclear("something unreadable")),
        (Some(_), Some(_)) => Err(unclear("several")),
        (None, _) => Err(unclear("none")),
    }
}

/// Reads a host with or without a port, and nothing else.
pub(crate) fn plain(text: &str) -> Option<Authority> {
    let authority: Authority = text.parse().ok()?;
    (!text.contains('@') && is_plain(&authority)).then_some(authority)
}

/// Whether there is a host, and behind it nothing but a port that is a number. The parser of
/// `Authority` looks at neither.
fn is_plain(authority: &Authority) -> bool {
    let host = authority.host();
    let is_port =
        |text: &str| text.parse::<u16>().is_ok() && text.bytes().all(|byte| byte.is_ascii_digit());
    let behind = authority.as_str().strip_prefix(host);
    let is_port_or_nothing =
        |behind: &str| behind.is_empty() || behind.strip_prefix(':').is_some_and(is_port);
    !host.is_empty() && behind.is_some_and(is_port_or_nothing)
}

fn unclear(host: &str) -> HostRefused {
    HostRefused::Unclear {
        host: host.to_owned(),
    }
}

fn shortened(host: &str) -> String {
    host.chars().take(100).collect()
}

fn is_loopback(authority: &Authority) -> bool {
    let host = authority.host();
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    match address {
        Ok(address) => address.is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests;
