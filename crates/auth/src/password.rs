//! Password hashing with argon2id, on threads where it holds up no request.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use tokio::sync::Semaphore;

use crate::argon::Argon;

/// Hashes computed at the same time. Each takes 19 MiB and some ten milliseconds of a core, so a
/// storm of logins waits in line instead of taking the machine.
const AT_ONCE: usize = 2;

/// Hashes that may wait for one of those. More would keep everybody waiting for seconds.
const IN_LINE: usize = 64;

/// Why no hash could be computed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub enum HashError {
    /// The system gave no randomness, or the process is stopping.
    #[error("the password could not be hashed")]
    Failed,
    /// Too many others log in at this moment.
    #[error("too many people log in at this moment; try again in a few seconds")]
    Busy,
}

/// Computes and checks password hashes, a few at a time.
#[derive(Debug)]
pub(crate) struct Passwords {
    argon: Arc<Argon>,
    places: Arc<Semaphore>,
    line: Arc<Semaphore>,
    /// Checked in place of the hash of an unknown user, so that the time tells nothing.
    decoy: String,
}

impl Passwords {
    pub(crate) fn new() -> Result<Self, HashError> {
        let argon = Argon::default();
        Ok(Self {
            decoy: hash(&argon, "decoy")?,
            argon: Arc::new(argon),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            line: Arc::new(Semaphore::new(IN_LINE)),
        })
    }

    /// Returns the hash in PHC form.
    pub(crate) async fn hash(&self, password: String) -> Result<String, HashError> {
        self.in_line(move |argon| hash(argon, &password)).await?
    }

    /// Tells whether the password belongs to the hash. Without a hash it takes as long and says no.
    pub(crate) async fn verify(
        &self,
        password: String,
        phc: Option<String>,
    ) -> Result<bool, HashError> {
        let known = phc.is_some();
        let phc = phc.unwrap_or_else(|| self.decoy.clone());
        let matches = self.in_line(move |argon| {
            PasswordHash::new(&phc)
                .is_ok_and(|parsed| argon.verify_password(password.as_bytes(), &parsed).is_ok())
        });
        Ok(matches.await? && known)
    }

    async fn in_line<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon) -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let _in_line = self.line.try_acquire().map_err(|_| HashError::Busy)?;
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| HashError::Failed)?;
        let argon = Arc::clone(&self.argon);
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work(&argon)
        });
        done.await.map_err(|_| HashError::Failed)
    }
}

fn hash(argon: &Argon, password: &str) -> Result<String, HashError> {
    let hashed = argon
        .hash_password(password.as_bytes())
        .map_err(|_| HashError::Failed)?;
    Ok(hashed.to_string())
}
