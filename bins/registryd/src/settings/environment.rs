//! The environment, with `.env.local` below it.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use super::{Layer, env_file, values::parse};
use crate::failure::Failure;

/// The file in the current folder whose variables count as if they were set.
const FILE: &str = ".env.local";

/// Names the settings file.
const CONFIG: &str = "REGISTRY_CONFIG";

/// Turns debug logging on.
const DEBUG: &str = "REGISTRY_FEATURE_DEBUG";

/// Bun's word for the same.
const BUN_DEBUG: &str = "BUN_FEATURE_DEBUG";

/// The settings, each with its name here and what setting it does.
const SETTINGS: &[(&str, Set)] = &[
    ("REGISTRY_LISTEN", |to, it| it.put(&mut to.listen)),
    ("REGISTRY_DATA", |to, it| it.put(&mut to.data)),
    ("REGISTRY_LOCKFILE", |to, it| it.put(&mut to.lockfile)),
    ("REGISTRY_PUBLIC_URL", |to, it| it.put(&mut to.public_url)),
    ("REGISTRY_SERVER_TRUSTED_PROXIES", |to, it| {
        it.put(&mut to.trusted_proxies)
    }),
    ("REGISTRY_AUTH_REGISTRATION", |to, it| {
        it.put(&mut to.registration)
    }),
    ("REGISTRY_AUTH_TOKEN_LIFETIME_DAYS", |to, it| {
        it.put(&mut to.token_lifetime_days)
    }),
    ("REGISTRY_AUTH_OWNER_ONLY_PUBLISHING", |to, it| {
        it.put(&mut to.owner_only_publishing)
    }),
    ("REGISTRY_AUTH_HIDE_PRIVATE", |to, it| {
        it.put(&mut to.hide_private)
    }),
    ("REGISTRY_AUTH_PRIVATE_ISSUER", |to, it| {
        it.put(&mut to.private_issuer)
    }),
    ("REGISTRY_AUTH_PUBLIC_ISSUER", |to, it| {
        it.put(&mut to.public_issuer)
    }),
    ("REGISTRY_AUTH_PRIVATE_JWKS", |to, it| {
        it.put(&mut to.private_jwks)
    }),
    ("REGISTRY_AUTH_PUBLIC_JWKS", |to, it| {
        it.put(&mut to.public_jwks)
    }),
    ("REGISTRY_AUTH_AUDIENCE", |to, it| it.put(&mut to.audience)),
    ("REGISTRY_AUDIT_ADVISORIES", |to, it| {
        it.put(&mut to.advisories)
    }),
    ("REGISTRY_CACHE_PACKUMENT_MIB", |to, it| {
        it.put(&mut to.packument_mib)
    }),
    ("REGISTRY_LIMITS_PUBLISH_MIB", |to, it| {
        it.put(&mut to.publish_mib)
    }),
    ("REGISTRY_LOG_REQUESTS", |to, it| it.put(&mut to.requests)),
];

type Set = fn(&mut Layer, &Variable<'_>) -> Result<(), Failure>;

/// What the names of settings in a section of the file begin with.
const GROUPS: [&str; 6] = [
    "REGISTRY_AUDIT_",
    "REGISTRY_AUTH_",
    "REGISTRY_CACHE_",
    "REGISTRY_LIMITS_",
    "REGISTRY_LOG_",
    "REGISTRY_SERVER_",
];

/// Variables that may stand in the file for others: for the programs that talk to a registry.
const OF_CLIENTS: [&str; 2] = ["REGISTRY_TOKEN", "REGISTRY_URL"];

/// What the names begin with under which `config13` exports the 13 bytes.
const EXPORTED: &str = "REGISTRY_CONFIG_";

/// The variables that concern this program.
pub(super) struct Environment(BTreeMap<String, Value>);

struct Value {
    text: String,
    /// Where it stands, when it comes from the file.
    place: Option<Place>,
}

struct Place {
    file: PathBuf,
    line: usize,
}

/// A variable that is set.
struct Variable<'a> {
    name: &'a str,
    value: &'a Value,
}

impl Environment {
    /// Takes the process's variables, and under them those of the file in `folder`. One that the
    /// process sets to nothing counts as not set at all, whatever the file says.
    pub(super) fn gather(
        folder: &Path,
        process: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Failure> {
        let mut variables = BTreeMap::new();
        let path = folder.join(FILE);
        let lines = env_file::read(&path).map_err(|error| Failure::refused(error.to_string()))?;
        for env_file::Variable { key, value, line } in lines {
            let value = Value {
                text: value,
                place: Some(Place {
                    file: path.clone(),
                    line,
                }),
            };
            variables.insert(key, value);
        }
        for (name, value) in process {
            let Ok(name) = name.into_string() else {
                continue;
            };
            if !is_ours(&name) {
                continue;
            }
            let text = value
                .into_string()
                .map_err(|_| Failure::refused(format!("{name}: the value is not UTF-8 text")))?;
            variables.insert(name, Value { text, place: None });
        }
        variables.retain(|name, value| is_ours(name) && !value.text.is_empty());
        Ok(Self(variables))
    }

    /// The settings file that is named.
    pub(super) fn config(&self) -> Option<PathBuf> {
        self.0.get(CONFIG).map(|value| PathBuf::from(&value.text))
    }

    /// Whether debug logging is asked for, in our words or in Bun's.
    pub(super) fn debug(&self) -> Result<bool, Failure> {
        let ours = match self.variable(DEBUG) {
            None => false,
            Some(variable) => match variable.value.text.as_str() {
                "1" => true,
                "0" => false,
                other => {
                    return Err(Failure::refused(format!(
                        "{variable}: {other:?} is neither 1 nor 0"
                    )));
                }
            },
        };
        // What else Bun may take it for is Bun's affair.
        let buns = self.0.get(BUN_DEBUG);
        Ok(ours || buns.is_some_and(|value| value.text == "1"))
    }

    pub(super) fn layer(&self) -> Result<Layer, Failure> {
        let mut layer = Layer::default();
        for (name, value) in &self.0 {
            let variable = Variable { name, value };
            match SETTINGS.iter().find(|(known, _)| known == name) {
                Some((_, set)) => set(&mut layer, &variable)?,
                None if variable.is_a_mistake() => {
                    return Err(Failure::refused(format!("{variable} is not a setting"))
                        .hint("`registryd --help` lists the settings"));
                }
                None => {}
            }
        }
        Ok(layer)
    }

    fn variable(&self, wanted: &str) -> Option<Variable<'_>> {
        let (name, value) = self.0.get_key_value(wanted)?;
        Some(Variable { name, value })
    }

    /// The names of all variables that this program reads.
    #[cfg(test)]
    pub(super) fn known() -> Vec<&'static str> {
        let settings = SETTINGS.iter().map(|(name, _)| *name);
        settings.chain([CONFIG, DEBUG, BUN_DEBUG]).collect()
    }
}

impl Variable<'_> {
    fn put<T: FromStr<Err: fmt::Display>>(&self, place: &mut Option<T>) -> Result<(), Failure> {
        *place = Some(parse(self, &self.value.text)?);
        Ok(())
    }

    /// Whether a variable that is no setting was meant to be one: a typo must not pass for a
    /// setting that is in force. Other programs' variables begin the same way now and then, so of
    /// what the process was given only those below the known groups are refused; the file is ours.
    fn is_a_mistake(&self) -> bool {
        let name = self.name;
        if [CONFIG, DEBUG, BUN_DEBUG].contains(&name) {
            return false;
        }
        let in_a_group = GROUPS.iter().any(|group| name.starts_with(group));
        let for_others = OF_CLIENTS.contains(&name) || name.starts_with(EXPORTED);
        in_a_group || self.value.place.is_some() && !for_others
    }
}

impl fmt::Display for Variable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { file, line }) = &self.value.place {
            write!(f, "{}:{line}: ", file.display())?;
        }
        f.write_str(self.name)
    }
}

fn is_ours(name: &str) -> bool {
    name.starts_with("REGISTRY_") || name == BUN_DEBUG
}
