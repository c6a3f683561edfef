use std::time::Duration;

use super::*;
use crate::{
    Catalog,
    testing::{Bench, at},
};

fn add(bench: &Bench, name: &str, role: Role) -> bool {
    let new = NewAccount {
        name: name.to_owned(),
        email: format!("{name}@example.org"),
        password_hash: "$argon2id$secret".to_owned(),
        role,
        created: at(1),
    };
    bench.write(move |rows| rows.add_account(&new))
}

fn has_accounts(bench: &Bench) -> bool {
    bench.write(|rows| {
        let has = rows.has_accounts()?;
        Ok(has)
    })
}

fn log_in(bench: &Bench, id: &str, account: &str, from: u64, until: u64) {
    let session = Session {
        id: id.to_owned(),
        account: account.to_owned(),
        created: at(from),
        expires: at(until),
    };
    bench.write(move |rows| rows.add_session(&session));
}

/// Whom a session belongs to.
fn who(catalog: &Catalog, session: &str, now: u64) -> Option<String> {
    let account = catalog.read(|rows| rows.session_account(session, at(now)));
    account.unwrap().map(|account| account.name)
}

#[test]
fn accounts_are_kept_and_names_are_taken_once() {
    let bench = Bench::new();
    assert!(!has_accounts(&bench));
    assert!(add(&bench, "alice", Role::Admin));
    assert!(add(&bench, "bob", Role::Publisher));
    assert!(!add(&bench, "alice", Role::Publisher));
    assert!(has_accounts(&bench));
    let bench = bench.reopened();
    let alice = bench.catalog.read(|rows| rows.account("alice"));
    let alice = alice.unwrap().unwrap();
    assert_eq!(alice.role, Role::Admin);
    assert_eq!(alice.email, "alice@example.org");
    assert!(!alice.disabled);
    assert_eq!(alice.password_hash, "$argon2id$secret");
    let shown = format!("{alice:?}");
    assert!(
        shown.contains("***") && !shown.contains("argon2"),
        "{shown}"
    );
    let bob = bench.write(|rows| rows.account("bob")).unwrap();
    assert_eq!(bob.role, Role::Publisher);
    for unknown in ["Alice", "carol", ""] {
        let found = bench.catalog.read(|rows| rows.account(unknown));
        assert!(found.unwrap().is_none(), "{unknown}");
    }
}

#[test]
fn a_session_holds_until_it_is_over() {
    let bench = Bench::new();
    add(&bench, "alice", Role::Publisher);
    log_in(&bench, "s", "alice", 1_000, 2_000);
    assert_eq!(who(&bench.catalog, "s", 1_000).as_deref(), Some("alice"));
    assert_eq!(who(&bench.catalog, "s", 1_999).as_deref(), Some("alice"));
    assert_eq!(who(&bench.catalog, "s", 2_000), None);
    assert_eq!(who(&bench.catalog, "S", 1_500), None);
    assert_eq!(who(&bench.catalog, "", 1_500), None);
}

#[test]
fn a_revoked_session_is_over_and_can_be_revoked_once() {
    let bench = Bench::new();
    add(&bench, "alice", Role::Publisher);
    add(&bench, "mallory", Role::Publisher);
    log_in(&bench, "s", "alice", 1_000, 2_000);
    log_in(&bench, "t", "alice", 1_000, 2_000);
    assert!(!bench.write(|rows| rows.revoke_session("s", "mallory", at(1_100))));
    assert_eq!(who(&bench.catalog, "s", 1_200).as_deref(), Some("alice"));
    assert!(bench.write(|rows| rows.revoke_session("s", "alice", at(1_300))));
    assert!(!bench.write(|rows| rows.revoke_session("s", "alice", at(1_400))));
    assert!(!bench.write(|rows| rows.revoke_session("unknown", "alice", at(1_400))));
    let bench = bench.reopened();
    assert_eq!(who(&bench.catalog, "s", 1_500), None);
    assert_eq!(who(&bench.catalog, "t", 1_500).as_deref(), Some("alice"));
}

#[test]
fn sessions_that_are_over_for_long_are_forgotten_by_the_next_login() {
    let bench = Bench::new();
    add(&bench, "alice", Role::Publisher);
    // A clock that is wrong for a day forgets nothing.
    let day = 24 * 60 * 60 * 1000;
    log_in(&bench, "a", "alice", 0, 5);
    log_in(&bench, "b", "alice", day, day + 5);
    log_in(&bench, "c", "alice", 31 * day, 31 * day + 5);
    let kept: i64 = bench.write(|rows| {
        Ok(rows
            .connection
            .query_row("SELECT count(*) FROM sessions", [], |row| row.get(0))?)
    });
    assert_eq!(kept, 2);
}

#[test]
fn a_session_of_nobody_is_refused() {
    let bench = Bench::new();
    let session = Session {
        id: "s".to_owned(),
        account: "nobody".to_owned(),
        created: at(0),
        expires: at(0) + Duration::from_mins(1),
    };
    let refused = bench
        .catalog
        .write_blocking(move |rows| rows.add_session(&session));
    assert!(refused.is_err());
}

#[test]
fn the_session_of_a_disabled_account_says_that_it_is_disabled() {
    let bench = Bench::new();
    add(&bench, "alice", Role::Publisher);
    log_in(&bench, "s", "alice", 1_000, 2_000);
    bench.tamper("UPDATE accounts SET disabled = 1");
    let account = bench
        .catalog
        .read(|rows| rows.session_account("s", at(1_500)));
    assert!(account.unwrap().unwrap().disabled);
    let account = bench.catalog.read(|rows| rows.account("alice"));
    assert!(account.unwrap().unwrap().disabled);
}

#[test]
fn an_account_that_cannot_be_read_is_an_error_that_says_so() {
    fn check(damage: &str) {
        let bench = Bench::new();
        add(&bench, "alice", Role::Admin);
        log_in(&bench, "s", "alice", 1_000, 2_000);
        bench.tamper(damage);
        for read in [
            bench.catalog.read(|rows| rows.account("alice")),
            bench
                .catalog
                .read(|rows| rows.session_account("s", at(1_500))),
        ] {
            assert!(
                matches!(read, Err(CatalogError::Damaged { .. })),
                "{damage}: {read:?}"
            );
        }
    }
    check("UPDATE accounts SET role = 'king'");
    check("UPDATE accounts SET email = CAST(x'ff' AS TEXT)");
    check("UPDATE accounts SET role = ''");
}
