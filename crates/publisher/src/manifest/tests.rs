use super::*;

fn made(manifest: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let document = Document::parse(manifest.as_bytes()).unwrap();
    make(document, folder.path()).unwrap().manifest.to_json()
}

#[test]
fn what_needs_no_change_keeps_its_text_and_its_order() {
    let manifest = r#"{"name":"a","z":1.50,"version":"1.0.0","exports":{"import":"./a.mjs","browser":"./c.js","default":"./b.js"},"b":1e3}"#;
    let (start, _) = manifest.rsplit_once('}').unwrap();
    assert!(made(manifest).starts_with(start), "{}", made(manifest));
}

#[test]
fn repositories_are_written_as_npm_writes_them() {
    for (text, url) in [
        ("acme/left", "git+https://github.com/acme/left.git"),
        (
            "github:acme/left#v1",
            "git+https://github.com/acme/left.git#v1",
        ),
        (
            "git@github.com:acme/left",
            "git+ssh://git@github.com/acme/left.git",
        ),
        (
            "ssh://git@github.com:22/acme/left",
            "git+ssh://git@github.com/acme/left.git",
        ),
        (
            "https://www.github.com/acme/left",
            "git+https://github.com/acme/left.git",
        ),
        ("gist:123", "git+https://gist.github.com/123.git"),
        ("https://git.example/a/b", "https://git.example/a/b"),
        ("", ""),
        ("a/b/c", "a/b/c"),
        ("./a", "./a"),
        ("@a/b", "@a/b"),
    ] {
        let manifest = json!({ "name": "a", "version": "1.0.0", "repository": { "url": text } });
        let made: Value = serde_json::from_str(&made(&manifest.to_string())).unwrap();
        assert_eq!(made["repository"]["url"], url, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(git\\+ssh://|https://|github:|gist:)?[a-c@:/#. ü<>()%-]{0,30}") {
        let manifest = json!({
            "name": "a", "version": "1.0.0", "repository": text, "author": text, "bin": { (text.clone()): text },
            "dependencies": [text], "keywords": text, "bugs": text, "man": text, "main": text, "directories": { "bin": text, "man": text },
        });
        made(&manifest.to_string());
    }
}
