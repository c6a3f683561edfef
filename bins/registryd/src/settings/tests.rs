use std::{collections::BTreeSet, fs, os::unix::ffi::OsStringExt, process::ExitCode};

use clap::{CommandFactory, Parser};
use tempfile::TempDir;

use super::*;
use crate::args::Args;

const EXAMPLE: &str = include_str!("../../../../.env.local.example");

/// What the settings are gathered from, in a folder of its own.
struct Sources {
    folder: TempDir,
    process: Vec<(OsString, OsString)>,
    flags: Vec<String>,
}

impl Sources {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            process: Vec::new(),
            flags: Vec::new(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(self, text: &str) -> Self {
        fs::write(self.path("registryd.toml"), text).unwrap();
        self
    }

    fn env_file(self, text: &str) -> Self {
        fs::write(self.path(".env.local"), text).unwrap();
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.process.push((name.into(), value.into()));
        self
    }

    fn flag(mut self, name: &str, value: &str) -> Self {
        self.flags.extend([name.to_owned(), value.to_owned()]);
        self
    }

    fn gather(&self) -> Result<Settings, Failure> {
        let line = std::iter::once("registryd").chain(self.flags.iter().map(String::as_str));
        let args = Args::try_parse_from(line).unwrap();
        Settings::gather_from(
            &args.overrides,
            self.folder.path(),
            self.process.clone().into_iter(),
        )
    }

    fn settings(&self) -> Settings {
        self.gather().unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// Returns the words of a failure that ends the program before anything is started.
    fn refused(&self) -> String {
        let Err(failure) = self.gather() else {
            panic!(
                "the settings were taken: {:?}, {:?}",
                self.process, self.flags
            );
        };
        let mut out = Vec::new();
        assert_eq!(failure.report(&mut out), ExitCode::from(2));
        String::from_utf8(out).unwrap()
    }
}

/// Everything that can be asked of settings, as text that can be compared.
fn shown(settings: &Settings) -> String {
    let loopback = settings.listen().ip();
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {} {} {:?} {:?} {} {:?} {:?} {}",
        settings.listen(),
        settings.data(),
        settings.lockfile(),
        settings.public_url(),
        settings.trusted_proxies(),
        settings.auth_policy(loopback),
        settings.private_issuer(),
        settings.public_issuer(),
        settings.trust(),
        settings.advisories(),
        settings.packument_cache_bytes(),
        settings.limits(),
        settings.logged_requests(),
        settings.always_debug,
    )
}

/// The names in a text that look like variables of ours.
fn variables_in(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
        .filter(|word| word.starts_with("REGISTRY_") || word.starts_with("BUN_"))
        .collect()
}

fn known() -> BTreeSet<&'static str> {
    Environment::known().into_iter().collect()
}

/// The section, if any, and the key under which a variable's setting stands in the file.
fn in_the_file(variable: &str) -> (String, String) {
    let path = variable
        .strip_prefix("REGISTRY_")
        .unwrap()
        .to_ascii_lowercase();
    for section in ["audit", "auth", "cache", "limits", "log", "server"] {
        if let Some(key) = path.strip_prefix(&format!("{section}_")) {
            return (section.to_owned(), key.to_owned());
        }
    }
    (String::new(), path)
}

/// A value for each setting that is not the default.
const VALUES: &[(&str, &str)] = &[
    ("REGISTRY_LISTEN", "0.0.0.0:80"),
    ("REGISTRY_DATA", "elsewhere"),
    ("REGISTRY_LOCKFILE", "elsewhere/x.lockb"),
    ("REGISTRY_PUBLIC_URL", "https://npm.acme.example/reg"),
    (
        "REGISTRY_SERVER_TRUSTED_PROXIES",
        "127.0.0.1, 10.0.0.0/8,::1",
    ),
    ("REGISTRY_AUTH_REGISTRATION", "closed"),
    ("REGISTRY_AUTH_TOKEN_LIFETIME_DAYS", "7"),
    ("REGISTRY_AUTH_OWNER_ONLY_PUBLISHING", "true"),
    ("REGISTRY_AUTH_HIDE_PRIVATE", "true"),
    ("REGISTRY_AUTH_PRIVATE_ISSUER", "https://private.example"),
    ("REGISTRY_AUTH_PUBLIC_ISSUER", "https://public.example"),
    ("REGISTRY_AUTH_PRIVATE_JWKS", "elsewhere/jwks.json"),
    ("REGISTRY_AUTH_PUBLIC_JWKS", "https://public.example/jwks"),
    ("REGISTRY_AUTH_AUDIENCE", "npm.acme.example"),
    ("REGISTRY_AUDIT_ADVISORIES", "elsewhere/advisories.json"),
    ("REGISTRY_CACHE_PACKUMENT_MIB", "65536"),
    ("REGISTRY_LIMITS_PUBLISH_MIB", "2048"),
    ("REGISTRY_LOG_REQUESTS", "none"),
];

#[test]
fn the_defaults_are_those_that_help_tells() {
    let settings = Sources::new().settings();
    assert_eq!(settings.listen().to_string(), "127.0.0.1:4873");
    assert_eq!(settings.data(), Path::new("./.registry"));
    assert_eq!(settings.lockfile(), Path::new("./.registry/registry.lockb"));
    assert_eq!(settings.public_url(), None);
    assert_eq!(settings.advisories(), None);
    assert_eq!(settings.private_issuer(), "https://auth.mycompany.com");
    assert_eq!(settings.public_issuer(), "https://auth.example.com");
    assert_eq!(settings.trust(), auth::Trust::default());
    assert_eq!(settings.packument_cache_bytes(), 64 * 1024 * 1024);
    assert_eq!(settings.limits().publish_bytes, 384 * 1024 * 1024);
    assert_eq!(settings.logged_requests(), LoggedRequests::All);
    assert!(!settings.always_debug);
    let policy = settings.auth_policy(settings.listen().ip());
    assert_eq!(policy.token_lifetime.as_secs(), 90 * 24 * 60 * 60);
}

#[test]
fn every_setting_means_the_same_in_the_file_and_in_the_environment() {
    let names: BTreeSet<&str> = VALUES.iter().map(|(name, _)| *name).collect();
    let no_settings = BTreeSet::from([
        "REGISTRY_CONFIG",
        "REGISTRY_FEATURE_DEBUG",
        "BUN_FEATURE_DEBUG",
    ]);
    assert_eq!(
        names,
        &known() - &no_settings,
        "VALUES has each setting once"
    );
    let defaults = shown(&Sources::new().settings());
    for (name, value) in VALUES {
        let (section, key) = in_the_file(name);
        let header = if section.is_empty() {
            section
        } else {
            format!("[{section}]\n")
        };
        let said = [
            Sources::new().env(name, value),
            Sources::new().env_file(&format!("{name}={value}\n")),
            Sources::new().file(&format!("{header}{key} = \"{value}\"\n")),
        ]
        .map(|sources| shown(&sources.settings()));
        assert_ne!(said[0], defaults, "{name}");
        assert!(said.iter().all(|it| *it == said[0]), "{name}: {said:#?}");
    }
}

#[test]
fn help_tells_of_every_variable_and_every_setting_and_of_no_other() {
    let help = Args::command().render_long_help().to_string();
    assert_eq!(variables_in(&help), known());
    for (name, _) in VALUES {
        let (section, key) = in_the_file(name);
        let line = help
            .lines()
            .find(|line| variables_in(line).contains(name))
            .unwrap();
        assert!(
            line.trim_start().starts_with(&format!("{key} = ")),
            "{line}"
        );
        assert!(
            section.is_empty() || help.contains(&format!("[{section}]\n")),
            "{section}"
        );
    }
}

/// The file's parser names what it knows when it meets what it does not.
#[test]
fn the_file_knows_no_setting_that_help_does_not_tell() {
    let help = Args::command().render_long_help().to_string();
    let mut found = 0;
    for section in ["", "audit", "auth", "cache", "limits", "log", "server"] {
        let header = if section.is_empty() {
            String::new()
        } else {
            format!("[{section}]\n")
        };
        let text = Sources::new()
            .file(&format!("{header}nonsense = 1\n"))
            .refused();
        let cause = text
            .lines()
            .find(|line| line.starts_with("caused by"))
            .unwrap();
        let (_, expected) = cause.split_once("expected").unwrap();
        for key in expected.split('`').skip(1).step_by(2) {
            found += 1;
            let is_told =
                help.contains(&format!("\n  {key} = ")) || help.contains(&format!("\n  [{key}"));
            assert!(is_told, "{section}.{key}");
        }
    }
    assert_eq!(
        found,
        VALUES.len()
            + [
                "audit", "auth", "cache", "limits", "log", "server", "access"
            ]
            .len()
    );
}

#[test]
fn the_example_file_shows_every_variable_with_its_default() {
    let shown_lines: Vec<&str> = EXAMPLE
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("# ") && *line != "#")
        .collect();
    let mut names = BTreeSet::new();
    for line in &shown_lines {
        let (name, _) = line.strip_prefix('#').unwrap().split_once('=').unwrap();
        assert!(names.insert(name), "{name} is there twice");
    }
    assert_eq!(names, known());

    let defaults = shown(&Sources::new().settings());
    assert_eq!(
        shown(&Sources::new().env_file(EXAMPLE).settings()),
        defaults
    );
    // With the `#` taken off nothing changes either, so these are the defaults.
    let taken_off: Vec<&str> = shown_lines
        .iter()
        .filter(|line| !line.starts_with("#REGISTRY_CONFIG="))
        .map(|line| line.strip_prefix('#').unwrap())
        .collect();
    let taken_off = taken_off.join("\n");
    assert_eq!(
        shown(&Sources::new().env_file(&taken_off).settings()),
        defaults
    );
    assert!(shown_lines.contains(&"#REGISTRY_CONFIG=registryd.toml"));
}

#[test]
fn each_source_wins_over_the_ones_below_it() {
    let file = "listen = \"127.0.0.1:1\"\n[auth]\ntoken_lifetime_days = 1\n";
    let env_file = "REGISTRY_LISTEN=127.0.0.1:2\nREGISTRY_AUTH_TOKEN_LIFETIME_DAYS=2\n";
    let port = |sources: &Sources| sources.settings().listen().port();
    let mut sources = Sources::new();
    assert_eq!(port(&sources), 4873);
    sources = sources.file(file);
    assert_eq!(port(&sources), 1);
    sources = sources.env_file(env_file);
    assert_eq!(port(&sources), 2);
    sources = sources.env("REGISTRY_LISTEN", "127.0.0.1:3");
    assert_eq!(port(&sources), 3);
    sources = sources.flag("--listen", "127.0.0.1:4");
    assert_eq!(port(&sources), 4);
    // What a higher source does not say is left to the lower ones.
    let settings = sources.settings();
    let policy = settings.auth_policy(settings.listen().ip());
    assert_eq!(policy.token_lifetime.as_secs(), 2 * 24 * 60 * 60);
}

#[test]
fn every_flag_wins_over_the_environment() {
    let sources = Sources::new()
        .env("REGISTRY_LISTEN", "127.0.0.1:1")
        .env("REGISTRY_DATA", "env")
        .env("REGISTRY_LOCKFILE", "env.lockb")
        .env("REGISTRY_PUBLIC_URL", "http://env")
        .env("REGISTRY_CONFIG", "env.toml");
    let named = sources.path("flag.toml");
    fs::write(&named, "[log]\nrequests = \"none\"\n").unwrap();
    let sources = sources
        .flag("--listen", "127.0.0.1:2")
        .flag("--data", "flag")
        .flag("--lockfile", "flag.lockb")
        .flag("--public-url", "http://flag")
        .flag("--config", named.to_str().unwrap());
    let settings = sources.settings();
    assert_eq!(settings.listen().port(), 2);
    assert_eq!(settings.data(), Path::new("flag"));
    assert_eq!(settings.lockfile(), Path::new("flag.lockb"));
    assert_eq!(settings.public_url().unwrap().to_string(), "http://flag");
    assert_eq!(settings.logged_requests(), LoggedRequests::None);
}

#[test]
fn the_lockfile_follows_the_data_folder_unless_it_is_named() {
    let lockfile = |sources: Sources| sources.settings().lockfile().to_owned();
    let moved = Sources::new().env("REGISTRY_DATA", "there");
    assert_eq!(lockfile(moved), Path::new("there/registry.lockb"));
    let named = Sources::new()
        .file("lockfile = \"x\"\n")
        .flag("--data", "there");
    assert_eq!(lockfile(named), Path::new("x"));
}

#[test]
fn a_variable_that_is_set_to_nothing_is_not_set() {
    let sources = Sources::new()
        .env("REGISTRY_LISTEN", "")
        .env("REGISTRY_DATA", "");
    assert_eq!(
        shown(&sources.settings()),
        shown(&Sources::new().settings())
    );
    let sources = Sources::new()
        .env_file("REGISTRY_DATA=x\n")
        .env("REGISTRY_DATA", "");
    assert_eq!(sources.settings().data(), Path::new("./.registry"));
}

#[test]
fn what_is_wrong_in_a_lower_source_is_no_matter_when_a_higher_one_says_it() {
    let sources = Sources::new()
        .env_file("REGISTRY_LISTEN=nonsense\n")
        .env("REGISTRY_LISTEN", "127.0.0.1:1");
    assert_eq!(sources.settings().listen().port(), 1);
}

#[test]
fn debug_logging_is_turned_on_by_our_word_or_buns() {
    let debug = |name: &str, value: &str| Sources::new().env(name, value).settings().always_debug;
    assert!(debug("REGISTRY_FEATURE_DEBUG", "1"));
    assert!(debug("BUN_FEATURE_DEBUG", "1"));
    assert!(!debug("REGISTRY_FEATURE_DEBUG", "0"));
    assert!(!debug("BUN_FEATURE_DEBUG", "0"));
    assert!(!debug("BUN_FEATURE_DEBUG", "whatever bun takes"));
    assert!(
        Sources::new()
            .env_file("REGISTRY_FEATURE_DEBUG=1\n")
            .settings()
            .always_debug
    );
    for value in ["true", "yes", "on", "2", " 1"] {
        let text = Sources::new()
            .env("REGISTRY_FEATURE_DEBUG", value)
            .refused();
        assert!(
            text.contains("REGISTRY_FEATURE_DEBUG: ") && text.contains("neither 1 nor 0"),
            "{text}"
        );
    }
}

#[test]
fn a_named_settings_file_is_the_only_one_and_has_to_be_there() {
    let sources = Sources::new().file("listen = \"127.0.0.1:1\"\n");
    let other = sources.path("other.toml");
    fs::write(&other, "").unwrap();
    let sources = sources.env("REGISTRY_CONFIG", other.to_str().unwrap());
    assert_eq!(sources.settings().listen().port(), 4873);
    fs::remove_file(&other).unwrap();
    let text = sources.refused();
    assert!(text.contains("other.toml cannot be read"), "{text}");
    fs::create_dir(&other).unwrap();
    assert!(sources.refused().contains("other.toml cannot be read"));
    fs::remove_dir(&other).unwrap();
    fs::write(&other, b"\xff").unwrap();
    assert!(sources.refused().contains("other.toml cannot be read"));
}

/// Checks that the file is refused in words that name it, the line, what stands there, and why.
#[track_caller]
fn check_file(text: &str, line: usize, stands: &str, problem: &str) {
    let told = Sources::new().file(text).refused();
    let first = told.lines().next().unwrap();
    let place = format!("registryd.toml, line {line}: {stands}");
    assert!(first.ends_with(&place), "{told}\nshould name {place}");
    let cause = told
        .lines()
        .find(|it| it.starts_with("caused by: "))
        .unwrap();
    assert!(cause.contains(problem), "{told}\nshould say {problem}");
}

#[test]
fn what_is_unknown_in_the_file_is_named() {
    check_file(
        "listn = \"x\"\n",
        1,
        "listn = \"x\"",
        "unknown field `listn`",
    );
    check_file(
        "\n# x\n[auth]\nregistratoin = \"open\"\n",
        4,
        "registratoin = \"open\"",
        "unknown field",
    );
    check_file(
        "[auht]\nregistration = \"open\"\n",
        1,
        "[auht]",
        "unknown field `auht`",
    );
    check_file("[cache]\nsize = 1\n", 2, "size = 1", "unknown field `size`");
    check_file(
        "[access.\"**\"]\nreads = []\n",
        2,
        "reads = []",
        "unknown field `reads`",
    );
}

#[test]
fn what_is_out_of_range_or_of_another_type_in_the_file_is_named() {
    for (key, low, high) in [
        ("[auth]\ntoken_lifetime_days", "0", "3651"),
        ("[cache]\npackument_mib", "0", "65537"),
        ("[limits]\npublish_mib", "0", "2049"),
    ] {
        let (_, name) = key.split_once('\n').unwrap();
        for value in [low, high, "-1", "9223372036854775807", "\"many\"", "\"\""] {
            check_file(
                &format!("{key} = {value}\n"),
                2,
                &format!("{name} = {value}"),
                "is not a number of",
            );
        }
        for value in ["1.5", "true", "[]", "{}", "1979-05-27"] {
            check_file(
                &format!("{key} = {value}\n"),
                2,
                &format!("{name} = {value}"),
                "expected a string or a whole number",
            );
        }
    }
    check_file(
        "[auth]\nregistration = \"ajar\"\n",
        2,
        "registration = \"ajar\"",
        "is none of open, invite, closed",
    );
    check_file(
        "[log]\nrequests = \"some\"\n",
        2,
        "requests = \"some\"",
        "is none of all, changes, none",
    );
    check_file(
        "\nlisten = \"4873\"\n",
        2,
        "listen = \"4873\"",
        "is not an address and a port",
    );
    check_file(
        "listen = \"example.com:80\"\n",
        1,
        "listen = \"example.com:80\"",
        "is not an address and a port",
    );
    check_file("listen = true\n", 1, "listen = true", "expected a string");
    check_file(
        "public_url = \"npm\"\n",
        1,
        "public_url = \"npm\"",
        "a public URL is",
    );
    check_file(
        "[auth]\npublic_issuer = \"x\"\n",
        2,
        "public_issuer = \"x\"",
        "is not the URL of an issuer",
    );
    check_file(
        "[server]\ntrusted_proxies = [\"::1\", \"localhost\"]\n",
        2,
        "trusted_proxies = [\"::1\", \"localhost\"]",
        "\"localhost\" is neither an address nor a block",
    );
    check_file(
        "[server]\ntrusted_proxies = [1]\n",
        2,
        "trusted_proxies = [1]",
        "expected a list of strings",
    );
    check_file("data = 5\n", 1, "data = 5", "invalid type");
    check_file("data = \"\"\n", 1, "data = \"\"", "cannot be empty");
    check_file("lockfile = \"\"\n", 1, "lockfile = \"\"", "cannot be empty");
    check_file("auth = 5\n", 1, "auth = 5", "invalid type");
}

#[test]
fn what_is_wrong_in_a_rule_is_named_where_it_stands() {
    check_file(
        "\n[access.\"@acme\"]\nread = []\n",
        2,
        "[access.\"@acme\"]",
        "is not a pattern",
    );
    check_file(
        "[access.\"*\"]\nread = []\n",
        1,
        "[access.\"*\"]",
        "is not a pattern",
    );
    let rule = "[access.\"@acme/*\"]\nread = [\"$all\"]\npublish = [\"alice\", \"$nobody\"]\n";
    check_file(
        rule,
        3,
        "publish = [\"alice\", \"$nobody\"]",
        "\"$nobody\" names nobody",
    );
    check_file(
        "[access.\"**\"]\nread = \"$all\"\n",
        2,
        "read = \"$all\"",
        "invalid type",
    );
    check_file(
        "[access.\"**\"]\nread = [1]\n",
        2,
        "read = [1]",
        "invalid type",
    );
}

#[test]
fn what_is_no_toml_is_named() {
    check_file("listen = \n", 1, "listen =", "");
    check_file("a\n[b\n", 1, "a", "");
    check_file(
        "listen = \"a\"\nlisten = \"b\"\n",
        2,
        "listen = \"b\"",
        "duplicate key",
    );
}

#[test]
fn what_is_wrong_in_the_environment_is_named() {
    for (name, value) in [
        ("REGISTRY_LISTEN", "4873"),
        ("REGISTRY_PUBLIC_URL", "npm"),
        ("REGISTRY_SERVER_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("REGISTRY_AUTH_REGISTRATION", "ajar"),
        ("REGISTRY_AUTH_TOKEN_LIFETIME_DAYS", "3651"),
        ("REGISTRY_AUTH_PRIVATE_ISSUER", "x"),
        ("REGISTRY_AUTH_PUBLIC_ISSUER", "ftp://x"),
        ("REGISTRY_CACHE_PACKUMENT_MIB", "0"),
        ("REGISTRY_LIMITS_PUBLISH_MIB", "1.5"),
        ("REGISTRY_LOG_REQUESTS", "ALL"),
    ] {
        let text = Sources::new().env(name, value).refused();
        assert!(text.starts_with(&format!("registryd: {name}: ")), "{text}");
        let text = Sources::new()
            .env_file(&format!("# one\n\n{name}='{value}'\n"))
            .refused();
        assert!(text.contains(&format!(".env.local:3: {name}: ")), "{text}");
    }
    for name in [
        "REGISTRY_AUTH_REGISTRATOIN",
        "REGISTRY_CACHE_MIB",
        "REGISTRY_LIMITS_",
        "REGISTRY_LOG_X",
    ] {
        let text = Sources::new().env(name, "x").refused();
        assert!(
            text.contains(&format!("registryd: {name} is not a setting")),
            "{text}"
        );
    }
    let mut sources = Sources::new();
    let odd = OsString::from_vec(vec![0xff]);
    sources.process.push(("REGISTRY_DATA".into(), odd.clone()));
    assert!(
        sources
            .refused()
            .contains("REGISTRY_DATA: the value is not UTF-8 text")
    );
    // Other programs' variables may be as they like.
    let mut sources = Sources::new()
        .env("REGISTRY_PORT", "x")
        .env("REGISTRY_TOKEN", "x");
    sources.process.push(("OTHER".into(), odd.clone()));
    sources.process.push((odd, "x".into()));
    sources.settings();
}

#[test]
fn what_is_unknown_in_the_env_file_is_named_when_it_could_be_ours() {
    let text = Sources::new().env_file("A=1\nREGISTRY_LISTN=x\n").refused();
    assert!(
        text.contains(".env.local:2: REGISTRY_LISTN is not a setting"),
        "{text}"
    );
    let others = "A=1\nREGISTRY_TOKEN=x\nREGISTRY_URL=x\nREGISTRY_CONFIG_VERSION=1\nBUN_X=1\n";
    Sources::new().env_file(others).settings();
    let text = Sources::new().env_file("A=1\nnonsense\n").refused();
    assert!(text.contains(".env.local:2: a line is KEY=VALUE"), "{text}");
}

#[test]
fn no_error_repeats_a_secret_that_stands_beside_a_mistake() {
    for line in [
        "REGISTRY_TOKEN secret",
        "REGISTRY_TOKEN='secret",
        "REGISTRY_TOKEN='x' secret",
        "REGISTRY_TOKEN=\"\\secret\"",
    ] {
        let text = Sources::new().env_file(&format!("{line}\n")).refused();
        assert!(!text.contains("secret"), "{text}");
    }
}

#[test]
fn what_is_wrong_on_the_command_line_is_named() {
    let text = Sources::new().flag("--listen", "4873").refused();
    assert!(text.starts_with("registryd: --listen: "), "{text}");
    let text = Sources::new().flag("--public-url", "ftp://x").refused();
    assert!(text.starts_with("registryd: --public-url: "), "{text}");
    for args in [
        &["--listen"][..],
        &["--data", ""],
        &["--nonsense"],
        &["nonsense"],
        &["config", "get", "nonsense"],
        &["config", "set", "rows"],
    ] {
        let line = ["registryd"].iter().chain(args).map(OsString::from);
        let failure = crate::args::parse(line).unwrap_err();
        assert_eq!(
            failure.report(&mut Vec::new()),
            ExitCode::from(2),
            "{args:?}"
        );
        assert!(!failure.to_string().starts_with("error"), "{failure}");
    }
}

#[test]
fn addresses_are_understood() {
    for (text, expected) in [
        ("localhost:80", "127.0.0.1:80"),
        ("127.0.0.1:0", "127.0.0.1:0"),
        ("[::1]:4873", "[::1]:4873"),
        ("0.0.0.0:65535", "0.0.0.0:65535"),
    ] {
        let settings = Sources::new().flag("--listen", text).settings();
        assert_eq!(settings.listen().to_string(), expected);
    }
    for text in [
        "localhost",
        "localhost:",
        "localhost:65536",
        "127.0.0.1",
        ":80",
        "::1:80",
    ] {
        Sources::new().flag("--listen", text).refused();
    }
}

#[test]
fn a_list_means_the_same_as_its_entries_with_commas() {
    let told = |text: &str| Sources::new().file(text).settings().trusted_proxies();
    let list = told("[server]\ntrusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]\n");
    assert_eq!(list, "127.0.0.1,10.0.0.0/8".parse().unwrap());
    let none = told("[server]\ntrusted_proxies = []\n");
    assert_eq!(none, TrustedProxies::default());
}

#[test]
fn registration_is_open_where_only_this_machine_can_reach_it() {
    let (local, everywhere) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0]));
    let registration =
        |sources: &Sources, bound| sources.settings().auth_policy(bound).registration;
    let unsaid = Sources::new();
    assert_eq!(registration(&unsaid, local), Registration::Open);
    assert_eq!(registration(&unsaid, everywhere), Registration::Invite);
    for (word, expected) in [
        ("open", Registration::Open),
        ("invite", Registration::Invite),
        ("closed", Registration::Closed),
    ] {
        let said = Sources::new().env("REGISTRY_AUTH_REGISTRATION", word);
        assert_eq!(registration(&said, local), expected);
        assert_eq!(registration(&said, everywhere), expected);
    }
    // Where the server is bound decides, not where it will be after the next start.
    let edited = Sources::new().file("listen = \"127.0.0.1:1\"\n");
    assert_eq!(registration(&edited, everywhere), Registration::Invite);
}

#[test]
fn what_waits_for_a_restart_is_named_and_the_rest_is_not() {
    let started = Sources::new().settings();
    let waiting = |sources: Sources| started.waits_for_restart(&sources.settings());
    assert!(waiting(Sources::new()).is_empty());
    for (name, expected) in [
        ("REGISTRY_LISTEN", &["listen"][..]),
        ("REGISTRY_DATA", &["data", "lockfile"]),
        ("REGISTRY_LOCKFILE", &["lockfile"]),
        ("REGISTRY_PUBLIC_URL", &["public_url"]),
        (
            "REGISTRY_SERVER_TRUSTED_PROXIES",
            &["server.trusted_proxies"],
        ),
        ("REGISTRY_AUTH_REGISTRATION", &[]),
        ("REGISTRY_AUTH_TOKEN_LIFETIME_DAYS", &[]),
        ("REGISTRY_AUTH_PRIVATE_ISSUER", &["auth.private_issuer"]),
        ("REGISTRY_AUTH_PUBLIC_ISSUER", &["auth.public_issuer"]),
        ("REGISTRY_AUTH_PRIVATE_JWKS", &["auth.private_jwks"]),
        ("REGISTRY_AUTH_PUBLIC_JWKS", &["auth.public_jwks"]),
        ("REGISTRY_AUTH_AUDIENCE", &["auth.audience"]),
        ("REGISTRY_CACHE_PACKUMENT_MIB", &["cache.packument_mib"]),
        ("REGISTRY_LIMITS_PUBLISH_MIB", &["limits.publish_mib"]),
        ("REGISTRY_LOG_REQUESTS", &[]),
    ] {
        let (_, value) = VALUES.iter().find(|(known, _)| *known == name).unwrap();
        assert_eq!(waiting(Sources::new().env(name, value)), expected, "{name}");
    }
    let debug = Sources::new().env("REGISTRY_FEATURE_DEBUG", "1");
    assert_eq!(waiting(debug), ["REGISTRY_FEATURE_DEBUG"]);
    assert!(waiting(Sources::new().file("[access.\"**\"]\nread = []\n")).is_empty());
    let both = Sources::new()
        .env("REGISTRY_LISTEN", "127.0.0.1:1")
        .env("REGISTRY_PUBLIC_URL", "http://x");
    assert_eq!(waiting(both), ["listen", "public_url"]);
}

#[test]
fn help_and_version_are_no_failures() {
    use clap::error::ErrorKind;
    for (flag, kind) in [
        ("--help", ErrorKind::DisplayHelp),
        ("-h", ErrorKind::DisplayHelp),
        ("--version", ErrorKind::DisplayVersion),
    ] {
        assert_eq!(
            Args::try_parse_from(["registryd", flag])
                .unwrap_err()
                .kind(),
            kind
        );
    }
    Args::command().debug_assert();
}
