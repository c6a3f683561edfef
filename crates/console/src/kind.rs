//! What a word of a command can be: a field, a user name, a list of actions.
//!
//! Each kind reads itself from text and says what is allowed, so that parsing, help and completion
//! agree. What only the registry knows (whether there is such a user, what a pattern may be) is left
//! to it.

use std::fmt;

use config13::{Feature, Field, FieldValue, TerminalMode};
use npm_model::{DistTag, PackageName, Version, visible};

use crate::table;

/// A kind of word, as help and completion need it.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What stands for it in a usage; empty for an option that is said or not.
    pub name: &'static str,
    /// What it may be, in words.
    pub allowed: &'static str,
    /// All that it may be, where that is known, after the arguments that stand before it.
    pub words: fn(&[&str]) -> Vec<&'static str>,
    /// What of the registry it names, where that is so.
    pub names: Option<Names>,
}

/// Something of the registry that has names, for whoever completes them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Names {
    /// Accounts.
    Users,
    /// Organisations and teams, as `@acme` and `@acme:core`.
    Teams,
    /// Packages.
    Packages,
    /// API keys, by their id.
    Keys,
    /// Tokens, by their id.
    Tokens,
    /// Folders of the machine where the command is typed.
    Folders,
}

/// A type that is read from a word.
pub(crate) trait Said: Sized {
    /// What is said of it.
    const KIND: Kind;

    /// Reads a word. `before` are the arguments that stand before it.
    fn read(text: &str, before: &[&str]) -> Result<Self, String>;
}

impl Kind {
    /// Whether it takes all words that follow, as one text.
    pub(crate) fn takes_rest(&self) -> bool {
        self.name.ends_with('…')
    }
}

fn no_words(_: &[&str]) -> Vec<&'static str> {
    Vec::new()
}

/// A kind whose words are not known here.
const fn open(name: &'static str, allowed: &'static str, names: Option<Names>) -> Kind {
    Kind {
        name,
        allowed,
        words: no_words,
        names,
    }
}

/// An option that is said or not, and has no value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Flag;

impl Said for Flag {
    const KIND: Kind = open("", "", None);

    fn read(_: &str, _: &[&str]) -> Result<Self, String> {
        Ok(Self)
    }
}

/// Words that stand for a variant each.
macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident $placeholder:literal $allowed:literal { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)+ }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        pub enum $name { $($(#[$word_doc])* $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word that stands for it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Reads that word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.as_str() == text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let word = String::deserialize(from)?;
                Self::parse(&word).ok_or_else(|| {
                    serde::de::Error::unknown_variant(&word, &[$($word),+])
                })
            }
        }

        impl Said for $name {
            const KIND: Kind = Kind {
                words: |_| vec![$($word),+],
                ..open($placeholder, $allowed, None)
            };

            fn read(text: &str, _: &[&str]) -> Result<Self, String> {
                Self::parse(text).ok_or_else(|| format!("{} is not {}", shown(text), $allowed))
            }
        }
    };
}

words! {
    /// What an account may do.
    Role "ROLE" "reader, publisher, maintainer or admin" {
        /// Reads, and changes nothing.
        Reader = "reader",
        /// Uses the registry under its rules.
        Publisher = "publisher",
        /// Publishes, tags and deprecates what others own as well.
        Maintainer = "maintainer",
        /// May do everything.
        Admin = "admin",
    }
}

words! {
    /// What somebody is in an organisation.
    OrgRole "ROLE" "developer, admin or owner" {
        /// Works with its packages.
        Developer = "developer",
        /// Looks after its teams too.
        Admin = "admin",
        /// Looks after its teams and its members.
        Owner = "owner",
    }
}

words! {
    /// What somebody does to a package.
    Action "ACTION" "read, publish, tag, deprecate, unpublish or administer" {
        /// See it.
        Read = "read",
        /// Add a version.
        Publish = "publish",
        /// Move a dist-tag.
        Tag = "tag",
        /// Say that a version should no longer be used.
        Deprecate = "deprecate",
        /// Remove a version.
        Unpublish = "unpublish",
        /// Change owners and rules.
        Administer = "administer",
    }
}

/// Texts that the registry understands.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident $placeholder:literal $allowed:literal $names:expr;)+) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub struct $name(pub String);

        impl Said for $name {
            const KIND: Kind = open($placeholder, $allowed, $names);

            fn read(text: &str, _: &[&str]) -> Result<Self, String> {
                if text.is_empty() {
                    return Err(format!("{} is empty; it is {}", $placeholder, $allowed));
                }
                Ok(Self(text.to_owned()))
            }
        }
    )+ };
}

texts! {
    /// The name of an account.
    UserName "USER" "a user name" Some(Names::Users);
    /// The name of an account, or `$anonymous`.
    Somebody "USER" "a user name, or $anonymous for whoever has no account" Some(Names::Users);
    /// Whom a rule lets.
    Subject "SUBJECT" "a user name, team:NAME, team:SCOPE:NAME, role:NAME, $authenticated, $all, $anonymous or $nobody" Some(Names::Users);
    /// Which packages a rule is for.
    Pattern "PATTERN" "a package name, @scope/*, @*/* or **" Some(Names::Packages);
    /// An e-mail address.
    Email "ADDRESS" "an e-mail address" None;
    /// What an API key is called.
    KeyName "NAME" "a name for people to know it by" None;
    /// Names an API key.
    KeyId "ID" "what `key list` shows as its id" Some(Names::Keys);
    /// Names a token.
    TokenId "ID" "what `token list` shows as its id" Some(Names::Tokens);
    /// What an event is of.
    EventKind "KIND" "a kind such as login, or what some begin with, such as account" None;
    /// What something was done to.
    Target "TARGET" "a package, a user, a team, a pattern or the id of a token" None;
    /// Where somebody is.
    Address "ADDRESS" "an IP address" None;
    /// A folder.
    Folder "DIR" "a folder with a package.json" Some(Names::Folders);
    /// A part of a package's name.
    NamePart "PART" "a part of a package name, such as @acme/" Some(Names::Packages);
    /// What is searched for: all words that follow.
    SearchText "WORD…" "words, and qualifiers such as keywords:cli, author:alice, scope:acme" None;
}

impl Subject {
    /// Whether it stands for an empty list.
    pub fn is_nobody(&self) -> bool {
        self.0 == "$nobody"
    }
}

/// The text of a token.
#[derive(Clone, Eq, PartialEq)]
pub struct TokenText(pub String);

impl fmt::Debug for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenText(***)")
    }
}

impl Said for TokenText {
    const KIND: Kind = open("TOKEN", "the whole text of a token or an API key", None);

    fn read(text: &str, _: &[&str]) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }
}

/// A whole number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Number(pub u32);

impl Said for Number {
    const KIND: Kind = open("NUMBER", "a whole number", None);

    fn read(text: &str, _: &[&str]) -> Result<Self, String> {
        let number = text.parse().ok().filter(|number| *number > 0);
        let number = number.filter(|_| text.bytes().all(|digit| digit.is_ascii_digit()));
        number
            .map(Self)
            .ok_or_else(|| format!("{} is not a whole number above 0", shown(text)))
    }
}

/// Several words of a kind in one, with commas between them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct List<T>(pub Vec<T>);

impl Said for List<Action> {
    const KIND: Kind = Kind {
        name: "ACTION[,ACTION…]",
        ..Action::KIND
    };

    fn read(text: &str, before: &[&str]) -> Result<Self, String> {
        let mut actions: Vec<Action> = Vec::new();
        for word in text.split(',') {
            let action = Action::read(word, before)?;
            if !actions.contains(&action) {
                actions.push(action);
            }
        }
        Ok(Self(actions))
    }
}

/// A scope of an API key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Scope(pub String);

impl Said for List<Scope> {
    const KIND: Kind = Kind {
        words: |_| vec!["read", "publish", "write", "admin"],
        ..open(
            "SCOPE[,SCOPE…]",
            "read, publish, write or admin, alone or with the packages it is for, such as publish:@acme/*",
            None,
        )
    };

    fn read(text: &str, _: &[&str]) -> Result<Self, String> {
        parts(text, Scope)
    }
}

/// A network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Network(pub String);

impl Said for List<Network> {
    const KIND: Kind = open(
        "NET[,NET…]",
        "addresses and blocks such as 10.0.0.0/8",
        None,
    );

    fn read(text: &str, _: &[&str]) -> Result<Self, String> {
        parts(text, Network)
    }
}

fn parts<T>(text: &str, part: impl Fn(String) -> T) -> Result<List<T>, String> {
    if text.split(',').any(str::is_empty) {
        return Err(format!("{} has nothing beside a comma", shown(text)));
    }
    let parts = text.split(',').map(|word| part(word.to_owned()));
    Ok(List(parts.collect()))
}

/// A team: `@acme:core`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Team {
    /// The organisation, without its `@`.
    pub org: String,
    /// The team.
    pub team: String,
}

impl fmt::Display for Team {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}:{}", self.org, self.team)
    }
}

impl Said for Team {
    const KIND: Kind = open(
        "@ORG:TEAM",
        "a team, such as @acme:core",
        Some(Names::Teams),
    );

    fn read(text: &str, before: &[&str]) -> Result<Self, String> {
        match OrgOrTeam::read(text, before)? {
            OrgOrTeam {
                org,
                team: Some(team),
            } => Ok(Self { org, team }),
            OrgOrTeam { org, team: None } => Err(format!(
                "@{org} is an organisation; a team of it is written @{org}:NAME"
            )),
        }
    }
}

/// An organisation or a team of it: `@acme` or `@acme:core`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OrgOrTeam {
    /// The organisation, without its `@`.
    pub org: String,
    /// The team.
    pub team: Option<String>,
}

impl fmt::Display for OrgOrTeam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}", self.org)?;
        match &self.team {
            Some(team) => write!(f, ":{team}"),
            None => Ok(()),
        }
    }
}

impl Said for OrgOrTeam {
    const KIND: Kind = open(
        "@ORG[:TEAM]",
        "an organisation such as @acme, or a team of it such as @acme:core",
        Some(Names::Teams),
    );

    fn read(text: &str, _: &[&str]) -> Result<Self, String> {
        let bare = text.strip_prefix('@').unwrap_or(text);
        let (org, team) = match bare.split_once(':') {
            Some((org, team)) => (org, Some(team)),
            None => (bare, None),
        };
        if org.is_empty() || team.is_some_and(str::is_empty) {
            let allowed = Self::KIND.allowed;
            return Err(format!("{} is not {allowed}", shown(text)));
        }
        Ok(Self {
            org: org.to_owned(),
            team: team.map(str::to_owned),
        })
    }
}

impl Said for PackageName {
    const KIND: Kind = open(
        "PACKAGE",
        "a package name, such as @acme/left-pad",
        Some(Names::Packages),
    );

    fn read(text: &str, _: &[&str]) -> Result<Self, String> {
        Self::parse(text).map_err(|error| error.to_string())
    }
}

impl Said for DistTag {
    const KIND: Kind = open("TAG", "a dist-tag, such as latest or beta", None);

    fn read(text: &str, _: &[&str]) -> Result<Self, String> {
        Self::parse(text).map_err(|error| error.to_string())
    }
}

/// A package, or one version of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PackageOrRelease {
    /// The package.
    pub package: PackageName,
    /// The version or the dist-tag that points at it.
    pub version: Option<String>,
}

impl Said for PackageOrRelease {
    const KIND: Kind = open(
        "PACKAGE[@VERSION]",
        "a package name, alone or with a version or dist-tag, such as left-pad@1.0.0",
        Some(Names::Packages),
    );

    fn read(text: &str, before: &[&str]) -> Result<Self, String> {
        // The first `@` of a scoped name begins it.
        let at = text
            .char_indices()
            .skip(1)
            .find(|(_, letter)| *letter == '@');
        let (name, version) = match at.and_then(|(at, _)| text.split_at_checked(at)) {
            Some((name, version)) => (name, Some(version.trim_start_matches('@'))),
            None => (text, None),
        };
        if version == Some("") {
            return Err(format!("{} has no version after its @", shown(text)));
        }
        Ok(Self {
            package: PackageName::read(name, before)?,
            version: version.map(str::to_owned),
        })
    }
}

/// One version of a package.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Release {
    /// The package.
    pub package: PackageName,
    /// Its version.
    pub version: Version,
}

impl Said for Release {
    const KIND: Kind = open(
        "PACKAGE@VERSION",
        "a version of a package, such as @acme/left-pad@1.0.0",
        Some(Names::Packages),
    );

    fn read(text: &str, before: &[&str]) -> Result<Self, String> {
        let PackageOrRelease { package, version } = PackageOrRelease::read(text, before)?;
        let Some(version) = version else {
            return Err(format!(
                "{} has no version; a version of it is written {package}@1.0.0",
                shown(text)
            ));
        };
        let version = Version::parse(&version).map_err(|error| error.to_string())?;
        Ok(Self { package, version })
    }
}

impl Said for Field {
    const KIND: Kind = Kind {
        words: |_| Self::ALL.map(Self::name).to_vec(),
        ..open(
            "FIELD",
            "version, registry_hash, feature_flags, terminal_mode, rows, cols or reserved",
            None,
        )
    };

    fn read(text: &str, _: &[&str]) -> Result<Self, String> {
        text.parse()
            .map_err(|error: config13::UnknownField| error.to_string())
    }
}

/// It is of the field that stands before it.
impl Said for FieldValue {
    const KIND: Kind = Kind {
        words: |before| match field_of(before) {
            Some(Field::TerminalMode) => TerminalMode::ALL.map(TerminalMode::name).to_vec(),
            _ => Vec::new(),
        },
        ..open(
            "VALUE",
            "a number, decimal or 0x hexadecimal; for terminal_mode disabled, cooked or raw",
            None,
        )
    };

    fn read(text: &str, before: &[&str]) -> Result<Self, String> {
        let field = field_of(before).ok_or("a value needs its field before it")?;
        Self::parse(field, text).map_err(|error| error.to_string())
    }
}

fn field_of(before: &[&str]) -> Option<Field> {
    before.last()?.parse().ok()
}

impl Said for Feature {
    const KIND: Kind = Kind {
        words: |_| Self::ALL.map(Self::name).to_vec(),
        ..open("FEATURE", "PREMIUM_TYPES, PRIVATE_REGISTRY or DEBUG", None)
    };

    fn read(text: &str, _: &[&str]) -> Result<Self, String> {
        text.parse()
            .map_err(|error: config13::UnknownFeature| error.to_string())
    }
}

/// A word of a command's name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CommandWord(pub &'static str);

impl Said for CommandWord {
    const KIND: Kind = Kind {
        words: table::next_words,
        ..open("COMMAND", "a command, or the first word of some", None)
    };

    fn read(text: &str, before: &[&str]) -> Result<Self, String> {
        let words = table::next_words(before);
        let word = words.into_iter().find(|word| *word == text);
        word.map(Self).ok_or_else(|| {
            let command = [before, &[text]].concat().join(" ");
            format!("there is no command {}; `help` shows all", shown(&command))
        })
    }
}

/// A word in an error: quoted, all of it seen, and not longer than anybody reads.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let short: String = text.chars().take(LONGEST).collect();
    let rest = if short.len() < text.len() { "…" } else { "" };
    format!("`{}{rest}`", visible(&short))
}
