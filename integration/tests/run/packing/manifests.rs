//! Packages whose `package.json` npm rewrites on the way to the registry.

use std::fs;

use serde_json::json;

use super::shapes::Shape;

pub(super) fn all() -> Vec<Shape> {
    let repository = |url: &str| json!({ "repository": url, "dependencies": { "a": url } });
    vec![
        Shape::new("plain", json!({ "description": "d", "license": "MIT" }), &["index.js"]),
        Shape::new("readme", json!({}), &["README.md=# Title\n\nFirst line\nsecond *line*.\n\nMore\n", "README"]),
        Shape::new("readme-with-other-line-ends", json!({}), &["readme.markdown=\u{feff}# Title\r\n\r\nFirst\r\nsecond\r\n\r\nMore\r\n"]),
        Shape::new("readme-that-is-text", json!({}), &["README.txt=text"]),
        Shape::new("readme-without-an-ending", json!({}), &["README=all of it"]),
        Shape::new("people", json!({ "author": "Al Ice <al@ice.example> (https://al.example)", "contributors": ["Bob", { "name": "C", "mail": "c@c.c", "web": "https://c" }], "maintainers": [{ "name": "M" }] }), &[]),
        Shape::new("authors", json!({}), &["AUTHORS=# us\nAl Ice <al@ice.example>\n\n  Bob\n"]),
        Shape::new("bin-text", json!({ "name": "@shapes/bin-text", "bin": "./cli.js" }), &["cli.js"]),
        Shape::new("bin-object", json!({ "bin": { "a": "./a.js", "b": "../b.js", "x/c": "c.js", "d": 7 } }), &["a.js"]),
        Shape::new("bin-list", json!({ "bin": ["bin/a.js", "b"] }), &["bin/a.js", "b"]),
        Shape::new("bin-folder", json!({ "directories": { "bin": "cmd", "man": "man" } }), &["cmd/a", "cmd/x/b", "man/a.1", "man/x/b.7", "man/c.txt"]),
        Shape::new("man", json!({ "man": "./man/a.1" }), &["man/a.1"]),
        Shape::new("native", json!({ "scripts": { "test": "node_modules/.bin/tap", "bad": 7 } }), &["binding.gyp={}", "server.js"]),
        Shape::new("types", json!({ "main": "./lib/main.cjs" }), &["lib/main.cjs", "lib/main.d.ts", "index.d.ts"]),
        Shape::new("types-of-the-index", json!({}), &["index.js", "index.d.ts"]),
        Shape::new("bundle-all", json!({ "dependencies": { "a": "1" }, "bundledDependencies": true }), &[]),
        Shape::new("bundle-unknown", json!({ "bundleDependencies": ["a", 7, ""] }), &[]),
        Shape::new("bundle-false", json!({ "bundleDependencies": false }), &[]),
        Shape::new("words", json!({ "keywords": "a, b,c", "homepage": "a.example", "bugs": "bugs@a.example"}), &[]),
        Shape::new("bugs-object", json!({ "bugs": { "web": "https://b.example/", "email": "no" }, "modules": {}, "description": 7 }), &[]),
        Shape::new("underscores", json!({ "_id": "x", "_private": 1, "gypfile": false, "readmeFilename": "x" }), &[]),
        Shape::new("dependencies-as-text", json!({ "dependencies": "a@1, b", "devDependencies": ["c@^1", "d >2"], "optionalDependencies": { "e": "1" } }), &[]),
        Shape::new("dependencies-that-are-none", json!({ "dependencies": { "a": "1" }, "devDependencies": null, "optionalDependencies": [] }), &[]),
        Shape::new("github-short", repository("acme/left"), &[]),
        Shape::new("github-shortcut", repository("github:acme/left#v1"), &[]),
        Shape::new("github-https", repository("https://github.com/acme/left"), &[]),
        Shape::new("github-tree", repository("https://github.com/acme/left/tree/main"), &[]),
        Shape::new("github-git", repository("git://github.com/acme/left.git"), &[]),
        Shape::new("github-ssh", repository("git@github.com:acme/left.git"), &[]),
        Shape::new("github-ssh-url", repository("git+ssh://git@github.com/acme/left.git#main"), &[]),
        Shape::new("github-deeper", repository("https://github.com/acme/left/blob/main/x"), &[]),
        Shape::new("gitlab", repository("https://gitlab.com/acme/group/left.git"), &[]),
        Shape::new("bitbucket", repository("bitbucket:acme/left"), &[]),
        Shape::new("gist", repository("gist:11081aaa281"), &[]),
        Shape::new("sourcehut", repository("https://git.sr.ht/~acme/left"), &[]),
        Shape::new("somewhere-else", repository("https://git.example/acme/left.git"), &[]),
        Shape::new("repository-in-a-folder", json!({ "repository": { "type": "git", "url": "acme/left", "directory": "packages/x" } }), &[]),
        Shape::new("tag-and-access", json!({ "publishConfig": { "tag": "next", "access": "public" } }), &[]),
        Shape::new("in-a-repository", json!({}), &[".git/HEAD=ref: refs/heads/main\n", ".git/refs/heads/main=0123456789012345678901234567890123456789\n"]),
        Shape::new("in-a-packed-repository", json!({}), &[".git/HEAD=ref: refs/heads/main\n", ".git/packed-refs=# pack\nabcdefabcdefabcdefabcdefabcdefabcdefabcd refs/heads/main\n"]),
        Shape::new("order-of-exports", json!({ "exports": { "import": "./a.mjs", "default": "./b.js" } }), &["a.mjs", "b.js"]).with(|folder| {
            let text = r#"{"name":"shape-order-of-exports","version":" =v1.0.0","exports":{"import":"./a.mjs","browser":"./c.js","default":"./b.js"},"10":1,"1e3":1.50}"#;
            fs::write(folder.join("package.json"), text).unwrap();
        }),
    ]
}
