//! argon2id in memory that is used again.
//!
//! A hash takes 19 MiB that begin at a round address. When they are given back, the system's allocator
//! does not find them fit for the next such wish, and asks for new ones: after some hundred logins at a
//! time, the process would hold more than a GiB for good.

use std::sync::{Mutex, PoisonError};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        CustomizedPasswordHasher, Error, PasswordHasher, Result,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};

/// Hashes with argon2id, as many at a time as there are callers. Memory for as many is kept.
#[derive(Debug, Default)]
pub(crate) struct Argon(Mutex<Vec<Vec<Block>>>);

impl Argon {
    fn with_memory<T>(&self, blocks: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut memory = kept().pop().unwrap_or_default();
        if memory.len() != blocks {
            memory = vec![Block::new(); blocks];
        }
        let done = work(&mut memory);
        kept().push(memory);
        done
    }
}

impl CustomizedPasswordHasher<PasswordHash> for Argon {
    type Params = Params;

    fn hash_password_customized(
        &self,
        password: &[u8],
        salt: &[u8],
        algorithm: Option<&str>,
        version: Option<u32>,
        params: Params,
    ) -> Result<PasswordHash> {
        let algorithm = algorithm.map(Algorithm::try_from).transpose()?;
        let algorithm = algorithm.unwrap_or_default();
        let version = version.map(Version::try_from).transpose()?;
        let version = version.unwrap_or_default();
        let salt = Salt::new(salt)?;
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let mut output = [0; Output::MAX_LENGTH];
        let output = output.get_mut(..length).ok_or(Error::OutputSize)?;
        let text = ParamsString::try_from(&params)?;
        self.with_memory(params.block_count(), |memory| {
            Argon2::new(algorithm, version, params)
                .hash_password_into_with_memory(password, &salt, output, memory)
        })?;
        Ok(PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: text,
            salt: Some(salt),
            hash: Some(Output::new(output)?),
        })
    }
}

impl PasswordHasher<PasswordHash> for Argon {
    fn hash_password_with_salt(&self, password: &[u8], salt: &[u8]) -> Result<PasswordHash> {
        self.hash_password_customized(password, salt, None, None, Params::default())
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordVerifier;

    use super::*;

    #[test]
    fn used_memory_makes_the_same_hash() {
        let argon = Argon::default();
        for password in ["one", "two", "one"] {
            let (password, salt) = (password.as_bytes(), b"some salt of it");
            let ours = argon.hash_password_with_salt(password, salt).unwrap();
            let theirs = Argon2::default()
                .hash_password_with_salt(password, salt)
                .unwrap();
            assert_eq!(ours, theirs);
            assert!(argon.verify_password(password, &theirs).is_ok());
            assert!(argon.verify_password(b"other", &theirs).is_err());
        }
        assert_eq!(argon.0.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_hash_made_with_other_costs_is_checked_with_those() {
        let argon = Argon::default();
        argon.hash_password(b"before").unwrap();
        let params = Params::new(64, 2, 1, Some(16)).unwrap();
        let cheap = Argon2::new(Algorithm::Argon2i, Version::V0x10, params)
            .hash_password(b"password")
            .unwrap();
        assert!(argon.verify_password(b"password", &cheap).is_ok());
        assert!(argon.verify_password(b"passwort", &cheap).is_err());
    }
}
