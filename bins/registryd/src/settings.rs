//! The settings: defaults, then the settings file, then `.env.local`, then the environment, then
//! flags, each layer over the one before. The 13 bytes are not among them: those are live.

mod env_file;
mod environment;
mod file;
mod values;

use std::{
    env,
    ffi::OsString,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use auth::{AccessRules, Registration};
use npm_api::Limits;
use web::{PublicUrl, TrustedProxies};

use crate::{args::Overrides, failure::Failure};

use environment::Environment;
pub(crate) use values::LoggedRequests;
use values::{
    Audience, CacheMib, IssuerUrl, Jwks, Listen, PublishMib, RegistrationWord, Switch, TokenDays,
};

/// Everything that was set, with nothing left to be looked up.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    layer: Layer,
    data: PathBuf,
    lockfile: PathBuf,
    /// Debug logging whatever the 13 bytes say.
    pub(crate) always_debug: bool,
}

/// What one source sets. What it does not set is left to the sources below it.
#[derive(Clone, Debug, Default)]
struct Layer {
    listen: Option<Listen>,
    data: Option<PathBuf>,
    lockfile: Option<PathBuf>,
    public_url: Option<PublicUrl>,
    trusted_proxies: Option<TrustedProxies>,
    registration: Option<RegistrationWord>,
    token_lifetime_days: Option<TokenDays>,
    owner_only_publishing: Option<Switch>,
    hide_private: Option<Switch>,
    private_issuer: Option<IssuerUrl>,
    public_issuer: Option<IssuerUrl>,
    private_jwks: Option<Jwks>,
    public_jwks: Option<Jwks>,
    audience: Option<Audience>,
    advisories: Option<PathBuf>,
    packument_mib: Option<CacheMib>,
    publish_mib: Option<PublishMib>,
    requests: Option<LoggedRequests>,
    rules: AccessRules,
}

impl Settings {
    /// Reads all sources. Called again, it sees what has changed in the files.
    pub(crate) fn gather(overrides: &Overrides) -> Result<Self, Failure> {
        Self::gather_from(overrides, Path::new(""), env::vars_os())
    }

    /// Reads the files of `folder`, and `process` in place of the process's variables.
    fn gather_from(
        overrides: &Overrides,
        folder: &Path,
        process: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Failure> {
        let environment = Environment::gather(folder, process)?;
        let named = overrides.config.clone().or_else(|| environment.config());
        let file = file::read(named.as_deref(), folder)?;
        let layer = Layer::from_flags(overrides)?
            .over(environment.layer()?)
            .over(file);
        let data = layer
            .data
            .clone()
            .unwrap_or_else(|| PathBuf::from("./.registry"));
        let lockfile = layer
            .lockfile
            .clone()
            .unwrap_or_else(|| storage::layout::default_lockfile(&data));
        Ok(Self {
            layer,
            data,
            lockfile,
            always_debug: environment.debug()?,
        })
    }

    pub(crate) fn listen(&self) -> SocketAddr {
        self.layer.listen.unwrap_or_default().0
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    pub(crate) fn lockfile(&self) -> &Path {
        &self.lockfile
    }

    pub(crate) fn public_url(&self) -> Option<&PublicUrl> {
        self.layer.public_url.as_ref()
    }

    /// The proxies that are believed on who asks from where.
    pub(crate) fn trusted_proxies(&self) -> TrustedProxies {
        self.layer.trusted_proxies.clone().unwrap_or_default()
    }

    /// Whether others than this machine reach the registry though it is bound to a loopback address.
    pub(crate) fn has_proxy(&self) -> bool {
        self.layer.public_url.is_some() || self.trusted_proxies() != TrustedProxies::default()
    }

    /// What may change while the server runs. `bound` is where it accepts connections, which is not
    /// what a settings file says that has been changed since.
    pub(crate) fn auth_policy(&self, bound: IpAddr) -> auth::Policy {
        let registration = match self.layer.registration {
            Some(RegistrationWord::Open) => Registration::Open,
            Some(RegistrationWord::Closed) => Registration::Closed,
            // Whoever reaches a loopback address has an account on this machine already, unless a proxy
            // passes on what strangers ask.
            None if bound.is_loopback() && !self.has_proxy() => Registration::Open,
            Some(RegistrationWord::Invite) | None => Registration::Invite,
        };
        let days = self.layer.token_lifetime_days.unwrap_or_default().0;
        auth::Policy {
            registration,
            token_lifetime: Duration::from_secs(u64::from(days) * 24 * 60 * 60),
            rules: self.layer.rules.clone(),
            owner_only: self.layer.owner_only_publishing == Some(Switch::On),
            hides_private: self.layer.hide_private == Some(Switch::On),
        }
    }

    /// Whether a rule of the settings file names this user.
    pub(crate) fn names_user(&self, name: &str) -> bool {
        self.layer.rules.names_user(name)
    }

    pub(crate) fn private_issuer(&self) -> String {
        let issuer = self.layer.private_issuer.clone();
        issuer.map_or_else(|| "https://auth.mycompany.com".to_owned(), |url| url.0)
    }

    pub(crate) fn public_issuer(&self) -> String {
        let issuer = self.layer.public_issuer.clone();
        issuer.map_or_else(|| "https://auth.example.com".to_owned(), |url| url.0)
    }

    /// Which issuers elsewhere are believed.
    pub(crate) fn trust(&self) -> auth::Trust {
        let layer = self.layer.clone();
        auth::Trust {
            private_jwks: layer.private_jwks.map(|jwks| jwks.0),
            public_jwks: layer.public_jwks.map(|jwks| jwks.0),
            audience: layer.audience.map(|audience| audience.0),
        }
    }

    /// The file that audits are answered from, if there is one.
    pub(crate) fn advisories(&self) -> Option<&Path> {
        self.layer.advisories.as_deref()
    }

    pub(crate) fn packument_cache_bytes(&self) -> usize {
        self.layer.packument_mib.unwrap_or_default().bytes()
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            publish_bytes: self.layer.publish_mib.unwrap_or_default().bytes(),
        }
    }

    pub(crate) fn logged_requests(&self) -> LoggedRequests {
        self.layer.requests.unwrap_or_default()
    }

    /// Names the settings that differ in `new` and only count at the next start.
    pub(crate) fn waits_for_restart(&self, new: &Self) -> Vec<&'static str> {
        [
            ("listen", self.listen() != new.listen()),
            ("data", self.data != new.data),
            ("lockfile", self.lockfile != new.lockfile),
            ("public_url", self.public_url() != new.public_url()),
            (
                "server.trusted_proxies",
                self.trusted_proxies() != new.trusted_proxies(),
            ),
            (
                "auth.private_issuer",
                self.private_issuer() != new.private_issuer(),
            ),
            (
                "auth.public_issuer",
                self.public_issuer() != new.public_issuer(),
            ),
            (
                "auth.private_jwks",
                self.layer.private_jwks != new.layer.private_jwks,
            ),
            (
                "auth.public_jwks",
                self.layer.public_jwks != new.layer.public_jwks,
            ),
            ("auth.audience", self.layer.audience != new.layer.audience),
            ("audit.advisories", self.advisories() != new.advisories()),
            (
                "cache.packument_mib",
                self.packument_cache_bytes() != new.packument_cache_bytes(),
            ),
            ("limits.publish_mib", self.limits() != new.limits()),
            (
                "REGISTRY_FEATURE_DEBUG",
                self.always_debug != new.always_debug,
            ),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }
}

impl Layer {
    fn from_flags(overrides: &Overrides) -> Result<Self, Failure> {
        let Overrides {
            listen,
            data,
            lockfile,
            config: _,
            public_url,
        } = overrides.clone();
        Ok(Self {
            listen: listen
                .map(|text| values::parse("--listen", &text))
                .transpose()?,
            data,
            lockfile,
            public_url: public_url
                .map(|text| values::parse("--public-url", &text))
                .transpose()?,
            ..Self::default()
        })
    }

    /// Lays this layer over another one. Access rules stand in the settings file only.
    fn over(self, below: Self) -> Self {
        Self {
            listen: self.listen.or(below.listen),
            data: self.data.or(below.data),
            lockfile: self.lockfile.or(below.lockfile),
            public_url: self.public_url.or(below.public_url),
            trusted_proxies: self.trusted_proxies.or(below.trusted_proxies),
            registration: self.registration.or(below.registration),
            token_lifetime_days: self.token_lifetime_days.or(below.token_lifetime_days),
            owner_only_publishing: self.owner_only_publishing.or(below.owner_only_publishing),
            hide_private: self.hide_private.or(below.hide_private),
            private_issuer: self.private_issuer.or(below.private_issuer),
            public_issuer: self.public_issuer.or(below.public_issuer),
            private_jwks: self.private_jwks.or(below.private_jwks),
            public_jwks: self.public_jwks.or(below.public_jwks),
            audience: self.audience.or(below.audience),
            advisories: self.advisories.or(below.advisories),
            packument_mib: self.packument_mib.or(below.packument_mib),
            publish_mib: self.publish_mib.or(below.publish_mib),
            requests: self.requests.or(below.requests),
            rules: below.rules,
        }
    }
}

#[cfg(test)]
mod tests;
