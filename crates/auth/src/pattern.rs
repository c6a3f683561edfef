//! Which packages something is for: a name, `@scope/*`, `@*/*` or `**`.

use std::{fmt, str::FromStr};

use npm_model::PackageName;

/// Which packages a rule or a key is for; smaller is more specific.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum PackagePattern {
    /// One package.
    Exact(PackageName),
    /// All packages of a scope, which stands here without its `@`.
    Scope(String),
    /// All packages that have a scope.
    AnyScope,
    /// All packages.
    All,
}

impl PackagePattern {
    /// Whether a package is one of them.
    pub fn matches(&self, package: &PackageName) -> bool {
        match self {
            Self::Exact(name) => name == package,
            Self::Scope(scope) => package.scope() == Some(scope),
            Self::AnyScope => package.scope().is_some(),
            Self::All => true,
        }
    }
}

impl FromStr for PackagePattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let refused = || PatternError(text.chars().take(100).collect());
        match text {
            "**" => Ok(Self::All),
            "@*/*" => Ok(Self::AnyScope),
            // An asterisk anywhere else is legal in old names, but whoever writes it means more than
            // that character: a rule that quietly matches nothing would leave packages unguarded.
            _ if text.strip_suffix("/*").unwrap_or(text).contains('*') => Err(refused()),
            _ => match text.strip_suffix("/*") {
                Some(named) if named.starts_with('@') => {
                    scope(named).map(Self::Scope).ok_or_else(refused)
                }
                Some(_) => Err(refused()),
                None => PackageName::parse(text)
                    .map(Self::Exact)
                    .map_err(|_| refused()),
            },
        }
    }
}

impl fmt::Display for PackagePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => name.fmt(f),
            Self::Scope(scope) => write!(f, "@{scope}/*"),
            Self::AnyScope => f.write_str("@*/*"),
            Self::All => f.write_str("**"),
        }
    }
}

/// A text is no pattern.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0:?} is not a pattern: use a package name, \"@scope/*\", \"@*/*\" or \"**\"")]
pub struct PatternError(String);

/// Returns the scope that a text names, with or without its `@`: whatever makes a valid name with a
/// plain word behind it.
pub(crate) fn scope(text: &str) -> Option<String> {
    let bare = text.strip_prefix('@').unwrap_or(text);
    let name = PackageName::parse(&format!("@{bare}/x")).ok()?;
    name.scope().map(str::to_owned)
}
