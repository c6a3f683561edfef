use super::*;
use crate::testing::{Bench, at, name};

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
fn an_account_that_cannot_be_read_is_an_error_that_says_so() {
    fn check(damage: &str) {
        let bench = Bench::new();
        add(&bench, "alice", Role::Admin);
        bench.tamper(damage);
        let read = bench.catalog.read(|rows| rows.account("alice"));
        assert!(
            matches!(read, Err(CatalogError::Damaged { .. })),
            "{damage}: {read:?}"
        );
    }
    check("UPDATE accounts SET role = 'king'");
    check("UPDATE accounts SET email = CAST(x'ff' AS TEXT)");
    check("UPDATE accounts SET role = ''");
}

#[test]
fn a_password_and_a_profile_can_be_changed() {
    let bench = Bench::new();
    add(&bench, "alice", Role::Publisher);
    add(&bench, "bob", Role::Publisher);
    let account = |name: &'static str| bench.write(move |rows| rows.account(name)).unwrap();
    assert_eq!(account("alice").modified, account("alice").created);
    bench.write(|rows| {
        rows.set_password("alice", "$argon2id$other", at(10))?;
        rows.set_profile("alice", "a@example.org", r#"{"fullname":"A"}"#, at(20))
    });
    let alice = account("alice");
    assert_eq!(alice.password_hash, "$argon2id$other");
    assert_eq!(alice.email, "a@example.org");
    assert_eq!(alice.profile, r#"{"fullname":"A"}"#);
    assert_eq!((alice.created, alice.modified), (at(1), at(20)));
    assert_eq!(account("bob").email, "bob@example.org");
}

#[test]
fn what_somebody_owned_is_nobodys_once_they_are_removed() {
    let bench = Bench::new();
    add(&bench, "alice", Role::Admin);
    add(&bench, "bob", Role::Publisher);
    for package in ["alone", "shared"] {
        bench.publish(package, "1.0.0", "latest");
    }
    bench.write(|rows| {
        let row = rows.package(&name("shared"))?;
        rows.add_owner(row.map(|row| row.id).unwrap(), "bob")
    });
    let names = |found: Vec<npm_model::PackageName>| {
        let names = found.into_iter().map(|it| it.as_str().to_owned());
        names.collect::<Vec<_>>()
    };
    let alone = bench.catalog.read(|rows| rows.owned_alone_by("alice"));
    assert_eq!(names(alone.unwrap()), ["alone"]);
    let bobs = bench.write(|rows| rows.owned_alone_by("bob"));
    assert!(bobs.is_empty());
    assert!(bench.write(|rows| rows.remove_account("alice")));
    assert!(!bench.write(|rows| rows.remove_account("alice")));
    assert!(names(bench.write(|rows| rows.owned_by("alice"))).is_empty());
    let bobs = bench.catalog.read(|rows| rows.owned_alone_by("bob"));
    assert_eq!(names(bobs.unwrap()), ["shared"]);
}
