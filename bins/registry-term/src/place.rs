//! Where the registry is: its server, and the lockfile when it is on this machine.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

use client::{Credentials, Environment, Npmrc, Registry, RegistryUrl};
use console::{CommandError, Done};

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
    let host = url.origin().split("://").nth(1).unwrap_or_default();
    let end = host.rfind(']').map_or(0, |at| at + 1);
    let port = host.get(end..).and_then(|rest| rest.find(':'));
    let host = port.and_then(|at| host.get(..end + at)).unwrap_or(host);
    // A name such as `127.example.com` is anybody's.
    match host.trim_start_matches('[').trim_end_matches(']') {
        "localhost" => true,
        host => host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lockfile_beside_us_is_no_settings_of_another_machine() {
        for (url, is_here) in [
            ("http://localhost:4873", true),
            ("http://LOCALHOST", true),
            ("http://127.0.0.2:1/npm", true),
            ("http://[::1]:4873", true),
            ("http://[::1]", true),
            ("http://localhost.example.com", false),
            ("http://127.example.com:4873", false),
            ("http://[2001:db8::1]:4873", false),
            ("http://192.0.2.1", false),
        ] {
            assert_eq!(is_this_machine(&url.parse().unwrap()), is_here, "{url}");
        }
    }
}
