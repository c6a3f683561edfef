//! The key that vouches for packages: ECDSA on P-256, as `npm audit signatures` expects.

use std::{fmt, io, path::Path};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use npm_model::{Integrity, PackageName, Signature, Version};
use ring::{
    digest,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};

use crate::keys::{KeyError, read_private, write_durably};

/// The file below the key folder, without its ending.
const FILE: &str = "packages-p256";

/// What stands before the point of a P-256 public key in its `SubjectPublicKeyInfo` (RFC 5480).
const SPKI_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Signs published versions.
pub struct PackageKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
    keyid: String,
    public: String,
}

impl fmt::Debug for PackageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PackageKey")
            .field("keyid", &self.keyid)
            .finish_non_exhaustive()
    }
}

impl PackageKey {
    /// Reads the key, making it when there is none yet, which takes no time to speak of.
    pub(crate) fn open(folder: &Path) -> Result<Self, KeyError> {
        let path = folder.join(format!("{FILE}.pk8"));
        match read_private(&path) {
            Ok(der) => Self::parse(&der).map_err(|problem| KeyError::Damaged { path, problem }),
            Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                let random = SystemRandom::new();
                let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random)
                    .map_err(|_| KeyError::Making)?;
                write_durably(folder, FILE, der.as_ref())?;
                Self::parse(der.as_ref()).map_err(|_| KeyError::Making)
            }
            Err(error) => Err(error),
        }
    }

    fn parse(der: &[u8]) -> Result<Self, String> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der, &random)
            .map_err(|rejected| rejected.to_string())?;
        let mut spki = SPKI_PREFIX.to_vec();
        spki.extend_from_slice(pair.public_key().as_ref());
        let fingerprint = digest::digest(&digest::SHA256, &spki);
        Ok(Self {
            pair,
            random,
            keyid: format!("SHA256:{}", STANDARD_NO_PAD.encode(fingerprint)),
            public: STANDARD.encode(&spki),
        })
    }

    /// Names the key in signatures.
    pub fn keyid(&self) -> &str {
        &self.keyid
    }

    /// The public key: its `SubjectPublicKeyInfo` in base64.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// Vouches for a version's integrity.
    pub fn sign(
        &self,
        package: &PackageName,
        version: &Version,
        integrity: &Integrity,
    ) -> Result<Signature, KeyError> {
        let message = format!("{package}@{version}:{integrity}");
        let sig = self
            .pair
            .sign(&self.random, message.as_bytes())
            .map_err(|_| KeyError::Making)?;
        Ok(Signature {
            keyid: self.keyid.clone(),
            sig: STANDARD.encode(sig),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

    use super::*;

    #[test]
    fn what_is_signed_verifies_with_the_public_key_also_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let key = PackageKey::open(folder.path()).unwrap();
        let again = PackageKey::open(folder.path()).unwrap();
        assert_eq!(key.keyid(), again.keyid());

        let package = PackageName::parse("@a/b").unwrap();
        let version = Version::parse("1.0.0").unwrap();
        let integrity = npm_model::Digests::of(b"abc").integrity;
        let signature = again.sign(&package, &version, &integrity).unwrap();
        assert_eq!(signature.keyid, key.keyid());

        let spki = STANDARD.decode(key.public()).unwrap();
        let point = &spki[SPKI_PREFIX.len()..];
        let message = format!("@a/b@1.0.0:{integrity}");
        let sig = STANDARD.decode(signature.sig).unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
            .verify(message.as_bytes(), &sig)
            .unwrap();
    }

    #[test]
    fn a_damaged_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("packages-p256.pk8"), b"no key").unwrap();
        let refused = PackageKey::open(folder.path()).unwrap_err();
        assert!(
            refused.to_string().contains("packages-p256.pk8"),
            "{refused}"
        );
    }
}
