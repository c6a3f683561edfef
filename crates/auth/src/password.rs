//! Password hashing with argon2id, on threads where it holds up no request.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

/// Hashes computed at the same time. Each takes 19 MiB and some ten milliseconds of a core, so a
/// storm of logins waits in line instead of taking the machine.
const AT_ONCE: usize = 2;

/// No hash could be computed: the system gave no randomness, or the process is stopping.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashError;

/// Computes and checks password hashes, a few at a time.
#[derive(Debug)]
pub(crate) struct Passwords {
    places: Arc<Semaphore>,
    /// Checked in place of the hash of an unknown user, so that the time tells nothing.
    decoy: String,
}

impl Passwords {
    pub(crate) fn new() -> Result<Self, HashError> {
        Ok(Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            decoy: hash("decoy")?,
        })
    }

    /// Returns the hash in PHC form.
    pub(crate) async fn hash(&self, password: String) -> Result<String, HashError> {
        self.in_line(move || hash(&password)).await?
    }

    /// Tells whether the password belongs to the hash. Without a hash it takes as long and says no.
    pub(crate) async fn verify(
        &self,
        password: String,
        phc: Option<String>,
    ) -> Result<bool, HashError> {
        let known = phc.is_some();
        let phc = phc.unwrap_or_else(|| self.decoy.clone());
        let matches = self.in_line(move || {
            PasswordHash::new(&phc).is_ok_and(|parsed| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &parsed)
                    .is_ok()
            })
        });
        Ok(matches.await? && known)
    }

    async fn in_line<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(|_| HashError)?;
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        done.await.map_err(|_| HashError)
    }
}

fn hash(password: &str) -> Result<String, HashError> {
    let hashed: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|_| HashError)?;
    Ok(hashed.to_string())
}
