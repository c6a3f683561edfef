//! What the server and the commands that stand in for it open the same way.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use auth::{Auth, AuthOptions, Issuers};
use catalog::Catalog;
use storage::layout;

use crate::{failure::Failure, settings::Settings};

/// How this machine reaches the registry.
#[derive(Clone, Debug)]
pub(crate) struct Local {
    /// Where it is bound.
    pub(crate) address: SocketAddr,
    /// Its base URL.
    pub(crate) url: String,
    /// What stands for that URL in the 13 bytes.
    pub(crate) hash: u32,
}

impl Local {
    /// Of a registry that is bound to an address.
    pub(crate) fn of(settings: &Settings, address: SocketAddr) -> Result<Self, Failure> {
        let url = local_url(settings, address);
        let hash = config13::registry_hash(&url).map_err(|error| {
            Failure::refused(format!("{url} cannot be the registry's URL")).caused_by(&error)
        })?;
        Ok(Self { address, url, hash })
    }
}

/// Opens what says who may.
pub(crate) fn auth(
    settings: &Settings,
    local: &Local,
    catalog: Arc<Catalog>,
) -> Result<Auth, Failure> {
    let options = AuthOptions {
        keys: layout::keys(settings.data()),
        issuers: Issuers {
            local: format!("{}/_auth", local.url),
            private: settings.private_issuer(),
            public: settings.public_issuer(),
            local_hash: local.hash,
        },
        trust: settings.trust(),
        policy: settings.auth_policy(local.address.ip()),
    };
    Auth::open(catalog, options).map_err(|error| match error {
        auth::OpenError::Trust(_) => Failure::refused("an issuer cannot be trusted")
            .caused_by(&error)
            .hint("auth.private_jwks and auth.public_jwks name sets of keys (RFC 7517)"),
        auth::OpenError::Keys(_) => {
            Failure::refused("the signing keys cannot be used").caused_by(&error)
        }
        auth::OpenError::Passwords(_) => {
            Failure::refused("passwords cannot be hashed").caused_by(&error)
        }
        auth::OpenError::Catalog(_) => {
            Failure::refused("the catalogue cannot be read").caused_by(&error)
        }
    })
}

/// The URL under which this machine reaches the registry.
fn local_url(settings: &Settings, address: SocketAddr) -> String {
    if let Some(public) = settings.public_url() {
        return public.to_string();
    }
    let ip = address.ip();
    if ip.is_loopback() || ip.is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{}:{}", host(ip), address.port())
    }
}

/// An address as it stands in a URL.
pub(crate) fn host(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}
