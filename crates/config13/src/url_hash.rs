//! The number that stands for a registry: a CRC-32 of its base URL in normal form.

use core::fmt::{self, Write};
use core::net::Ipv6Addr;

/// Returns the CRC-32 (IEEE) of a base URL in its normal form.
///
/// It is the checksum that every ecosystem has, so anyone can check it by hand:
/// `python3 -c 'import zlib;print(hex(zlib.crc32(b"http://localhost:4873")))'` prints `0x28aa1533`.
/// [`BaseUrl`] says what the normal form is.
///
/// ```
/// use config13::registry_hash;
///
/// assert_eq!(registry_hash("http://localhost:4873")?, 0x28aa_1533);
/// assert_eq!(registry_hash("HTTP://LocalHost:4873/")?, 0x28aa_1533);
/// # Ok::<(), config13::UrlError>(())
/// ```
pub fn registry_hash(url: &str) -> Result<u32, UrlError> {
    BaseUrl::parse(url).map(BaseUrl::hash)
}

/// Keeps a registry's base URL and writes it in normal form.
///
/// Normal means: scheme and host in lower case, no default port, no slash at the end. The path
/// keeps its case, because servers tell `/Team` from `/team`.
///
/// ```
/// use config13::BaseUrl;
///
/// let url = BaseUrl::parse("HTTPS://Registry.Example.com:443/npm/Team/")?;
/// assert_eq!(url.to_string(), "https://registry.example.com/npm/Team");
/// # Ok::<(), config13::UrlError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BaseUrl<'a> {
    scheme: Scheme,
    host: Host<'a>,
    /// `None` where the scheme's own port is meant.
    port: Option<u16>,
    /// Without the slash in front of it and those at its end; empty when there is no path.
    path: &'a str,
}

impl<'a> BaseUrl<'a> {
    /// Takes a URL apart, and refuses what a base URL cannot have.
    pub fn parse(url: &'a str) -> Result<Self, UrlError> {
        if let Some(offset) = url
            .bytes()
            .position(|byte| !byte.is_ascii_graphic() || byte == b'\\')
        {
            return Err(UrlError::Character { offset });
        }
        let (scheme, rest) = url.split_once("://").ok_or(UrlError::Scheme)?;
        let scheme = Scheme::parse(scheme).ok_or(UrlError::Scheme)?;
        if rest.contains('#') {
            return Err(UrlError::Fragment);
        }
        if rest.contains('?') {
            return Err(UrlError::Query);
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err(UrlError::UserInfo);
        }
        let (host, port) = Host::parse(authority)?;
        Ok(Self {
            scheme,
            host,
            port: port_number(port)?.filter(|port| *port != scheme.default_port()),
            path: path.trim_end_matches('/'),
        })
    }

    /// Returns the CRC-32 (IEEE) of the normal form.
    pub fn hash(self) -> u32 {
        let mut checksum = Checksum(crc32fast::Hasher::new());
        // A checksum takes every byte, so writing to it cannot fail.
        let _ = write!(checksum, "{self}");
        checksum.0.finalize()
    }
}

impl fmt::Display for BaseUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.name(), self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        if self.path.is_empty() {
            Ok(())
        } else {
            write!(f, "/{}", self.path)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn parse(text: &str) -> Option<Self> {
        [Self::Http, Self::Https]
            .into_iter()
            .find(|scheme| scheme.name().eq_ignore_ascii_case(text))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host<'a> {
    /// A name or an IPv4 address.
    Plain(&'a str),
    /// An IPv6 address, kept without its brackets.
    Bracketed(&'a str),
}

impl<'a> Host<'a> {
    /// Parts the host from the port, which is empty when none is given.
    fn parse(authority: &'a str) -> Result<(Self, &'a str), UrlError> {
        if let Some(rest) = authority.strip_prefix('[') {
            let (address, rest) = rest.split_once(']').ok_or(UrlError::Host)?;
            let port = match rest {
                "" => "",
                rest => rest.strip_prefix(':').ok_or(UrlError::Host)?,
            };
            return match address.parse::<Ipv6Addr>() {
                Ok(_) => Ok((Self::Bracketed(address), port)),
                Err(_) => Err(UrlError::Host),
            };
        }
        let (name, port) = authority.split_once(':').unwrap_or((authority, ""));
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        if name.is_empty() || !name.bytes().all(valid) {
            return Err(UrlError::Host);
        }
        Ok((Self::Plain(name), port))
    }
}

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lower_case = |f: &mut fmt::Formatter<'_>, text: &str| {
            text.chars()
                .try_for_each(|character| f.write_char(character.to_ascii_lowercase()))
        };
        match self {
            Self::Plain(name) => lower_case(f, name),
            Self::Bracketed(address) => {
                f.write_char('[')?;
                lower_case(f, address)?;
                f.write_char(']')
            }
        }
    }
}

fn port_number(text: &str) -> Result<Option<u16>, UrlError> {
    if text.is_empty() {
        return Ok(None);
    }
    // Left to itself the parser would take a leading `+`.
    if !text.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(UrlError::Port);
    }
    text.parse().map(Some).map_err(|_| UrlError::Port)
}

/// Takes text a piece at a time, so that no normalised copy of the URL is ever made.
struct Checksum(crc32fast::Hasher);

impl Write for Checksum {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

/// Why a text is not the base URL of a registry.
///
/// The URL itself is not repeated: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlError {
    /// It does not start with `http://` or `https://`.
    Scheme,
    /// There is no host, or it holds what a host cannot hold.
    Host,
    /// The port is not a number of 16 bits.
    Port,
    /// There is a user name or a password.
    UserInfo,
    /// There is a query.
    Query,
    /// There is a fragment.
    Fragment,
    /// There is a blank, a control character, a backslash or a character outside ASCII.
    Character {
        /// Where it starts, in bytes.
        offset: usize,
    },
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme => f.write_str("a registry URL starts with http:// or https://"),
            Self::Host => f.write_str(
                "the host of a registry URL is a name of letters, digits, '-', '.' and '_', \
                 an IPv4 address, or an IPv6 address in brackets",
            ),
            Self::Port => f.write_str("the port of a registry URL is a number, 0–65535"),
            Self::UserInfo => f.write_str("a registry URL has no user name or password"),
            Self::Query => f.write_str("a registry URL has no query (`?`)"),
            Self::Fragment => f.write_str("a registry URL has no fragment (`#`)"),
            Self::Character { offset } => write!(
                f,
                "a registry URL is printable ASCII without blanks and backslashes, \
                 unlike its byte {offset}; write other characters as %XX, and host names in punycode"
            ),
        }
    }
}

impl core::error::Error for UrlError {}

#[cfg(test)]
mod tests;
