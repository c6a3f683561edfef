//! The command line.

#![allow(
    clippy::doc_markdown,
    reason = "these comments are what --help prints, backticks and all"
)]

use std::{
    ffi::{OsStr, OsString},
    path::PathBuf,
};

use auth::People;
use clap::{Parser, Subcommand};
use clap_complete::{ArgValueCompleter, CompletionCandidate};
use config13::Field;
use console::Role;

use crate::failure::Failure;

const AFTER_HELP: &str = "\
SETTINGS
  Each setting is taken from the first of these that has it: a flag, the environment, .env.local in
  the current folder, the settings file, the default.

  in the settings file           in the environment                  default
  listen = \"ADDR:PORT\"           REGISTRY_LISTEN                     127.0.0.1:4873
  data = \"DIR\"                   REGISTRY_DATA                       ./.registry
  lockfile = \"FILE\"              REGISTRY_LOCKFILE                   <data>/registry.lockb
  public_url = \"URL\"             REGISTRY_PUBLIC_URL                 the Host a client uses
  [server]
  trusted_proxies = [\"ADDR\", …]  REGISTRY_SERVER_TRUSTED_PROXIES     none
  [auth]
  registration = \"open\"|\"invite\"|\"closed\"  REGISTRY_AUTH_REGISTRATION  open on loopback with no proxy, else invite
  token_lifetime_days = 1..3650  REGISTRY_AUTH_TOKEN_LIFETIME_DAYS   90
  owner_only_publishing = true   REGISTRY_AUTH_OWNER_ONLY_PUBLISHING  false: accounts publish, unless a rule says who
  hide_private = true            REGISTRY_AUTH_HIDE_PRIVATE          false: 401 and 403; true: 404
  private_issuer = \"URL\"         REGISTRY_AUTH_PRIVATE_ISSUER        https://auth.mycompany.com
  public_issuer = \"URL\"          REGISTRY_AUTH_PUBLIC_ISSUER         https://auth.example.com
  private_jwks = \"FILE\"|\"URL\"    REGISTRY_AUTH_PRIVATE_JWKS          none: its tokens are ours
  public_jwks = \"FILE\"|\"URL\"     REGISTRY_AUTH_PUBLIC_JWKS           none: its tokens are ours
  audience = \"TEXT\"              REGISTRY_AUTH_AUDIENCE              none
  [audit]
  advisories = \"FILE\"            REGISTRY_AUDIT_ADVISORIES           none: nothing is vulnerable
  [cache]
  packument_mib = 1..65536       REGISTRY_CACHE_PACKUMENT_MIB        64
  [limits]
  publish_mib = 1..2048          REGISTRY_LIMITS_PUBLISH_MIB         384
  [log]
  requests = \"all\"|\"changes\"|\"none\"  REGISTRY_LOG_REQUESTS          all
  [access.\"PATTERN\"]             who may do what, see README.md

  A trusted proxy is an address or a block such as 10.0.0.0/8; the variable has commas between them.
  It is believed on the client's address, and on the scheme, host and prefix that clients use.

  An issuer with a JWKS is another program: its tokens count here when one of those keys signed
  them, while the 13 bytes choose it. They have to be for the audience, if one is set; without one,
  a token that names an audience has to name this registry's URL.

  REGISTRY_CONFIG names the settings file. REGISTRY_FEATURE_DEBUG=1 (or BUN_FEATURE_DEBUG=1) turns
  debug logging on whatever the 13 bytes say.

EXIT CODES
  0 done   1 started and failed   2 something is wrong with what was given, and nothing was started";

/// A local-first private npm registry.
///
/// Without a command it serves: npm, pnpm, yarn, bun and deno use it at http://localhost:4873.
#[derive(Debug, Parser)]
#[command(name = "registryd", version, after_long_help = AFTER_HELP, after_help = "--help tells more.")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) overrides: Overrides,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Settings from the command line.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Overrides {
    /// Where to accept connections; port 0 takes any free one
    #[arg(long, global = true, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<String>,
    /// The folder that holds everything; made when it is missing
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The file whose first 13 bytes are the live settings
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) lockfile: Option<PathBuf>,
    /// The settings file [default: ./registryd.toml when it exists]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The URL clients reach the registry at, when it is behind a proxy
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) public_url: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the registry (the default)
    Serve,
    /// Check every stored tarball against the catalogue and the lockfile
    ///
    /// Changes nothing and may run beside the server. Exits with 1 when something is wrong.
    Verify {
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Look after accounts, with or without a running server, which follows at once
    User {
        #[command(subcommand)]
        action: UserAction,
    },
    /// Run commands of the console, with or without a running server, which follows at once
    ///
    /// `registryd exec help` lists them. Exits with 1 when one fails, or when `can` or `verify` answers no,
    /// and with 2 when one cannot be read; then none is run.
    Exec {
        /// Commands with `;` or new lines between them; `-` reads them from standard input
        #[arg(add = ArgValueCompleter::new(completed))]
        commands: String,
        /// Answer in JSON, one line a command
        #[arg(long)]
        json: bool,
    },
    /// Read or change the 13 bytes, with or without a running server
    Config {
        #[command(subcommand)]
        action: ConfigAction,
    },
    /// Write the manual pages, of this program and of the console's commands, into a folder
    Man {
        /// Where they go; made when it is missing
        dir: PathBuf,
    },
    /// Look after the keys that tokens are signed with, with or without a running server
    Keys {
        #[command(subcommand)]
        action: KeysAction,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysAction {
    /// Make a new key, which signs from now on; a running server takes it up by itself
    ///
    /// It is of the algorithm that the 13 bytes choose. The old key verifies until the last of its tokens
    /// is over, and is deleted then.
    Rotate {
        /// Replace the keys of both algorithms
        #[arg(long)]
        all: bool,
        /// Delete the old keys now and end the logins and tokens that they signed: for a key that leaked
        #[arg(long)]
        drop_old: bool,
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// List the keys: which one signs, and until when the others verify
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserAction {
    /// Make an account
    ///
    /// Works before the first start too: that is how a registry that is not bound to loopback gets
    /// its first admin. The password is asked for, or read from standard input.
    Add {
        /// The user name
        name: String,
        /// reader, publisher, maintainer or admin
        #[arg(long, value_parser = role, default_value = "publisher")]
        role: Role,
        /// The e-mail address, which the packages that the user owns show
        #[arg(long)]
        email: Option<String>,
        /// Read the password from standard input, without asking
        #[arg(long)]
        password_stdin: bool,
        /// Print the account as JSON
        #[arg(long)]
        json: bool,
    },
    /// Set a password, and end the logins by the old one
    ///
    /// Tokens that were made by name stay. The password is asked for, or read from standard input.
    Passwd {
        /// The user name
        name: String,
        /// Read the password from standard input, without asking
        #[arg(long)]
        password_stdin: bool,
    },
    /// Keep a user out: no login and no token of theirs counts until they are enabled
    Disable {
        /// The user name
        name: String,
    },
    /// Let a user in again, with the tokens they have
    Enable {
        /// The user name
        name: String,
    },
    /// Remove an account with its tokens, memberships and ownership, for good
    ///
    /// Packages that have no other owner are left to the admins. Whoever takes the name next
    /// inherits nothing.
    Remove {
        /// The user name
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Change what a user may do
    Role {
        /// The user name
        name: String,
        /// reader, publisher, maintainer or admin
        #[arg(value_parser = role)]
        role: Role,
    },
    /// List everybody who has an account
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Invite somebody to make an account; prints the invitation, which is good once
    Invite {
        /// What the account may do: reader, publisher, maintainer or admin
        #[arg(long, value_parser = role, default_value = "publisher")]
        role: Role,
        /// For how many days it is good, 1 to 365
        #[arg(long, default_value_t = People::INVITED_FOR_DAYS)]
        days: u32,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

fn role(text: &str) -> Result<Role, &'static str> {
    Role::parse(text).ok_or("a role is reader, publisher, maintainer or admin")
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigAction {
    /// Print one field or all of them
    Get {
        /// version, registry_hash, feature_flags, terminal_mode, rows, cols or reserved
        field: Option<Field>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Change one field; a running server follows at once
    Set {
        /// version, registry_hash, feature_flags, terminal_mode, rows, cols or reserved
        field: Field,
        /// A number, decimal or 0x hex; terminal_mode also takes disabled, cooked and raw
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
}

/// What a shell completes a command of the console with.
fn completed(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else {
        return Vec::new();
    };
    let completion = console::complete(typed);
    let before = typed.get(..completion.from).unwrap_or_default();
    let words = completion.words.into_iter();
    words
        .map(|word| CompletionCandidate::new(format!("{before}{word}")))
        .collect()
}

/// Parses the command line. `--help` and `--version` print and end the program.
pub(crate) fn parse(args: impl Iterator<Item = OsString>) -> Result<Args, Failure> {
    Args::try_parse_from(args).map_err(|error| {
        if error.use_stderr() {
            let text = error.render().to_string();
            let text = text
                .strip_prefix("error: ")
                .unwrap_or(&text)
                .trim_end()
                .to_owned();
            return Failure::refused(text);
        }
        let shown = error.print();
        std::process::exit(i32::from(shown.is_err()))
    })
}
