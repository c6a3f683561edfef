use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use catalog::{Catalog, CatalogError};
use config13::Config13;

use crate::{
    attempts::Attempts,
    events::Refusals,
    granted::{Granted, GrantedNow},
    keys::{KeyError, Keys},
    login::unwrap_write,
    package_key::PackageKey,
    password::{HashError, Passwords},
    provider,
    remote::{Remotes, Trust, TrustError},
    rotation,
    rules::AccessRules,
    token::{self, Issuers},
    trial::RefusedLogins,
    verified::{LastUses, PasswordsSeen, VerifiedTokens},
    web_login::WebLogins,
};

/// What an [`Auth`] is opened with.
#[derive(Clone, Debug)]
pub struct AuthOptions {
    /// The folder of the signing keys; made when it is missing.
    pub keys: PathBuf,
    /// The names tokens are issued under.
    pub issuers: Issuers,
    /// Which issuers elsewhere are believed.
    pub trust: Trust,
    /// What may change while the server runs.
    pub policy: Policy,
}

/// What may change while the server runs.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Whether strangers may make an account.
    pub registration: Registration,
    /// How long a token is valid.
    pub token_lifetime: Duration,
    /// Who may do what to which package.
    pub rules: AccessRules,
    /// Whether a package is published, tagged and deprecated by its owners alone, where no rule says
    /// otherwise.
    pub owner_only: bool,
    /// Whether a package that somebody may not read is, for them, not there.
    pub hides_private: bool,
}

/// Whether strangers may make an account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Registration {
    /// Whoever logs in with a free name gets it.
    Open,
    /// Accounts are made by admins.
    Closed,
}

/// Why an [`Auth`] could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The signing keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The keys of an issuer elsewhere cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// Passwords cannot be hashed.
    #[error(transparent)]
    Passwords(#[from] HashError),
    /// What was granted cannot be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// The registry's accounts, tokens and access rules.
#[derive(Debug)]
pub struct Auth {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) keys: Arc<Keys>,
    package_key: PackageKey,
    pub(crate) passwords: Passwords,
    pub(crate) attempts: Attempts,
    pub(crate) refusals: Refusals,
    pub(crate) issuers: Issuers,
    pub(crate) remotes: Remotes,
    pub(crate) verified: VerifiedTokens,
    pub(crate) passwords_seen: PasswordsSeen,
    pub(crate) last_uses: LastUses,
    pub(crate) refused_logins: RefusedLogins,
    pub(crate) granted: Arc<GrantedNow>,
    pub(crate) web_logins: WebLogins,
    policy: RwLock<Arc<Policy>>,
}

impl Auth {
    /// Reads the signing keys, and forgets those that no token needs any more. Makes none for tokens: that
    /// is done when the first token needs one, or in [`Auth::prepare_key`].
    pub fn open(catalog: Arc<Catalog>, options: AuthOptions) -> Result<Self, OpenError> {
        provider::install();
        let AuthOptions {
            keys,
            issuers,
            trust,
            policy,
        } = options;
        let token_keys = Arc::new(Keys::open(&keys)?);
        // A key too many does no harm, and one that cannot be deleted is no reason not to start.
        if let Err(error) = rotation::forget_replaced(&token_keys, &catalog) {
            tracing::warn!(%error, "signing keys that were replaced could not be looked through");
        }
        let package_key = PackageKey::open(&keys)?;
        let granted = catalog.read(|rows| Ok::<_, CatalogError>(Granted::of(rows.access()?)))?;
        Ok(Self {
            catalog,
            package_key,
            keys: token_keys,
            passwords: Passwords::new()?,
            attempts: Attempts::default(),
            refusals: Refusals::default(),
            remotes: Remotes::open(&issuers, trust)?,
            issuers,
            verified: VerifiedTokens::default(),
            passwords_seen: PasswordsSeen::default(),
            last_uses: LastUses::default(),
            refused_logins: RefusedLogins::default(),
            granted: Arc::new(GrantedNow::new(granted)),
            web_logins: WebLogins::default(),
            policy: RwLock::new(Arc::new(policy)),
        })
    }

    /// Makes the key that the 13 bytes ask for if there is none, so that no login waits for it.
    /// An RSA key takes up to some seconds of a core.
    pub async fn prepare_key(&self, settings: &Config13) -> Result<(), KeyError> {
        self.keys
            .signing(token::algorithm(settings))
            .await
            .map(|_| ())
    }

    /// The issuer that the 13 bytes choose.
    pub fn issuer(&self, settings: &Config13) -> &str {
        self.issuers.choose(settings)
    }

    /// The key that vouches for packages.
    pub const fn package_key(&self) -> &PackageKey {
        &self.package_key
    }

    /// Replaces the policy for all calls from now on.
    pub fn set_policy(&self, policy: Policy) {
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(policy);
    }

    /// Writes down when tokens were used last. To be called now and then, and at the end.
    pub async fn note_last_uses(&self) -> Result<(), CatalogError> {
        let uses = self.last_uses.take();
        if uses.is_empty() {
            return Ok(());
        }
        let noted = self
            .catalog
            .write(move |rows| rows.note_used(&uses), |()| ());
        noted.await.map_err(unwrap_write)
    }

    pub(crate) fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.policy.read().unwrap_or_else(PoisonError::into_inner))
    }
}
