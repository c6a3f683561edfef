//! The crate as its callers see it: one catalogue, one key folder, one or two [`Auth`]s over them.

mod api_keys;
mod attempts;
mod basic;
mod exchanges;
mod invitations;
mod keys;
mod login;
mod logout;
mod named_tokens;
mod orgs;
mod others;
mod people;
mod profiles;
mod remote;
mod rotation;
mod rule_changes;
mod run_time_rules;
mod tokens;
mod web_logins;

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use catalog::{Catalog, Origin, Role};
use config13::{Config13, Feature, FeatureFlags};
use rsa::{RsaPrivateKey, pkcs8::EncodePrivateKey, rand_core::OsRng};
use serde_json::Value;
use tempfile::TempDir;

use crate::*;

const LOCAL_HASH: u32 = 0x1234_5678;
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PASSWORD: &str = "correct horse battery";

/// Made once: a key takes longer than all other tests together.
static RSA_KEY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let key = RsaPrivateKey::new(&mut OsRng, 2048).unwrap();
    key.to_pkcs8_der().unwrap().as_bytes().to_vec()
});

/// A registry's data directory, as far as this crate is concerned.
struct Registry {
    folder: TempDir,
    catalog: Arc<Catalog>,
}

impl Registry {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(&folder.path().join("catalog.db")).unwrap();
        Self {
            folder,
            catalog: Arc::new(catalog),
        }
    }

    /// With an RSA key that was made earlier.
    fn with_rsa_key() -> Self {
        let registry = Self::new();
        registry.put_key("rs256-0000000000001-made-earlier.pk8", &RSA_KEY);
        registry
    }

    fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// The files of the keys that sign tokens; the one that signs packages is always there.
    fn key_files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.keys()).unwrap();
        let names = entries.map(|entry| entry.unwrap());
        names
            .filter(|entry| entry.file_name() != "packages-p256.pk8")
            .map(|entry| entry.path())
            .collect()
    }

    fn put_key(&self, name: &str, content: &[u8]) -> PathBuf {
        fs::create_dir_all(self.keys()).unwrap();
        let path = self.keys().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn try_open(&self, policy: Policy) -> Result<Auth, OpenError> {
        self.try_open_with(Trust::default(), policy)
    }

    fn try_open_with(&self, trust: Trust, policy: Policy) -> Result<Auth, OpenError> {
        let options = AuthOptions {
            keys: self.keys(),
            issuers: Issuers {
                local: "http://localhost:4873/_auth".to_owned(),
                private: "https://auth.mycompany.com".to_owned(),
                public: "https://auth.example.com".to_owned(),
                local_hash: LOCAL_HASH,
            },
            trust,
            policy,
        };
        Auth::open(Arc::clone(&self.catalog), options)
    }

    fn open(&self) -> Auth {
        self.try_open(policy(Registration::Open)).unwrap()
    }

    fn disable(&self, name: &str) {
        let catalog = self.folder.path().join("catalog.db");
        let connection = rusqlite::Connection::open(catalog).unwrap();
        let changed = connection
            .execute("UPDATE accounts SET disabled = 1 WHERE name = ?1", [name])
            .unwrap();
        assert_eq!(changed, 1);
    }
}

fn policy(registration: Registration) -> Policy {
    Policy {
        registration,
        token_lifetime: Duration::from_hours(1),
        rules: AccessRules::default(),
        owner_only: false,
        hides_private: false,
    }
}

fn settings(registry_hash: u32, features: &[Feature]) -> Config13 {
    let mut settings = Config13::new(registry_hash);
    let flags = features
        .iter()
        .fold(FeatureFlags::NONE, |flags, feature| flags.with(*feature));
    settings.set_feature_flags(flags);
    settings
}

/// Settings that sign with Ed25519, which needs no slow key.
fn premium() -> Config13 {
    settings(LOCAL_HASH, &[Feature::PremiumTypes])
}

fn credentials(name: &str, password: &str) -> Credentials {
    Credentials {
        name: name.to_owned(),
        password: password.to_owned(),
        email: None,
    }
}

/// Who changes things, where a test does not look at that.
fn by() -> Origin {
    Origin {
        actor: "alice".to_owned(),
        token: String::new(),
        address: "192.0.2.1".to_owned(),
    }
}

async fn log_in(auth: &Auth, name: &str) -> LoggedIn {
    let credentials = credentials(name, PASSWORD);
    auth.login(credentials, &premium(), LOOPBACK).await.unwrap()
}

async fn identify(auth: &Auth, token: &str) -> Result<Arc<Caller>, Option<TokenProblem>> {
    let header = format!("Bearer {token}");
    match auth
        .identify(Some(&header), LOOPBACK, &premium())
        .await
        .unwrap()
    {
        Identity::Account(caller) => Ok(caller),
        Identity::Anonymous(problem) => Err(problem),
    }
}

/// Returns the JSON of a token's header (0) or claims (1).
fn part(token: &str, place: usize) -> Value {
    let text = token.split('.').nth(place).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
