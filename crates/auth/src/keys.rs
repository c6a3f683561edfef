//! Signing keys: one file each, readable by the owner alone, made when they are first needed.
//!
//! Several processes may use one folder: the server, and the commands that look after it. Whoever
//! makes a key holds the folder's lock, so two that need one get the same one, and everybody looks at
//! the folder again once it has changed. The newest key of each algorithm signs, all of them verify.

mod file;

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use jsonwebtoken::{DecodingKey, EncodingKey};

use crate::jwk::{Jwk, Jwks};

pub(crate) use file::{read_private, write_durably};

/// How long ago a folder must have changed for its time to tell of the next change as well: the
/// clocks of file systems are coarse, and two changes within one tick look like one.
const COARSEST_CLOCK: Duration = Duration::from_secs(2);

/// How tokens are signed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Algorithm {
    /// Ed25519: what `PREMIUM_TYPES` chooses.
    EdDsa,
    /// RSA with PKCS #1 v1.5 and SHA-256, which every verifier knows.
    Rs256,
}

impl Algorithm {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::EdDsa, Self::Rs256];

    /// The `alg` of a token's header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }

    const fn file_prefix(self) -> &'static str {
        match self {
            Self::EdDsa => "eddsa",
            Self::Rs256 => "rs256",
        }
    }

    pub(crate) const fn jwt(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
        }
    }
}

/// Why a signing key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file in the key folder is not one of ours, or is damaged.
    #[error("the signing key {} cannot be used: {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The disk refused.
    #[error("could not {step} {}", path.display())]
    Io {
        /// What was being done.
        step: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No key could be made.
    #[error("a signing key could not be made")]
    Making,
}

/// A key that signs.
pub(crate) struct SigningKey {
    /// Names the key in the header of what it signed.
    pub(crate) kid: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) encoding: EncodingKey,
}

/// A key that verifies.
#[derive(Clone)]
pub(crate) struct VerifyingKey {
    pub(crate) algorithm: Algorithm,
    pub(crate) decoding: DecodingKey,
}

/// One key, as its file holds it.
pub(crate) struct Key {
    pub(crate) path: PathBuf,
    /// When it was made, in milliseconds since 1970: what its name says.
    pub(crate) made_ms: u64,
    pub(crate) signing: Arc<SigningKey>,
    verifying: VerifyingKey,
    /// Its public half.
    pub(crate) jwk: Jwk,
}

impl Key {
    pub(crate) fn made(&self) -> SystemTime {
        UNIX_EPOCH
            .checked_add(Duration::from_millis(self.made_ms))
            .unwrap_or(UNIX_EPOCH)
    }
}

/// The registry's own keys.
pub(crate) struct Keys {
    folder: PathBuf,
    /// One task at a time makes a key.
    making: tokio::sync::Mutex<()>,
    state: RwLock<State>,
}

struct State {
    /// When the folder had changed last when it was read, if that tells whether it has changed since.
    seen: Option<SystemTime>,
    known: Arc<[Arc<Key>]>,
    /// The last complaint, so that a lasting problem is logged once.
    complaint: String,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Keys {
    /// Reads the keys that are there.
    pub(crate) fn open(folder: &Path) -> Result<Self, KeyError> {
        file::make_folder(folder)?;
        let keys = Self {
            folder: folder.to_owned(),
            making: tokio::sync::Mutex::new(()),
            state: RwLock::new(State {
                seen: None,
                known: Arc::default(),
                complaint: String::new(),
            }),
        };
        match keys.read_folder()?.into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(keys),
        }
    }

    /// Returns the key that signs, making it when there is none yet.
    pub(crate) async fn signing(&self, algorithm: Algorithm) -> Result<Arc<SigningKey>, KeyError> {
        if let Some(key) = self.newest(algorithm) {
            return Ok(key);
        }
        let _alone = self.making.lock().await;
        match self.newest(algorithm) {
            Some(key) => Ok(key),
            None => self.make(algorithm, file::Making::IfNone).await,
        }
    }

    /// Makes a key that signs from now on. Those before it go on verifying.
    pub(crate) async fn replace(&self, algorithm: Algorithm) -> Result<Arc<SigningKey>, KeyError> {
        let _alone = self.making.lock().await;
        self.make(algorithm, file::Making::Anew).await
    }

    /// Returns the key of that name.
    pub(crate) fn verifying(&self, kid: &str) -> Option<VerifyingKey> {
        let known = self.known();
        let key = known.iter().find(|key| key.signing.kid == kid)?;
        Some(key.verifying.clone())
    }

    /// Returns the public half of the key of that name.
    pub(crate) fn public(&self, kid: &str) -> Option<Jwk> {
        let known = self.known();
        let key = known.iter().find(|key| key.signing.kid == kid)?;
        Some(key.jwk.clone())
    }

    /// The public halves of all keys that verify, the newest first.
    pub(crate) fn jwks(&self) -> Jwks {
        let known = self.known();
        Jwks::of(known.iter().map(|key| key.jwk.clone()).collect())
    }

    /// All keys, the newest first.
    pub(crate) fn known(&self) -> Arc<[Arc<Key>]> {
        self.look_again();
        Arc::clone(
            &self
                .state
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .known,
        )
    }

    /// Deletes the keys that `is_over` finds to be, but never one that signs. Returns their names.
    pub(crate) fn forget(
        &self,
        is_over: impl Fn(&Key, &Key) -> bool,
    ) -> Result<Vec<String>, KeyError> {
        let _lock = file::lock(&self.folder)?;
        self.read_folder()?;
        let mut forgotten = Vec::new();
        for (key, successor) in replaced(&self.known()) {
            if is_over(&key, &successor) {
                fs::remove_file(&key.path).map_err(failed("delete", &key.path))?;
                forgotten.push(key.signing.kid.clone());
            }
        }
        if !forgotten.is_empty() {
            file::sync(&self.folder)?;
            self.read_folder()?;
        }
        Ok(forgotten)
    }

    fn newest(&self, algorithm: Algorithm) -> Option<Arc<SigningKey>> {
        let known = self.known();
        let newest = known
            .iter()
            .find(|key| key.signing.algorithm == algorithm)?;
        Some(Arc::clone(&newest.signing))
    }

    async fn make(
        &self,
        algorithm: Algorithm,
        making: file::Making,
    ) -> Result<Arc<SigningKey>, KeyError> {
        let folder = self.folder.clone();
        let made = tokio::task::spawn_blocking(move || file::make(&folder, algorithm, making));
        made.await.map_err(|_| KeyError::Making)??;
        let problems = self.read_folder()?;
        self.newest(algorithm)
            .ok_or_else(|| problems.into_iter().next().unwrap_or(KeyError::Making))
    }

    /// Reads the folder again if it has changed. Nothing changed costs one look at its time; a folder
    /// that cannot be read leaves things as they were.
    fn look_again(&self) {
        let now = file::changed(&self.folder).ok();
        let is_seen = |state: &State| now.is_some() && state.seen == now;
        if is_seen(&self.state.read().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let complaint = match self.read_folder() {
            Ok(problems) => {
                let problems: Vec<_> = problems.iter().map(told).collect();
                problems.join("; ")
            }
            Err(problem) => told(&problem),
        };
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if !complaint.is_empty() && state.complaint != complaint {
            tracing::error!("{complaint}; the other signing keys stay in force");
        }
        state.complaint = complaint;
    }

    /// Reads the keys that are not known yet. Returns what is wrong with those that cannot be used.
    fn read_folder(&self) -> Result<Vec<KeyError>, KeyError> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        // Before the files: what changes meanwhile is found the next time.
        let changed =
            file::changed(&self.folder).map_err(failed("read the folder", &self.folder))?;
        let (known, problems) = file::read_all(&self.folder, &state.known)?;
        state.known = known.into();
        let now = SystemTime::now();
        let age = now.duration_since(changed);
        let is_settled = age.unwrap_or_else(|ahead| ahead.duration()) > COARSEST_CLOCK;
        state.seen = is_settled.then_some(changed);
        Ok(problems)
    }
}

/// The keys that sign no more, each with the one that took its place.
pub(crate) fn replaced(known: &[Arc<Key>]) -> Vec<(Arc<Key>, Arc<Key>)> {
    let of = |algorithm| {
        let keys = known
            .iter()
            .filter(move |key| key.signing.algorithm == algorithm);
        keys.clone().skip(1).zip(keys)
    };
    let replaced = Algorithm::ALL.into_iter().flat_map(of);
    replaced
        .map(|(key, successor)| (Arc::clone(key), Arc::clone(successor)))
        .collect()
}

/// An error and its causes, on one line.
fn told(problem: &KeyError) -> String {
    match problem {
        KeyError::Io { source, .. } => format!("{problem}: {source}"),
        KeyError::Damaged { .. } | KeyError::Making => problem.to_string(),
    }
}

pub(crate) fn failed(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    let path = path.to_owned();
    move |source| KeyError::Io { step, path, source }
}
