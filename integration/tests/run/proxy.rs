//! The registry behind a proxy: below a path of its URL, and under names and schemes that only the proxy
//! knows.

use integration::{Client, ClientKind, PASSWORD, Package, Registry, Response, User};
use serde_json::json;

const ABBREVIATED: &str = "application/vnd.npm.install-v1+json";

fn publish(alice: &User) {
    for name in ["@sc/name", "plain"] {
        let package = Package::new(name, "1.0.0");
        package.publish(&alice.http).send().expect(201);
    }
}

/// Starts a registry whose public URL is this machine's address with `/reg` behind it.
fn below_reg() -> (Registry, User) {
    let mut registry = Registry::options().open_to_all().config("").start();
    let public = format!("public_url = \"{}/reg\"\n", registry.url());
    registry.write_config(&public);
    registry.restart();
    let alice = registry.user("alice");
    (registry, alice)
}

fn get(registry: &Registry, path: &str, headers: &[(&str, &str)]) -> Response {
    let http = registry.http();
    let mut request = http.get(path);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.send()
}

/// Where the documents say that the tarball is; all of them have to agree.
#[track_caller]
fn tarball_url(registry: &Registry, prefix: &str, headers: &[(&str, &str)]) -> String {
    let url = |path: &str, accept| {
        let mut headers = headers.to_vec();
        headers.push(("accept", accept));
        let document = get(registry, &format!("{prefix}{path}"), &headers);
        let document = document.expect(200).json();
        let manifest = match document.get("versions") {
            Some(versions) => &versions["1.0.0"],
            None => &document,
        };
        manifest["dist"]["tarball"].as_str().unwrap().to_owned()
    };
    let full = url("/@sc%2fname", "application/json");
    assert_eq!(url("/@sc%2fname", ABBREVIATED), full);
    assert_eq!(url("/@sc/name/latest", "*/*"), full);
    full
}

told_with!(a_client_installs_below_a_path with every client);

fn a_client_installs_below_a_path(kind: ClientKind) {
    let (registry, alice) = below_reg();
    publish(&alice);
    let client = Client::below("/reg", kind, &registry, &alice);
    let project = client.project();
    client.install(&project, &["@sc/name", "plain"]).succeeds();
    for name in ["@sc/name", "plain"] {
        let installed = project.join("node_modules").join(name).join("index.js");
        assert!(installed.is_file(), "{}", installed.display());
    }
}

told_with!(npm_works_below_a_path with both pinned npms);

fn npm_works_below_a_path(kind: ClientKind) {
    let (registry, alice) = below_reg();
    publish(&alice);
    let client = Client::below("/reg", kind, &registry, &alice);
    let project = client.project();
    client.install(&project, &["plain"]).succeeds();
    let base = format!("{}/reg", registry.url());
    let lock = std::fs::read_to_string(project.join("package-lock.json")).unwrap();
    assert!(
        lock.contains(&format!("{base}/plain/-/plain-1.0.0.tgz")),
        "{lock}"
    );
    client
        .run(&project, &["view", "@sc/name", "dist.tarball"])
        .succeeds()
        .says(&format!("{base}/@sc/name/-/name-1.0.0.tgz"));
    client
        .run(&project, &["dist-tag", "add", "@sc/name@1.0.0", "old"])
        .succeeds();
    client.run(&project, &["whoami"]).succeeds().says("alice");
    let published = project.join("package.json");
    std::fs::write(&published, r#"{ "name": "@sc/new", "version": "1.0.0" }"#).unwrap();
    client.run(&project, &["publish"]).succeeds();
    assert_eq!(
        registry.packument("@sc/new")["dist-tags"]["latest"],
        "1.0.0"
    );
}

/// Some proxies pass the whole path on, some take off what led to them.
#[test]
fn the_path_of_the_public_url_may_be_there_or_taken_off() {
    let (registry, alice) = below_reg();
    publish(&alice);
    let root = get(&registry, "/", &[]).expect(200).body;
    for path in ["/reg", "/reg/"] {
        assert_eq!(get(&registry, path, &[]).expect(200).body, root, "{path}");
    }
    let whole = get(&registry, "/@sc%2fname", &[]).expect(200).body;
    for path in [
        "/reg/@sc%2fname",
        "/reg/@sc%2Fname",
        "/reg/@sc/name",
        "/reg/@sc%2fname/",
    ] {
        assert_eq!(get(&registry, path, &[]).expect(200).body, whole, "{path}");
    }
    let tarball = Package::new("@sc/name", "1.0.0").tarball();
    for prefix in ["", "/reg"] {
        get(&registry, &format!("{prefix}/-/ping"), &[]).expect(200);
        let url = tarball_url(&registry, prefix, &[]);
        assert_eq!(
            url,
            format!("{}/reg/@sc/name/-/name-1.0.0.tgz", registry.url())
        );
        let path = format!("{prefix}/@sc%2fname/-/name-1.0.0.tgz");
        assert_eq!(get(&registry, &path, &[]).expect(200).body, tarball);
    }
    for path in [
        "/regs/-/ping",
        "/reg/reg/-/ping",
        "/reg%2f@sc%2fname",
        "/rég/-/ping",
    ] {
        let answer = get(&registry, path, &[]);
        assert!([400, 404].contains(&answer.status), "{path}: {answer}");
        answer.error();
    }
    // Writing works both ways, too.
    for (prefix, version) in [("/reg", "2.0.0"), ("", "3.0.0")] {
        let package = Package::new("@sc/name", version);
        let path = format!("{prefix}{}", package.path());
        let put = alice.http.put(&path).json(&package.document());
        put.send().expect(201);
    }
    assert_eq!(
        registry.packument("@sc/name")["dist-tags"],
        json!({ "latest": "3.0.0" })
    );
}

/// What nginx sends with the lines that everybody copies, and with a path in `proxy_pass`, which decodes
/// the path and takes the location off it.
#[test]
fn a_trusted_proxy_tells_what_clients_see() {
    let registry = Registry::options()
        .open_to_all()
        .env("REGISTRY_SERVER_TRUSTED_PROXIES", "127.0.0.1")
        .start();
    publish(&registry.user("alice"));
    let nginx = [
        ("host", "npm.acme.example"),
        ("x-real-ip", "192.0.2.1"),
        ("x-forwarded-for", "6.6.6.6, 192.0.2.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "npm.acme.example"),
        ("x-forwarded-prefix", "/reg"),
        ("connection", "close"),
    ];
    let expected = "https://npm.acme.example/reg/@sc/name/-/name-1.0.0.tgz";
    assert_eq!(tarball_url(&registry, "", &nginx), expected);
    // Its default for the host is the address that it connects to.
    assert_eq!(tarball_url(&registry, "", &nginx[1..]), expected);
    assert_eq!(
        tarball_url(
            &registry,
            "",
            &[(
                "forwarded",
                "for=\"[2001:db8::1]\";proto=https;host=a.example"
            )]
        ),
        "https://a.example/@sc/name/-/name-1.0.0.tgz"
    );
    assert_eq!(
        tarball_url(
            &registry,
            "",
            &[
                ("x-forwarded-host", "a.example"),
                ("x-forwarded-port", "8443")
            ]
        ),
        "http://a.example:8443/@sc/name/-/name-1.0.0.tgz"
    );
    // Nothing that cannot be understood is worse than nothing said.
    let local = format!("{}/@sc/name/-/name-1.0.0.tgz", registry.url());
    for (name, value) in [
        ("forwarded", "for=\"x"),
        ("forwarded", ";;,,=;host="),
        ("x-forwarded-for", ",,,"),
        ("x-forwarded-proto", "gopher"),
        ("x-forwarded-host", "a b\"c"),
        ("x-forwarded-port", "-1"),
        ("x-forwarded-prefix", "/../\"<x>"),
    ] {
        assert_eq!(
            tarball_url(&registry, "", &[(name, value)]),
            local,
            "{name}: {value}"
        );
    }
}

#[test]
fn who_is_not_trusted_is_not_believed() {
    let headers = [
        ("forwarded", "for=127.0.0.1;proto=https;host=evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-prefix", "/evil"),
    ];
    for trusted in ["", "10.0.0.0/8"] {
        let registry = Registry::options()
            .open_to_all()
            .env("REGISTRY_SERVER_TRUSTED_PROXIES", trusted)
            .start();
        publish(&registry.user("alice"));
        let local = format!("{}/@sc/name/-/name-1.0.0.tgz", registry.url());
        for headers in [&headers[..], &headers[1..]] {
            assert_eq!(tarball_url(&registry, "", headers), local);
            // A page whose name was made to mean this machine can send these headers.
            let mut rebound = headers.to_vec();
            rebound.push(("host", "evil.example"));
            rebound.push(("x-forwarded-host", "localhost"));
            get(&registry, "/@sc%2fname", &rebound).expect(421).error();
        }
    }
}

/// A token that is good at one address only shows which one the registry takes a client to have.
#[test]
fn the_clients_address_is_the_one_that_a_trusted_proxy_tells() {
    let registry = Registry::options()
        .open_to_all()
        .env("REGISTRY_SERVER_TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8")
        .start();
    let alice = registry.user("alice");
    let wish = json!({ "password": PASSWORD, "cidr_whitelist": ["192.0.2.0/24"] });
    let made = alice
        .http
        .request("POST", "/-/npm/v1/tokens")
        .json(&wish)
        .send();
    let token = made.json()["token"].as_str().unwrap().to_owned();
    let bound = alice.http.with_token(&token);
    for (chain, status) in [
        (&[("x-forwarded-for", "192.0.2.7")][..], 200),
        (&[("x-forwarded-for", "6.6.6.6, 192.0.2.7, 10.0.0.9")], 200),
        (&[("forwarded", "for=192.0.2.7")], 200),
        (
            &[("forwarded", "for=10.0.0.9, for=\"192.0.2.7:4711\"")],
            200,
        ),
        (&[], 401),
        (&[("x-forwarded-for", "192.0.2.7, 6.6.6.6")], 401),
        (&[("x-forwarded-for", "192.0.2.7, nonsense")], 401),
        (&[("forwarded", "for=192.0.2.7, for=_hidden")], 401),
        // nginx adds to the first and passes the second on.
        (
            &[
                ("x-forwarded-for", "6.6.6.6"),
                ("forwarded", "for=192.0.2.7"),
            ],
            401,
        ),
    ] {
        let mut request = bound.get("/-/whoami");
        for (name, value) in chain {
            request = request.header(name, value);
        }
        let answer = request.send();
        assert_eq!(answer.status, status, "{chain:?}: {answer}");
    }
}

#[test]
fn a_public_url_wins_over_what_a_proxy_tells() {
    let registry = Registry::options()
        .open_to_all()
        .config("public_url = \"https://npm.acme.example/reg\"\n[server]\ntrusted_proxies = [\"127.0.0.1\"]\n")
        .start();
    publish(&registry.user("alice"));
    let headers = [
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", "other.example"),
        ("x-forwarded-port", "81"),
    ];
    let expected = "https://npm.acme.example/reg/@sc/name/-/name-1.0.0.tgz";
    for prefix in ["", "/reg"] {
        assert_eq!(tarball_url(&registry, prefix, &headers), expected);
    }
}

/// What browsers and crawlers ask for by themselves.
#[test]
fn nothing_that_browsers_ask_for_is_taken_for_a_package() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let robots = get(&registry, "/robots.txt", &[]).expect(200);
    assert_eq!(robots.body, b"User-agent: *\nDisallow: /\n");
    assert!(
        robots
            .required_header("content-type")
            .starts_with("text/plain")
    );
    for path in [
        "/favicon.ico",
        "/.well-known/security.txt",
        "/.well-known/a/b/c",
    ] {
        get(&registry, path, &[]).expect(404).error();
    }
    for name in ["robots.txt", "favicon.ico"] {
        let package = Package::new(name, "1.0.0");
        let answer = package.publish(&alice.http).send();
        assert!((400..500).contains(&answer.status), "{answer}");
        answer.error();
    }
}
