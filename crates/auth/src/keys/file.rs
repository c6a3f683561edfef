//! The files of keys: `<algorithm>-<milliseconds since 1970>-<kid>.pk8`, each a key in PKCS #8 form.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use jsonwebtoken::{DecodingKey, EncodingKey};
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair, RsaKeyPair, RsaPublicKeyComponents},
};
use rsa::{RsaPrivateKey, pkcs8::EncodePrivateKey, rand_core::OsRng};

use super::{Algorithm, Key, KeyError, SigningKey, VerifyingKey, failed};
use crate::jwk::{self, Jwk};

/// Length of a new RSA key in bits.
const RSA_BITS: usize = 2048;

/// Longest file that is taken for a key, in bytes. An RSA key of 8192 bits has about 4700.
const LONGEST: u64 = 16 * 1024;

/// The bits of a mode that say what everybody but the owner may do.
const OF_OTHERS: u32 = 0o077;

/// Whether a key is made although there is one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Making {
    /// The one that is there will do.
    IfNone,
    /// It takes the place of the one that is there.
    Anew,
}

/// Makes the folder when it is missing, for the owner alone.
pub(super) fn make_folder(folder: &Path) -> Result<(), KeyError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed("make the folder", folder))?;
    let opened = File::open(folder).map_err(failed("open the folder", folder))?;
    keep_private(&opened, folder)
}

/// When the folder's entries changed last.
pub(super) fn changed(folder: &Path) -> io::Result<SystemTime> {
    fs::metadata(folder)?.modified()
}

/// Keeps others, in this process and in every other one, from changing the folder until it is dropped.
pub(super) fn lock(folder: &Path) -> Result<File, KeyError> {
    let opened = File::open(folder).map_err(failed("open the folder", folder))?;
    opened.lock().map_err(failed("lock the folder", folder))?;
    Ok(opened)
}

/// Writes the names of a folder to the disk.
pub(super) fn sync(folder: &Path) -> Result<(), KeyError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed("sync", folder))
}

/// Reads all keys, the newest first; those that are `known` are not read again. Beside them stands
/// what is wrong with those that cannot be used.
pub(super) fn read_all(
    folder: &Path,
    known: &[Arc<Key>],
) -> Result<(Vec<Arc<Key>>, Vec<KeyError>), KeyError> {
    let (mut keys, mut problems) = (Vec::new(), Vec::new());
    for (name, path) in names(folder)? {
        let read = match known.iter().find(|key| key.path == path) {
            Some(key) => Ok(Arc::clone(key)),
            None => read(name, path).map(Arc::new),
        };
        match read {
            Ok(key) => keys.push(key),
            Err(problem) => problems.push(problem),
        }
    }
    Ok((keys, problems))
}

/// Makes a key. The folder is locked meanwhile, so that two who need one make one.
pub(super) fn make(folder: &Path, algorithm: Algorithm, making: Making) -> Result<(), KeyError> {
    let _lock = lock(folder)?;
    let names = names(folder)?;
    let newest = names.iter().find(|(name, _)| name.algorithm == algorithm);
    if newest.is_some() && making == Making::IfNone {
        return Ok(());
    }
    let der = generate(algorithm)?;
    let name = Name {
        algorithm,
        made_ms: 0,
    };
    let key = parse(name, PathBuf::new(), &der).map_err(|_| KeyError::Making)?;
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let now = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    // The newest one signs, also when the clock was set back since the last one was made.
    let after = newest.map_or(0, |(name, _)| name.made_ms.saturating_add(1));
    let name = format!(
        "{}-{:013}-{}",
        algorithm.file_prefix(),
        now.max(after),
        key.signing.kid
    );
    write_durably(folder, &name, &der)
}

/// Reads a file that only its owner should be able to read.
///
/// One that others could read is taken back from them, with a warning: such files come from backups
/// and copies made under a careless `umask`, and refusing them would stop every login for something
/// that the folder's own mode mostly made harmless. Whoever knows better replaces the key.
pub(crate) fn read_private(path: &Path) -> Result<Vec<u8>, KeyError> {
    let file = File::open(path).map_err(failed("read", path))?;
    keep_private(&file, path)?;
    let mut der = Vec::new();
    file.take(LONGEST)
        .read_to_end(&mut der)
        .map_err(failed("read", path))?;
    Ok(der)
}

/// Takes from everybody but the owner what they may do with it.
fn keep_private(file: &File, path: &Path) -> Result<(), KeyError> {
    let metadata = file.metadata().map_err(failed("look at", path))?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & OF_OTHERS == 0 {
        return Ok(());
    }
    tracing::warn!(
        "{} had mode {mode:o}, so others on this machine could have read it; it is its owner's alone \
         now. If that was no accident, replace the keys: registryd keys rotate --all --drop-old",
        path.display()
    );
    file.set_permissions(Permissions::from_mode(mode & 0o700))
        .map_err(failed("keep others from reading", path))
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
        .and_then(|()| hand_over(&file, folder))
        .and_then(|()| file.sync_all())
        .map_err(failed("write", &unfinished))?;
    fs::rename(&unfinished, &path).map_err(failed("name", &path))?;
    sync(folder)
}

/// Gives a file to the folder's owner: what root makes, the server has to be able to read.
fn hand_over(file: &File, folder: &Path) -> io::Result<()> {
    let (ours, theirs) = (file.metadata()?, fs::metadata(folder)?);
    if ours.uid() == theirs.uid() {
        return Ok(());
    }
    fchown(file, Some(theirs.uid()), Some(theirs.gid()))
}

/// What a key's name tells of it.
#[derive(Clone, Copy, Debug)]
struct Name {
    algorithm: Algorithm,
    made_ms: u64,
}

impl Name {
    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.strip_suffix(".pk8")?;
        let (prefix, rest) = name.split_once('-')?;
        let algorithm = Algorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.file_prefix() == prefix)?;
        let made = rest.split_once('-').map_or(rest, |(made, _)| made);
        // A name that somebody else thought of is older than all of ours.
        let made_ms = made.parse().unwrap_or(0);
        Some(Self { algorithm, made_ms })
    }
}

/// The files of keys, the newest first.
fn names(folder: &Path) -> Result<Vec<(Name, PathBuf)>, KeyError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed("read the folder", folder))? {
        let path = entry.map_err(failed("read the folder", folder))?.path();
        names.extend(Name::of(&path).map(|name| (name, path)));
    }
    names
        .sort_unstable_by(|(a, a_path), (b, b_path)| (b.made_ms, b_path).cmp(&(a.made_ms, a_path)));
    Ok(names)
}

fn read(name: Name, path: PathBuf) -> Result<Key, KeyError> {
    let der = read_private(&path)?;
    parse(name, path.clone(), &der).map_err(|problem| KeyError::Damaged { path, problem })
}

/// Reads a key in PKCS #8 form.
fn parse(name: Name, path: PathBuf, der: &[u8]) -> Result<Key, String> {
    let Name { algorithm, made_ms } = name;
    let (encoding, decoding, kid, jwk) = match algorithm {
        Algorithm::EdDsa => {
            let pair = Ed25519KeyPair::from_pkcs8(der).map_err(|rejected| rejected.to_string())?;
            let public = pair.public_key().as_ref();
            let kid = jwk::fingerprint(public);
            (
                EncodingKey::from_ed_der(der),
                DecodingKey::from_ed_der(public),
                kid.clone(),
                Jwk::ed25519(kid, public),
            )
        }
        Algorithm::Rs256 => {
            let pair = RsaKeyPair::from_pkcs8(der).map_err(|rejected| rejected.to_string())?;
            let public = pair.public();
            let RsaPublicKeyComponents::<Vec<u8>> { n, e } = public.into();
            let kid = jwk::fingerprint(public.as_ref());
            (
                EncodingKey::from_rsa_der(der),
                DecodingKey::from_rsa_der(public.as_ref()),
                kid.clone(),
                Jwk::rsa(kid, &n, &e),
            )
        }
    };
    Ok(Key {
        path,
        made_ms,
        signing: Arc::new(SigningKey {
            kid,
            algorithm,
            encoding,
        }),
        verifying: VerifyingKey {
            algorithm,
            decoding,
        },
        jwk,
    })
}

fn generate(algorithm: Algorithm) -> Result<Vec<u8>, KeyError> {
    match algorithm {
        Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
            .map(|der| der.as_ref().to_vec())
            .map_err(|_| KeyError::Making),
        // ring signs with RSA keys and cannot make them.
        Algorithm::Rs256 => RsaPrivateKey::new(&mut OsRng, RSA_BITS)
            .ok()
            .and_then(|key| key.to_pkcs8_der().ok())
            .map(|der| der.as_bytes().to_vec())
            .ok_or(KeyError::Making),
    }
}
