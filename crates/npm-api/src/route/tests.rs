//! The table of paths. An endpoint is compared as its debug text, which holds what was parsed.

use ::auth::Need;
use http::header;
use proptest::prelude::*;

use web::Response;

use super::*;

mod people;

/// Every spelling of `@sc/name` that clients and proxies use.
const SPELLINGS: [&str; 6] = [
    "@sc/name",
    "@sc%2fname",
    "@sc%2Fname",
    "%40sc%2fname",
    "%40sc%2Fname",
    "%40sc/name",
];

fn route(method: &str, path: &str) -> Result<String, Reject> {
    Endpoint::route(&Method::from_bytes(method.as_bytes()).unwrap(), path)
        .map(|endpoint| format!("{endpoint:?}"))
}

fn check(method: &str, path: &str, expected: &str) {
    match route(method, path) {
        Ok(endpoint) => assert_eq!(endpoint, expected, "{method} {path}"),
        Err(reject) => panic!("{method} {path} was refused: {reject:?}"),
    }
}

/// Checks the status, and that the answer is an error as clients print it.
fn check_refused(method: &str, path: &str, status: u16) -> Response {
    let response = match route(method, path) {
        Ok(endpoint) => panic!("{method} {path} became {endpoint}"),
        Err(reject) => reject.into_response(),
    };
    assert_eq!(response.status(), status, "{method} {path}");
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    response
}

#[test]
fn what_browsers_and_crawlers_ask_for_is_no_package() {
    check("GET", "/robots.txt", "Robots(Robots)");
    check("HEAD", "/robots.txt", "Robots(Robots)");
    let put = check_refused("PUT", "/robots.txt", 405);
    assert_eq!(put.headers()[header::ALLOW], "GET, HEAD");
    check_refused("GET", "/favicon.ico", 404);
    check_refused("PUT", "/favicon.ico", 400);
    for method in ["GET", "PUT"] {
        check_refused(method, "/robots.txt/-rev/1-a", 404);
        check_refused(method, "/.well-known/acme-challenge/token", 404);
    }
    for path in [
        "/.well-known",
        "/.well-known/security.txt",
        "/robots.txt/1.0.0",
        "/robots.txt/-/robots.txt-1.0.0.tgz",
        "/favicon.ico/latest",
    ] {
        check_refused("GET", path, 404);
    }
}

#[test]
fn what_other_programs_check_tokens_with() {
    check(
        "GET",
        "/_auth/.well-known/jwks.json",
        "ListSigningKeys(ListSigningKeys)",
    );
    check(
        "HEAD",
        "/%5fauth/.well-known/jwks.json",
        "ListSigningKeys(ListSigningKeys)",
    );
    check(
        "GET",
        "/_auth/.well-known/openid-configuration",
        "Discover(Discover)",
    );
    for document in ["jwks.json", "openid-configuration"] {
        let put = check_refused("PUT", &format!("/_auth/.well-known/{document}"), 405);
        assert_eq!(put.headers()[header::ALLOW], "GET, HEAD");
    }
    for path in [
        "/_auth",
        "/_auth/",
        "/_auth/.well-known",
        "/_auth/.well-known/jwks.json/x",
        "/_auth/1.0.0",
    ] {
        for method in ["GET", "PUT"] {
            check_refused(method, path, 404);
        }
    }
}

#[test]
fn the_root_and_the_registrys_own_paths() {
    check("GET", "/", "Root(Root)");
    check("GET", "/-/ping", "Ping(Ping)");
    check("GET", "/-/ping/", "Ping(Ping)");
    check("GET", "/%2d/ping", "Ping(Ping)");
    check("GET", "/-/whoami", "WhoAmI(WhoAmI)");
    check("GET", "/-/status", "GetStatus(GetStatus)");
    check("GET", "/-/live", "OpenStream(OpenStream)");
    check("HEAD", "/-/live", "OpenStream(OpenStream)");
    let dependents = "ListDependents(ListDependents)";
    check("GET", "/-/_view/dependedUpon", dependents);
    let alice = "Login(Login { name: \"alice\" })";
    check("PUT", "/-/user/org.couchdb.user:alice", alice);
    check("PUT", "/-/user/org.couchdb.user%3Aalice", alice);
    check("PUT", "/-/user/org.couchdb.user:%61lice", alice);
    // npm's second try after a 409, where `rev` is what JavaScript makes of nothing.
    check(
        "PUT",
        "/-/user/org.couchdb.user:alice/-rev/undefined",
        alice,
    );
    check("PUT", "/-/user/org.couchdb.user:alice/-rev/1-abc", alice);
}

#[test]
fn a_token_to_revoke_may_hold_what_it_likes() {
    for token in [
        "abc",
        "a.b.c",
        "a=",
        "a/b",
        "a/b/c=",
        "a+b",
        "a%2Fb".replace("%2F", "%3D").as_str(),
    ] {
        check(
            "DELETE",
            &format!("/-/user/token/{token}"),
            "Logout(Logout { token: \"***\" })",
        );
    }
    check_refused("DELETE", "/-/user/token", 404);
    check_refused("DELETE", "/-/user/token/", 404);
    check_refused("GET", "/-/user/token/abc", 405);
}

#[test]
fn packages_are_read() {
    for (path, package) in [
        ("/left-pad", "left-pad"),
        ("/left-pad/", "left-pad"),
        ("/UPPER", "UPPER"),
        ("/constructor", "constructor"),
    ] {
        check(
            "GET",
            path,
            &format!("GetPackument(GetPackument {{ package: {package} }})"),
        );
    }
    for scoped in SPELLINGS {
        let packument = "GetPackument(GetPackument { package: @sc/name })";
        check("GET", &format!("/{scoped}"), packument);
        check("GET", &format!("/{scoped}/"), packument);
        check("HEAD", &format!("/{scoped}"), packument);
        check(
            "PUT",
            &format!("/{scoped}"),
            "PutPackage(PutPackage { package: @sc/name })",
        );
        check(
            "PUT",
            &format!("/{scoped}/"),
            "PutPackage(PutPackage { package: @sc/name })",
        );
    }
}

#[test]
fn one_version_or_tag_is_read() {
    let of = |package: &str, selector: &str| {
        format!("GetManifest(GetManifest {{ package: {package}, selector: {selector} }})")
    };
    check("GET", "/left-pad/1.0.0", &of("left-pad", "Version(1.0.0)"));
    check(
        "GET",
        "/left-pad/1.0.0-rc.1+b.2",
        &of("left-pad", "Version(1.0.0-rc.1+b.2)"),
    );
    check(
        "GET",
        "/left-pad/1.0.0%2Bb",
        &of("left-pad", "Version(1.0.0+b)"),
    );
    check(
        "GET",
        "/left-pad/latest",
        &of("left-pad", "DistTag(latest)"),
    );
    for scoped in SPELLINGS {
        check(
            "GET",
            &format!("/{scoped}/1.0.0"),
            &of("@sc/name", "Version(1.0.0)"),
        );
        check(
            "GET",
            &format!("/{scoped}/next/"),
            &of("@sc/name", "DistTag(next)"),
        );
    }
    // The same shape, told apart by the `@`.
    check("GET", "/name/1.0.0", &of("name", "Version(1.0.0)"));
    check(
        "GET",
        "/@sc/1.0.0",
        "GetPackument(GetPackument { package: @sc/1.0.0 })",
    );
    for range in ["^1.0.0", "1.x", ">=1", "*", "1.0.0%20||%202.0.0"] {
        check_refused("GET", &format!("/left-pad/{range}"), 404);
    }
}

#[test]
fn tarballs_are_read() {
    let of = |package: &str, version: &str| {
        format!("GetTarball(GetTarball {{ package: {package}, version: {version} }})")
    };
    check(
        "GET",
        "/left-pad/-/left-pad-1.0.0.tgz",
        &of("left-pad", "1.0.0"),
    );
    check(
        "HEAD",
        "/left-pad/-/left-pad-1.0.0.tgz",
        &of("left-pad", "1.0.0"),
    );
    check(
        "GET",
        "/left-pad/-/left-pad-1.0.0-rc.1%2Bb.tgz",
        &of("left-pad", "1.0.0-rc.1+b"),
    );
    for scoped in SPELLINGS {
        check(
            "GET",
            &format!("/{scoped}/-/name-1.0.0.tgz"),
            &of("@sc/name", "1.0.0"),
        );
        for again in SPELLINGS {
            // What npm writes into `dist.tarball` when it publishes a scoped package.
            check(
                "GET",
                &format!("/{scoped}/-/{again}-1.0.0.tgz"),
                &of("@sc/name", "1.0.0"),
            );
        }
    }
    for path in [
        "/left-pad/-/other-1.0.0.tgz",
        "/left-pad/-/left-pad-1.0.0.zip",
        "/left-pad/-/left-pad.tgz",
        "/left-pad/-/@sc/left-pad-1.0.0.tgz",
        "/@sc/name/-/@other/name-1.0.0.tgz",
        "/@sc/name/-/x/name-1.0.0.tgz",
        "/left-pad/-/left-pad-1.0.0.tgz/x",
        "/left-pad/x/left-pad-1.0.0.tgz",
    ] {
        check_refused("GET", path, 404);
    }
}

#[test]
fn dist_tags_are_listed_set_and_removed() {
    let names = SPELLINGS.map(|scoped| (scoped, "@sc/name"));
    for (spelt, package) in names.into_iter().chain([
        ("left-pad", "left-pad"),
        ("dist-tags", "dist-tags"),
        ("package", "package"),
    ]) {
        let path = format!("/-/package/{spelt}/dist-tags");
        check(
            "GET",
            &path,
            &format!("ListDistTags(ListDistTags {{ package: {package} }})"),
        );
        check(
            "HEAD",
            &path,
            &format!("ListDistTags(ListDistTags {{ package: {package} }})"),
        );
        let of = |verb: &str| format!("{verb}({verb} {{ package: {package}, tag: next }})");
        for path in [
            format!("{path}/next"),
            format!("{path}/next/"),
            format!("{path}/%6Eext"),
        ] {
            check("PUT", &path, &of("SetDistTag"));
            check("POST", &path, &of("SetDistTag"));
            check("DELETE", &path, &of("RemoveDistTag"));
        }
    }
    for tag in ["1.0.0", "^1", "__proto__", "a%20b", "%40"] {
        check_refused("PUT", &format!("/-/package/left-pad/dist-tags/{tag}"), 400);
        check_refused(
            "DELETE",
            &format!("/-/package/left-pad/dist-tags/{tag}"),
            400,
        );
    }
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    for (path, allowed) in [
        ("/", "GET, HEAD"),
        ("/-/ping", "GET, HEAD"),
        ("/-/whoami", "GET, HEAD"),
        ("/-/status", "GET, HEAD"),
        ("/-/live", "GET, HEAD"),
        ("/-/_view/dependedUpon", "GET, HEAD"),
        ("/-/user/org.couchdb.user:alice", "GET, HEAD, PUT"),
        ("/-/v1/search", "GET, HEAD"),
        ("/-/npm/v1/keys", "GET, HEAD"),
        ("/-/npm/v1/security/advisories/bulk", "POST"),
        ("/left-pad/-rev/1-a", "PUT, DELETE"),
        ("/left-pad/-/left-pad-1.0.0.tgz/-rev/1-a", "DELETE"),
        ("/-/user/token/abc", "DELETE"),
        ("/left-pad", "GET, HEAD, PUT"),
        ("/@sc%2fname", "GET, HEAD, PUT"),
        ("/left-pad/next", "GET, HEAD, PUT"),
        ("/left-pad/-/left-pad-1.0.0.tgz", "GET, HEAD"),
        ("/-/package/left-pad/dist-tags", "GET, HEAD, PUT, POST"),
        ("/-/package/left-pad/dist-tags/next", "PUT, POST, DELETE"),
    ] {
        check_methods(path, allowed);
    }
}

fn check_methods(path: &str, allowed: &str) {
    let allowed_methods: Vec<&str> = allowed.split(", ").collect();
    for method in [
        "GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get",
        "PROPFIND",
    ] {
        if allowed_methods.contains(&method) {
            assert!(route(method, path).is_ok(), "{method} {path}");
        } else {
            let response = check_refused(method, path, 405);
            assert_eq!(
                response.headers()[header::ALLOW],
                allowed,
                "{method} {path}"
            );
        }
    }
}

#[test]
fn what_begins_with_a_hyphen_is_never_a_package() {
    for path in [
        "/-",
        "/-/",
        "/%2d",
        "/-/x",
        "/-/v1/logout",
        "/-/package",
        "/-/package/x",
        "/-/package/@sc",
        "/-/package/@sc/name",
        "/-/package/x/trust",
        "/-/package/x/dist-tags/a/b",
        "/-/user",
        "/-/user/alice",
        "/-/user/org.couchdb.user:a/-rev",
        "/-/user/org.couchdb.user:a/rev/1",
        "/-/ping/x",
        "/-/whoami/x",
        "/-/live/x",
        "/-/status/x",
        "/-/_view/other",
        "/-/1.0.0",
        "/-/-/x-1.0.0.tgz",
        "/-/npm/v1/hooks",
        "/-/npm/v1/oidc/token/exchange/package/x",
        "/-/stage",
        "/-/pnpr/v0/publish",
    ] {
        for method in ["GET", "HEAD", "PUT", "POST", "DELETE"] {
            check_refused(method, path, 404);
        }
    }
}

#[test]
fn what_cannot_be_a_name_is_not_there_to_be_read_and_cannot_be_published() {
    for path in [
        "/_changes",
        "/_all_docs",
        "/.well-known",
        "/favicon.ico",
        "/node_modules",
        "/-dash",
        "/a%20b",
        "/%C3%A9",
        "/a%3Ab",
        "/a%25b",
        "/@sc%2f.x",
        "/@/x",
    ] {
        check_refused("GET", path, 404);
        check_refused("PUT", path, 400);
    }
    check_refused("GET", "/@sc", 404);
    check_refused("PUT", "/@sc", 404);
    let long = format!("/{}", "a".repeat(1025));
    check_refused("GET", &long, 404);
    check_refused("PUT", &long, 400);
}

#[test]
fn a_name_that_is_encoded_twice_is_no_name() {
    for path in [
        "/@sc%252fname",
        "/@sc%252Fname",
        "/%2540sc%252fname",
        "/%2540sc%2fname",
        "/left%252dpad",
        "/@sc%252fname/1.0.0",
    ] {
        let method = "GET";
        let response = match route(method, path) {
            Ok(endpoint) => panic!("{path} became {endpoint}"),
            Err(reject) => reject.into_response(),
        };
        assert!(matches!(response.status().as_u16(), 400 | 404), "{path}");
    }
}

#[test]
fn a_path_that_leads_elsewhere_is_refused_for_every_method() {
    for path in [
        "*",
        "",
        "/..",
        "/../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/left-pad/-/..%2f..%2fetc%2fpasswd",
        "/left-pad/-/%2e%2e",
        "/@sc%2f..%2f..%2fx",
        "/left-pad%00",
        "/left-pad%00.tgz",
        "/left-pad/-/left-pad-1.0.0.tgz%00",
        "/..%5c..%5cx",
        "/a\\b",
        "//left-pad",
        "/left-pad//",
        "/left-pad//1.0.0",
        "/-//ping",
        "/a%2fb",
        "/%ff",
        "/left-pad%0d%0ax:%20y",
    ] {
        for method in ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"] {
            check_refused(method, path, 400);
        }
    }
}

#[test]
fn a_refusal_shows_little_of_a_long_path() {
    let long = "x".repeat(8000);
    for path in [
        format!("/a/{long}%20"),
        format!("/{long}"),
        format!("/-/package/a/dist-tags/{long}"),
        format!("/a/-/{long}.tgz"),
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            if let Err(reject) = route(method, &path) {
                let length = reject.into_response().body().length().unwrap();
                assert!(length < 2000, "{method} answers with {length} bytes");
            }
        }
    }
}

#[test]
fn attestations_are_asked_for_with_the_name_in_any_spelling() {
    let expected = |name: &str, version: &str| {
        format!("GetAttestations(GetAttestations {{ package: {name}, version: {version} }})")
    };
    for spelt in SPELLINGS {
        for at in ["@", "%40"] {
            let path = format!("/-/npm/v1/attestations/{spelt}{at}1.0.0-rc.1%2bb");
            check("GET", &path, &expected("@sc/name", "1.0.0-rc.1+b"));
            check(
                "HEAD",
                &format!("{path}/"),
                &expected("@sc/name", "1.0.0-rc.1+b"),
            );
        }
    }
    let plain = "/-/npm/v1/attestations/name@1.0.0+b";
    check("GET", plain, &expected("name", "1.0.0+b"));
    let put = check_refused("PUT", plain, 405);
    assert_eq!(put.headers()[header::ALLOW], "GET, HEAD");
    for path in [
        "",
        "/name",
        "/@sc",
        "/@sc/name",
        "/@sc@1.0.0",
        "/@1.0.0",
        "/name@",
        "/name@latest",
        "/name@^1.0.0",
        "/name@@1.0.0",
        "/sc/name@1.0.0",
        "/@sc/name/1.0.0",
        "/@sc/name@1.0.0/x",
        "/@sc/a/name@1.0.0",
    ] {
        check_refused("GET", &format!("/-/npm/v1/attestations{path}"), 404);
    }
}

#[test]
fn what_is_needed_depends_on_the_endpoint() {
    let need = |method: &Method, path: &str| {
        format!("{:?}", Endpoint::route(method, path).unwrap().need())
    };
    for (method, path, expected) in [
        (Method::GET, "/", "Nobody"),
        (Method::GET, "/-/ping", "Nobody"),
        (Method::GET, "/robots.txt", "Nobody"),
        (Method::GET, "/-/status", "Registry"),
        (Method::GET, "/-/live", "Registry"),
        (Method::GET, "/-/_view/dependedUpon", "Nothing"),
        (Method::PUT, "/-/user/org.couchdb.user:a", "Nobody"),
        (Method::POST, "/-/v1/login", "Nobody"),
        (Method::GET, "/-/v1/login/a", "Nobody"),
        (Method::POST, "/-/v1/login/a", "Nobody"),
        (Method::GET, "/-/v1/done/a", "Nobody"),
        (Method::GET, "/-/npm/v1/keys", "Nobody"),
        (Method::POST, "/-/npm/v1/security/advisories/bulk", "Nobody"),
        (Method::POST, "/-/npm/v1/security/audits", "Nobody"),
        (Method::GET, "/-/v1/search", "Nothing"),
        (Method::GET, "/-/all", "Nothing"),
        (Method::GET, "/-/whoami", "Account"),
        (Method::DELETE, "/-/user/token/a", "Account"),
        (Method::GET, "/@sc%2fa", "Package(Read, @sc/a)"),
        (Method::HEAD, "/@sc%2fa", "Package(Read, @sc/a)"),
        (Method::GET, "/@sc%2fa/1.0.0", "Package(Read, @sc/a)"),
        (Method::GET, "/@sc%2fa/latest", "Package(Read, @sc/a)"),
        (
            Method::GET,
            "/-/npm/v1/attestations/@sc/a@1.0.0",
            "Package(Read, @sc/a)",
        ),
        (
            Method::GET,
            "/@sc%2fa/-/a-1.0.0.tgz",
            "Package(Read, @sc/a)",
        ),
        (
            Method::GET,
            "/-/package/@sc%2fa/dist-tags",
            "Package(Read, @sc/a)",
        ),
        (Method::PUT, "/@sc%2fa", "Account"),
        (Method::PUT, "/@sc%2fa/-rev/1-a", "Account"),
        (
            Method::DELETE,
            "/@sc%2fa/-rev/1-a",
            "Package(Unpublish, @sc/a)",
        ),
        (
            Method::DELETE,
            "/@sc%2fa/-/a-1.0.0.tgz/-rev/1-a",
            "Package(Unpublish, @sc/a)",
        ),
        (
            Method::PUT,
            "/-/package/@sc%2fa/dist-tags/next",
            "Package(Tag, @sc/a)",
        ),
        (
            Method::POST,
            "/-/package/@sc%2fa/dist-tags/next",
            "Package(Tag, @sc/a)",
        ),
        (
            Method::DELETE,
            "/-/package/@sc%2fa/dist-tags/next",
            "Package(Tag, @sc/a)",
        ),
    ] {
        assert_eq!(need(&method, path), expected, "{method} {path}");
    }
}

fn any_path() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "@sc|name|-|-rev|dist-tags|package|user|token|latest|1\\.0\\.0|name-1\\.0\\.0\\.tgz|org\\.couchdb\\.user:a|ping|whoami",
        "%2[fF]|%40|%00|%5c|%2e|%25|%|\\.|\\.\\.|@|",
        "\\PC{0,12}",
    ];
    prop::collection::vec((piece, "/|%2f|"), 0..10).prop_map(|pieces| {
        let text: String = pieces
            .into_iter()
            .map(|(piece, end)| piece + &end)
            .collect();
        format!("/{text}")
    })
}

/// A scoped name that can be read, and one spelling of it: each letter may be encoded, and the `@` and
/// the slash as well.
fn a_spelt_name() -> impl Strategy<Value = (String, String)> {
    let name = ("[a-z0-9._~'()*!-]{1,8}", "[a-z0-9_~'()*!-][a-z0-9.]{0,8}");
    let encoded = prop::collection::vec(prop_oneof![3 => Just(0), 1 => 1..=2_u8], 18);
    (name, encoded).prop_map(|((scope, base), encoded)| {
        let name = format!("@{scope}/{base}");
        let spelt = name
            .bytes()
            .zip(encoded)
            .map(|(byte, encoded)| match encoded {
                0 => char::from(byte).to_string(),
                1 => format!("%{byte:02x}"),
                _ => format!("%{byte:02X}"),
            });
        // The rest of a long name stays as it is.
        let rest = name.get(18..).unwrap_or_default();
        (name.clone(), spelt.collect::<String>() + rest)
    })
}

/// Every path of a package, with `{}` for its name.
const OF_PACKAGES: [&str; 15] = [
    "/{}",
    "/{}/1.0.0",
    "/{}/latest",
    "/{}/-rev/1-a",
    "/{}/-/{file}-1.0.0.tgz",
    "/{}/-/{name}-1.0.0.tgz",
    "/{}/-/{file}-1.0.0.tgz/-rev/1-a",
    "/{}/-/{name}-1.0.0.tgz/-rev/1-a",
    "/-/package/{}/dist-tags",
    "/-/package/{}/dist-tags/next",
    "/-/package/{}/visibility",
    "/-/package/{}/access",
    "/-/package/{}/collaborators",
    "/-/package/{}/owners",
    "/-/package/{}/owners/alice",
];

proptest! {
    #[test]
    fn no_path_and_no_method_panics(
        method in prop_oneof!["GET|HEAD|PUT|POST|DELETE|OPTIONS|PATCH", "[A-Z]{1,12}"],
        path in prop_oneof![any_path(), any::<String>()],
    ) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        match Endpoint::route(&method, &path) {
            Ok(endpoint) => { endpoint.need(); }
            Err(reject) => {
                let status = reject.into_response().status();
                prop_assert!(matches!(status.as_u16(), 400 | 404 | 405), "{}", status);
            }
        }
    }

    #[test]
    fn every_spelling_of_a_name_becomes_the_same_endpoint(
        (name, spelt) in a_spelt_name(),
        slash in any::<bool>(),
        (place, method) in (0..OF_PACKAGES.len(), "GET|HEAD|PUT|POST|DELETE|PATCH"),
    ) {
        let path = OF_PACKAGES[place];
        let (_, base) = name.split_once('/').unwrap();
        let path = path.replace("{file}", base).replace("{name}", &name);
        let told = |path: &str| route(&method, path).map_err(|reject| reject.into_response().status());
        let plain = told(&path.replace("{}", &name));
        let slash = if slash { "/" } else { "" };
        let other = told(&format!("{}{slash}", path.replace("{}", &spelt)));
        prop_assert_eq!(&plain, &other, "{} {}", path, spelt);
        if method == "GET" && path == "/{}" {
            prop_assert_eq!(plain.unwrap(), format!("GetPackument(GetPackument {{ package: {name} }})"));
        }
    }

    /// What a path asks for is decided about under the name that it was sent with.
    #[test]
    fn the_name_that_is_decided_about_leads_back_to_the_endpoint(
        method in "GET|PUT|DELETE",
        path in any_path(),
    ) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        if let Ok(endpoint) = Endpoint::route(&method, &path)
            && let Need::Package(_, package) = endpoint.need()
        {
            prop_assert_eq!(npm_model::PackageName::parse(package.as_str()), Ok(package.clone()));
            let said = format!("{endpoint:?}");
            prop_assert!(said.contains(package.as_str()), "{} for {}", said, package);
            let plain = Endpoint::route(&Method::GET, &format!("/{package}"));
            let found = matches!(plain, Ok(Endpoint::GetPackument(it)) if it.package == package);
            prop_assert!(found, "/{} is another package", package);
        }
    }
}
