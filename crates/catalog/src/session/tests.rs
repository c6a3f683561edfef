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

fn session(id: &str, account: &str, kind: SessionKind, from: u64, until: u64) -> Session {
    Session::new(id.to_owned(), account, kind, at(from), at(until))
}

fn log_in(bench: &Bench, id: &str, account: &str, from: u64, until: u64) {
    let session = session(id, account, SessionKind::Login, from, until);
    bench.write(move |rows| rows.add_session(&session));
}

/// Whom a session belongs to.
fn who(catalog: &Catalog, session: &str, now: u64) -> Option<String> {
    let found = catalog.read(|rows| rows.open_session(session, at(now)));
    found.unwrap().map(|open| open.account.name)
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
    let revoke = |session: &'static str, account: &'static str, now| {
        bench.write(move |rows| rows.revoke_session(session, account, at(now)))
    };
    assert!(revoke("s", "mallory", 1_100).is_empty());
    assert_eq!(who(&bench.catalog, "s", 1_200).as_deref(), Some("alice"));
    assert_eq!(revoke("s", "alice", 1_300), ["s"]);
    assert!(revoke("s", "alice", 1_400).is_empty());
    assert!(revoke("unknown", "alice", 1_400).is_empty());
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
    let session = session("s", "nobody", SessionKind::Login, 0, 60_000);
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
    assert!(found.unwrap().unwrap().account.disabled);
}

#[test]
fn tokens_keep_what_their_owner_says_of_them() {
    let bench = Bench::new();
    add(&bench, "alice");
    let token = Session {
        name: Some("ci".to_owned()),
        description: Some("for the build".to_owned()),
        limits: Some("{}".to_owned()),
        ..session("t", "alice", SessionKind::Token, 1_500, 9_000)
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
    assert_eq!(found.unwrap().unwrap().session, token);
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
            name: Some("ci".to_owned()),
            ..session("token", "alice", SessionKind::Token, 1_000, 9_000)
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

/// A refresh token `r` with the secret 1, and a short token `a` that was got with it.
fn with_refresh_token() -> Bench {
    let bench = Bench::new();
    add(&bench, "alice");
    bench.write(|rows| {
        rows.add_session(&Session {
            secret: Some([1; 32]),
            family: Some([7; 32]),
            ..session("r", "alice", SessionKind::Refresh, 1_000, 9_000)
        })?;
        rows.add_session(&Session {
            parent: Some("r".to_owned()),
            kid: Some("key".to_owned()),
            ..session("a", "alice", SessionKind::Access, 1_000, 9_000)
        })
    });
    bench
}

const fn sent(secret: [u8; 32]) -> RefreshSecret {
    RefreshSecret {
        secret,
        family: [7; 32],
    }
}

#[test]
fn a_refresh_token_is_exchanged_once_and_a_copy_of_it_ends_everything() {
    let bench = with_refresh_token();
    let refresh = |secret: [u8; 32], next: [u8; 32], now| {
        bench.write(move |rows| rows.refresh_session("r", &sent(secret), &next, at(now)))
    };
    let stranger = RefreshSecret {
        family: [8; 32],
        ..sent([9; 32])
    };
    let guess =
        || bench.write(move |rows| rows.refresh_session("r", &stranger, &[2; 32], at(2_000)));
    assert_eq!(guess(), Refreshed::Unknown);
    assert_eq!(refresh([1; 32], [2; 32], 2_000), Refreshed::Yes);
    assert_eq!(refresh([2; 32], [3; 32], 2_000), Refreshed::Yes);
    assert_eq!(guess(), Refreshed::Unknown);
    assert_eq!(who(&bench.catalog, "a", 2_000).as_deref(), Some("alice"));
    let spent = Refreshed::Spent(vec!["a".to_owned(), "r".to_owned()]);
    assert_eq!(refresh([1; 32], [4; 32], 3_000), spent);
    assert_eq!(refresh([3; 32], [4; 32], 3_000), Refreshed::Unknown);
    assert_eq!(who(&bench.catalog, "a", 3_000), None);
}

#[test]
fn a_refresh_token_that_is_over_is_not_exchanged() {
    let bench = with_refresh_token();
    let refreshed =
        bench.write(|rows| rows.refresh_session("r", &sent([1; 32]), &[2; 32], at(9_000)));
    assert_eq!(refreshed, Refreshed::Unknown);
}

#[test]
fn short_tokens_end_with_their_refresh_token_and_are_not_listed() {
    let bench = with_refresh_token();
    let open = bench
        .catalog
        .read(|rows| rows.open_sessions("alice", at(2_000)));
    let ids: Vec<String> = open.unwrap().into_iter().map(|it| it.id).collect();
    assert_eq!(ids, ["r"]);
    let ended = bench.write(|rows| rows.revoke_session("r", "alice", at(2_000)));
    assert_eq!(ended, ["a", "r"]);
    assert_eq!(who(&bench.catalog, "a", 2_100), None);
}

#[test]
fn a_changed_password_leaves_the_refresh_token_of_whoever_changed_it() {
    let bench = with_refresh_token();
    log_in(&bench, "other", "alice", 1_000, 9_000);
    let ended = bench.write(|rows| rows.revoke_logins("alice", "a", at(2_000)));
    assert_eq!(ended, ["other"]);
}

#[test]
fn the_keys_of_open_tokens_are_known() {
    let bench = with_refresh_token();
    log_in(&bench, "old", "alice", 1_000, 2_000);
    let kids = |now| {
        let kids = bench.catalog.read(|rows| rows.kids_in_use(at(now)));
        let mut kids = kids.unwrap();
        kids.sort();
        kids
    };
    assert_eq!(
        kids(1_500),
        [(String::new(), at(2_000)), ("key".to_owned(), at(9_000))],
        "nobody knows who signed the old one"
    );
    assert_eq!(kids(2_500), [("key".to_owned(), at(9_000))]);
    let others = vec!["another".to_owned()];
    assert_eq!(
        bench.write(move |rows| rows.revoke_signed_by_others(&others, at(2_500))),
        2
    );
    assert!(kids(2_600).is_empty());
}

#[test]
fn the_last_use_of_a_session_never_goes_back() {
    let bench = Bench::new();
    add(&bench, "alice");
    log_in(&bench, "s", "alice", 1_000, 9_000);
    let used = |now, from: &str| Used {
        at: at(now),
        from: from.to_owned(),
    };
    for (now, from) in [(3_000, "::1"), (2_000, "::2")] {
        let noted = vec![("s".to_owned(), used(now, from))];
        bench.write(move |rows| rows.note_used(&noted));
    }
    let open = bench
        .catalog
        .read(|rows| rows.open_sessions("alice", at(4_000)));
    let first = open.unwrap().pop().unwrap();
    assert_eq!(first.used, Some(used(3_000, "::1")));
    let listed = bench
        .catalog
        .read(|rows| rows.accounts().map(|all| all[0].1));
    assert_eq!(listed.unwrap(), Some(at(3_000)));
}

#[test]
fn a_removed_account_leaves_nothing_that_its_successor_would_get() {
    let bench = Bench::new();
    add(&bench, "alice");
    bench.publish("a", "1.0.0", "latest");
    log_in(&bench, "s", "alice", 1_000, 9_000);
    let owned = |bench: &Bench| bench.catalog.read(|rows| rows.owned_by("alice")).unwrap();
    assert_eq!(owned(&bench).len(), 1);
    assert!(bench.write(|rows| rows.remove_account("alice")));
    assert!(!bench.write(|rows| rows.remove_account("alice")));
    add(&bench, "alice");
    assert_eq!(who(&bench.catalog, "s", 2_000), None);
    assert!(owned(&bench).is_empty());
}

#[test]
fn a_change_by_another_process_is_noticed() {
    let bench = Bench::new();
    let mut watch = bench.catalog.watch().unwrap();
    assert!(!watch.has_changed().unwrap());
    bench.tamper("INSERT INTO marks (key, value) VALUES ('x', 1)");
    assert!(watch.has_changed().unwrap());
    assert!(!watch.has_changed().unwrap());
    let changes = || {
        let access = bench
            .catalog
            .read(|rows| rows.access().map(|it| it.changes));
        access.unwrap()
    };
    assert_eq!(changes(), 0);
    bench.write(|rows| {
        rows.note_access_change()?;
        rows.note_document_change(&[])
    });
    let second = bench.write(|rows| Ok([rows.note_access_change()?]));
    assert_eq!((changes(), second), (2, [2]));
    let documents = bench.catalog.read(|rows| {
        let changes = rows.document_changes()?;
        Ok::<_, CatalogError>(changes)
    });
    assert_eq!(documents.unwrap(), 1);
}
