use super::*;

fn is_match(pattern: &str, path: &str, partial: bool) -> bool {
    let pieces: Vec<Vec<u16>> = path.split('/').map(units).collect();
    let pieces: Vec<&[u16]> = pieces.iter().map(Vec::as_slice).collect();
    Pattern::new(pattern).is_match(&pieces, partial)
}

#[test]
fn a_pattern_meets_what_npm_says_it_meets() {
    // Each line was asked of minimatch with npm's options.
    for (pattern, met, not) in [
        ("*", &["a", "/a", "a/b", ".x"][..], &[""][..]),
        ("*.js", &["a.js", "/x/A.JS", ".js"], &["a.jsx", "a.js.map"]),
        ("lib", &["lib", "/lib", "x/LIB", "lib/"], &["libs", "lib/a"]),
        (
            "/lib",
            &["/lib", "/LIB", "/lib/"],
            &["lib", "/x/lib", "/lib/a"],
        ),
        ("lib/", &["lib/"], &["lib", "/lib/", "lib/a"]),
        ("lib/*", &["lib/a", "lib/a/"], &["lib", "lib/", "lib/a/b"]),
        ("lib/**", &["lib/a", "lib/a/b", "lib/"], &["lib", "libs/a"]),
        ("**/x", &["x", "/x", "a/b/x", "a/x/"], &["xx", "x/a"]),
        ("a/**/b", &["a/b", "a/x/y/b"], &["a/xb", "ab"]),
        (
            "**/.git/**",
            &[".git/x", "a/.git/b/c", ".git/"],
            &[".git", "git/x"],
        ),
        ("a/**/b/**/c", &["a/b/c", "a/x/b/y/z/c"], &["a/c", "a/b"]),
        ("?.js", &["a.js"], &["ab.js", ".js"]),
        ("[ab]*", &["a", "Bx"], &["cx"]),
        ("[!a-c]x", &["dx", "[x"], &["ax", "BX", "x"]),
        ("[]a]x", &["]x", "ax"], &["bx"]),
        ("[a", &["[a"], &["a"]),
        ("[[:digit:]]x", &["1x"], &["ax"]),
        ("{a,b}/c", &["a/c", "b/c"], &["{a,b}/c"]),
        ("@(a|b).js", &["a.js", "B.js"], &["c.js", "ab.js"]),
        ("+(a|b)", &["a", "abba"], &["abc", ""]),
        ("*(a|b)c", &["c", "abc"], &["adc"]),
        ("?(x)y", &["y", "xy"], &["xxy"]),
        ("x!(a|b).js", &["xc.js", "xab.js", "x.js"], &["xa.js"]),
        ("x!()", &["xa"], &["x"]),
        (r"\*x", &["*x"], &["ax"]),
        (r"a\ b", &["a b"], &["a\\ b"]),
        (
            "readme{,.*[^~$]}",
            &["README", "readme.md"],
            &["readme.md~", "readmes"],
        ),
        ("é*", &["É", "éa"], &["e"]),
        ("a//b", &["a/b"], &[]),
        ("a/../b", &["b", "x/b"], &["a"]),
    ] {
        for path in met {
            assert!(is_match(pattern, path, false), "{pattern} {path}");
        }
        for path in not {
            assert!(!is_match(pattern, path, false), "{pattern} {path}");
        }
    }
}

#[test]
fn a_folder_is_met_in_part() {
    for (pattern, path, expected) in [
        ("/a/b/c", "/a", true),
        ("/a/b/c", "/a/b", true),
        ("/a/b/c", "/b", false),
        ("/a/**/c", "/a/x/y", true),
        ("a/*.js", "/a", false),
        ("**/x", "/q/w", true),
    ] {
        assert_eq!(is_match(pattern, path, true), expected, "{pattern} {path}");
    }
}

#[test]
fn a_pattern_that_takes_for_ever_meets_nothing() {
    let pattern = format!("{}b", "*(a|aa)".repeat(20));
    assert!(!is_match(&pattern, &"a".repeat(200), false));
}

proptest::proptest! {
    #[test]
    fn no_pattern_makes_it_panic(pattern in "[a-c*?+@!(|)\\[\\]{},./\\\\^é𝄞-]{0,30}", path in "[a-c./é𝄞-]{0,20}") {
        is_match(&pattern, &path, false);
        is_match(&pattern, &path, true);
    }
}
