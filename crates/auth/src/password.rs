//! Password hashing with argon2id, on threads where it holds up no request.

use std::{num::NonZero, sync::Arc, thread};

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};

use crate::{
    address_group::AddressGroup,
    argon::Argon,
    turns::{self, Turns},
};

/// Hashes that are computed at the same time, at most. Each takes 19 MiB, which are kept and used again.
const MOST_AT_ONCE: usize = 8;

/// Who may wait for a hash. They take turns by the site of their address, so that a long line keeps only those waiting
/// who made it long: a hash takes some ten milliseconds of a core.
const IN_LINE: usize = 1024;
const IN_LINE_OF_ONE: usize = 128;

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

/// Computes and checks password hashes, on at most half of the cores, so that a storm of logins waits
/// in line instead of taking the machine.
#[derive(Debug)]
pub(crate) struct Passwords {
    argon: Arc<Argon>,
    turns: Turns,
    /// Checked in place of the hash of an unknown user, so that the time tells nothing.
    decoy: Arc<str>,
    #[cfg(test)]
    computed: Arc<std::sync::atomic::AtomicU64>,
}

/// A place in the line of those who want something hashed.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    passwords: &'a Passwords,
    place: turns::Place,
}

impl Passwords {
    pub(crate) fn new() -> Result<Self, HashError> {
        let argon = Argon::default();
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        Ok(Self {
            decoy: hash(&argon, "decoy")?.into(),
            argon: Arc::new(argon),
            turns: Turns::new(at_once(cores), IN_LINE, IN_LINE_OF_ONE),
            #[cfg(test)]
            computed: Arc::default(),
        })
    }

    /// Takes a place in the line.
    pub(crate) fn enter(&self, group: AddressGroup) -> Result<Place<'_>, HashError> {
        let place = self.turns.enter(group.site()).ok_or(HashError::Busy)?;
        let passwords = self;
        Ok(Place { passwords, place })
    }

    /// How many hashes have been computed.
    #[cfg(test)]
    pub(crate) fn computed(&self) -> u64 {
        self.computed.load(std::sync::atomic::Ordering::Relaxed)
    }
}

impl Place<'_> {
    /// Returns the hash in PHC form.
    pub(crate) async fn hash(&self, password: String) -> Result<String, HashError> {
        self.compute(move |argon| hash(argon, &password)).await?
    }

    /// Tells whether the password belongs to the hash. Without a hash it takes as long and says no.
    pub(crate) async fn verify(
        &self,
        password: String,
        phc: Option<String>,
    ) -> Result<bool, HashError> {
        let known = phc.is_some();
        let phc = phc.map_or_else(|| Arc::clone(&self.passwords.decoy), Arc::from);
        // The hashes are compared in constant time.
        let matches = self.compute(move |argon| {
            PasswordHash::new(&phc)
                .is_ok_and(|parsed| argon.verify_password(password.as_bytes(), &parsed).is_ok())
        });
        Ok(matches.await? && known)
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon) -> T + Send + 'static,
    ) -> Result<T, HashError> {
        let turn = self.place.turn().await.ok_or(HashError::Failed)?;
        let argon = Arc::clone(&self.passwords.argon);
        #[cfg(test)]
        let computed = Arc::clone(&self.passwords.computed);
        // Whoever goes away leaves the work to be finished, and the turn with it.
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            #[cfg(test)]
            computed.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            work(&argon)
        });
        done.await.map_err(|_| HashError::Failed)
    }
}

/// How many hashes are computed at the same time with so many cores.
fn at_once(cores: usize) -> usize {
    (cores / 2).clamp(1, MOST_AT_ONCE)
}

fn hash(argon: &Argon, password: &str) -> Result<String, HashError> {
    let hashed = argon
        .hash_password(password.as_bytes())
        .map_err(|_| HashError::Failed)?;
    Ok(hashed.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_cores_are_left_to_requests() {
        for (cores, expected) in [(1, 1), (2, 1), (3, 1), (4, 2), (16, 8), (128, 8)] {
            assert_eq!(at_once(cores), expected, "{cores}");
        }
    }

    #[tokio::test]
    async fn one_address_does_not_fill_the_line() {
        let passwords = Passwords::new().unwrap();
        let places: Vec<_> = (0..IN_LINE_OF_ONE)
            .map(|_| passwords.enter(AddressGroup::LOCAL).unwrap())
            .collect();
        let refused = passwords.enter(AddressGroup::of([127, 0, 0, 9].into()));
        assert!(matches!(refused, Err(HashError::Busy)));
        let network = |number| {
            let address = [0x2001, 0xdb8, 0, number, 0, 0, 0, 1];
            passwords.enter(AddressGroup::of(address.into()))
        };
        let networks: Vec<_> = (0..200).map_while(|number| network(number).ok()).collect();
        assert_eq!(networks.len(), IN_LINE_OF_ONE);
        let other = passwords.enter(AddressGroup::of([192, 0, 2, 1].into()));
        let hash = other.unwrap().hash("password".to_owned()).await.unwrap();
        let right = places[0].verify("password".to_owned(), Some(hash.clone()));
        assert!(right.await.unwrap());
        let wrong = places[1].verify("Password".to_owned(), Some(hash));
        assert!(!wrong.await.unwrap());
        let decoy = places[2].verify("decoy".to_owned(), None);
        assert!(!decoy.await.unwrap());
        assert_eq!(passwords.computed(), 4);
    }
}
