use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use catalog::{Catalog, CatalogError, WriteError};
use config13::Config13;
use tokio::sync::watch;

use crate::{
    attempts::Attempts,
    granted::{Granted, GrantedNow},
    keys::{KeyError, Keys},
    package_key::PackageKey,
    password::{HashError, Passwords},
    people::People,
    provider,
    refusals::Refusals,
    remote::{Remotes, Trust, TrustError},
    rotation,
    rules::AccessRules,
    token::{self, Issuers},
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

impl Policy {
    /// How long a login lasts; a token that is over at once would help nobody.
    pub(crate) fn login_lifetime(&self) -> Duration {
        self.token_lifetime.max(Duration::from_secs(1))
    }
}

/// Whether strangers may make an account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Registration {
    /// Whoever logs in with a free name gets it.
    Open,
    /// Whoever has an invitation may make an account.
    Invite,
    /// Accounts are made by admins.
    Closed,
}

impl Registration {
    /// Tells whoever has given an invitation how it is used.
    pub const fn use_of_invitations(self) -> &'static str {
        match self {
            Self::Open => {
                "Nobody needs it while registration is open; given to /_auth/register, it says what the \
                 account may do."
            }
            Self::Invite => "`npm login` shows the page where it is used.",
            Self::Closed => "Nobody can use it while registration is closed.",
        }
    }
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
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) attempts: Attempts,
    pub(crate) refusals: Refusals,
    pub(crate) issuers: Issuers,
    pub(crate) remotes: Remotes,
    pub(crate) verified: Arc<VerifiedTokens>,
    pub(crate) passwords_seen: Arc<PasswordsSeen>,
    pub(crate) last_uses: LastUses,
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
        let (changes, granted) = catalog.read(|rows| {
            let access = rows.access()?;
            Ok::<_, CatalogError>((access.changes, Granted::of(access)))
        })?;
        Ok(Self {
            catalog,
            package_key,
            keys: token_keys,
            passwords: Arc::new(Passwords::new()?),
            attempts: Attempts::default(),
            refusals: Refusals::default(),
            remotes: Remotes::open(&issuers, trust)?,
            issuers,
            verified: Arc::default(),
            passwords_seen: Arc::default(),
            last_uses: LastUses::default(),
            granted: Arc::new(GrantedNow::new(granted, changes)),
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

    /// Whether a package that somebody may not read is, for them, not there.
    pub fn hides_private(&self) -> bool {
        self.policy().hides_private
    }

    /// Whether a rule of the settings names this user.
    pub fn settings_name(&self, user: &str) -> bool {
        self.policy().rules.names_user(user)
    }

    /// Whether strangers may make an account, and how.
    pub fn registration(&self) -> Registration {
        self.policy().registration
    }

    /// What looks after accounts. Whatever it changes counts here from the next request on.
    pub fn people(&self) -> People {
        People {
            catalog: Arc::clone(&self.catalog),
            passwords: Arc::clone(&self.passwords),
            verified: Arc::clone(&self.verified),
            granted: Arc::clone(&self.granted),
        }
    }

    /// Whether so many changes of accounts, sessions and grants, by whomever, are in force here.
    pub fn has_followed(&self, changes: i64) -> bool {
        self.granted.has_followed(changes)
    }

    /// Puts in force what other processes have changed: reads anew what is granted, and forgets which
    /// tokens and passwords were good.
    ///
    /// It happens on the writing thread, where the changes of this process are put in force too, so
    /// that what is in force never goes back in time.
    pub async fn reload(&self) -> Result<(), CatalogError> {
        let (granted, verified) = (Arc::clone(&self.granted), Arc::clone(&self.verified));
        let passwords_seen = Arc::clone(&self.passwords_seen);
        let read = self.catalog.write(
            |rows| {
                let access = rows.access()?;
                Ok((access.changes, access))
            },
            move |(changes, access)| {
                granted.set(Granted::of(access.clone()));
                verified.forget_all();
                passwords_seen.forget_all();
                granted.caught_up(*changes);
            },
        );
        read.await.map(|_| ()).map_err(WriteError::into_inner)
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
        noted.await.map_err(WriteError::into_inner)
    }

    /// Returns what hears each time that some token may have ceased to count, or somebody to be what they
    /// were: whoever serves somebody for long then looks again.
    pub fn endings(&self) -> watch::Receiver<()> {
        self.verified.endings()
    }

    pub(crate) fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.policy.read().unwrap_or_else(PoisonError::into_inner))
    }
}
