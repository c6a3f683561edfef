//! Where the registry is: its server, and the lockfile when it is on this machine.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

use client::{Credentials, Environment, Npmrc, Registry, RegistryUrl};
use console::{CommandError, Done};
use http::Uri;

use crate::{args::Args, desk::TermDesk, lockfile::Lockfile};

/// Where a registry is when nobody says where.
const LOCAL: &str = "http://localhost:4873";

/// Where the registry is.
pub(crate) struct Place {
    registry: Registry,
    lockfile: Lockfile,
}

impl Place {
    /// Finds what the command line means. A server that is down is found as well.
    pub(crate) fn find(args: Args) -> Done<Self> {
        // A variable that is empty is as good as none.
        let url = args.registry.filter(|url| !url.is_empty());
        let url: RegistryUrl = url
            .as_deref()
            .unwrap_or(LOCAL)
            .parse()
            .map_err(CommandError::wrong)?;
        let credentials = credentials(args.token.as_deref(), &url)?;
        let is_here = is_this_machine(&url);
        let registry = Registry::new(url, credentials);
        let lockfile = if let Some(path) = args.lockfile {
            Lockfile::named(path)?
        } else {
            let data = args.data.unwrap_or_else(|| PathBuf::from(".registry"));
            let path = data.join("registry.lockb");
            if is_here {
                Lockfile::usual(path)?
            } else {
                Lockfile::elsewhere(path)
            }
        };
        Ok(Self { registry, lockfile })
    }

    /// Returns the server.
    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Returns the lockfile.
    pub(crate) fn lockfile(&self) -> &Lockfile {
        &self.lockfile
    }

    /// Returns what does what commands ask for.
    pub(crate) fn desk(&self) -> TermDesk {
        TermDesk::new(self.registry.clone(), self.lockfile.clone())
    }
}

fn credentials(token: Option<&str>, url: &RegistryUrl) -> Done<Option<Credentials>> {
    if let Some(token) = token.filter(|token| !token.is_empty()) {
        let credentials = Credentials::token(token).map_err(CommandError::wrong)?;
        return Ok(Some(credentials));
    }
    let npmrc = Npmrc::load(Path::new("."), &Environment::of_process());
    let unreadable = |error: &dyn std::error::Error| {
        CommandError::unavailable(CommandError::failed("the .npmrc cannot be used", error))
    };
    let npmrc = npmrc.map_err(|error| unreadable(&error))?;
    npmrc
        .credentials_for(url)
        .map_err(|error| unreadable(&error))
}

/// Whether the registry is on this machine, so that the folder beside us may be its.
fn is_this_machine(url: &RegistryUrl) -> bool {
    let origin: Option<Uri> = url.origin().parse().ok();
    let host = origin.as_ref().and_then(Uri::host).unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|it| it.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_that_is_named_like_this_machine_is_elsewhere() {
        for (url, is_here) in [
            ("http://localhost:4873", true),
            ("http://LOCALHOST/npm/", true),
            ("http://127.0.0.2:1", true),
            ("http://[::1]:4873", true),
            ("http://localhost.example.com", false),
            ("http://127.example.com", false),
            ("https://npm.example.com/localhost", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(is_this_machine(&url.parse().unwrap()), is_here, "{url}");
        }
    }
}
