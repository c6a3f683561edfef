//! Which page of which site a request was sent by, as far as the browser says.

use http::{HeaderMap, header};

/// Whether a form was sent by a page of this registry, as far as the browser says. Programs that are
/// no browsers say nothing, and have nobody's password.
pub fn is_from_here(headers: &HeaderMap, base: &str) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    let from_site = text(header::HeaderName::from_static("sec-fetch-site"));
    let site_is_fine = from_site.is_none_or(|site| matches!(site, "same-origin" | "none"));
    let origin = text(header::ORIGIN);
    site_is_fine && origin.is_none_or(|origin| origin.eq_ignore_ascii_case(origin_of(base)))
}

/// The scheme, host and port of a base URL.
fn origin_of(base: &str) -> &str {
    let after_scheme = base.find("://").map_or(0, |at| at + 3);
    let path = base
        .get(after_scheme..)
        .and_then(|rest| rest.find('/'))
        .map(|at| after_scheme + at);
    path.and_then(|at| base.get(..at)).unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_other_pages_do_not_count() {
        let check = |headers: &[(&'static str, &str)], expected: bool| {
            let headers = headers
                .iter()
                .map(|(name, value)| {
                    let name = header::HeaderName::from_static(name);
                    (name, value.parse().unwrap())
                })
                .collect();
            let base = "http://localhost:4873/reg";
            assert_eq!(is_from_here(&headers, base), expected, "{headers:?}");
        };
        check(&[], true);
        check(&[("origin", "http://localhost:4873")], true);
        check(
            &[
                ("origin", "http://localhost:4873"),
                ("sec-fetch-site", "same-origin"),
            ],
            true,
        );
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("origin", "null")], false);
        check(&[("origin", "http://localhost:4874")], false);
        check(&[("origin", "https://localhost:4873")], false);
        check(&[("origin", "http://localhost:4873.evil.example")], false);
    }

    #[test]
    fn an_origin_ends_before_the_path() {
        assert_eq!(
            origin_of("https://npm.acme.example/reg"),
            "https://npm.acme.example"
        );
        assert_eq!(origin_of("http://localhost:4873"), "http://localhost:4873");
    }
}
