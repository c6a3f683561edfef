use http::HeaderValue;
use proptest::prelude::*;

use super::*;

const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn base(policy: &HostPolicy, host: &str) -> Option<String> {
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, host.parse().unwrap());
    let base = base_of(policy, &Uri::from_static("/x"), &headers);
    base.ok().map(|base| base.to_string())
}

fn base_of(policy: &HostPolicy, uri: &Uri, headers: &HeaderMap) -> Result<Arc<str>, HostRefused> {
    policy.visit(PEER, uri, headers).map(|visit| visit.base)
}

#[test]
fn a_loopback_registry_answers_only_to_loopback_names() {
    let policy = HostPolicy::new(true, None);
    for host in [
        "localhost:4873",
        "127.0.0.1:4873",
        "[::1]:4873",
        "LOCALHOST",
        "127.1.2.3",
    ] {
        assert_eq!(
            base(&policy, host),
            Some(format!("http://{host}")),
            "{host}"
        );
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "10.0.0.1",
        "me@localhost",
        "",
        "a b",
    ] {
        assert_eq!(base(&policy, host), None, "{host}");
    }
    assert!(base_of(&policy, &Uri::from_static("/x"), &HeaderMap::new()).is_err());
}

#[test]
fn the_public_url_is_what_answers_are_made_with() {
    let public: PublicUrl = "https://NPM.acme.example/reg/".parse().unwrap();
    let policy = HostPolicy::new(true, Some(public));
    let expected = Some("https://npm.acme.example/reg".to_owned());
    assert_eq!(base(&policy, "npm.acme.example"), expected);
    assert_eq!(base(&policy, "localhost:4873"), expected);
    assert_eq!(base(&policy, "other.example"), None);
}

#[test]
fn a_registry_for_the_network_answers_to_every_name() {
    let policy = HostPolicy::new(false, None);
    assert_eq!(
        base(&policy, "npm.lan:80"),
        Some("http://npm.lan:80".to_owned())
    );
}

#[test]
fn only_plain_urls_can_be_public() {
    for text in [
        "",
        "npm",
        "ftp://a",
        "https://",
        "http://u:p@a",
        "http://a?b",
        "http://a/#b",
    ] {
        assert!(text.parse::<PublicUrl>().is_err(), "{text}");
    }
}

#[test]
fn a_host_is_a_name_and_a_port_that_is_a_number() {
    let policy = HostPolicy::new(false, None);
    for host in [
        ":80",
        "localhost:",
        "localhost:http",
        "localhost:65536",
        "a:1:2",
        "localhost:+80",
        "[::1",
        "::1",
        "[::1]evil.example",
        "[::1]evil.example:80",
        "[::1]:80:80",
    ] {
        assert_eq!(base(&policy, host), None, "{host}");
    }
    for url in [
        "http://:80",
        "http://a:",
        "http://a:http",
        "http://a:65536/",
        "http://",
    ] {
        assert!(url.parse::<PublicUrl>().is_err(), "{url}");
    }
    assert!("http://a:80/b".parse::<PublicUrl>().is_ok());
}

#[test]
fn two_hosts_are_refused_whichever_comes_first() {
    for hosts in [
        ["localhost", "evil.example"],
        ["evil.example", "localhost"],
        ["localhost"; 2],
    ] {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, HeaderValue::from_static(host));
        }
        let policy = HostPolicy::new(true, None);
        assert!(
            base_of(&policy, &Uri::from_static("/x"), &headers).is_err(),
            "{hosts:?}"
        );
    }
}

#[test]
fn the_host_of_an_absolute_url_is_the_one_that_counts() {
    let policy = HostPolicy::new(true, None);
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, HeaderValue::from_static("localhost"));
    let evil = Uri::from_static("http://evil.example/x");
    assert!(base_of(&policy, &evil, &headers).is_err());
    let local = Uri::from_static("http://localhost:4873/x");
    assert_eq!(
        &*base_of(&policy, &local, &headers).unwrap(),
        "http://localhost:4873"
    );
}

#[test]
fn names_that_only_look_like_loopback_are_refused() {
    let policy = HostPolicy::new(true, None);
    for host in [
        "127.0.0.1.evil.example",
        "localhost.",
        "localhost.localdomain",
        "127.1",
        "0177.0.0.1",
        "2130706433",
        "0.0.0.0",
        "[::]",
        "[::ffff:10.0.0.1]",
        "localhost%00",
        "localhost\u{2024}evil",
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::HOST,
            HeaderValue::from_bytes(host.as_bytes()).unwrap(),
        );
        assert!(
            base_of(&policy, &Uri::from_static("/x"), &headers).is_err(),
            "{host}"
        );
    }
}

#[test]
fn a_refusal_shows_little_of_what_was_sent() {
    let mut headers = HeaderMap::new();
    let long = HeaderValue::from_str(&"a".repeat(10_000)).unwrap();
    headers.insert(header::HOST, long);
    let refused = base_of(
        &HostPolicy::new(true, None),
        &Uri::from_static("/x"),
        &headers,
    );
    assert!(refused.unwrap_err().to_string().len() < 300);
}

/// The base URL and the path below it, for a request of a proxy that is trusted.
#[track_caller]
fn check_proxied(
    public: Option<&str>,
    headers: &[(&'static str, &str)],
    path: &str,
    expected: &str,
) {
    let public = public.map(|url| url.parse().unwrap());
    let policy = HostPolicy::new(true, public).behind("127.0.0.1".parse().unwrap());
    let mut map = HeaderMap::new();
    map.insert(header::HOST, HeaderValue::from_static("localhost:4873"));
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
    let uri: Uri = path.parse().unwrap();
    let found = policy.visit(PEER, &uri, &map);
    let found = found.map(|visit| format!("{} {}", visit.base, visit.path));
    assert_eq!(found.unwrap_or_else(|error| error.to_string()), expected);
}

#[test]
fn what_the_public_url_begins_with_may_be_in_the_path_or_taken_off() {
    const PUBLIC: Option<&str> = Some("https://npm.acme.example/a/reg");
    let base = "https://npm.acme.example/a/reg";
    for (path, below) in [
        ("/a/reg", "/"),
        ("/a/reg/", "/"),
        ("/", "/"),
        ("/a/reg/@sc%2fname", "/@sc%2fname"),
        ("/@sc%2fname", "/@sc%2fname"),
        ("/a/reg/-/ping?x=/a/reg", "/-/ping"),
        ("/a/reg/a/reg", "/a/reg"),
        ("/a/regs", "/a/regs"),
        ("/a", "/a"),
        ("/A/reg/x", "/A/reg/x"),
        ("/a%2freg/x", "/a%2freg/x"),
        ("/a/reg//x", "//x"),
    ] {
        check_proxied(PUBLIC, &[], path, &format!("{base} {below}"));
    }
    // Said to be taken off: what is left may look like it once more.
    let said = [("x-forwarded-prefix", "/a/reg")];
    check_proxied(PUBLIC, &said, "/a/reg", &format!("{base} /a/reg"));
    check_proxied(
        Some("https://npm.acme.example"),
        &[],
        "/a",
        "https://npm.acme.example /a",
    );
}

#[test]
fn without_a_public_url_the_proxy_tells_the_base() {
    for (headers, base) in [
        (&[][..], "http://localhost:4873"),
        (&[("x-forwarded-proto", "https")], "https://localhost:4873"),
        (
            &[("x-forwarded-host", "npm.acme.example")],
            "http://npm.acme.example",
        ),
        (
            &[("x-forwarded-prefix", "/reg/")],
            "http://localhost:4873/reg",
        ),
        (
            &[
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "npm.acme.example"),
                ("x-forwarded-port", "8443"),
                ("x-forwarded-prefix", "/reg"),
            ],
            "https://npm.acme.example:8443/reg",
        ),
        (
            &[
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "npm.acme.example"),
                ("x-forwarded-port", "443"),
            ],
            "https://npm.acme.example",
        ),
        // A port that stands with the host is the one that the client used.
        (
            &[
                ("x-forwarded-host", "npm.acme.example:81"),
                ("x-forwarded-port", "80"),
            ],
            "http://npm.acme.example:81",
        ),
        (
            &[("x-forwarded-host", "[::1]"), ("x-forwarded-port", "81")],
            "http://[::1]:81",
        ),
        (
            &[("forwarded", "proto=https;host=npm.acme.example")],
            "https://npm.acme.example",
        ),
        (
            &[
                ("host", "npm.acme.example"),
                ("x-forwarded-host", "npm.acme.example"),
            ],
            "http://npm.acme.example",
        ),
    ] {
        check_proxied(None, headers, "/x", &format!("{base} /x"));
        check_proxied(Some("https://fixed"), headers, "/x", "https://fixed /x");
    }
}

#[test]
fn a_foreign_host_needs_the_word_of_a_trusted_proxy() {
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, HeaderValue::from_static("evil.example"));
    let uri = Uri::from_static("/x");
    let policy = HostPolicy::new(true, None).behind("10.0.0.1".parse().unwrap());
    let trusted = IpAddr::from([10, 0, 0, 1]);
    for told in [
        None,
        Some(("x-forwarded-host", "")),
        Some(("forwarded", "for=1.1.1.1")),
    ] {
        headers.extend(told.map(|(name, value)| {
            (
                header::HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        }));
        assert!(policy.visit(trusted, &uri, &headers).is_err(), "{told:?}");
    }
    headers.remove("forwarded");
    headers.insert(
        "x-forwarded-host",
        HeaderValue::from_static("npm.acme.example"),
    );
    assert!(policy.visit(PEER, &uri, &headers).is_err());
    assert!(policy.visit(trusted, &uri, &headers).is_ok());
    // Also where the name that is told of is one of this machine's.
    headers.insert("x-forwarded-host", HeaderValue::from_static("localhost"));
    assert!(policy.visit(PEER, &uri, &headers).is_err());
}

fn any_host() -> impl Strategy<Value = HeaderValue> {
    let word = prop_oneof![
        "localhost|127\\.0\\.0\\.1|\\[::1\\]|evil\\.example|:|@|:4873|\\[|\\]|%|/|\\\\|\"",
        "[ -~]{0,6}",
    ];
    let text = prop::collection::vec(word, 0..4).prop_map(|words| words.concat().into_bytes());
    prop_oneof![text, prop::collection::vec(any::<u8>(), 0..32)]
        .prop_filter_map("a header value", |bytes| {
            HeaderValue::from_bytes(&bytes).ok()
        })
}

proptest! {
    #[test]
    fn whatever_host_is_sent_the_base_is_a_plain_url(host in any_host()) {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host);
        let path = Uri::from_static("/x");
        if let Ok(base) = base_of(&HostPolicy::new(false, None), &path, &headers) {
            let authority = base.strip_prefix("http://").unwrap();
            let plain = |c: char| c.is_ascii_graphic() && !"/\\@\"?#<>".contains(c);
            prop_assert!(!authority.is_empty() && authority.chars().all(plain), "{}", base);
            let url: Uri = format!("{base}/x").parse().unwrap();
            prop_assert_eq!(url.authority().unwrap().as_str(), authority);
        }
        if let Ok(base) = base_of(&HostPolicy::new(true, None), &path, &headers) {
            let host = base.strip_prefix("http://").unwrap().to_ascii_lowercase();
            let (host, port) = match host.rsplit_once(':') {
                Some((host, port)) if !port.ends_with(']') => (host.to_owned(), Some(port.to_owned())),
                _ => (host, None),
            };
            prop_assert!(port.is_none_or(|port| port.parse::<u16>().is_ok()));
            let local = host == "localhost"
                || host.parse::<std::net::Ipv4Addr>().is_ok_and(|it| it.is_loopback())
                || host.trim_matches(['[', ']']).parse::<std::net::Ipv6Addr>().is_ok_and(|it| it.is_loopback());
            prop_assert!(local, "{}", base);
        }
    }

    #[test]
    fn no_text_makes_the_public_url_panic(text in "(https?://)?[ -~é]{0,24}") {
        if let Ok(url) = text.parse::<PublicUrl>() {
            let base = url.base();
            prop_assert!(!base.ends_with('/') && !base.contains(['?', '#']));
            let uri: Uri = base.parse().unwrap();
            prop_assert!(!uri.authority().unwrap().as_str().contains('@'), "{}", base);
            prop_assert!(base.parse::<PublicUrl>().unwrap() == url);
        }
    }
}
