//! Which `Host` is served, and the base URL that answers are made with.

use std::{fmt, net::IpAddr, str::FromStr, sync::Arc};

use http::{HeaderMap, Uri, header, uri::Authority};

/// The URL under which clients reach the registry, when it is not the one they typed into `Host`.
///
/// Without a trailing slash; the host in lower case.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicUrl {
    base: Arc<str>,
    authority: Authority,
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
}

/// The `Host` header is missing, malformed or not one of ours.
#[derive(Clone, Debug, thiserror::Error)]
#[error("this registry does not answer to the host {host:?}; set --public-url to the URL you use")]
pub struct HostRefused {
    host: String,
}

impl HostPolicy {
    /// A policy for a server that is bound to loopback or not, with the public URL it was given.
    pub const fn new(loopback_only: bool, public: Option<PublicUrl>) -> Self {
        Self {
            loopback_only,
            public,
        }
    }

    /// Returns the base URL, without a trailing slash, that the answer to this request is made
    /// with: the public one if there is one, else the one the client used.
    pub fn base(&self, uri: &Uri, headers: &HeaderMap) -> Result<Arc<str>, HostRefused> {
        let named = match uri.authority() {
            Some(authority) => authority.as_str(),
            None => headers
                .get(header::HOST)
                .and_then(|host| host.to_str().ok())
                .ok_or_else(|| refused("(none)"))?,
        };
        let authority: Authority = named.parse().map_err(|_| refused(named))?;
        if named.contains('@') {
            return Err(refused(named));
        }
        if self.loopback_only && !is_loopback(&authority) && !self.is_public(&authority) {
            return Err(refused(named));
        }
        Ok(match &self.public {
            Some(public) => Arc::clone(public.base()),
            None => format!("http://{authority}").into(),
        })
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

fn refused(host: &str) -> HostRefused {
    HostRefused {
        host: host.chars().take(100).collect(),
    }
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
mod tests {
    use super::*;

    fn base(policy: &HostPolicy, host: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        policy
            .base(&Uri::from_static("/x"), &headers)
            .ok()
            .map(|base| base.to_string())
    }

    #[test]
    fn a_loopback_registry_answers_only_to_loopback_names() {
        let policy = HostPolicy::new(true, None);
        for host in [
            "localhost:4873",
            "127.0.0.1:4873",
            "[::1]:4873",
            "LOCALHOST",
            "127.1.2.3",
        ] {
            assert_eq!(
                base(&policy, host),
                Some(format!("http://{host}")),
                "{host}"
            );
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "me@localhost",
            "",
            "a b",
        ] {
            assert_eq!(base(&policy, host), None, "{host}");
        }
        assert!(
            policy
                .base(&Uri::from_static("/x"), &HeaderMap::new())
                .is_err()
        );
    }

    #[test]
    fn the_public_url_is_what_answers_are_made_with() {
        let public: PublicUrl = "https://NPM.acme.example/reg/".parse().unwrap();
        let policy = HostPolicy::new(true, Some(public));
        let expected = Some("https://npm.acme.example/reg".to_owned());
        assert_eq!(base(&policy, "npm.acme.example"), expected);
        assert_eq!(base(&policy, "localhost:4873"), expected);
        assert_eq!(base(&policy, "other.example"), None);
    }

    #[test]
    fn a_registry_for_the_network_answers_to_every_name() {
        let policy = HostPolicy::new(false, None);
        assert_eq!(
            base(&policy, "npm.lan:80"),
            Some("http://npm.lan:80".to_owned())
        );
    }

    #[test]
    fn only_plain_urls_can_be_public() {
        for text in [
            "",
            "npm",
            "ftp://a",
            "https://",
            "http://u:p@a",
            "http://a?b",
            "http://a/#b",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }
}
