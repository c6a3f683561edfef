//! The environment, with `.env.local` below it.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use super::{Layer, env_file, values::parse};
use crate::failure::Failure;

/// The file in the current folder whose variables count as if they were set.
const FILE: &str = ".env.local";

/// Variables of ours that are no settings of the server.
const NO_SETTINGS: [&str; 4] = [
    "REGISTRY_CONFIG",
    "REGISTRY_FEATURE_DEBUG",
    "REGISTRY_TOKEN",
    "REGISTRY_URL",
];

/// The variables that concern this program.
pub(super) struct Environment(BTreeMap<String, String>);

impl Environment {
    pub(super) fn gather() -> Result<Self, Failure> {
        let mut variables = BTreeMap::new();
        let file =
            env_file::read(Path::new(FILE)).map_err(|error| Failure::refused(error.to_string()))?;
        variables.extend(file);
        for (name, value) in env::vars_os() {
            let Ok(name) = name.into_string() else {
                continue;
            };
            if !is_ours(&name) {
                continue;
            }
            let value = value
                .into_string()
                .map_err(|_| Failure::refused(format!("{name}: the value is not UTF-8 text")))?;
            variables.insert(name, value);
        }
        variables.retain(|name, value| is_ours(name) && !value.is_empty());
        Ok(Self(variables))
    }

    /// The settings file that is named.
    pub(super) fn config(&self) -> Option<PathBuf> {
        self.0.get("REGISTRY_CONFIG").map(PathBuf::from)
    }

    /// Whether debug logging is asked for, in our words or in Bun's.
    pub(super) fn debug(&self) -> bool {
        ["REGISTRY_FEATURE_DEBUG", "BUN_FEATURE_DEBUG"]
            .iter()
            .any(|name| self.0.get(*name).is_some_and(|value| value == "1"))
    }

    pub(super) fn layer(&self) -> Result<Layer, Failure> {
        let mut layer = Layer::default();
        for (name, value) in &self.0 {
            match name.as_str() {
                "REGISTRY_LISTEN" => layer.listen = Some(parse(name, value)?),
                "REGISTRY_DATA" => layer.data = Some(value.into()),
                "REGISTRY_LOCKFILE" => layer.lockfile = Some(value.into()),
                "REGISTRY_PUBLIC_URL" => layer.public_url = Some(parse(name, value)?),
                "REGISTRY_AUTH_REGISTRATION" => layer.registration = Some(parse(name, value)?),
                "REGISTRY_AUTH_TOKEN_LIFETIME_DAYS" => {
                    layer.token_lifetime_days = Some(parse(name, value)?);
                }
                "REGISTRY_AUTH_PRIVATE_ISSUER" => layer.private_issuer = Some(parse(name, value)?),
                "REGISTRY_AUTH_PUBLIC_ISSUER" => layer.public_issuer = Some(parse(name, value)?),
                "REGISTRY_CACHE_PACKUMENT_MIB" => layer.packument_mib = Some(parse(name, value)?),
                "REGISTRY_LIMITS_PUBLISH_MIB" => layer.publish_mib = Some(parse(name, value)?),
                "REGISTRY_LOG_REQUESTS" => layer.requests = Some(parse(name, value)?),
                other if NO_SETTINGS.contains(&other) || !other.starts_with("REGISTRY_") => {}
                // A typo must not pass for a setting that is in force. Other programs' variables
                // begin the same way now and then, so those below the known groups are refused only.
                other if GROUPS.iter().any(|group| other.starts_with(group)) => {
                    return Err(Failure::refused(format!("{other} is not a setting"))
                        .hint("`registryd --help` lists the settings"));
                }
                _ => {}
            }
        }
        Ok(layer)
    }
}

/// What the names of settings in a section of the file begin with.
const GROUPS: [&str; 4] = [
    "REGISTRY_AUTH_",
    "REGISTRY_CACHE_",
    "REGISTRY_LIMITS_",
    "REGISTRY_LOG_",
];

fn is_ours(name: &str) -> bool {
    name.starts_with("REGISTRY_") || name == "BUN_FEATURE_DEBUG"
}
