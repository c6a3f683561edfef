//! Tokens that are good elsewhere, and headers that say this is elsewhere.

use integration::{PASSWORD, Package, Registry};
use serde_json::json;

use super::{Ground, VICTIM};

/// All that proxies and their admins have called the client's address.
const NAMES: [&str; 12] = [
    "x-forwarded-for",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-originating-ip",
    "x-remote-addr",
    "x-remote-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "fastly-client-ip",
    "forwarded-for",
    "x-forwarded",
];

/// A proxy on this machine, behind which everybody may make an account.
pub(super) const PROXY_HERE: &str =
    "[auth]\nregistration = \"open\"\n[server]\ntrusted_proxies = [\"127.0.0.1\"]\n";

/// A proxy that is not this machine, so that nobody here is believed.
const FOREIGN_PROXY: &str =
    "[auth]\nregistration = \"open\"\n[server]\ntrusted_proxies = [\"10.0.0.0/8\"]\n";

impl Ground {
    /// Makes a token of the victim's that is good at one network.
    fn bound_to(&self, network: &str) -> String {
        let wish = json!({ "password": PASSWORD, "cidr_whitelist": [network] });
        let http = &self.victim.http;
        let made = http.request("POST", "/-/npm/v1/tokens").json(&wish).send();
        made.expect(201).json()["token"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Checks that a token is refused because of where it is used, whatever is claimed.
    #[track_caller]
    pub(super) fn is_refused_here(&self, token: &str, claims: &[(&str, &str)]) {
        let http = self.holding(token);
        let package = Package::new(super::PACKAGE, "6.6.6");
        for (what, request, statuses) in [
            ("asking who it is", http.get("/-/whoami"), &[401][..]),
            ("publishing", package.publish(&http), &[401]),
            ("reading", http.get("/@victim%2fplan"), &[401, 404]),
        ] {
            let request = claims
                .iter()
                .fold(request, |it, (name, value)| it.header(name, value));
            let answer = request.send();
            let what = format!("{what} with {claims:?}");
            self.refused(&what, &answer, statuses);
            assert!(!answer.to_string().contains(VICTIM), "{what}: {answer}");
            if answer.status == 401 {
                assert_eq!(
                    answer.required_header("www-authenticate"),
                    "ipaddress",
                    "{what}"
                );
            }
        }
    }
}

#[test]
fn an_address_is_not_what_a_header_says() {
    for config in ["", FOREIGN_PROXY] {
        let ground = Ground::with(config);
        let bound = ground.bound_to("203.0.113.0/24");
        ground.is_refused_here(&bound, &[]);
        for name in NAMES {
            for value in [
                "203.0.113.7",
                "203.0.113.7, 127.0.0.1",
                "127.0.0.1, 203.0.113.7",
                "10.0.0.1, 203.0.113.7",
            ] {
                ground.is_refused_here(&bound, &[(name, value)]);
            }
        }
        for value in [
            "for=203.0.113.7",
            "for=\"203.0.113.7:1\";by=10.0.0.1",
            "for=10.0.0.1, for=203.0.113.7",
        ] {
            ground.is_refused_here(&bound, &[("forwarded", value)]);
        }
        ground.is_refused_here(
            &bound,
            &[
                ("x-forwarded-for", "10.0.0.1"),
                ("x-forwarded-for", "203.0.113.7"),
            ],
        );
        // A header does not take away either what the address gives.
        let here = ground.bound_to("127.0.0.0/8");
        let http = ground.holding(&here);
        let request = http
            .get("/-/whoami")
            .header("x-forwarded-for", "203.0.113.7");
        request.send().expect(200);
        ground.unharmed();
    }
}

#[test]
fn networks_are_no_texts() {
    let ground = Ground::start();
    for network in [
        "127.0.0.2/32",
        "128.0.0.0/8",
        "126.0.0.0/8",
        "27.0.0.1/32",
        "::1/128",
        "::ffff:203.0.113.0/120",
        "2001:db8::/32",
        "0.0.0.1/32",
    ] {
        ground.is_refused_here(&ground.bound_to(network), &[]);
    }
    for network in [
        "127.0.0.1/33",
        "127.0.0.1/-1",
        "localhost",
        "127.0.0.*",
        "0x7f000001/8",
        "127.1/8",
        "",
    ] {
        let wish = json!({ "password": PASSWORD, "cidr_whitelist": [network] });
        let http = &ground.victim.http;
        let answer = http.request("POST", "/-/npm/v1/tokens").json(&wish).send();
        ground.refused(network, &answer, &[400]);
    }
    ground.unharmed();
}

/// With a proxy on this machine, what it adds is believed, and what the client wrote before it is not.
#[test]
fn a_trusted_proxy_passes_lies_on_and_is_not_fooled() {
    let ground = Ground::with(PROXY_HERE);
    let bound = ground.bound_to("203.0.113.0/24");
    for value in [
        "203.0.113.7, 192.0.2.1",
        "203.0.113.7,192.0.2.1, 127.0.0.1",
        "192.0.2.1",
        "203.0.113.7, unknown",
        "203.0.113.7, ",
        "203.0.113.7;",
        "203.0.113.007x",
    ] {
        ground.is_refused_here(&bound, &[("x-forwarded-for", value)]);
    }
    ground.is_refused_here(&bound, &[("x-real-ip", "203.0.113.7")]);
    let http = ground.holding(&bound);
    let request = http
        .get("/-/whoami")
        .header("x-forwarded-for", "192.0.2.1, 203.0.113.7");
    request.send().expect(200);
    ground.unharmed();
}

/// The limit is the token's, and whoever the token speaks for cannot be asked around it.
#[test]
fn a_token_that_is_elsewhere_is_nobodys() {
    let ground = Ground::start();
    let bound = ground.bound_to("203.0.113.0/24");
    let http = ground.holding(&bound);
    let key = Registry::http(&ground.registry);
    for (method, path) in [
        ("GET", "/-/npm/v1/tokens"),
        ("GET", "/-/npm/v1/user"),
        ("GET", "/-/user/v1/star"),
        ("DELETE", &*format!("/-/user/token/{bound}")),
        ("GET", &*format!("/-/user/org.couchdb.user:{VICTIM}")),
        ("GET", &*format!("/-/user/{VICTIM}/package")),
    ] {
        let answer = http.request(method, path).send();
        ground.refused(&format!("{method} {path}"), &answer, &[401]);
    }
    // What is public is read as by anybody.
    key.get("/-/ping").send().expect(200);
    http.get("/-/ping").send().expect(200);
    ground.unharmed();
}
