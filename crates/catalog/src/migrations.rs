//! The tables, as the list of steps that made them.
//!
//! SQLite's `user_version` counts the steps that were applied. A step is never edited once it has
//! been released; a change to the tables is a new step at the end.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::OpenError;

/// Every step in order; step *n* brings `user_version` from *n* to *n* + 1.
pub const STEPS: &[&str] = &[FIRST, SECOND, PEOPLE, ATTESTATIONS, ISSUER, FIGURES];

/// Packages with one row a version, so that adding a version rewrites none of the others.
///
/// `versions.seq` grows with each publish of any package: it is the order of the lockfile's lines.
/// `versions.identity` is the version without build metadata, which npm does not tell apart.
/// `versions.abbreviated` stands before `full` so that the smaller form is read without the larger.
const FIRST: &str = "
CREATE TABLE packages (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    similarity  TEXT    NOT NULL,
    revision    INTEGER NOT NULL,
    created_ms  INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX packages_by_similarity ON packages (similarity);

CREATE TABLE versions (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    package_id   INTEGER NOT NULL REFERENCES packages (id) ON DELETE CASCADE,
    version      TEXT    NOT NULL,
    identity     TEXT    NOT NULL,
    integrity    BLOB    NOT NULL,
    shasum       BLOB    NOT NULL,
    size         INTEGER NOT NULL,
    published_ms INTEGER NOT NULL,
    publisher    TEXT    NOT NULL,
    abbreviated  TEXT    NOT NULL,
    full         TEXT    NOT NULL,
    UNIQUE (package_id, identity)
) STRICT;
CREATE INDEX versions_by_package ON versions (package_id, seq);

CREATE TABLE readmes (
    package_id INTEGER PRIMARY KEY REFERENCES packages (id) ON DELETE CASCADE,
    filename   TEXT,
    readme     TEXT NOT NULL
) STRICT;

CREATE TABLE dist_tags (
    package_id INTEGER NOT NULL REFERENCES packages (id) ON DELETE CASCADE,
    tag        TEXT    NOT NULL,
    version    TEXT    NOT NULL,
    PRIMARY KEY (package_id, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE owners (
    package_id INTEGER NOT NULL REFERENCES packages (id) ON DELETE CASCADE,
    account    TEXT    NOT NULL,
    PRIMARY KEY (package_id, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
    name          TEXT    PRIMARY KEY,
    email         TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    disabled      INTEGER NOT NULL DEFAULT 0,
    created_ms    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id         TEXT    PRIMARY KEY,
    account    TEXT    NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    revoked_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_expiry ON sessions (expires_ms);

CREATE TABLE marks (
    key   TEXT    PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// What is said of versions and packages after they were published.
///
/// `search` indexes the summaries by package; it keeps no text, since `summaries` has it.
/// `tombstones` outlive their package: a version that was removed never returns with other bytes.
const SECOND: &str = "
ALTER TABLE versions ADD COLUMN deprecated TEXT;

CREATE TABLE tombstones (
    package      TEXT    NOT NULL,
    identity     TEXT    NOT NULL,
    version      TEXT    NOT NULL,
    integrity    BLOB    NOT NULL,
    published_ms INTEGER NOT NULL,
    removed_ms   INTEGER NOT NULL,
    PRIMARY KEY (package, identity)
) STRICT, WITHOUT ROWID;

CREATE TABLE stars (
    package_id INTEGER NOT NULL REFERENCES packages (id) ON DELETE CASCADE,
    account    TEXT    NOT NULL,
    PRIMARY KEY (package_id, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX stars_by_account ON stars (account);

CREATE TABLE summaries (
    package_id INTEGER PRIMARY KEY REFERENCES packages (id) ON DELETE CASCADE,
    summary    TEXT    NOT NULL
) STRICT;
CREATE VIRTUAL TABLE search USING fts5 (
    name, description, keywords, people,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
";

/// Tokens with limits, profiles, organisations with teams, and who may do what beside the rules of the
/// settings file.
///
/// An organisation is a scope; it is there once it has a member, a team or a package. What is granted
/// is keyed by the package's name and outlives the package: a name that was restricted does not come
/// back open to everybody.
const PEOPLE: &str = "
ALTER TABLE sessions ADD COLUMN name        TEXT;
ALTER TABLE sessions ADD COLUMN description TEXT;
ALTER TABLE sessions ADD COLUMN limits      TEXT;
CREATE INDEX sessions_by_account ON sessions (account);

ALTER TABLE accounts ADD COLUMN profile     TEXT    NOT NULL DEFAULT '{}';
ALTER TABLE accounts ADD COLUMN modified_ms INTEGER NOT NULL DEFAULT 0;

CREATE INDEX owners_by_account ON owners (account);

CREATE TABLE members (
    org     TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
    role    TEXT NOT NULL,
    PRIMARY KEY (org, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE teams (
    org         TEXT NOT NULL,
    team        TEXT NOT NULL,
    description TEXT NOT NULL,
    PRIMARY KEY (org, team)
) STRICT, WITHOUT ROWID;

CREATE TABLE team_members (
    org     TEXT NOT NULL,
    team    TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
    PRIMARY KEY (org, team, account),
    FOREIGN KEY (org, team) REFERENCES teams (org, team) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
    org        TEXT NOT NULL,
    team       TEXT NOT NULL,
    package    TEXT NOT NULL,
    permission TEXT NOT NULL,
    PRIMARY KEY (org, team, package),
    FOREIGN KEY (org, team) REFERENCES teams (org, team) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE restricted (
    package TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
";

/// What was stated of versions when they were published: where and how they were built.
///
/// The predicate type, which packuments show, stands before the bundle, which is read alone.
const ATTESTATIONS: &str = "
CREATE TABLE attestations (
    seq            INTEGER PRIMARY KEY REFERENCES versions (seq) ON DELETE CASCADE,
    predicate_type TEXT NOT NULL,
    bundle         TEXT NOT NULL
) STRICT;
";

/// API keys and refresh tokens, rules and invitations made while the registry runs, and what happened.
///
/// `sessions.secret` is the hash of a secret that is no JSON Web Token; `family` that of the part which a refresh
/// token keeps when it is exchanged.
/// `events` is only ever added to, which the engine itself sees to.
const ISSUER: &str = "
ALTER TABLE sessions ADD COLUMN kind      TEXT NOT NULL DEFAULT 'login';
UPDATE sessions SET kind = 'token' WHERE name IS NOT NULL;
ALTER TABLE sessions ADD COLUMN secret    BLOB;
ALTER TABLE sessions ADD COLUMN family    BLOB;
ALTER TABLE sessions ADD COLUMN parent    TEXT;
ALTER TABLE sessions ADD COLUMN kid       TEXT;
ALTER TABLE sessions ADD COLUMN used_ms   INTEGER;
ALTER TABLE sessions ADD COLUMN used_from TEXT;
CREATE INDEX sessions_by_parent ON sessions (parent) WHERE parent IS NOT NULL;

CREATE TABLE rules (
    pattern  TEXT NOT NULL,
    action   TEXT NOT NULL,
    subjects TEXT NOT NULL,
    PRIMARY KEY (pattern, action)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
    secret     BLOB    PRIMARY KEY,
    role       TEXT    NOT NULL,
    invited_by TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms   INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    token   TEXT    NOT NULL,
    address TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    target  TEXT    NOT NULL,
    refused INTEGER NOT NULL,
    detail  TEXT    NOT NULL
) STRICT;
CREATE INDEX events_by_actor ON events (actor, seq);
CREATE INDEX events_by_target ON events (target, seq);
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
";

/// What is counted, which package needs which, and which packages were changed past the server.
///
/// `totals` is kept by the engine, so it is true whoever changes what it counts.
/// `dependencies` has what the version needs that `latest` points at.
/// `changed_packages` has each package once, with the number of its last change; it may be gone by now.
const FIGURES: &str = "
CREATE TABLE totals (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    packages INTEGER NOT NULL,
    versions INTEGER NOT NULL,
    bytes    INTEGER NOT NULL
) STRICT;
INSERT INTO totals
    SELECT 1, (SELECT count(*) FROM packages), count(*), coalesce(sum(size), 0) FROM versions;
CREATE TRIGGER packages_are_counted AFTER INSERT ON packages
    BEGIN UPDATE totals SET packages = packages + 1; END;
CREATE TRIGGER removed_packages_are_counted AFTER DELETE ON packages
    BEGIN UPDATE totals SET packages = packages - 1; END;
CREATE TRIGGER versions_are_counted AFTER INSERT ON versions
    BEGIN UPDATE totals SET versions = versions + 1, bytes = bytes + new.size; END;
CREATE TRIGGER removed_versions_are_counted AFTER DELETE ON versions
    BEGIN UPDATE totals SET versions = versions - 1, bytes = bytes - old.size; END;

CREATE TABLE dependencies (
    dependency TEXT    NOT NULL,
    package_id INTEGER NOT NULL REFERENCES packages (id) ON DELETE CASCADE,
    PRIMARY KEY (dependency, package_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dependencies_by_package ON dependencies (package_id);
INSERT OR IGNORE INTO dependencies
    SELECT trim(needed.key), latest.package_id
    FROM dist_tags latest
    JOIN versions v ON v.package_id = latest.package_id AND v.version = latest.version
    JOIN json_each(CASE WHEN json_valid(v.full) THEN v.full ELSE '{}' END, '$.dependencies') needed
    WHERE latest.tag = 'latest' AND typeof(needed.key) = 'text';

CREATE TABLE changed_packages (
    package TEXT    PRIMARY KEY,
    change  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Refuses a database that is not of exactly the newest format.
pub(crate) fn check(connection: &Connection) -> Result<(), OpenError> {
    let (applied, known) = formats(connection)?;
    if applied < known {
        return Err(OpenError::Older {
            found: applied,
            known,
        });
    }
    Ok(())
}

/// Returns the format of the database and the newest one that this program knows.
fn formats(connection: &Connection) -> Result<(i64, i64), OpenError> {
    let applied: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    // No step makes a negative format; whatever did, it was not this program.
    if !(0..=known).contains(&applied) {
        return Err(OpenError::Newer {
            found: applied,
            known,
        });
    }
    Ok((applied, known))
}

/// Brings the database up to the newest step, all missing steps in one transaction.
pub(crate) fn apply(connection: &mut Connection) -> Result<(), OpenError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (applied, known) = formats(&transaction)?;
    for step in STEPS
        .iter()
        .skip(usize::try_from(applied).unwrap_or(usize::MAX))
    {
        transaction.execute_batch(step)?;
    }
    if applied < known {
        transaction.execute_batch(&format!("PRAGMA user_version = {known}"))?;
    }
    transaction.commit()?;
    Ok(())
}
