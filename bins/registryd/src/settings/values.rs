//! What settings may be. Each type reads itself from text, so that the settings file, the
//! environment and the command line agree on what is allowed and on the words that refuse the rest.

use std::{fmt, net::SocketAddr, str::FromStr};

use web::PublicUrl;

use crate::failure::Failure;

/// Reads a value that `source` set.
pub(super) fn parse<T: FromStr<Err: fmt::Display>>(
    source: impl fmt::Display,
    text: &str,
) -> Result<T, Failure> {
    text.parse()
        .map_err(|error| Failure::refused(format!("{source}: {error}")))
}

/// An address and a port.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listen(pub(super) SocketAddr);

impl Default for Listen {
    fn default() -> Self {
        Self(SocketAddr::from(([127, 0, 0, 1], 4873)))
    }
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // `localhost` is what people type, and the one name that means the same everywhere.
        let numeric = text
            .strip_prefix("localhost:")
            .map(|port| format!("127.0.0.1:{port}"));
        numeric
            .as_deref()
            .unwrap_or(text)
            .parse()
            .map(Self)
            .map_err(|_| {
                format!(
                    "{text:?} is not an address and a port, such as 127.0.0.1:4873 or [::]:4873"
                )
            })
    }
}

/// A whole number between two bounds.
macro_rules! bounded {
    ($(#[$doc:meta])* $name:ident, $unit:literal, $min:literal ..= $max:literal, $default:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(super) struct $name(pub(super) u32);

        impl Default for $name {
            fn default() -> Self {
                Self($default)
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text.parse() {
                    Ok(number @ $min..=$max) => Ok(Self(number)),
                    _ => Err(format!(
                        concat!("{:?} is not a number of ", $unit, " from ", $min, " to ", $max),
                        text
                    )),
                }
            }
        }
    };
}

bounded!(
    /// How long a token is valid.
    TokenDays, "days", 1..=3650, 90
);
bounded!(
    /// Memory for rendered packuments.
    CacheMib, "MiB", 1..=65_536, 64
);
bounded!(
    /// Longest publish document: 384 MiB carry a tarball of 288 MiB, as base64 is a third longer.
    PublishMib, "MiB", 1..=2048, 384
);

impl CacheMib {
    pub(super) fn bytes(self) -> usize {
        mebibytes(self.0)
    }
}

impl PublishMib {
    pub(super) fn bytes(self) -> usize {
        mebibytes(self.0)
    }
}

fn mebibytes(count: u32) -> usize {
    usize::try_from(count)
        .unwrap_or(usize::MAX)
        .saturating_mul(1024 * 1024)
}

/// One of a few words.
macro_rules! words {
    ($(#[$doc:meta])* $vis:vis enum $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        $vis enum $name {
            $($(#[$word_doc])* $variant,)+
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(format!("{text:?} is none of {}", [$($word),+].join(", "))),
                }
            }
        }
    };
}

words!(
    /// Whether strangers may make an account.
    pub(super) enum RegistrationWord {
        Open = "open",
        Invite = "invite",
        Closed = "closed",
    }
);
words!(
    /// Whether something is so.
    pub(super) enum Switch {
        On = "true",
        Off = "false",
    }
);
words!(
    /// Which requests get a line in the log.
    #[derive(Default)]
    pub(crate) enum LoggedRequests {
        /// Each of them.
        #[default]
        All = "all",
        /// Those that change something or fail.
        Changes = "changes",
        /// None, but failures of the server itself.
        None = "none",
    }
);

/// The URL that an issuer is named by.
#[derive(Clone, Debug)]
pub(super) struct IssuerUrl(pub(super) String);

impl FromStr for IssuerUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = text.parse::<PublicUrl>();
        url.map(|url| Self(url.to_string())).map_err(|_| {
            format!("{text:?} is not the URL of an issuer, such as https://auth.acme.example")
        })
    }
}

/// Where an issuer publishes its keys.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Jwks(pub(super) auth::JwksSource);

impl FromStr for Jwks {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let source = text.parse().map(Self);
        source.map_err(|error: auth::JwksSourceError| error.to_string())
    }
}

/// What tokens of issuers elsewhere have to be for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Audience(pub(super) String);

impl FromStr for Audience {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() || text.contains(char::is_control) {
            return Err(format!("{text:?} is no audience, such as npm.acme.example"));
        }
        Ok(Self(text.to_owned()))
    }
}
