use std::format;
use std::string::{String, ToString};

use proptest::prelude::*;

use super::{BaseUrl, UrlError, registry_hash};

fn check(url: &str, normal: &str) {
    assert_eq!(
        BaseUrl::parse(url).map(|url| url.to_string()),
        Ok(String::from(normal)),
        "{url}"
    );
    assert_eq!(
        registry_hash(url),
        Ok(crc32fast::hash(normal.as_bytes())),
        "{url}"
    );
}

fn refuse(url: &str, error: UrlError) {
    assert_eq!(registry_hash(url), Err(error), "{url}");
}

#[test]
fn the_hash_is_the_one_that_zlib_computes() {
    assert_eq!(registry_hash("http://localhost:4873"), Ok(0x28aa_1533));
    assert_eq!(
        registry_hash("https://registry.example.com/npm/Team"),
        Ok(0x1bf1_15cb)
    );
    assert_eq!(registry_hash("http://[::1]:4873"), Ok(0xb270_d9fa));
}

#[test]
fn spellings_of_one_url_become_one_text() {
    check("http://localhost:4873", "http://localhost:4873");
    check("HTTP://LOCALHOST:4873/", "http://localhost:4873");
    check("http://localhost:04873//", "http://localhost:4873");
    check("http://localhost:80", "http://localhost");
    check("http://localhost:", "http://localhost");
    check("https://Example.COM:443/", "https://example.com");
    check("http://example.com:443", "http://example.com:443");
    check("https://example.com:80", "https://example.com:80");
    check("http://127.0.0.1:4873", "http://127.0.0.1:4873");
    check("http://[::1]:4873", "http://[::1]:4873");
    check("http://[FE80::1]:80/", "http://[fe80::1]");
}

#[test]
fn the_path_keeps_its_case_and_its_inner_slashes() {
    check(
        "https://Example.com/npm/Team/",
        "https://example.com/npm/Team",
    );
    check("https://example.com/a//b///", "https://example.com/a//b");
    check(
        "https://example.com/@Scope/x%20y",
        "https://example.com/@Scope/x%20y",
    );
}

#[test]
fn what_a_base_url_cannot_have_is_refused() {
    for url in [
        "",
        "localhost:4873",
        "ftp://localhost",
        "http:/localhost",
        "://localhost",
    ] {
        refuse(url, UrlError::Scheme);
    }
    for url in [
        "http://",
        "http:///path",
        "http://:4873",
        "http://a,b",
        "http://[::1",
        "http://[::1]4873",
        "http://[fe80::1%25eth0]",
        "http://[localhost]",
        "http://::1",
    ] {
        refuse(url, UrlError::Host);
    }
    for url in [
        "http://a:65536",
        "http://a:+80",
        "http://a:-1",
        "http://a:b",
        "http://a:1:2",
    ] {
        refuse(url, UrlError::Port);
    }
    refuse("http://alice:secret@localhost", UrlError::UserInfo);
    refuse("http://localhost/?a=b", UrlError::Query);
    refuse("http://localhost?a", UrlError::Query);
    refuse("http://localhost#?", UrlError::Fragment);
    refuse("http://local host", UrlError::Character { offset: 12 });
    refuse("http://bücher.example", UrlError::Character { offset: 8 });
    refuse("http://localhost\\a", UrlError::Character { offset: 16 });
    refuse("http://localhost/\n", UrlError::Character { offset: 17 });
}

proptest! {
    #[test]
    fn the_normal_form_is_its_own_normal_form(
        url in "[hH]ttp[sS]?://([a-zA-Z0-9.-]{1,20}|\\[::[0-9a-fA-F]{1,4}\\])(:[0-9]{0,4})?(/[a-zA-Z0-9@/]{0,20})?"
    ) {
        let normal = BaseUrl::parse(&url).unwrap().to_string();
        prop_assert_eq!(BaseUrl::parse(&normal).unwrap().to_string(), normal.clone());
        prop_assert_eq!(registry_hash(&url), registry_hash(&format!("{normal}/")));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text: String) {
        for url in [text.clone(), format!("http://{text}"), format!("http://[{text}")] {
            let _ = registry_hash(&url).map_err(|error| error.to_string());
        }
    }
}
