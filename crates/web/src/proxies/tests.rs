use http::HeaderValue;
use proptest::prelude::*;

use super::*;

fn proxies(text: &str) -> TrustedProxies {
    text.parse().unwrap()
}

fn map(headers: &[(&'static str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().unwrap());
    }
    map
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Who asks, and what is told of the URL: `scheme host port prefix`.
#[track_caller]
fn check(peer: &str, headers: &[(&'static str, &str)], client: &str, url: &str) {
    let headers = map(headers);
    let told = proxies("127.0.0.1, 10.0.0.0/8, ::1").told(address(peer), &headers);
    assert_eq!(told.address.to_string(), client, "{headers:?}");
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let found = [
        told.scheme.as_str().to_owned(),
        or_dash(told.host.map(|host| host.to_string())),
        or_dash(told.port.map(|port| port.to_string())),
        or_dash(told.prefix.map(str::to_owned)),
    ];
    assert_eq!(found.join(" "), url, "{headers:?}");
}

#[test]
fn addresses_and_blocks_can_be_trusted() {
    for (list, inside, outside) in [
        ("127.0.0.1", &["127.0.0.1"][..], &["127.0.0.2", "::1"][..]),
        ("10.0.0.0/8", &["10.0.0.0", "10.255.255.255"], &["11.0.0.0"]),
        ("10.1.2.3/8", &["10.255.0.1"], &["11.0.0.0"]),
        ("::1", &["::1"], &["::2", "127.0.0.1"]),
        ("fd00::/8", &["fd12::1"], &["fe80::1"]),
        ("0.0.0.0/0", &["1.2.3.4"], &["::1"]),
        ("::/0", &["::1", "2001:db8::1"], &["1.2.3.4"]),
        ("::ffff:10.0.0.0/104", &["10.1.2.3"], &["11.0.0.0"]),
        ("::ffff:127.0.0.1", &["127.0.0.1"], &["127.0.0.2"]),
        (" 1.2.3.4 ,5.6.7.8 ", &["1.2.3.4", "5.6.7.8"], &["1.2.3.5"]),
        ("", &[], &["127.0.0.1", "::1"]),
        ("  ", &[], &["127.0.0.1"]),
    ] {
        let trusted = proxies(list);
        for inside in inside {
            assert!(trusted.trust(address(inside)), "{list} has {inside}");
        }
        for outside in outside {
            assert!(!trusted.trust(address(outside)), "{list} has no {outside}");
        }
    }
    for wrong in [
        "localhost",
        "10.0.0.0/33",
        "10.0.0/8",
        "::1/129",
        "10.0.0.1,",
        ",",
        "10.0.0.1 10.0.0.2",
        "10.0.0.1:80",
        "*",
    ] {
        assert!(wrong.parse::<TrustedProxies>().is_err(), "{wrong}");
    }
}

/// A socket for both kinds of addresses shows IPv4 ones as part of IPv6.
#[test]
fn an_address_is_the_same_however_the_system_shows_it() {
    let headers = [("x-forwarded-for", "::ffff:10.1.1.1, 192.0.2.1")];
    check("::ffff:10.0.0.1", &headers, "192.0.2.1", "http - - -");
    let headers = [("x-forwarded-for", "192.0.2.1, ::ffff:10.1.1.1")];
    check("::ffff:10.0.0.1", &headers, "192.0.2.1", "http - - -");
    check("::ffff:192.0.2.9", &headers, "192.0.2.9", "http - - -");
}

#[test]
fn only_trusted_proxies_are_believed() {
    let headers = [
        ("x-forwarded-for", "1.1.1.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "npm.acme.example"),
        ("x-forwarded-port", "8443"),
        ("x-forwarded-prefix", "/reg"),
    ];
    check("192.0.2.1", &headers, "192.0.2.1", "http - - -");
    check("127.0.0.2", &headers, "127.0.0.2", "http - - -");
    for peer in ["127.0.0.1", "10.9.9.9", "::1"] {
        check(
            peer,
            &headers,
            "1.1.1.1",
            "https npm.acme.example 8443 /reg",
        );
    }
    let headers = [("forwarded", "for=1.1.1.1;proto=https;host=npm.acme.example")];
    check("192.0.2.1", &headers, "192.0.2.1", "http - - -");
    check(
        "127.0.0.1",
        &headers,
        "1.1.1.1",
        "https npm.acme.example - -",
    );
    // Nothing at all is trusted unless it is said.
    let headers = map(&headers);
    let told = TrustedProxies::default().told(address("127.0.0.1"), &headers);
    assert_eq!((told.address, told.host), (address("127.0.0.1"), None));
}

#[test]
fn the_client_is_the_last_one_that_is_no_trusted_proxy() {
    for (chain, client) in [
        ("192.0.2.1", "192.0.2.1"),
        ("6.6.6.6, 192.0.2.1", "192.0.2.1"),
        ("6.6.6.6, 192.0.2.1, 10.0.0.7, 10.0.0.8", "192.0.2.1"),
        ("10.0.0.5, 10.0.0.6", "10.0.0.5"),
        ("192.0.2.1:443", "192.0.2.1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        // As far as it can be understood.
        ("192.0.2.1, nonsense, 10.0.0.7", "10.0.0.7"),
        ("nonsense", "127.0.0.1"),
        ("", "127.0.0.1"),
        (",", "127.0.0.1"),
        ("192.0.2.1,", "127.0.0.1"),
        ("unknown", "127.0.0.1"),
        ("192.0.2.1:", "127.0.0.1"),
        ("192.0.2.1:99999", "127.0.0.1"),
        ("[192.0.2.1]", "127.0.0.1"),
        ("[2001:db8::1", "127.0.0.1"),
        ("[2001:db8::1]x", "127.0.0.1"),
    ] {
        check(
            "127.0.0.1",
            &[("x-forwarded-for", chain)],
            client,
            "http - - -",
        );
    }
    // Some proxies add a line where others add to the line.
    let lines = [
        ("x-forwarded-for", "6.6.6.6"),
        ("x-forwarded-for", "192.0.2.1, 10.0.0.7"),
        ("x-forwarded-for", "10.0.0.8"),
    ];
    check("127.0.0.1", &lines, "192.0.2.1", "http - - -");
}

#[test]
fn what_is_said_of_the_url_comes_from_the_proxy_that_the_client_asked() {
    let told = |headers: &[(&'static str, &str)], url| {
        let mut all = vec![("x-forwarded-for", "6.6.6.6, 192.0.2.1, 10.0.0.7")];
        all.extend(headers);
        check("127.0.0.1", &all, "192.0.2.1", url);
    };
    // Two proxies: the outer one wrote the second entry from the right, if each of them wrote one.
    told(
        &[
            ("x-forwarded-proto", "http, https, http"),
            (
                "x-forwarded-host",
                "evil.example, npm.acme.example, inner:80",
            ),
        ],
        "https npm.acme.example - -",
    );
    told(
        &[
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "npm.acme.example:8443"),
        ],
        "https npm.acme.example:8443 - -",
    );
    // Without a chain the nearest proxy is the only one that is known.
    let headers = [
        ("x-forwarded-proto", "http, HTTPS"),
        ("x-forwarded-host", "evil.example,npm.acme.example"),
    ];
    check(
        "127.0.0.1",
        &headers,
        "127.0.0.1",
        "https npm.acme.example - -",
    );
}

#[test]
fn what_is_no_part_of_a_url_is_passed_over() {
    for (name, values) in [
        ("x-forwarded-proto", &["", "ftp", "https;", "https://"][..]),
        (
            "x-forwarded-host",
            &[
                "",
                "a b",
                "user@host",
                "host:",
                "host:99999",
                "host/path",
                "a?b",
                "\"a\"",
            ],
        ),
        ("x-forwarded-port", &["", "x", "-1", "65536", "80 "]),
        (
            "x-forwarded-prefix",
            &[
                "",
                "/",
                "reg",
                "//reg",
                "/reg//x",
                "/../x",
                "/./x",
                "/a b",
                "/a?b",
                "/a#b",
                "/a\"b",
                "/<a>",
                "https://evil.example/",
            ],
        ),
    ] {
        for value in values {
            let expected = match (name, *value) {
                ("x-forwarded-port", "80 ") => "http - 80 -",
                _ => "http - - -",
            };
            check("::1", &[(name, value)], "::1", expected);
        }
    }
    let long = format!("/{}", "a".repeat(LONGEST_PREFIX));
    check("::1", &[("x-forwarded-prefix", &long)], "::1", "http - - -");
    for good in ["/reg", "/reg/", "/npm/private", "/~me", "/%40acme"] {
        let expected = format!("http - - {}", good.trim_end_matches('/'));
        check("::1", &[("x-forwarded-prefix", good)], "::1", &expected);
    }
}

#[test]
fn the_standard_header_is_read() {
    for (forwarded, client, url) in [
        ("for=192.0.2.43", "192.0.2.43", "http - - -"),
        ("For=192.0.2.43;Proto=HTTPS", "192.0.2.43", "https - - -"),
        (
            "for=\"[2001:db8:cafe::17]:4711\"",
            "2001:db8:cafe::17",
            "http - - -",
        ),
        ("for=\"192.0.2.1:_port\"", "192.0.2.1", "http - - -"),
        ("for=192.0.2.1:80", "192.0.2.1", "http - - -"),
        (
            "for=192.0.2.60;proto=https;by=203.0.113.43;host=\"npm.acme.example:8443\"",
            "192.0.2.60",
            "https npm.acme.example:8443 - -",
        ),
        (
            "host=\"a\\.example\" ; proto=https",
            "127.0.0.1",
            "https a.example - -",
        ),
        // The outermost trusted proxy has the last word; nobody beyond it has one.
        (
            "for=6.6.6.6;host=evil.example;proto=http, for=192.0.2.1;host=npm.acme.example;proto=https, \
             for=10.0.0.7;host=inner;proto=http",
            "192.0.2.1",
            "https npm.acme.example - -",
        ),
        (
            "for=192.0.2.1;proto=https, for=10.0.0.7;host=inner",
            "192.0.2.1",
            "https inner - -",
        ),
        (
            r#"for=6.6.6.6, for=192.0.2.1;x="a\",b""#,
            "192.0.2.1",
            "http - - -",
        ),
        ("for=192.0.2.1, for=unknown", "127.0.0.1", "http - - -"),
        (
            "for=192.0.2.1, for=_hidden;proto=https",
            "127.0.0.1",
            "https - - -",
        ),
        (
            "for=192.0.2.1, for=10.0.0.7, nonsense",
            "127.0.0.1",
            "http - - -",
        ),
        (
            "for=192.0.2.1, nonsense, for=10.0.0.7",
            "10.0.0.7",
            "http - - -",
        ),
        ("", "127.0.0.1", "http - - -"),
        ("for=", "127.0.0.1", "http - - -"),
        ("for=1.2.3.4;for=5.6.7.8", "127.0.0.1", "http - - -"),
        ("for=1.2.3.4;;proto=https", "127.0.0.1", "http - - -"),
        ("for=\"1.2.3.4", "127.0.0.1", "http - - -"),
        ("for=\"1.2.3.4\"x", "127.0.0.1", "http - - -"),
        ("proto=gopher;host=\"a b\"", "127.0.0.1", "http - - -"),
    ] {
        check("127.0.0.1", &[("forwarded", forwarded)], client, url);
    }
}

/// A client puts these before what the proxy writes.
#[test]
fn nothing_a_client_writes_changes_what_the_proxy_says() {
    for by_the_client in [
        "for=6.6.6.6;host=evil.example",
        "for=\"",
        "for=6.6.6.6;x=\"",
        "for=6.6.6.6;host=\"a\\",
        "\"\"\"",
        "\\\"",
        ";;;,,,",
        "é",
    ] {
        for by_the_proxy in [
            "for=192.0.2.1;proto=https",
            "for=\"192.0.2.1:80\";proto=\"https\"",
        ] {
            let line = format!("{by_the_client}, {by_the_proxy}");
            let mut headers = HeaderMap::new();
            headers.append(
                "forwarded",
                HeaderValue::from_bytes(line.as_bytes()).unwrap(),
            );
            let told = proxies("127.0.0.1").told(address("127.0.0.1"), &headers);
            assert_eq!(told.address, address("192.0.2.1"), "{line}");
            assert_eq!((told.scheme, told.host), (Scheme::Https, None), "{line}");
            check(
                "127.0.0.1",
                &[("x-forwarded-for", &format!("{by_the_client}, 192.0.2.1"))],
                "192.0.2.1",
                "http - - -",
            );
        }
    }
}

/// nginx and most others write `X-Forwarded-For`, and pass `Forwarded` on as the client sent it.
#[test]
fn the_standard_header_counts_only_where_the_common_one_is_missing() {
    let headers = [
        ("forwarded", "for=10.0.0.1;host=evil.example;proto=https"),
        ("x-forwarded-for", "192.0.2.1"),
    ];
    check("127.0.0.1", &headers, "192.0.2.1", "http - - -");
    let headers = [
        ("forwarded", "for=192.0.2.1"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-prefix", "/evil"),
    ];
    check("127.0.0.1", &headers, "192.0.2.1", "http - - -");
}

/// Several header values, of any bytes that a header can have.
fn any_values() -> impl Strategy<Value = Vec<HeaderValue>> {
    let word = prop_oneof![
        "for=|proto=|host=|by=|\"|;|,|\\\\| |:|\\[|\\]|/|https|http|_x|unknown",
        "127\\.0\\.0\\.1|10\\.0\\.0\\.1|192\\.0\\.2\\.1|2001:db8::1|a\\.example|80",
        "[ -~]{0,4}",
    ];
    let text = prop::collection::vec(word, 0..12).prop_map(|words| words.concat().into_bytes());
    let bytes = prop_oneof![text, prop::collection::vec(any::<u8>(), 0..64)];
    let value = bytes.prop_filter_map("a header value", |bytes| {
        HeaderValue::from_bytes(&bytes).ok()
    });
    prop::collection::vec(value, 0..4)
}

proptest! {
    #[test]
    fn no_header_panics_and_the_rightmost_stranger_stays_the_client(
        name in prop::sample::select(vec!["forwarded", X_FOR]),
        extra in prop::sample::select(vec!["forwarded", X_FOR, X_PROTO, X_HOST, X_PORT, X_PREFIX]),
        values in any_values(),
        others in any_values(),
    ) {
        let trusted = proxies("127.0.0.0/8, 10.0.0.0/8");
        let peer = address("127.0.0.1");
        let mut headers = HeaderMap::new();
        for value in others {
            headers.append(extra, value);
        }
        for value in values {
            headers.append(name, value);
        }
        trusted.told(peer, &headers);
        prop_assert_eq!(trusted.told(address("192.0.2.9"), &headers).address, address("192.0.2.9"));
        // Whatever was there, the nearest proxy adds a line of its own.
        let line = if name == X_FOR { "192.0.2.77" } else { "for=192.0.2.77" };
        if name == X_FOR || !headers.contains_key(X_FOR) {
            headers.append(name, HeaderValue::from_static(line));
            prop_assert_eq!(trusted.told(peer, &headers).address, address("192.0.2.77"));
        }
    }
}
