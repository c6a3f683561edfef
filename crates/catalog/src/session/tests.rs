use super::*;
use crate::{
    Catalog, NewAccount, Role,
    testing::{Bench, at},
};

fn add(bench: &Bench, name: &str) {
    let new = NewAccount {
        name: name.to_owned(),
        email: String::new(),
        password_hash: "$argon2id$secret".to_owned(),
        role: Role::Publisher,
        created: at(1),
    };
    assert!(bench.write(move |rows| rows.add_account(&new)));
}

fn log_in(bench: &Bench, id: &str, account: &str, from: u64, until: u64) {
    let session = Session {
        id: id.to_owned(),
        account: account.to_owned(),
        created: at(from),
        expires: at(until),
        name: None,
        description: None,
        limits: None,
    };
    bench.write(move |rows| rows.add_session(&session));
}

/// Whom a session belongs to.
fn who(catalog: &Catalog, session: &str, now: u64) -> Option<String> {
    let found = catalog.read(|rows| rows.open_session(session, at(now)));
    found.unwrap().map(|(account, _)| account.name)
}

#[test]
fn a_session_holds_until_it_is_over() {
    let bench = Bench::new();
    add(&bench, "alice");
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
    add(&bench, "alice");
    add(&bench, "mallory");
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
    add(&bench, "alice");
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
        expires: at(60_000),
        name: None,
        description: None,
        limits: None,
    };
    let refused = bench
        .catalog
        .write_blocking(move |rows| rows.add_session(&session));
    assert!(refused.is_err());
}

#[test]
fn the_session_of_a_disabled_account_says_that_it_is_disabled() {
    let bench = Bench::new();
    add(&bench, "alice");
    log_in(&bench, "s", "alice", 1_000, 2_000);
    bench.tamper("UPDATE accounts SET disabled = 1");
    let found = bench.catalog.read(|rows| rows.open_session("s", at(1_500)));
    let (account, _) = found.unwrap().unwrap();
    assert!(account.disabled);
}

#[test]
fn tokens_keep_what_their_owner_says_of_them() {
    let bench = Bench::new();
    add(&bench, "alice");
    let token = Session {
        id: "t".to_owned(),
        account: "alice".to_owned(),
        created: at(1_500),
        expires: at(9_000),
        name: Some("ci".to_owned()),
        description: Some("for the build".to_owned()),
        limits: Some("{}".to_owned()),
    };
    log_in(&bench, "s", "alice", 1_000, 9_000);
    log_in(&bench, "over", "alice", 1_000, 2_000);
    let added = token.clone();
    bench.write(move |rows| rows.add_session(&added));
    let open = |now| {
        let open = bench
            .catalog
            .read(|rows| rows.open_sessions("alice", at(now)));
        open.unwrap()
    };
    let listed = open(3_000);
    assert_eq!(listed.first(), Some(&token), "the newest comes first");
    assert_eq!(listed.len(), 2);
    let found = bench.catalog.read(|rows| rows.open_session("t", at(3_000)));
    assert_eq!(found.unwrap().unwrap().1.as_deref(), Some("{}"));
    let others = bench
        .catalog
        .read(|rows| rows.open_sessions("bob", at(3_000)));
    assert_eq!(others.unwrap(), []);
}

#[test]
fn logins_can_be_ended_without_the_tokens() {
    let bench = Bench::new();
    add(&bench, "alice");
    add(&bench, "bob");
    for (id, account) in [("this", "alice"), ("other", "alice"), ("bobs", "bob")] {
        log_in(&bench, id, account, 1_000, 9_000);
    }
    bench.write(|rows| {
        rows.add_session(&Session {
            id: "token".to_owned(),
            account: "alice".to_owned(),
            created: at(1_000),
            expires: at(9_000),
            name: Some("ci".to_owned()),
            description: None,
            limits: None,
        })
    });
    let ended = bench.write(|rows| rows.revoke_logins("alice", "this", at(2_000)));
    assert_eq!(ended, ["other"]);
    for (id, open) in [
        ("this", true),
        ("token", true),
        ("bobs", true),
        ("other", false),
    ] {
        assert_eq!(who(&bench.catalog, id, 3_000).is_some(), open, "{id}");
    }
}
