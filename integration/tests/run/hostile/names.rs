//! Names for packages, from the odd to the absurd.

use integration::{Lockfile, Package, percent_encoded};

use super::{Target, refused};

/// A name, and what publishing it is answered with.
const NAMES: &[(&str, u16)] = &[
    // Legal, if odd: npm takes each of these for a new package.
    ("constructor", 201),
    ("prototype", 201),
    ("hasownproperty", 201),
    ("con", 201),
    ("nul", 201),
    ("aux", 201),
    ("com1", 201),
    ("a", 201),
    ("1", 201),
    ("a.b", 201),
    ("c_d", 201),
    ("e-", 201),
    ("f.", 201),
    ("@s/_x", 201),
    ("@s/-y", 201),
    ("@s/node_modules", 201),
    ("@s/favicon.ico", 201),
    ("@s/http", 201),
    ("@s/con", 201),
    ("@.t/x", 201),
    ("@-u/x", 201),
    ("@v~/x", 201),
    // Reserved, or with a meaning of their own in paths and options.
    ("__proto__", 400),
    ("node_modules", 400),
    ("Node_Modules", 400),
    ("favicon.ico", 400),
    ("Favicon.ico", 400),
    ("-dash", 400),
    ("--help", 400),
    ("_under", 400),
    (".dot", 400),
    ("...", 400),
    ("@s/.x", 400),
    ("@s/..x", 400),
    // Capitals, and characters that are for old packages only.
    ("UPPER", 400),
    ("MixedCase", 400),
    ("toString", 400),
    ("@S/x", 400),
    ("@s/X", 400),
    ("a~b", 400),
    ("~x", 400),
    ("a!b", 400),
    ("a'b", 400),
    ("a(b)", 400),
    ("a*b", 400),
    // No name at all.
    ("a b", 400),
    (" a", 400),
    ("a ", 400),
    ("a%b", 400),
    ("a%2fb", 400),
    ("é", 400),
    ("e\u{301}", 400),
    ("ａ", 400),
    ("a\u{200b}b", 400),
    ("a\u{202e}b", 400),
    ("🦀", 400),
    ("a:b", 400),
    ("a?b", 400),
    ("a#b", 400),
    ("a@1.0.0", 400),
    ("a\"b", 400),
    ("a<b>", 400),
    ("a$b", 400),
    ("a|b", 400),
    ("a;b", 400),
    ("a&b", 400),
    ("a=b", 400),
    ("a+b", 400),
    ("a,b", 400),
    ("a`b", 400),
    ("a^b", 400),
    ("a{b}", 400),
    ("a[b]", 400),
    ("@/x", 400),
    ("@s x/y", 400),
    ("@@s/x", 400),
    ("@s/@x", 400),
    // Node's own modules.
    ("http", 400),
    ("fs", 400),
    ("process", 400),
    // No path of ours: nothing below looks at these.
    ("..", 400),
    (".", 400),
    ("a\\b", 400),
    ("a/b", 400),
    ("/a", 400),
    ("@s/", 400),
    ("@s//x", 400),
    ("@s/a/b", 400),
    ("@s/..", 400),
    ("a\0b", 400),
    ("a\nb", 400),
    ("a\tb", 400),
    ("a\u{1b}[31m", 400),
    ("a\u{7f}", 400),
    // A scope alone is not a package, and a dash is where our own paths begin.
    ("@s", 404),
    ("-", 404),
];

#[test]
fn every_name_is_published_whole_or_not_at_all() {
    let target = Target::start();
    let (longest, longer) = ("a".repeat(214), "a".repeat(215));
    let scoped = format!("@s/{}", "b".repeat(211));
    let scoped_longer = format!("@s/{}", "b".repeat(212));
    let long: [(&str, u16); 5] = [
        (&longest, 201),
        (&scoped, 201),
        (&longer, 400),
        (&scoped_longer, 400),
        (&"c".repeat(2000), 400),
    ];
    let mut published = vec![format!("{}@1.0.0", super::PACKAGE)];
    for (name, status) in NAMES.iter().copied().chain(long) {
        let path = format!("/{}", percent_encoded(name));
        let package = Package::new(name, "1.0.0");
        let answer = target
            .alice
            .http
            .put(&path)
            .json(&package.document())
            .send();
        if status == 201 {
            assert_eq!(answer.status, 201, "{name:?}: {answer}");
            let found = target.registry.tarball(name, "1.0.0").expect(200);
            assert_eq!(found.body, package.tarball(), "{name:?}");
            published.push(format!("{name}@1.0.0"));
        } else {
            refused(&format!("publishing {name:?}"), &answer, &[status]);
            // What is no path is a 400; what is no name is simply not there.
            let answer = target.http().get(&path).send();
            refused(&format!("reading {name:?}"), &answer, &[404, 400]);
        }
    }
    let lockfile = Lockfile::read(&target.registry.lockfile());
    let mut listed: Vec<&str> = lockfile
        .lines
        .iter()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    listed.sort_unstable();
    published.sort_unstable();
    assert_eq!(listed, published);
    target.survives();
}

/// A package with one of these names may exist somewhere else, so asking for it is no mistake.
#[test]
fn an_old_name_can_be_asked_for() {
    let target = Target::start();
    for name in [
        "UPPER",
        "MixedCase",
        "a~b",
        "a!b",
        "a'b",
        "a(b)",
        "a*b",
        "http",
        "@S/x",
    ] {
        for path in [
            format!("/{}", percent_encoded(name)),
            format!("/{}/latest", percent_encoded(name)),
            format!("/-/package/{}/dist-tags", percent_encoded(name)),
        ] {
            let answer = target.http().get(&path).send();
            refused(&path, &answer, &[404]);
        }
    }
    target.survives();
}

/// The name stands in the path, twice in the document, in the manifest and in the tarball.
#[test]
fn names_that_do_not_agree_publish_nothing() {
    let target = Target::start();
    for other in [
        "@sc%2fother",
        "other",
        "@sd%2fthis",
        "this",
        "@sc%2fthis.",
        "@sc%2fthi",
    ] {
        let document = Package::new("@sc/this", "1.0.0").document();
        let answer = target
            .alice
            .http
            .put(&format!("/{other}"))
            .json(&document)
            .send();
        refused(other, &answer, &[400]);
    }
    for name in ["@sc/other", "@sc/this", "other", "this"] {
        assert!(!super::is_published(&target.http(), name), "{name}");
    }
    target.survives();
}
