//! `.npmrc`: which registry a package belongs to, and with which credentials it is asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs, io,
    path::{Path, PathBuf},
};

use npm_model::PackageName;

use crate::{Credentials, CredentialsError, RegistryUrl, RegistryUrlError};

mod environment;
mod ini;

pub use environment::Environment;

/// The registry of everybody who names no other.
const PUBLIC: &str = "https://registry.npmjs.org/";

/// The longest file that is read, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// Keys that hold a secret, or half of one. npm wants the registry's address before each of them.
const SECRETS: [&str; 4] = ["_auth", "_authToken", "_password", "username"];

/// Why the settings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum NpmrcError {
    /// A file is there, and could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is there, and is none that anybody has written by hand.
    #[error("{} is larger than {LONGEST} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// A registry is set that is none.
    #[error("the setting `{key}` names no registry: {source}")]
    Registry {
        /// What is set: `registry` or `@scope:registry`.
        key: String,
        /// What is wrong with it.
        source: RegistryUrlError,
    },
}

/// What npm's settings say of registries. Its debug output shows keys and no values.
#[derive(Clone, Default)]
pub struct Npmrc {
    values: BTreeMap<String, String>,
    unscoped: BTreeSet<&'static str>,
}

impl Npmrc {
    /// Reads what npm would read in a folder: the environment, the `.npmrc` of the package that the folder
    /// is in (its own: npm passes over the one of a workspace for that of the workspaces' root), the user's, and the system's if the environment names it. The first one that sets something wins.
    pub fn load(folder: &Path, environment: &Environment) -> Result<Self, NpmrcError> {
        let mut npmrc = Self::default();
        npmrc.add(environment.settings(), environment);
        let user = npmrc.file("userconfig").or_else(|| {
            let home = environment.get("HOME").or(environment.get("USERPROFILE"))?;
            Some(Path::new(home).join(".npmrc"))
        });
        let project = project_of(folder).join(".npmrc");
        let mut files = Vec::new();
        if user.as_ref() != Some(&project) {
            files.push(project);
        }
        files.extend(user);
        files.extend(npmrc.file("globalconfig"));
        for path in files {
            if let Some(text) = read(&path)? {
                npmrc.add_file(&text, environment);
            }
        }
        Ok(npmrc)
    }

    /// Reads the text of one file. What npm does not understand is passed over.
    pub fn parse(text: &str, environment: &Environment) -> Self {
        let mut npmrc = Self::default();
        npmrc.add_file(text, environment);
        npmrc
    }

    /// The value of a setting, such as `tag`. Secrets are not given out.
    pub fn get(&self, key: &str) -> Option<&str> {
        let name = key.rsplit(':').next().unwrap_or(key);
        if SECRETS.contains(&name) {
            return None;
        }
        self.values.get(key).map(String::as_str)
    }

    /// The registry of packages without a scope, and of scopes that have none.
    pub fn default_registry(&self) -> Result<RegistryUrl, NpmrcError> {
        self.registry("registry")
            .unwrap_or_else(|| parse("registry", PUBLIC))
    }

    /// The registry that a package is asked for from.
    pub fn registry_for(&self, name: &PackageName) -> Result<RegistryUrl, NpmrcError> {
        let of_scope = name.scope().and_then(|scope| self.registry_of(scope));
        of_scope.unwrap_or_else(|| self.default_registry())
    }

    /// The registry that is set for a scope, which is named without `@`.
    fn registry_of(&self, scope: &str) -> Option<Result<RegistryUrl, NpmrcError>> {
        self.registry(&format!("@{scope}:registry"))
    }

    /// The credentials for a registry: those of the nearest path above it on the same host and port.
    pub fn credentials_for(
        &self,
        registry: &RegistryUrl,
    ) -> Result<Option<Credentials>, CredentialsError> {
        let mut key = registry.key();
        // Both `//host/path/:_authToken` and `//host/path:_authToken` are written.
        while key.len() > "//".len() {
            if let Some(credentials) = self.credentials_at(&key) {
                return credentials.map(Some);
            }
            if key.pop() != Some('/') {
                let end = key.rfind('/').map_or(0, |at| at + 1);
                key.truncate(end);
            }
        }
        Ok(None)
    }

    /// Keys of credentials that name no registry. Nobody is sent them, and npm refuses to start with them.
    pub fn unscoped_credentials(&self) -> impl Iterator<Item = &'static str> {
        self.unscoped.iter().copied()
    }

    fn credentials_at(&self, key: &str) -> Option<Result<Credentials, CredentialsError>> {
        let value = |name: &str| {
            let value = self.values.get(&format!("{key}:{name}"));
            value.filter(|value| !value.is_empty())
        };
        if let Some(token) = value("_authToken") {
            return Some(Credentials::token(token));
        }
        if let Some(auth) = value("_auth") {
            return Some(Credentials::auth(auth));
        }
        let (user, password) = (value("username")?, value("_password")?);
        let decoded = environment::decode(password).ok_or(CredentialsError::Password);
        Some(decoded.map(|password| Credentials::password(user, &password)))
    }

    fn registry(&self, key: &str) -> Option<Result<RegistryUrl, NpmrcError>> {
        let value = self.values.get(key)?;
        (!value.is_empty()).then(|| parse(key, value))
    }

    fn file(&self, key: &str) -> Option<PathBuf> {
        self.values.get(key).map(PathBuf::from)
    }

    fn add_file(&mut self, text: &str, environment: &Environment) {
        self.add(ini::parse(text), environment);
    }

    fn add(&mut self, settings: Vec<(String, String)>, environment: &Environment) {
        // Within one file the last one counts, and between files the first.
        let mut found = BTreeMap::new();
        for (key, value) in settings {
            let key = environment.expand(&key);
            let secret = SECRETS.iter().find(|secret| **secret == key);
            self.unscoped.extend(secret);
            found.insert(key, environment.expand(&value));
        }
        for (key, value) in found {
            self.values.entry(key).or_insert(value);
        }
    }
}

impl fmt::Debug for Npmrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

fn parse(key: &str, value: &str) -> Result<RegistryUrl, NpmrcError> {
    value.parse().map_err(|source| NpmrcError::Registry {
        key: key.to_owned(),
        source,
    })
}

/// The nearest folder above that has a `package.json` or a `node_modules`, as npm finds it, or the folder itself.
fn project_of(folder: &Path) -> PathBuf {
    let is_project = |folder: &&Path| {
        folder.join("package.json").is_file() || folder.join("node_modules").is_dir()
    };
    folder
        .ancestors()
        .find(is_project)
        .unwrap_or(folder)
        .to_owned()
}

fn read(path: &Path) -> Result<Option<String>, NpmrcError> {
    let refused = |source: io::Error| NpmrcError::Read {
        path: path.to_owned(),
        source,
    };
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => return Ok(None),
        Ok(found) if found.len() > LONGEST => {
            return Err(NpmrcError::TooLarge {
                path: path.to_owned(),
            });
        }
        Ok(_) => {}
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(refused(error)),
    }
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

#[cfg(test)]
mod tests;
