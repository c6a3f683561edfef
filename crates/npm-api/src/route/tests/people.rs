//! The paths of accounts, tokens, organisations, teams, access, owners and stars.

use super::*;

#[test]
fn a_web_login_has_three_paths_and_none_of_them_is_shown() {
    check("POST", "/-/v1/login", "BeginLogin(BeginLogin)");
    check(
        "GET",
        "/-/v1/login/abc",
        "ShowPage(ShowPage { page: \"***\" })",
    );
    check(
        "HEAD",
        "/-/v1/login/abc",
        "ShowPage(ShowPage { page: \"***\" })",
    );
    check(
        "POST",
        "/-/v1/login/abc",
        "AnswerPage(AnswerPage { page: \"***\" })",
    );
    check(
        "GET",
        "/-/v1/done/abc",
        "PollLogin(PollLogin { poll: \"***\" })",
    );
    check_refused("GET", "/-/v1/done", 404);
    check_refused("GET", "/-/v1/login/a/b", 404);
}

#[test]
fn profiles_and_tokens() {
    check("GET", "/-/npm/v1/user", "GetProfile(GetProfile)");
    check("POST", "/-/npm/v1/user", "SetProfile(SetProfile)");
    check("GET", "/-/npm/v1/tokens", "ListTokens(ListTokens)");
    check("POST", "/-/npm/v1/tokens", "CreateToken(CreateToken)");
    let revoke = "RevokeToken(RevokeToken { key: \"***\" })";
    for key in ["0a1b", "a.b.c", "a/b="] {
        check("DELETE", &format!("/-/npm/v1/tokens/token/{key}"), revoke);
    }
    check_refused("DELETE", "/-/npm/v1/tokens/token", 404);
    check_refused("DELETE", "/-/npm/v1/tokens", 405);
}

#[test]
fn organisations_and_teams() {
    let org = "org: OrgName(\"acme\")";
    let team = "team: TeamName(\"core\")";
    for spelt in ["acme", "@acme", "%40acme"] {
        for (method, rest, expected) in [
            (
                "GET",
                "user",
                format!("ListMembers(ListMembers {{ {org} }})"),
            ),
            ("PUT", "user", format!("SetMember(SetMember {{ {org} }})")),
            (
                "DELETE",
                "user",
                format!("RemoveMember(RemoveMember {{ {org} }})"),
            ),
            ("GET", "team", format!("ListTeams(ListTeams {{ {org} }})")),
            ("PUT", "team", format!("CreateTeam(CreateTeam {{ {org} }})")),
            (
                "GET",
                "package",
                "ListPackages(ListPackages { of: Org(OrgName(\"acme\")) })".to_owned(),
            ),
        ] {
            check(method, &format!("/-/org/{spelt}/{rest}"), &expected);
        }
        for (method, rest, expected) in [
            (
                "DELETE",
                "",
                format!("DestroyTeam(DestroyTeam {{ {org}, {team} }})"),
            ),
            (
                "GET",
                "/user",
                format!("ListTeamMembers(ListTeamMembers {{ {org}, {team} }})"),
            ),
            (
                "PUT",
                "/user",
                format!("ChangeTeam(ChangeTeam {{ {org}, {team}, member: true }})"),
            ),
            (
                "DELETE",
                "/user",
                format!("ChangeTeam(ChangeTeam {{ {org}, {team}, member: false }})"),
            ),
            (
                "GET",
                "/package",
                "ListPackages(ListPackages { of: Team(OrgName(\"acme\"), TeamName(\"core\")) })"
                    .to_owned(),
            ),
            (
                "PUT",
                "/package",
                format!("Grant(Grant {{ {org}, {team} }})"),
            ),
            (
                "DELETE",
                "/package",
                format!("RevokeGrant(RevokeGrant {{ {org}, {team} }})"),
            ),
        ] {
            check(method, &format!("/-/team/{spelt}/core{rest}"), &expected);
        }
    }
    // pnpm asks this when it was given no name.
    check_refused("GET", "/-/-/package?format=cli", 404);
    check_refused("GET", "/-/org/a%20b/team", 404);
    check_refused("PUT", "/-/team/acme/-core/user", 422);
    check_refused("GET", "/-/org/acme", 404);
    check_refused("GET", "/-/org/acme/team/core", 404);
    check_refused("GET", "/-/team/acme", 404);
}

#[test]
fn what_is_said_of_a_package_beside_its_documents() {
    for spelt in SPELLINGS {
        let package = "package: @sc/name";
        for (method, rest, endpoint) in [
            ("GET", "visibility", "GetVisibility"),
            ("GET", "access", "GetAccess"),
            ("POST", "access", "SetAccess"),
            ("GET", "collaborators", "ListCollaborators"),
            ("GET", "owners", "ListOwners"),
            ("PUT", "owners", "AddOwner"),
            ("PUT", "dist-tags", "MergeDistTags"),
            ("POST", "dist-tags", "MergeDistTags"),
        ] {
            let expected = format!("{endpoint}({endpoint} {{ {package} }})");
            check(method, &format!("/-/package/{spelt}/{rest}"), &expected);
        }
        check(
            "DELETE",
            &format!("/-/package/{spelt}/owners/alice"),
            &format!("RemoveOwner(RemoveOwner {{ {package}, user: \"alice\" }})"),
        );
        // How npm 2 set a tag.
        check(
            "PUT",
            &format!("/{spelt}/next"),
            &format!("SetDistTag(SetDistTag {{ {package}, tag: next }})"),
        );
    }
    check_refused("PUT", "/left-pad/1.0.0", 400);
}

#[test]
fn people_have_packages_and_stars() {
    check(
        "GET",
        "/-/user/alice/package",
        "ListPackages(ListPackages { of: User(\"alice\") })",
    );
    check("GET", "/-/user/v1/star", "ListOwnStars(ListOwnStars)");
    check(
        "PUT",
        "/-/user/v1/star",
        "SetStar(SetStar { starred: true })",
    );
    check(
        "DELETE",
        "/-/user/v1/star",
        "SetStar(SetStar { starred: false })",
    );
}

#[test]
fn a_wrong_method_is_told_the_right_ones_here_too() {
    for (path, allowed) in [
        ("/-/v1/login", "POST"),
        ("/-/v1/login/abc", "GET, HEAD, POST"),
        ("/-/v1/done/abc", "GET, HEAD"),
        ("/-/npm/v1/user", "GET, HEAD, POST"),
        ("/-/npm/v1/tokens", "GET, HEAD, POST"),
        ("/-/npm/v1/tokens/token/abc", "DELETE"),
        ("/-/org/acme/user", "GET, HEAD, PUT, DELETE"),
        ("/-/org/acme/team", "GET, HEAD, PUT"),
        ("/-/org/acme/package", "GET, HEAD"),
        ("/-/team/acme/core", "DELETE"),
        ("/-/team/acme/core/user", "GET, HEAD, PUT, DELETE"),
        ("/-/team/acme/core/package", "GET, HEAD, PUT, DELETE"),
        ("/-/package/left-pad/visibility", "GET, HEAD"),
        ("/-/package/left-pad/access", "GET, HEAD, POST"),
        ("/-/package/left-pad/collaborators", "GET, HEAD"),
        ("/-/package/left-pad/owners", "GET, HEAD, PUT"),
        ("/-/package/left-pad/owners/alice", "DELETE"),
        ("/-/user/v1/star", "GET, HEAD, PUT, DELETE"),
        ("/-/user/alice/package", "GET, HEAD"),
    ] {
        check_methods(path, allowed);
    }
}

#[test]
fn accounts_are_looked_after_below_a_path_of_their_own() {
    check("GET", "/_auth/users", "ListPeople(ListPeople)");
    check("HEAD", "/_auth/users/", "ListPeople(ListPeople)");
    check("POST", "/_auth/users", "AddPerson(AddPerson)");
    let name = "{ name: \"Alice\" }";
    for (method, endpoint) in [
        ("GET", "GetPerson"),
        ("PATCH", "ChangePerson"),
        ("DELETE", "RemovePerson"),
    ] {
        let expected = format!("{endpoint}({endpoint} {name})");
        check(method, "/_auth/users/Alice", &expected);
        check(method, "/_auth/users/%41lice", &expected);
    }
    check("POST", "/_auth/invitations", "Invite(Invite)");
    check("POST", "/_auth/register", "Register(Register)");
    for (method, path, allowed) in [
        ("PUT", "/_auth/users", "GET, HEAD, POST"),
        ("POST", "/_auth/users/alice", "GET, HEAD, PATCH, DELETE"),
        ("GET", "/_auth/invitations", "POST"),
        ("GET", "/_auth/register", "POST"),
    ] {
        let refused = check_refused(method, path, 405);
        assert_eq!(refused.headers()[header::ALLOW], allowed, "{path}");
    }
    for path in ["/_auth", "/_auth/users/a/b", "/_auth/register/x"] {
        check_refused("GET", path, 404);
        check_refused("PUT", path, 404);
    }
}

#[test]
fn only_an_admin_looks_after_accounts() {
    let need = |method: &str, path: &str| {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        Endpoint::route(&method, path).unwrap().need()
    };
    for (method, path) in [
        ("GET", "/_auth/users"),
        ("POST", "/_auth/users"),
        ("PATCH", "/_auth/users/alice"),
        ("DELETE", "/_auth/users/alice"),
        ("POST", "/_auth/invitations"),
    ] {
        assert!(matches!(need(method, path), Need::Admin), "{method} {path}");
    }
    assert!(matches!(need("GET", "/_auth/users/alice"), Need::Account));
    assert!(matches!(need("POST", "/_auth/register"), Need::Nobody));
}

#[test]
fn tokens_keys_rules_and_events_are_below_auth() {
    for (method, path, endpoint) in [
        ("POST", "token", "IssueToken(IssueToken)"),
        ("GET", "verify", "VerifyToken(VerifyToken)"),
        ("HEAD", "verify", "VerifyToken(VerifyToken)"),
        ("POST", "verify", "LookInto(LookInto)"),
        ("GET", "tokens", "ListCredentials(ListCredentials)"),
        (
            "DELETE",
            "tokens/0a1b",
            "RevokeCredential(RevokeCredential { id: \"0a1b\" })",
        ),
        ("POST", "revoke", "RevokeShown(RevokeShown)"),
        ("GET", "keys", "ListApiKeys(ListApiKeys)"),
        ("POST", "keys", "CreateKey(CreateKey)"),
        (
            "DELETE",
            "keys/0a1b",
            "RevokeKey(RevokeKey { id: \"0a1b\" })",
        ),
        ("GET", "rules", "ListRules(ListRules)"),
        ("PUT", "rules", "SetRule(SetRule)"),
        ("PATCH", "rules", "ChangeRules(ChangeRules)"),
        ("DELETE", "rules", "RemoveRule(RemoveRule)"),
        ("GET", "can", "Explain(Explain)"),
        ("GET", "events", "ListEvents(ListEvents)"),
    ] {
        check(method, &format!("/_auth/{path}"), endpoint);
    }
    for path in ["", "/", "/nothing", "/keys/a/b", "/token/x", "/tokens/a/b"] {
        check_refused("GET", &format!("/_auth{path}"), 404);
    }
    for (method, path) in [
        ("GET", "token"),
        ("PUT", "verify"),
        ("POST", "tokens"),
        ("GET", "tokens/0a1b"),
        ("PUT", "keys"),
        ("DELETE", "events"),
    ] {
        check_refused(method, &format!("/_auth/{path}"), 405);
    }
}

#[test]
fn organisations_are_shown_whole_below_auth() {
    let org = "org: OrgName(\"acme\")";
    check("GET", "/_auth/orgs", "ListOrgs(ListOrgs)");
    for spelt in ["acme", "@acme", "%40acme"] {
        let path = format!("/_auth/orgs/{spelt}");
        check("GET", &path, &format!("ShowOrg(ShowOrg {{ {org} }})"));
        let team = format!("ShowTeam(ShowTeam {{ {org}, team: TeamName(\"core\") }})");
        check("GET", &format!("{path}/teams/core"), &team);
        check_refused("PUT", &path, 405);
        check_refused("GET", &format!("{path}/teams"), 404);
    }
    check_refused("GET", "/_auth/orgs/a%20b", 404);
    check_refused("GET", "/_auth/orgs/acme/teams/-core", 422);
    check_refused("POST", "/_auth/orgs", 405);
}

#[test]
fn what_somebody_owns_is_theirs_to_see_and_an_admins() {
    let path = "/_auth/users/alice/packages";
    check("GET", path, "ListOwned(ListOwned { name: \"alice\" })");
    check_refused("PUT", path, 405);
    for (method, path, expected) in [
        (Method::GET, path, "OwnAccount"),
        (Method::GET, "/_auth/orgs", "Account"),
        (Method::POST, "/_auth/verify", "Account"),
        (Method::GET, "/_auth/tokens", "OwnAccount"),
        (Method::DELETE, "/_auth/tokens/0a1b", "OwnAccount"),
        (Method::PATCH, "/_auth/rules", "Admin"),
    ] {
        let need = Endpoint::route(&method, path).unwrap().need();
        assert_eq!(format!("{need:?}"), expected, "{method} {path}");
    }
}
