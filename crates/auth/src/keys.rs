//! Signing keys: one file each, readable by the owner alone, made when they are first needed.

use std::{
    collections::HashMap,
    fmt,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, EncodingKey};
use ring::{
    digest,
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair, RsaKeyPair},
};
use rsa::{RsaPrivateKey, pkcs8::EncodePrivateKey, rand_core::OsRng};
use tokio::sync::OnceCell;

/// Length of a new RSA key in bits.
const RSA_BITS: usize = 2048;

/// How tokens are signed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Algorithm {
    /// Ed25519: what `PREMIUM_TYPES` chooses.
    EdDsa,
    /// RSA with PKCS #1 v1.5 and SHA-256, which every verifier knows.
    Rs256,
}

impl Algorithm {
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

/// The registry's own keys.
pub(crate) struct Keys {
    folder: PathBuf,
    eddsa: OnceCell<Arc<SigningKey>>,
    rs256: OnceCell<Arc<SigningKey>>,
    verifying: RwLock<HashMap<String, VerifyingKey>>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Keys {
    /// Reads the keys that are there. The newest of each algorithm signs, all of them verify.
    pub(crate) fn open(folder: &Path) -> Result<Self, KeyError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed("make the folder", folder))?;
        let keys = Self {
            folder: folder.to_owned(),
            eddsa: OnceCell::new(),
            rs256: OnceCell::new(),
            verifying: RwLock::default(),
        };
        // The time in a name has a fixed width, so the newest comes first.
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed("read the folder", folder))? {
            paths.push(entry.map_err(failed("read the folder", folder))?.path());
        }
        paths.sort_unstable_by(|a, b| b.cmp(a));
        for path in paths {
            let Some(algorithm) = algorithm_of(&path) else {
                continue;
            };
            let der = fs::read(&path).map_err(failed("read", &path))?;
            let key = parse(algorithm, &der).map_err(|problem| KeyError::Damaged {
                path: path.clone(),
                problem,
            })?;
            keys.know(&key);
            // A key that is set already is newer.
            let _ = keys.cell(algorithm).set(Arc::new(key.signing));
        }
        Ok(keys)
    }

    /// Returns the key that signs, making it when there is none yet.
    pub(crate) async fn signing(&self, algorithm: Algorithm) -> Result<Arc<SigningKey>, KeyError> {
        let make = || async {
            let folder = self.folder.clone();
            let made = tokio::task::spawn_blocking(move || make(&folder, algorithm));
            let key = made.await.map_err(|_| KeyError::Making)??;
            self.know(&key);
            Ok(Arc::new(key.signing))
        };
        self.cell(algorithm)
            .get_or_try_init(make)
            .await
            .map(Arc::clone)
    }

    /// Returns the key of that name.
    pub(crate) fn verifying(&self, kid: &str) -> Option<VerifyingKey> {
        self.verifying
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(kid)
            .cloned()
    }

    fn cell(&self, algorithm: Algorithm) -> &OnceCell<Arc<SigningKey>> {
        match algorithm {
            Algorithm::EdDsa => &self.eddsa,
            Algorithm::Rs256 => &self.rs256,
        }
    }

    fn know(&self, key: &Key) {
        let mut verifying = self
            .verifying
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        verifying.insert(key.signing.kid.clone(), key.verifying.clone());
    }
}

struct Key {
    signing: SigningKey,
    verifying: VerifyingKey,
}

fn algorithm_of(path: &Path) -> Option<Algorithm> {
    let name = path.file_name()?.to_str()?.strip_suffix(".pk8")?;
    [Algorithm::EdDsa, Algorithm::Rs256]
        .into_iter()
        .find(|algorithm| name.starts_with(algorithm.file_prefix()))
}

/// Reads a key in PKCS #8 form.
fn parse(algorithm: Algorithm, der: &[u8]) -> Result<Key, String> {
    let (encoding, decoding, public) = match algorithm {
        Algorithm::EdDsa => {
            let pair = Ed25519KeyPair::from_pkcs8(der).map_err(|rejected| rejected.to_string())?;
            let public = pair.public_key().as_ref().to_vec();
            (
                EncodingKey::from_ed_der(der),
                DecodingKey::from_ed_der(&public),
                public,
            )
        }
        Algorithm::Rs256 => {
            let pair = RsaKeyPair::from_pkcs8(der).map_err(|rejected| rejected.to_string())?;
            let public = pair.public().as_ref().to_vec();
            (
                EncodingKey::from_rsa_der(der),
                DecodingKey::from_rsa_der(&public),
                public,
            )
        }
    };
    let fingerprint = digest::digest(&digest::SHA256, &public);
    let mut kid = URL_SAFE_NO_PAD.encode(fingerprint);
    kid.truncate(16);
    Ok(Key {
        signing: SigningKey {
            kid,
            algorithm,
            encoding,
        },
        verifying: VerifyingKey {
            algorithm,
            decoding,
        },
    })
}

fn make(folder: &Path, algorithm: Algorithm) -> Result<Key, KeyError> {
    let der = match algorithm {
        Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
            .map_err(|_| KeyError::Making)?
            .as_ref()
            .to_vec(),
        // ring signs with RSA keys and cannot make them.
        Algorithm::Rs256 => RsaPrivateKey::new(&mut OsRng, RSA_BITS)
            .ok()
            .and_then(|key| key.to_pkcs8_der().ok())
            .ok_or(KeyError::Making)?
            .as_bytes()
            .to_vec(),
    };
    let key = parse(algorithm, &der).map_err(|_| KeyError::Making)?;
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let name = format!(
        "{}-{:013}-{}",
        algorithm.file_prefix(),
        since.as_millis(),
        key.signing.kid
    );
    write_durably(folder, &name, &der)?;
    Ok(key)
}

/// Writes the file under another name first: a crash leaves no half key behind.
pub(crate) fn write_durably(folder: &Path, name: &str, der: &[u8]) -> Result<(), KeyError> {
    let (unfinished, path) = (
        folder.join(format!("{name}.new")),
        folder.join(format!("{name}.pk8")),
    );
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)
        .map_err(failed("make", &unfinished))?;
    file.write_all(der)
        .and_then(|()| file.sync_all())
        .map_err(failed("write", &unfinished))?;
    fs::rename(&unfinished, &path).map_err(failed("name", &path))?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed("sync", folder))
}

fn failed(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    let path = path.to_owned();
    move |source| KeyError::Io { step, path, source }
}
