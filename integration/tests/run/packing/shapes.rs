//! Folders of awkward shapes, built by code.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
};

use serde_json::{Value, json};

/// A folder of one shape. Its package is called `shape-` and its name.
pub(super) struct Shape {
    /// What is awkward about it.
    pub(super) name: &'static str,
    manifest: Value,
    files: Vec<(String, String)>,
    more: fn(&Path),
}

impl Shape {
    pub(super) fn new(name: &'static str, manifest: Value, files: &[&str]) -> Self {
        let files = files.iter().map(|path| {
            let ignores = path.rsplit('/').next().unwrap();
            // `path=text` is a file with this text, `path` one that has its path for a text.
            match path.split_once('=') {
                Some((path, text)) => (path.to_owned(), text.to_owned()),
                None => ((*path).to_owned(), format!("// {ignores} of {path}\n")),
            }
        });
        Self {
            name,
            manifest,
            files: files.collect(),
            more: |_| {},
        }
    }

    pub(super) fn with(mut self, more: fn(&Path)) -> Self {
        self.more = more;
        self
    }

    pub(super) fn package(&self) -> String {
        self.manifest["name"]
            .as_str()
            .map_or_else(|| format!("shape-{}", self.name), str::to_owned)
    }

    /// Builds it where nothing is yet.
    pub(super) fn build(&self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        let mut manifest = self.manifest.clone();
        let fields = manifest.as_object_mut().unwrap();
        fields
            .entry("name")
            .or_insert_with(|| self.package().into());
        fields.entry("version").or_insert_with(|| "1.0.0".into());
        write(
            &folder.join("package.json"),
            &serde_json::to_string_pretty(&manifest).unwrap(),
        );
        for (path, text) in &self.files {
            write(&folder.join(path), text);
        }
        (self.more)(folder);
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A package in `node_modules`.
fn install(folder: &Path, place: &str, manifest: &str) {
    write(&folder.join(place).join("package.json"), manifest);
    write(&folder.join(place).join("index.js"), place);
}

pub(super) fn all() -> Vec<Shape> {
    let none = || json!({});
    let files = |files: &[&str]| json!({ "files": files });
    vec![
        Shape::new("everything-without-files", none(), &["index.js", "lib/a.js", "lib/deep/er/b.js", "test/t.js"]),
        Shape::new("what-is-never-in", none(), &[
            "index.js", ".git/config", ".svn/x", ".hg/x", "CVS/x", "lib/.git/x", "node_modules/a/index.js", "node_modules/.bin/x",
            "lib/node_modules/b/index.js", ".npmrc", "lib/.npmrc", "package-lock.json", "lib/package-lock.json", "yarn.lock",
            "pnpm-lock.yaml", "bun.lockb", ".DS_Store", "lib/.DS_Store", "a.orig", "lib/b.orig", ".a.swp", "lib/.b.swp", "._x",
            "lib/._y", "npm-debug.log", "lib/npm-debug.log", ".wafpickle-7", ".lock-wscript", "build/config.gypi", "lib/build/config.gypi",
            "archived-packages/x.js", "lib/archived-packages/x.js", ".gitignore=", ".npmignore=", ".editorconfig", ".env", "x.swp",
        ]),
        Shape::new("what-is-always-in", files(&["lib"]), &[
            "lib/a.js", "readme", "README.md", "Readme.txt", "README.md~", "READMES", "LICENSE", "licence.md", "LICENSE-MIT", "COPYING",
            "CHANGELOG.md", "HISTORY.md", "NOTICE", "docs/README.md", "docs/LICENSE", "index.js",
        ]),
        Shape::new("files-with-folders", files(&["lib", "dist/", "./src", "/bin", "empty"]), &[
            "lib/a.js", "lib/x/b.js", "dist/c.js", "src/d.js", "bin/e", "other/f.js", "x/lib/g.js", "index.js",
        ]),
        Shape::new("files-with-globs", files(&["lib/*.js", "src/**/*.ts", "*.md", "data/{a,b}.json", "deep/*"]), &[
            "lib/a.js", "lib/b.ts", "lib/x/c.js", "src/d.ts", "src/x/y/e.ts", "src/x/f.js", "NOTES.md", "x/NOTES.md", "data/a.json",
            "data/c.json", "deep/a.js", "deep/er/b.js", "deep/er/est/c.js",
        ]),
        Shape::new("files-with-negation", files(&["lib", "!lib/secret.js", "!**/*.test.js", "!lib/private"]), &[
            "lib/a.js", "lib/secret.js", "lib/a.test.js", "lib/x/b.test.js", "lib/private/c.js", "lib/private/d/e.js", "lib/x/secret.js",
        ]),
        Shape::new("files-that-are-one-file", files(&["lib/only.js", "a.js", "./b.js", "/c.js"]), &[
            "lib/only.js", "lib/other.js", "a.js", "b.js", "c.js", "d.js", "x/a.js", "lib/x/only.js",
        ]),
        Shape::new("files-win-over-ignore-files", files(&["lib"]), &[
            ".npmignore=lib\n", ".gitignore=lib\n", "lib/a.js", "lib/.npmignore=b.js\n", "lib/b.js", "lib/x/.gitignore=c.js\n", "lib/x/c.js", "lib/x/d.js",
        ]),
        Shape::new("files-that-are-empty", files(&[]), &["index.js", "README.md", "lib/a.js"]),
        Shape::new("files-that-lead-outside", files(&["../outside", "lib/../../x", "/../y", "a/../lib"]), &["lib/a.js", "x", "y"]),
        Shape::new("files-named-in-another-case", files(&["LIB", "SRC/*.JS"]), &["lib/a.js", "src/b.js", "src/C.JS"]),
        Shape::new("files-of-other-tools", none(), &["npm-shrinkwrap.json={}", "bun.lock", "index.js"]),
        Shape::new("files-named-elsewhere-too", files(&["lib/only.js", "lib/x/*.txt"]), &["lib/only.js", "lib/y/only.js", "lib/x/a.txt", "only.js"]),
        Shape::new("files-that-match-nothing", files(&["nothing", "no/*.js"]), &["index.js", "lib/a.js"]),
        Shape::new("files-with-everything-but", files(&["**/*", "!**/*.map", "!test"]), &["a.js", "a.js.map", "lib/b.js", "lib/b.js.map", "test/t.js", ".hidden"]),
        Shape::new("gitignore-alone", none(), &[".gitignore=dist\n*.log\n!keep.log\n/root.js\n", "dist/a.js", "b.log", "keep.log", "root.js", "lib/root.js", "lib/dist/c.js", "lib/x.log"]),
        Shape::new("npmignore-over-gitignore", none(), &[".gitignore=dist\n", ".npmignore=src\n", "dist/a.js", "src/b.js", "c.js"]),
        Shape::new("an-empty-npmignore", none(), &[".gitignore=dist\n", ".npmignore=", "dist/a.js", "c.js"]),
        Shape::new("nested-ignore-files", none(), &[
            ".npmignore=*.tmp\n", "a.tmp", "lib/.npmignore=!b.tmp\nsecret\n", "lib/b.tmp", "lib/secret/x.js", "lib/c.js", "src/.gitignore=gen\n", "src/gen/d.js",
            "src/e.js", "both/.gitignore=f.js\n", "both/.npmignore=g.js\n", "both/f.js", "both/g.js",
        ]),
        Shape::new("ignore-files-with-odd-lines", none(), &[
            ".npmignore=\u{feff}one.js\r\n# comment\r\n  two.js  \r\n\r\n\\#three.js\n\\!four.js\nfive\\ six.js\n[seven].js\n/lib/*\n!/lib/keep.js\nfolder/\n**/deep\n",
            "one.js", "two.js", "#three.js", "!four.js", "five six.js", "s.js", "e.js", "x.js", "lib/a.js", "lib/keep.js", "lib/x/b.js", "folder/a.js",
            "x/folder/b.js", "a/b/deep/c.js", "folder.js",
        ]),
        Shape::new("ignored-but-always-in", none(), &[".npmignore=*\n", "README.md", "LICENSE", "index.js", "lib/a.js"]),
        Shape::new("main-and-browser-and-bin", json!({ "files": ["x"], "main": "lib/main.js", "browser": "lib/browser.js", "bin": { "one": "./bin/one.js", "two": "two.js" } }), &[
            "lib/main.js", "lib/browser.js", "bin/one.js", "two.js", "three.js", "lib/other.js",
        ]),
        Shape::new("main-with-a-dot", json!({ "files": ["x"], "main": "./lib/main.js", "browser": { "a": "b" } }), &["lib/main.js", "lib/other.js", "o", "b", "z", "x/y.js"]),
        Shape::new("main-that-is-a-folder", json!({ "files": ["x"], "main": "lib" }), &["lib/index.js", "lib/other.js", "x/y.js"]),
        Shape::new("a-bin-that-is-a-text", json!({ "bin": "cli.js" }), &["cli.js", "index.js"]),
        Shape::new("bin-outside", json!({ "bin": { "up": "../../up.js", "deep": "bin/deep.js", "../name": "n.js" } }), &["up.js", "bin/deep.js", "n.js"]),
        Shape::new("a-folder-of-bins", json!({ "directories": { "bin": "./cmd" }, "files": ["lib"] }), &["cmd/a.js", "cmd/b", "cmd/x/c", "lib/d.js", "e.js"]),
        Shape::new("modes", json!({ "bin": { "run": "run.sh" } }), &["run.sh", "plain", "private", "executable", "wide", "readonly", "setuid"]).with(|folder| {
            for (name, bits) in [("run.sh", 0o644), ("plain", 0o644), ("private", 0o600), ("executable", 0o755), ("wide", 0o777), ("readonly", 0o444), ("setuid", 0o4755)] {
                mode(&folder.join(name), bits);
            }
        }),
        Shape::new("links", none(), &["real.js", "folder/a.js"]).with(|folder| {
            symlink("real.js", folder.join("link.js")).unwrap();
            symlink("folder", folder.join("linked")).unwrap();
            symlink("nowhere", folder.join("dangling")).unwrap();
            symlink("/etc/hostname", folder.join("outside")).unwrap();
        }),
        Shape::new("names-of-all-kinds", none(), &[
            "Ünïcode/é.js", "日本語.js", "emoji-🎉.js", "a b c.js", "quote'\".js", "back\\slash.js", "semi;colon.js", "star*.js", "question?.js", "[bracket].js",
            "{brace}.js", "(paren).js", "@at/file.js", "@file.js", "-dash.js", "!bang.js", "#hash.js", "~tilde.js", ".dot", "trailing.", "UPPER.JS", "upper.js", "e\u{301}.js", "\u{e9}.js",
        ]),
        Shape::new("long-paths", none(), &[]).with(|folder| {
            let long = "n".repeat(96);
            write(&folder.join(format!("{long}.js")), "1");
            write(&folder.join("x".repeat(255)), "2");
            write(&folder.join(format!("{long}/{long}/{long}/{long}.js")), "3");
            write(&folder.join(format!("{}deep.js", "folder/".repeat(40))), "4");
            write(&folder.join(format!("{}/{}", "ü".repeat(100), "ü".repeat(120))), "5");
        }),
        Shape::new("empty-files-and-folders", none(), &["empty.js=", "lib/.gitkeep="]).with(|folder| {
            fs::create_dir_all(folder.join("nothing/here")).unwrap();
        }),
        Shape::new("ignored-folders-with-kept-files", none(), &[".npmignore=lib/*\n!lib/keep\nsrc\n!src/a.js\n", "lib/keep/a.js", "lib/drop/b.js", "src/a.js", "src/b.js"]),
        Shape::new("bundled", json!({ "dependencies": { "a": "1", "@s/b": "1", "absent": "1" }, "devDependencies": { "d": "1" }, "bundleDependencies": ["a", "@s/b", "d", "absent", "unknown"] }), &["index.js"]).with(|folder| {
            install(folder, "node_modules/a", r#"{"name":"a","version":"1.0.0","dependencies":{"c":"1","e":"1"},"files":["index.js"]}"#);
            write(&folder.join("node_modules/a/not.js"), "not");
            write(&folder.join("node_modules/a/LICENSE"), "free");
            install(folder, "node_modules/a/node_modules/e", r#"{"name":"e","version":"2.0.0"}"#);
            install(folder, "node_modules/e", r#"{"name":"e","version":"1.0.0"}"#);
            install(folder, "node_modules/@s/b", r#"{"name":"@s/b","version":"1.0.0","optionalDependencies":{"o":"1","gone":"1"},"devDependencies":{"d":"1"}}"#);
            write(&folder.join("node_modules/@s/b/.npmignore"), "kept.js\n");
            write(&folder.join("node_modules/@s/b/kept.js"), "kept");
            write(&folder.join("node_modules/@s/b/a.orig"), "kept");
            write(&folder.join("node_modules/@s/b/lib/.npmignore"), "dropped.js\n");
            write(&folder.join("node_modules/@s/b/lib/dropped.js"), "dropped");
            install(folder, "node_modules/c", r#"{"name":"c","version":"1.0.0","dependencies":{"a":"1"}}"#);
            install(folder, "node_modules/d", r#"{"name":"d","version":"1.0.0"}"#);
            install(folder, "node_modules/o", r#"{"name":"o","version":"1.0.0"}"#);
        }),
        Shape::new("bundled-all", json!({ "dependencies": { "a": "1" }, "bundledDependencies": true, "files": ["index.js"] }), &["index.js", "other.js"]).with(|folder| {
            install(folder, "node_modules/a", r#"{"name":"a","version":"1.0.0"}"#);
            install(folder, "node_modules/x", r#"{"name":"x","version":"1.0.0"}"#);
        }),
        Shape::new("bundled-by-a-link", json!({ "dependencies": { "a": "1" }, "bundleDependencies": ["a"], "files": ["index.js"] }), &["index.js"]).with(|folder| {
            install(folder, "local/a", r#"{"name":"a","version":"1.0.0","dependencies":{"b":"1","c":"1"},"devDependencies":{"c":"1"}}"#);
            write(&folder.join("local/a/.npmignore"), "dropped.js\n");
            write(&folder.join("local/a/dropped.js"), "dropped");
            write(&folder.join("local/a/x.orig"), "dropped");
            install(folder, "node_modules/b", r#"{"name":"b","version":"1.0.0"}"#);
            install(folder, "node_modules/c", r#"{"name":"c","version":"1.0.0"}"#);
            symlink("../local/a", folder.join("node_modules/a")).unwrap();
        }),
        Shape::new("scoped", json!({ "name": "@shapes/scoped", "version": "2.0.0-rc.1" }), &["index.js"]),
        Shape::new("with-a-mark-of-the-byte-order", none(), &["index.js"]).with(|folder| {
            let path = folder.join("package.json");
            let text = fs::read_to_string(&path).unwrap();
            fs::write(path, format!("\u{feff}{text}")).unwrap();
        }),
        Shape::new("workspaces", json!({ "workspaces": ["packages/*"] }), &["index.js", "packages/a/index.js", "packages/a/package.json={\"name\":\"ws-a\",\"version\":\"1.0.0\",\"files\":[\"index.js\"]}", "packages/a/other.js", "packages/a/.npmignore=index.js\n", "lib/.npmignore=x.js\n", "lib/x.js"]),
        Shape::new("extended-globs", files(&["+(a|b)*.js", "!(skip)/x.js", "@(lib|src)/*.ts", "file?.txt", "[!q]*.md"]), &[
            "aa.js", "bc.js", "c.js", "keep/x.js", "skip/x.js", "lib/a.ts", "src/b.ts", "etc/c.ts", "file1.txt", "file12.txt", "q.md", "z.md",
        ]),
    ]
}

/// Builds a folder of the same files each time, with rules that are put together by chance.
pub(super) fn by_chance(folder: &Path, name: &str, random: &mut fastrand::Rng) {
    const FILES: [&str; 17] = [
        "index.js",
        "a.js",
        "b.ts",
        "README.md",
        "lib/a.js",
        "lib/b.ts",
        "lib/a.test.js",
        "lib/deep/a.js",
        "lib/deep/c.json",
        "lib/deep/er/b.ts",
        "src/a.ts",
        "src/lib/a.js",
        "dist/a.js",
        "dist/a.js.map",
        ".hidden",
        "lib/.hidden",
        "test/fixtures/x.txt",
    ];
    const PIECES: [&str; 34] = [
        "a",
        "b",
        "lib",
        "src",
        "dist",
        "deep",
        "er",
        "test",
        "fixtures",
        "*",
        "**",
        "*.js",
        "*.ts",
        "*.{js,ts}",
        "*.test.js",
        "a.*",
        "?.js",
        "[ab].js",
        "[!a]*",
        "{lib,src}",
        "!(lib)",
        "+(a|b).js",
        "@(lib|dist)",
        "a.js",
        "b.ts",
        ".hidden",
        ".*",
        "LIB",
        "*.map",
        "index.js",
        "..",
        ".",
        "c.json",
        "x.txt",
    ];
    let rule = |random: &mut fastrand::Rng| {
        let mut rule = String::new();
        rule.push_str(["", "", "", "!", "!!", "/", "./", "!/"][random.usize(..8)]);
        for number in 0..random.usize(1..4) {
            if number > 0 {
                rule.push('/');
            }
            rule.push_str(PIECES[random.usize(..PIECES.len())]);
        }
        rule.push_str(["", "", "", "", "/", "/*", "/**"][random.usize(..7)]);
        rule
    };
    let rules = |random: &mut fastrand::Rng| -> Vec<String> {
        (0..random.usize(1..5)).map(|_| rule(random)).collect()
    };
    let mut manifest = json!({ "name": name, "version": "1.0.0" });
    if random.bool() {
        manifest["files"] = rules(random).into();
    }
    if random.u8(..4) == 0 {
        manifest["main"] = rule(random).into();
    }
    write(&folder.join("package.json"), &manifest.to_string());
    for path in FILES {
        write(&folder.join(path), path);
    }
    for place in [
        ".npmignore",
        ".gitignore",
        "lib/.npmignore",
        "lib/deep/.gitignore",
    ] {
        if random.u8(..3) == 0 {
            write(&folder.join(place), &(rules(random).join("\n") + "\n"));
        }
    }
}
