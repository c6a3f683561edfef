//! A registry's base URL.

use std::{fmt, str::FromStr, sync::Arc};

use http::Uri;
use npm_model::{PackageName, Quoted};

/// The base URL of a registry: `http` or `https`, a host, and perhaps a port and a path.
///
/// Normal form: scheme and host in lower case, no default port, one slash at the end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistryUrl {
    text: Arc<str>,
    /// Where the host begins in it.
    host: usize,
}

/// Why a text is not the base URL of a registry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryUrlError {
    /// It has no scheme that can be asked, no host, or characters that no URL has.
    #[error("registry {text} is not a URL such as https://registry.example.com/")]
    Malformed {
        /// The text.
        text: Quoted,
    },
    /// It may be a secret, so the text is not repeated.
    #[error("a registry URL cannot hold a user name or password: they belong into .npmrc")]
    UserInfo,
    /// A base URL has only a path.
    #[error("registry {text} cannot have a query or a fragment")]
    Query {
        /// The text.
        text: Quoted,
    },
}

impl RegistryUrl {
    /// The URL, with a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What `.npmrc` knows the registry's credentials by: `//host:port/path/`.
    pub fn key(&self) -> String {
        format!("//{}", self.text.get(self.host..).unwrap_or_default())
    }

    /// The scheme, host and port, without a slash at the end.
    pub fn origin(&self) -> &str {
        let rest = self.text.get(self.host..).unwrap_or_default();
        let end = rest.find('/').map_or(self.text.len(), |at| self.host + at);
        self.text.get(..end).unwrap_or_default()
    }

    /// A URL below it. The path has its own escapes, and may have a query.
    pub fn join(&self, path: &str) -> Result<Uri, http::uri::InvalidUri> {
        format!("{}{}", self.text, path.trim_start_matches('/')).parse()
    }

    /// The path of a package below it, as npm writes it: `left-pad`, `@acme%2fleft-pad`.
    pub fn package_path(name: &PackageName) -> String {
        name.to_string().replace('/', "%2f")
    }
}

impl FromStr for RegistryUrl {
    type Err = RegistryUrlError;

    fn from_str(text: &str) -> Result<Self, RegistryUrlError> {
        let text = text.trim();
        let malformed = || RegistryUrlError::Malformed {
            text: Quoted::new(text),
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(malformed)?;
        let scheme = scheme.to_ascii_lowercase();
        let standard = match scheme.as_str() {
            "http" => 80,
            "https" => 443,
            _ => return Err(malformed()),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end).ok_or_else(malformed)?;
        if authority.contains('@') {
            return Err(RegistryUrlError::UserInfo);
        }
        if path.contains(['?', '#']) {
            return Err(RegistryUrlError::Query {
                text: Quoted::new(text),
            });
        }
        let uri: Uri = format!("{scheme}://{authority}/")
            .parse()
            .map_err(|_| malformed())?;
        let host = uri.host().filter(|host| !host.is_empty());
        let host = host.ok_or_else(malformed)?.to_ascii_lowercase();
        // What stands after the host is a colon and a port, or nothing.
        let port = authority.get(host.len()..).ok_or_else(malformed)?;
        let port = match port.strip_prefix(':') {
            Some("") => None,
            Some(port) => Some(port.parse::<u16>().map_err(|_| malformed())?),
            None if port.is_empty() => None,
            None => return Err(malformed()),
        };
        let port = port.filter(|port| *port != standard);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let path = path.trim_matches('/');
        let slash = if path.is_empty() { "" } else { "/" };
        let whole = format!("{scheme}://{host}{port}/{path}{slash}");
        whole.parse::<Uri>().map_err(|_| malformed())?;
        Ok(Self {
            text: whole.into(),
            host: scheme.len() + "://".len(),
        })
    }
}

impl fmt::Display for RegistryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for RegistryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_brought_into_its_normal_form() {
        for (text, normal, key) in [
            (
                "http://localhost:4873",
                "http://localhost:4873/",
                "//localhost:4873/",
            ),
            (
                " HTTPS://Registry.Example.com:443/npm/Team ",
                "https://registry.example.com/npm/Team/",
                "//registry.example.com/npm/Team/",
            ),
            ("http://[::1]:4873//", "http://[::1]:4873/", "//[::1]:4873/"),
            ("http://a:", "http://a/", "//a/"),
        ] {
            let url: RegistryUrl = text.parse().unwrap();
            assert_eq!((url.as_str(), url.key().as_str()), (normal, key));
        }
        let url: RegistryUrl = "https://a/reg".parse().unwrap();
        assert_eq!(url.origin(), "https://a");
        assert_eq!(url.join("/-/ping?x=1").unwrap(), "https://a/reg/-/ping?x=1");
        let name = PackageName::parse("@acme/left-pad").unwrap();
        assert_eq!(RegistryUrl::package_path(&name), "@acme%2fleft-pad");
    }

    #[test]
    fn what_is_no_base_url_is_refused_without_its_password() {
        for text in [
            "",
            "localhost:4873",
            "ftp://a/",
            "http://",
            "http:///x",
            "http://a b/",
            "http://a:x/",
            "http://a:99999/",
            "http://a/é b",
        ] {
            let refused = text.parse::<RegistryUrl>();
            assert!(
                matches!(refused, Err(RegistryUrlError::Malformed { .. })),
                "{text}"
            );
        }
        assert!(matches!(
            "http://a/?x".parse::<RegistryUrl>(),
            Err(RegistryUrlError::Query { .. })
        ));
        let refused = "http://alice:hunter2@a/"
            .parse::<RegistryUrl>()
            .unwrap_err();
        assert!(!refused.to_string().contains("hunter2"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(https?://)?.{0,40}") {
            if let Ok(url) = text.parse::<RegistryUrl>() {
                proptest::prop_assert_eq!(url.as_str().parse::<RegistryUrl>().unwrap(), url);
            }
        }
    }
}
