//! Keeping an issuer's keys at hand: read again when a file has changed, fetched again when an address
//! may have new ones, and never more often than is bounded here.

use std::{
    fmt,
    fs::{self, File},
    future::Future,
    io::Read,
    net::IpAddr,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::Uri;
use tokio::{sync::Mutex, time::Instant};
use web::fetch::{FetchLimits, Fetcher};

use super::{
    JwksSource,
    set::{self, KeySet, RemoteKey},
};

/// What a set of keys may ask of this machine.
const LIMITS: FetchLimits = FetchLimits {
    bytes: 64 * 1024,
    time: Duration::from_secs(5),
};

/// How long passes at least from one fetch to the next, whoever sends whatever.
const PAUSE: Duration = Duration::from_secs(30);

/// How old keys may be that are used.
const FRESH: Duration = Duration::from_mins(10);

/// How old a file's last change must be for its time to tell of the next one as well.
const COARSEST_CLOCK: Duration = Duration::from_secs(2);

/// The keys of an issuer elsewhere.
pub(crate) struct RemoteKeys {
    issuer: String,
    /// Where they are, as people read it.
    place: String,
    source: Source,
    current: RwLock<Current>,
    /// Held by whoever fetches.
    fetching: Arc<Mutex<()>>,
}

/// Where keys are had from.
enum Source {
    File(PathBuf),
    /// In tests, something else than an address.
    Url(Fetch),
}

type Fetched = Result<Bytes, String>;

type Fetch = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Fetched> + Send>> + Send + Sync>;

#[derive(Default)]
struct Current {
    keys: Arc<KeySet>,
    /// When they were asked for last, and when there was an answer.
    tried: Option<Instant>,
    got: Option<Instant>,
    /// The file as it was when it was read, if that tells whether it has changed since.
    seen: Option<Stamp>,
    /// The last complaint, so that a lasting problem is logged once.
    complaint: String,
}

/// What is another after a file was changed or exchanged.
#[derive(Clone, Copy, Eq, PartialEq)]
struct Stamp {
    modified: SystemTime,
    length: u64,
    inode: u64,
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteKeys")
            .field("issuer", &self.issuer)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl RemoteKeys {
    /// Reads a file, which has to be there. Asks no other machine yet.
    pub(super) fn open(issuer: &str, source: &JwksSource) -> Result<Self, String> {
        let place = source.to_string();
        match source {
            JwksSource::File(path) => {
                let keys = Self::with(issuer, place, Source::File(path.clone()));
                let (json, seen) = read(path)?;
                keys.take(&json, seen)?;
                Ok(keys)
            }
            JwksSource::Url(url) => {
                if url.scheme_str() == Some("http") && !is_loopback(url) {
                    tracing::warn!(
                        "{place} is not https: whoever stands between can put keys of theirs in \
                         place of {issuer}'s"
                    );
                }
                Ok(Self::with(
                    issuer,
                    place,
                    Source::Url(fetching(url.clone())),
                ))
            }
        }
    }

    fn with(issuer: &str, place: String, source: Source) -> Self {
        Self {
            issuer: issuer.to_owned(),
            place,
            source,
            current: RwLock::default(),
            fetching: Arc::default(),
        }
    }

    /// The issuer whose keys these are.
    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns the key of that name, asking for it again if it is not known and that was not done a
    /// moment ago.
    pub(super) async fn find(self: &Arc<Self>, kid: &str) -> Option<RemoteKey> {
        match &self.source {
            Source::File(path) => self.read_again(path),
            Source::Url(fetch) => self.fetch_again(fetch, kid).await,
        }
        self.known(kid)
    }

    fn known(&self, kid: &str) -> Option<RemoteKey> {
        self.current().keys.get(kid).cloned()
    }

    async fn fetch_again(self: &Arc<Self>, fetch: &Fetch, kid: &str) {
        let is_known = self.known(kid).is_some();
        if is_known && self.is_fresh() {
            return;
        }
        match Arc::clone(&self.fetching).try_lock_owned() {
            Ok(alone) => {
                if !self.may_try() {
                    return;
                }
                // It goes on when whoever asked hangs up: else hanging up would use up the one try.
                let (keys, fetched) = (Arc::clone(self), fetch());
                let fetching = tokio::spawn(async move {
                    let fetched = fetched.await;
                    keys.note(fetched.and_then(|json| keys.take(&json, None)));
                    drop(alone);
                });
                // It cannot be cancelled, and a panic in it is no reason for another one.
                let _ = fetching.await;
            }
            // Somebody else fetches. What is known is good enough meanwhile.
            Err(_) if is_known => {}
            Err(_) => drop(self.fetching.lock().await),
        }
    }

    fn is_fresh(&self) -> bool {
        let got = self.current().got;
        got.is_some_and(|got| got.elapsed() < FRESH)
    }

    /// Takes the one try that there is in a while. To be asked by whoever may fetch.
    fn may_try(&self) -> bool {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let may = current.tried.is_none_or(|tried| tried.elapsed() >= PAUSE);
        if may {
            current.tried = Some(Instant::now());
        }
        may
    }

    /// Reads the file again if it has changed. Nothing changed costs one look at its time.
    fn read_again(&self, path: &Path) {
        let now = fs::metadata(path).and_then(|now| Stamp::of(&now)).ok();
        if now.is_none() || now != self.current().seen {
            let read = read(path);
            self.note(read.and_then(|(json, seen)| self.take(&json, seen)));
        }
    }

    /// Puts a set in force.
    fn take(&self, json: &[u8], seen: Option<Stamp>) -> Result<(), String> {
        let keys = set::parse(json)?;
        if keys.is_empty() {
            tracing::warn!(
                "{} has no key that can be used for {}: they are Ed25519, or RSA of 2048 bits and \
                 more for RS256, and have a kid",
                self.place,
                self.issuer
            );
        }
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.keys = Arc::new(keys);
        current.got = Some(Instant::now());
        current.seen = seen;
        Ok(())
    }

    /// Logs what keeps the last good keys in force, once.
    fn note(&self, outcome: Result<(), String>) {
        let complaint = outcome.err().unwrap_or_default();
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.complaint == complaint {
            return;
        }
        let (place, issuer) = (&self.place, &self.issuer);
        if complaint.is_empty() {
            tracing::info!("the keys of {issuer} can be had from {place} again");
        } else {
            tracing::error!(
                "the keys of {issuer} cannot be had from {place}: {complaint}; the last good ones \
                 stay in force"
            );
        }
        current.complaint = complaint;
    }

    fn current(&self) -> std::sync::RwLockReadGuard<'_, Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fetching(url: Uri) -> Fetch {
    let fetcher = Fetcher::new();
    Box::new(move || {
        let (fetcher, url) = (fetcher.clone(), url.clone());
        Box::pin(async move {
            let fetched = fetcher.get(&url, "application/json", LIMITS).await;
            fetched.map_err(|error| error.to_string())
        })
    })
}

fn is_loopback(url: &Uri) -> bool {
    let host = url.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|it| it.is_loopback())
}

impl Stamp {
    fn of(metadata: &fs::Metadata) -> std::io::Result<Self> {
        Ok(Self {
            modified: metadata.modified()?,
            length: metadata.len(),
            inode: metadata.ino(),
        })
    }
}

/// Reads a file, and what shows whether it is the same the next time.
fn read(path: &Path) -> Result<(Vec<u8>, Option<Stamp>), String> {
    let told = |error: std::io::Error| error.to_string();
    // Before it is opened: opening a pipe waits for somebody to write to it.
    if !fs::metadata(path).map_err(told)?.is_file() {
        return Err("this is no file".to_owned());
    }
    let file = File::open(path).map_err(told)?;
    let metadata = file.metadata().map_err(told)?;
    let mut json = Vec::new();
    let limit = LIMITS.bytes as u64;
    file.take(limit + 1).read_to_end(&mut json).map_err(told)?;
    if json.len() as u64 > limit {
        return Err(format!("it is larger than {limit} bytes"));
    }
    let stamp = Stamp::of(&metadata).ok().filter(|stamp| {
        let age = SystemTime::now().duration_since(stamp.modified);
        age.unwrap_or_else(|ahead| ahead.duration()) > COARSEST_CLOCK
    });
    Ok((json, stamp))
}

#[cfg(test)]
mod tests;
