//! Dist-tags: movable labels for versions.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::name::is_url_component;
use crate::quoted::Quoted;
use crate::range::Range;

/// The longest tag, the same as for a new package name.
const MAX_LEN: usize = 214;

/// What `npm install` uses when no tag is named.
const LATEST: &str = "latest";

/// What a plain JavaScript object has without being given it: clients look tags up in one.
const INHERITED: [&str; 13] = [
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "prototype",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// Labels a version of a package, such as `latest` or `next`; it can be moved to another version.
#[derive(Clone, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct DistTag(Arc<str>);

/// Why a text cannot be a dist-tag.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DistTagError {
    /// There is no tag.
    #[error("a dist-tag cannot be empty")]
    Empty,
    /// Nobody types that.
    #[error("dist-tag {tag} has {length} characters, at most {MAX_LEN} are allowed")]
    TooLong {
        /// The beginning of the tag.
        tag: Quoted,
        /// Its length in bytes.
        length: usize,
    },
    /// It would need an escape in a URL, or vanish from its path.
    #[error(
        "dist-tag {tag} must be of letters, digits and -_.!~*'(), and not only one or two periods"
    )]
    NotUrlSafe {
        /// The tag.
        tag: Quoted,
    },
    /// `npm install package@tag` would take it for a version or range.
    #[error("dist-tag {tag} cannot be a version or a range of versions")]
    IsRange {
        /// The tag.
        tag: Quoted,
    },
    /// JavaScript clients would find an inherited property under this name.
    #[error("dist-tag {tag} is reserved")]
    Reserved {
        /// The tag.
        tag: Quoted,
    },
}

impl DistTag {
    /// Reads a tag.
    pub fn parse(text: &str) -> Result<Self, DistTagError> {
        let tag = || Quoted::new(text);
        if text.is_empty() {
            return Err(DistTagError::Empty);
        }
        if text.len() > MAX_LEN {
            return Err(DistTagError::TooLong {
                tag: tag(),
                length: text.len(),
            });
        }
        if !is_url_component(text) || matches!(text, "." | "..") {
            return Err(DistTagError::NotUrlSafe { tag: tag() });
        }
        if INHERITED.contains(&text) {
            return Err(DistTagError::Reserved { tag: tag() });
        }
        if Range::parse(text).is_ok() {
            return Err(DistTagError::IsRange { tag: tag() });
        }
        Ok(Self(text.into()))
    }

    /// Returns `latest`, which every package has and which is installed when no tag is named.
    pub fn latest() -> Self {
        Self(LATEST.into())
    }

    /// Says whether this is `latest`.
    pub fn is_latest(&self) -> bool {
        &*self.0 == LATEST
    }

    /// Returns the tag's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for DistTag {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DistTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for DistTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for DistTag {
    type Err = DistTagError;

    fn from_str(text: &str) -> Result<Self, DistTagError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn good_tags() {
        for text in [
            "latest",
            "next",
            "v",
            "v-next",
            "beta.1",
            "1.x-lts",
            "release-1.0",
            "node20",
            &"a".repeat(214),
        ] {
            assert_eq!(
                DistTag::parse(text).map(|tag| tag.to_string()),
                Ok(text.to_owned())
            );
        }
        assert_eq!(DistTag::parse("latest"), Ok(DistTag::latest()));
        assert!(DistTag::latest().is_latest());
        assert!(!DistTag::parse("next").unwrap().is_latest());
    }

    #[test]
    fn bad_tags() {
        fn check(text: &str, expected: fn(Quoted) -> DistTagError) {
            assert_eq!(
                DistTag::parse(text),
                Err(expected(Quoted::new(text))),
                "{text}"
            );
        }
        assert_eq!(DistTag::parse(""), Err(DistTagError::Empty));
        check(&"a".repeat(215), |tag| DistTagError::TooLong {
            tag,
            length: 215,
        });
        for text in [
            " ", "a b", "a/b", "a%b", "@a", "é", "a\0", "^1", ".", "..", "latest ", "a+b",
        ] {
            check(text, |tag| DistTagError::NotUrlSafe { tag });
        }
        for text in [
            "1.0.0",
            "v1.0.0",
            "1",
            "v1",
            "1.2",
            "1.x",
            "~1",
            "x",
            "X",
            "vx",
            "*",
            "1.0.0-rc.1",
        ] {
            check(text, |tag| DistTagError::IsRange { tag });
        }
        for text in INHERITED {
            check(text, |tag| DistTagError::Reserved { tag });
        }
    }

    proptest! {
        #[test]
        fn a_tag_is_never_taken_for_anything_else(text in prop_oneof!["[v^~<>=xX*0-9.a-]{1,8}", any::<String>()]) {
            if let Ok(tag) = DistTag::parse(&text) {
                prop_assert_eq!(tag.as_str(), &text);
                prop_assert!(Range::parse(&text).is_err() && !text.contains(['/', '%', '\\', '\0']));
                prop_assert_eq!(DistTag::parse(tag.as_str()), Ok(tag));
            }
        }
    }
}
