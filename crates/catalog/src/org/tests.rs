use super::*;
use crate::{
    NewAccount, Role,
    testing::{Bench, at},
};

fn bench() -> Bench {
    let bench = Bench::new();
    for name in ["alice", "bob"] {
        let new = NewAccount {
            name: name.to_owned(),
            email: String::new(),
            password_hash: String::new(),
            role: Role::Publisher,
            created: at(1),
        };
        assert!(bench.write(move |rows| rows.add_account(&new)));
    }
    bench
}

fn name(text: &str) -> PackageName {
    PackageName::parse(text).unwrap()
}

fn access(bench: &Bench) -> AccessRows {
    bench.write(|rows| {
        let access = rows.access()?;
        Ok(access)
    })
}

fn grant_of(package: &str, permission: Permission) -> Grant {
    Grant {
        org: "acme".to_owned(),
        team: "core".to_owned(),
        package: name(package),
        permission,
    }
}

#[test]
fn teams_have_members_and_grants_and_take_them_along() {
    let bench = bench();
    assert!(bench.write(|rows| rows.add_team("acme", "core", "")));
    assert!(!bench.write(|rows| rows.add_team("acme", "core", "again")));
    bench.write(|rows| {
        rows.add_to_team("acme", "core", "bob")?;
        rows.add_to_team("acme", "core", "alice")?;
        rows.add_to_team("acme", "core", "alice")?;
        rows.set_grant(&grant_of("@acme/a", Permission::Read))?;
        rows.set_grant(&grant_of("@acme/a", Permission::Write))
    });
    let read = &bench.catalog;
    let members = || read.read(|rows| rows.team_members("acme", "core")).unwrap();
    assert_eq!(members().unwrap(), ["alice", "bob"]);
    let grants = || read.read(|rows| rows.team_grants("acme", "core")).unwrap();
    assert_eq!(grants().unwrap(), [grant_of("@acme/a", Permission::Write)]);
    let rows = access(&bench);
    assert_eq!((rows.team_members.len(), rows.grants.len()), (2, 1));
    assert!(bench.write(|rows| rows.remove_from_team("acme", "core", "bob")));
    assert!(!bench.write(|rows| rows.remove_from_team("acme", "core", "bob")));
    assert_eq!(members().unwrap(), ["alice"]);
    assert!(bench.write(|rows| rows.remove_team("acme", "core")));
    assert!(!bench.write(|rows| rows.remove_team("acme", "core")));
    assert_eq!((members(), grants()), (None, None));
    let rows = access(&bench);
    assert_eq!((rows.team_members.len(), rows.grants.len()), (0, 0));
}

#[test]
fn who_leaves_an_organisation_leaves_its_teams() {
    let bench = bench();
    bench.write(|rows| {
        rows.set_member("acme", "alice", MemberRole::Owner)?;
        rows.add_member("acme", "alice", MemberRole::Developer)?;
        rows.add_member("acme", "bob", MemberRole::Developer)?;
        rows.add_team("acme", "core", "")?;
        rows.add_to_team("acme", "core", "bob")
    });
    let members = bench.catalog.read(|rows| rows.members("acme")).unwrap();
    let expected = [
        ("alice".to_owned(), MemberRole::Owner),
        ("bob".to_owned(), MemberRole::Developer),
    ];
    assert_eq!(members, expected);
    let role = |name: &'static str| {
        let role = bench.catalog.read(|rows| rows.member_role("acme", name));
        role.unwrap()
    };
    assert_eq!(role("alice"), Some(MemberRole::Owner));
    assert!(bench.write(|rows| rows.remove_member("acme", "bob")));
    assert!(!bench.write(|rows| rows.remove_member("acme", "bob")));
    assert_eq!(role("bob"), None);
    let team = bench.catalog.read(|rows| rows.team_members("acme", "core"));
    assert_eq!(team.unwrap().unwrap(), Vec::<String>::new());
    assert_eq!(bench.write(|rows| rows.count_members("acme")), 1);
}

#[test]
fn an_organisation_is_there_once_there_is_something_of_it() {
    let bench = bench();
    let has = |org: &'static str| bench.catalog.read(|rows| rows.has_org(org)).unwrap();
    assert!(!has("acme"));
    bench.write(|rows| {
        let id = rows.add_package(&name("@acme/a"), at(1))?;
        rows.add_owner(id, "alice")?;
        rows.add_package(&name("@acme-other/a"), at(1)).map(|_| ())
    });
    assert!(has("acme") && has("acme-other"));
    assert!(!has("acm") && !has("acme/a") && !has(""));
    let packages = bench.catalog.read(|rows| rows.org_packages("acme"));
    assert_eq!(packages.unwrap(), [name("@acme/a")]);
    let owned = bench.catalog.read(|rows| rows.owned_by("alice"));
    assert_eq!(owned.unwrap(), [name("@acme/a")]);
}

#[test]
fn a_restriction_outlives_its_package() {
    let bench = bench();
    bench.write(|rows| {
        let id = rows.add_package(&name("a"), at(1))?;
        rows.set_restricted(&name("a"), true)?;
        rows.set_restricted(&name("a"), true)?;
        rows.remove_package(id)
    });
    let restricted = || access(&bench).restricted;
    assert_eq!(restricted(), [name("a")]);
    bench.write(|rows| rows.set_restricted(&name("a"), false));
    assert_eq!(restricted(), []);
}

#[test]
fn an_organisation_is_listed_once_it_has_a_member_or_a_team() {
    let bench = bench();
    let orgs = || {
        let read = bench.catalog.read(|rows| {
            let orgs = rows.orgs()?;
            Ok::<_, CatalogError>(orgs)
        });
        read.unwrap()
    };
    assert_eq!(orgs(), []);
    bench.write(|rows| {
        rows.set_member("beta", "alice", MemberRole::Owner)?;
        rows.set_member("beta", "bob", MemberRole::Developer)?;
        rows.add_team("acme", "core", "")?;
        rows.add_team("beta", "core", "")
    });
    let listed = [("acme", 0, 1), ("beta", 2, 1)];
    assert_eq!(
        orgs(),
        listed.map(|(org, members, teams)| (org.to_owned(), members, teams))
    );
}
