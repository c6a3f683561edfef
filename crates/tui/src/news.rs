//! What the host has learned and tells the screens.
//!
//! Texts are taken as they come: whatever a terminal would obey in them is escaped where they are
//! drawn.

use std::time::{Duration, SystemTime};

use config13::Config13;

/// Something that the host has learned.
#[derive(Clone, Debug)]
pub enum News {
    /// The 13 bytes: as they stand in the lockfile, and as `save` would leave them.
    Config {
        /// As they are.
        saved: Config13,
        /// As they would be.
        pending: Config13,
    },
    /// The server came or went, or somebody logged in or out.
    Connection(Connection),
    /// All packages.
    Packages(Vec<PackageLine>),
    /// A package came or has changed.
    Package(PackageLine),
    /// A package is there no more.
    PackageGone(String),
    /// What was asked of a package with [`Ask::Load`](crate::Ask::Load).
    Details {
        /// Which one.
        name: String,
        /// What is known, or why nothing is.
        details: Result<Box<PackageDetails>, String>,
    },
    /// The server's figures at this moment.
    Status(StatusFigures),
    /// Something happened.
    Event(LogEvent),
    /// Why it is not told what happens: to most that is not theirs to see.
    Untold(String),
    /// Who has accounts and keys, or why that is not told.
    Access(Result<Access, String>),
    /// What a command line came to.
    Said(Said),
    /// The output of commands is to be forgotten.
    Cleared,
    /// What can follow a line.
    Completions(Completions),
    /// A command asks something.
    Prompt(Prompt),
    /// How far a long command is.
    Progress(Progress),
}

/// With what the screens are connected.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Connection {
    /// The server.
    pub server: Server,
    /// The file of the 13 bytes.
    pub lockfile: Lockfile,
}

/// The server.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Server {
    /// It was not asked yet, or has not answered.
    #[default]
    Unknown,
    /// It answers.
    Up {
        /// Where.
        url: String,
        /// Who is logged in; nothing for nobody.
        user: Option<String>,
    },
    /// It does not answer.
    Down {
        /// Where it was looked for.
        url: String,
        /// Why, in words.
        why: String,
    },
}

/// The file of the 13 bytes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Lockfile {
    /// It was not looked for yet.
    #[default]
    Unknown,
    /// It is on this machine.
    Here {
        /// Its path.
        path: String,
    },
    /// It is not on this machine, or cannot be opened.
    Missing {
        /// Why, in words.
        why: String,
    },
}

/// A package in the list.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PackageLine {
    /// Its name.
    pub name: String,
    /// Its newest version, by the dist-tag `latest`.
    pub version: String,
    /// What it says of itself.
    pub description: String,
    /// The words that it wants to be found by.
    pub keywords: Vec<String>,
    /// When it changed last.
    pub modified: Option<SystemTime>,
}

/// What is known of a package.
#[derive(Clone, Debug, Default)]
pub struct PackageDetails {
    /// What it says of itself.
    pub description: String,
    /// Who may change it.
    pub owners: Vec<String>,
    /// Under which licence it is given away.
    pub licence: Option<String>,
    /// Its dist-tags with their versions.
    pub dist_tags: Vec<(String, String)>,
    /// Its versions, the newest first.
    pub versions: Vec<VersionLine>,
    /// What the newest version needs: names with ranges.
    pub dependencies: Vec<(String, String)>,
    /// Which packages of this registry need it.
    pub dependents: Vec<String>,
    /// How it is installed, as a command for a shell.
    pub install: String,
}

/// A version of a package.
#[derive(Clone, Debug, Default)]
pub struct VersionLine {
    /// Its number.
    pub version: String,
    /// When it was published.
    pub published: Option<SystemTime>,
    /// How long its tarball is.
    pub tarball_bytes: Option<u64>,
    /// How long its files are together.
    pub unpacked_bytes: Option<u64>,
    /// The digest of its tarball.
    pub integrity: String,
    /// Why it should not be used any more.
    pub deprecated: Option<String>,
}

/// The server's figures at one moment.
#[derive(Clone, Debug, Default)]
pub struct StatusFigures {
    /// The program's version.
    pub version: String,
    /// How long it has been running.
    pub uptime: Duration,
    /// How many requests it has answered.
    pub requests: u64,
    /// How many of them in the last second.
    pub requests_per_second: f64,
    /// Half of the answers took no longer.
    pub latency_p50: Duration,
    /// All answers but one of a hundred took no longer.
    pub latency_p99: Duration,
    /// How many packages it keeps.
    pub packages: u64,
    /// How many versions.
    pub versions: u64,
    /// How much they take on disk.
    pub storage_bytes: u64,
    /// How much memory the program takes.
    pub memory_bytes: u64,
}

/// Something that happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogEvent {
    /// When.
    pub at: SystemTime,
    /// Who; nothing for somebody unknown.
    pub actor: Option<String>,
    /// What.
    pub kind: String,
    /// To what.
    pub target: String,
    /// Whether it was refused.
    pub refused: bool,
    /// More about it, or why it was refused.
    pub detail: String,
}

/// Who has accounts and keys.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The accounts.
    pub users: Vec<UserLine>,
    /// The API keys.
    pub keys: Vec<ApiKeyLine>,
}

/// An account.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct UserLine {
    /// The user name.
    pub name: String,
    /// What it may do.
    pub role: String,
    /// Whether it is kept out.
    pub disabled: bool,
    /// When it was seen last.
    pub last_seen: Option<SystemTime>,
}

/// An API key, without its secret.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ApiKeyLine {
    /// Names it in commands.
    pub id: String,
    /// Whose it is.
    pub user: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it stops being good; nothing for never.
    pub expires: Option<SystemTime>,
}

/// What a command line came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Said {
    /// The line as it was asked to be run, and empty for what nobody asked. It is not shown where it
    /// holds a secret.
    pub line: String,
    /// The answer or the error, without a newline at its end.
    pub text: String,
    /// What is said beside it.
    pub notes: Vec<String>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a command line ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was done, and the answer is no.
    No,
    /// It was not done.
    Failed {
        /// What to do about it.
        hint: Option<String>,
    },
}

/// What can follow a line that is being typed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Completions {
    /// The line up to the cursor, as it was asked about.
    pub line: String,
    /// Where in it what is completed begins, in bytes; it reaches to the end.
    pub from: usize,
    /// What can stand there, quoted where it has to be.
    pub words: Vec<String>,
}

/// A question of a command.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Prompt {
    /// What is asked.
    pub question: String,
    /// How it is answered.
    pub kind: PromptKind,
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PromptKind {
    /// With a text of which nothing is shown.
    Secret,
    /// With a text.
    Text,
    /// With yes or no.
    YesNo,
}

/// How far a long command is. It is shown until the command is over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub label: String,
    /// How much of it is done.
    pub done: u64,
    /// How much there is to do; nothing where that is unknown.
    pub total: Option<u64>,
}
