//! Package names: what npm accepts for existing packages, and the stricter rules for new ones.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::quoted::Quoted;

/// The longest name a new package may have, scope included, as npm has it.
const MAX_NEW_LEN: usize = 214;

/// The longest name that is read at all. npm sets no limit for existing packages; none comes close to this.
const MAX_LEN: usize = 1024;

/// Names that would shadow what every package folder or web server already has.
const RESERVED: [&str; 2] = ["favicon.ico", "node_modules"];

/// Node's own modules, which `require` prefers to a package of the same name.
///
/// Those that another rule refuses anyway (`_…`, or with a slash or colon) are left out. Sorted.
const CORE_MODULES: [&str; 42] = [
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

/// Names a package: `left-pad`, or `@acme/left-pad` with a scope.
///
/// Holds the rules of every name that exists; [`check_new`](Self::check_new) has those for a name that
/// is hosted for the first time. All characters are ASCII, need no escape in JSON and, apart from the
/// slash after the scope, none in a URL path. A name is *not* safe as a file name: `con` is one, and so
/// are two that differ only in case.
#[derive(Clone, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct PackageName(Arc<str>);

/// Why a text is not the name of a package, or not of a new one.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NameError {
    /// There is no name.
    #[error("a package name cannot be empty")]
    Empty,
    /// The name is longer than any that exists, or than a new one may be.
    #[error("package name {name} has {length} characters, at most {limit} are allowed")]
    TooLong {
        /// The beginning of the name.
        name: Quoted,
        /// Its length in bytes.
        length: usize,
        /// The longest that is allowed here.
        limit: usize,
    },
    /// The first character has a meaning of its own in paths, options or server routes.
    #[error("package name {name} cannot start with a period, hyphen or underscore")]
    Start {
        /// The name.
        name: Quoted,
    },
    /// The part after the scope starts with a period.
    #[error("package name {name} cannot have a period after its scope")]
    BaseStart {
        /// The name.
        name: Quoted,
    },
    /// The name means something else in every project folder or web server.
    #[error("package name {name} is reserved")]
    Reserved {
        /// The name.
        name: Quoted,
    },
    /// A character would need an escape in a URL, or the scope is not `@scope/`.
    #[error(
        "package name {name} must be `name` or `@scope/name`, each of letters, digits and -_.!~*'()"
    )]
    NotUrlSafe {
        /// The name.
        name: Quoted,
    },
    /// `require` would give Node's own module instead of this package.
    #[error(
        "package name {name} is the name of a Node core module, which a new package cannot take"
    )]
    CoreModule {
        /// The name.
        name: Quoted,
    },
    /// Names that differ only in case collide on many disks.
    #[error("package name {name} has capital letters, which a new package cannot have")]
    Capitals {
        /// The name.
        name: Quoted,
    },
    /// Characters that URLs allow and shells, file names and people stumble over.
    #[error("package name {name} has one of ~'!()*, which a new package cannot have")]
    Special {
        /// The name.
        name: Quoted,
    },
}

impl PackageName {
    /// Reads a name that may already exist somewhere.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let name = || Quoted::new(text);
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.len() > MAX_LEN {
            return Err(NameError::TooLong {
                name: name(),
                length: text.len(),
                limit: MAX_LEN,
            });
        }
        if text.starts_with(['.', '-', '_']) {
            return Err(NameError::Start { name: name() });
        }
        if RESERVED
            .iter()
            .any(|reserved| text.eq_ignore_ascii_case(reserved))
        {
            return Err(NameError::Reserved { name: name() });
        }
        if !is_url_component(text) {
            let scoped = text.strip_prefix('@').and_then(|rest| rest.split_once('/'));
            let Some((scope, base)) = scoped else {
                return Err(NameError::NotUrlSafe { name: name() });
            };
            if !is_url_component(scope) || !is_url_component(base) {
                return Err(NameError::NotUrlSafe { name: name() });
            }
            if base.starts_with('.') {
                return Err(NameError::BaseStart { name: name() });
            }
        }
        Ok(Self(text.into()))
    }

    /// Reads a name that is to be hosted for the first time.
    pub fn parse_new(text: &str) -> Result<Self, NameError> {
        let name = Self::parse(text)?;
        name.check_new()?;
        Ok(name)
    }

    /// Checks what is asked of a name hosted for the first time, beyond what makes it a name.
    pub fn check_new(&self) -> Result<(), NameError> {
        let name = || Quoted::new(&self.0);
        if CORE_MODULES
            .iter()
            .any(|module| self.0.eq_ignore_ascii_case(module))
        {
            return Err(NameError::CoreModule { name: name() });
        }
        if self.0.len() > MAX_NEW_LEN {
            let length = self.0.len();
            return Err(NameError::TooLong {
                name: name(),
                length,
                limit: MAX_NEW_LEN,
            });
        }
        if self.0.contains(|c: char| c.is_ascii_uppercase()) {
            return Err(NameError::Capitals { name: name() });
        }
        // npm looks at the last segment only, so a scope may have them: scopes are account names.
        if self.base().contains(['~', '\'', '!', '(', ')', '*']) {
            return Err(NameError::Special { name: name() });
        }
        Ok(())
    }

    /// Returns the whole name, `@scope/base` or `base`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the scope without its `@`, if there is one.
    pub fn scope(&self) -> Option<&str> {
        self.0
            .strip_prefix('@')?
            .split_once('/')
            .map(|(scope, _)| scope)
    }

    /// Returns the part after the scope: the whole name where there is none.
    pub fn base(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(_, base)| base)
    }

    /// Returns a key that is the same for names people would mistake for each other: those that differ
    /// only in case, or in where they have `.`, `-` and `_`.
    ///
    /// The scope stays a part of the key, so equal names in different scopes do not collide.
    pub fn similarity_key(&self) -> String {
        let kept = self.0.chars().filter(|c| !matches!(c, '.' | '-' | '_'));
        kept.map(|c| c.to_ascii_lowercase()).collect()
    }
}

/// Whether JavaScript's `encodeURIComponent` would leave `text` as it is, which is npm's measure.
pub(crate) fn is_url_component(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&b);
    !text.is_empty() && text.bytes().all(plain)
}

impl AsRef<str> for PackageName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PackageName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests;
