//! What an API key may do: `read`, `publish`, `write` or `admin`, each for all packages or some.

use std::{fmt, str::FromStr};

use npm_model::PackageName;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    access::Action,
    pattern::{PackagePattern, PatternError},
};

/// What a key may do with the packages it is for, if its owner may.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ability {
    /// See packages.
    Read,
    /// See them, and add versions with their dist-tags.
    Publish,
    /// That, and deprecate and remove versions.
    Write,
    /// All that the owner may.
    Admin,
}

impl Ability {
    const ALL: [Self; 4] = [Self::Read, Self::Publish, Self::Write, Self::Admin];

    /// The word of a scope.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Publish => "publish",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    const fn allows(self, action: Action) -> bool {
        match action {
            Action::Read => true,
            Action::Publish | Action::Tag => {
                matches!(self, Self::Publish | Self::Write | Self::Admin)
            }
            Action::Deprecate | Action::Unpublish => matches!(self, Self::Write | Self::Admin),
            Action::Administer => matches!(self, Self::Admin),
        }
    }
}

/// What a key may do, and for which packages: `read`, `publish:@acme/*`, `write:left-pad`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyScope {
    /// What it may do.
    pub ability: Ability,
    /// With which packages.
    pub pattern: PackagePattern,
}

impl KeyScope {
    /// Whether it allows something with a package.
    pub(crate) fn allows(&self, action: Action, package: &PackageName) -> bool {
        self.ability.allows(action) && self.pattern.matches(package)
    }

    /// Whether it allows all that the owner may, packages or not.
    pub(crate) fn is_everything(&self) -> bool {
        self.ability == Ability::Admin && self.pattern == PackagePattern::All
    }
}

/// A text is no scope.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyScopeError {
    /// It begins with none of the words.
    #[error(
        "{0:?} is not a scope: use read, publish, write or admin, alone or with the packages it is \
         for, such as \"publish:@acme/*\""
    )]
    Ability(String),
    /// What follows the word are no packages.
    #[error(transparent)]
    Pattern(#[from] PatternError),
}

impl FromStr for KeyScope {
    type Err = KeyScopeError;

    fn from_str(text: &str) -> Result<Self, KeyScopeError> {
        let (word, pattern) = match text.split_once(':') {
            Some((word, pattern)) => (word, pattern.parse()?),
            None => (text, PackagePattern::All),
        };
        let ability = Ability::ALL.into_iter().find(|it| it.as_str() == word);
        let ability =
            ability.ok_or_else(|| KeyScopeError::Ability(text.chars().take(100).collect()))?;
        Ok(Self { ability, pattern })
    }
}

impl fmt::Display for KeyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.ability.as_str())?;
        match self.pattern {
            PackagePattern::All => Ok(()),
            ref pattern => write!(f, ":{pattern}"),
        }
    }
}

impl Serialize for KeyScope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyScope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_as_they_are_written() {
        for text in [
            "read",
            "publish",
            "write",
            "admin",
            "publish:@acme/*",
            "read:left-pad",
            "write:@*/*",
            "admin:@acme/x",
        ] {
            let scope: KeyScope = text.parse().unwrap();
            assert_eq!(scope.to_string(), text);
        }
        assert_eq!("read:**".parse::<KeyScope>().unwrap().to_string(), "read");
        for text in [
            "",
            "reads",
            "READ",
            "read:",
            "read:@acme",
            "read:*",
            "everything:x",
            ":x",
        ] {
            assert!(text.parse::<KeyScope>().is_err(), "{text}");
        }
    }

    #[test]
    fn each_ability_includes_what_it_needs() {
        let package = PackageName::parse("@acme/x").unwrap();
        for (scope, allowed) in [
            ("read", &[Action::Read][..]),
            ("publish", &[Action::Read, Action::Publish, Action::Tag]),
            (
                "write",
                &[
                    Action::Read,
                    Action::Publish,
                    Action::Tag,
                    Action::Deprecate,
                    Action::Unpublish,
                ],
            ),
            ("admin", &Action::ALL),
            ("admin:@other/*", &[]),
            ("write:@acme/y", &[]),
        ] {
            let scope: KeyScope = scope.parse().unwrap();
            for action in Action::ALL {
                let expected = allowed.contains(&action);
                assert_eq!(scope.allows(action, &package), expected, "{scope} {action}");
            }
        }
    }
}
