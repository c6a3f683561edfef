//! The server that runs on the data directory, asked over HTTP for what only it can do.

use std::{env, net::IpAddr, path::Path};

use client::{Credentials, Environment, Npmrc, Registry, RegistryUrl};
use console::{CommandError, Done};

use super::LocalDesk;
use crate::opening;

/// Holds the token that the server is asked with.
const TOKEN: &str = "REGISTRY_TOKEN";

/// Returns the server, asked with the token of the environment or of `.npmrc`, if there is one.
pub(super) fn server(desk: &LocalDesk) -> Done<Registry> {
    let url = url(desk)?;
    let credentials = match env::var(TOKEN) {
        Ok(token) if !token.is_empty() => {
            let token = Credentials::token(&token);
            Some(token.map_err(|error| CommandError::wrong(format!("{TOKEN}: {error}")))?)
        }
        _ => of_npmrc(desk, &url)?,
    };
    Ok(Registry::new(url, credentials))
}

/// Where the server listens, as this machine reaches it whatever it is called elsewhere.
fn url(desk: &LocalDesk) -> Done<RegistryUrl> {
    let address = desk.settings.listen();
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => "127.0.0.1".to_owned(),
        IpAddr::V6(ip) if ip.is_unspecified() => "[::1]".to_owned(),
        ip => opening::host(ip),
    };
    parse(&format!("http://{ip}:{}", address.port()))
}

/// Whoever has logged in has named the registry as clients do, which is not as it is bound.
fn of_npmrc(desk: &LocalDesk, bound: &RegistryUrl) -> Done<Option<Credentials>> {
    let npmrc = Npmrc::load(Path::new("."), &Environment::of_process());
    let npmrc = npmrc.map_err(|error| unusable(&error))?;
    for url in [&parse(&desk.local()?.url)?, bound] {
        let found = npmrc
            .credentials_for(url)
            .map_err(|error| unusable(&error))?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

pub(super) fn parse(url: &str) -> Done<RegistryUrl> {
    url.parse().map_err(CommandError::wrong)
}

pub(super) fn unusable(error: &dyn std::error::Error) -> CommandError {
    CommandError::unavailable(CommandError::failed("the .npmrc cannot be used", error))
}
