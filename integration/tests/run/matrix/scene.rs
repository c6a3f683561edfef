//! What every cell begins with: a registry that a column shares, and somebody who uses one client.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use integration::{Client, ClientKind, Finished, Http, Notes, Package, Registry, Response, User};
use serde_json::{Value, json};

/// The version of `vulnerable` that the registry warns of.
pub(super) const VULNERABLE: &str = "1.0.0";

/// A registry for all cells of one column.
pub(super) struct Stage {
    kind: ClientKind,
    pub(super) registry: Registry,
    /// The admin: whoever came first.
    root: User,
    /// Whether the clients do nothing.
    idle: bool,
}

/// What one cell has for itself: a user, a scope, a client.
pub(super) struct Scene<'a> {
    pub(super) kind: ClientKind,
    pub(super) registry: &'a Registry,
    pub(super) root: &'a User,
    /// Who uses the client.
    pub(super) user: User,
    /// Logged in as the user.
    pub(super) client: Client,
    /// The scope of this cell's packages, without its `@`.
    pub(super) scope: String,
    other: OnceCell<User>,
    notes: Notes,
    idle: bool,
}

impl Stage {
    /// Starts the registry for cells that are told with the client itself.
    pub(super) fn new(kind: ClientKind) -> Self {
        Self::start(kind, false)
    }

    /// Starts the registry for cells that are told with a client that does nothing.
    pub(super) fn idle(kind: ClientKind) -> Self {
        Self::start(kind, true)
    }

    fn start(kind: ClientKind, idle: bool) -> Self {
        let advisory = json!({
            "vulnerable": [{
                "id": 7, "url": "https://advisories.example/7", "title": "Pads on the wrong side",
                "severity": "high", "vulnerable_versions": "<1.0.1", "cwe": ["CWE-1"],
                "cvss": { "score": 7.5, "vectorString": "CVSS:3.1/AV:N" },
            }],
        });
        let registry = Registry::options()
            .beside("advisories.json", &advisory.to_string())
            .env("REGISTRY_AUDIT_ADVISORIES", "advisories.json")
            .start();
        let root = registry.user("root");
        for version in [VULNERABLE, "1.0.1"] {
            let package = Package::new("vulnerable", version);
            package.publish(&root.http).send().expect(201);
        }
        Self {
            kind,
            registry,
            root,
            idle,
        }
    }

    /// Begins a cell. Its people and its scope have the row's name, so that no two cells meet.
    pub(super) fn scene(&self, row: &str) -> Scene<'_> {
        let plain: String = row
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let user = self.registry.user(&plain);
        let notes = Notes::default();
        let client = Client::of(self.kind, &self.registry, &user);
        Scene {
            kind: self.kind,
            registry: &self.registry,
            root: &self.root,
            client: housed(client, &notes, self.idle),
            user,
            scope: plain,
            other: OnceCell::new(),
            notes,
            idle: self.idle,
        }
    }
}

fn housed(client: Client, notes: &Notes, idle: bool) -> Client {
    let client = client.noting(notes);
    if idle { client.idle() } else { client }
}

impl Scene<'_> {
    /// Somebody else.
    #[track_caller]
    pub(super) fn other(&self) -> &User {
        let name = format!("{}.other", self.scope);
        self.other.get_or_init(|| self.registry.user(&name))
    }

    /// The client in another home, logged in as the user.
    pub(super) fn client_elsewhere(&self) -> Client {
        let client = Client::of(self.kind, self.registry, &self.user);
        housed(client, &self.notes, self.idle)
    }

    /// The client with nobody logged in, for what answers at this base URL.
    pub(super) fn stranger(&self, base: &str) -> Client {
        let client = Client::pointed_at(base, self.kind);
        housed(client, &self.notes, self.idle)
    }

    /// Every command of this cell so far, and what it said.
    pub(super) fn notes(&self) -> Vec<String> {
        self.notes.borrow().clone()
    }

    /// How often the registry has answered so at paths that contain this text.
    pub(super) fn times(&self, method: &str, part: &str, status: u16) -> usize {
        let answered = self.registry.answered().into_iter();
        let so = answered
            .filter(|it| it.method == method && it.path.contains(part) && it.status == status);
        so.count()
    }

    /// The name of a package of this cell.
    pub(super) fn name(&self, base: &str) -> String {
        format!("@{}/{base}", self.scope)
    }

    /// Publishes a version of a package of this cell over HTTP, as the user.
    pub(super) fn published(&self, base: &str, version: &str) -> Package {
        let package = Package::new(&self.name(base), version);
        package.publish(&self.user.http).send().expect(201);
        package
    }

    /// What the registry says of a package to the user.
    pub(super) fn packument(&self, name: &str) -> Value {
        let path = integration::document_path(name);
        self.user.http.get(&path).send().expect(200).json()
    }

    /// What the registry answers the user at a path.
    pub(super) fn get(&self, path: &str) -> Response {
        self.user.http.get(path).send()
    }

    /// Nobody in particular.
    pub(super) fn anybody(&self) -> Http {
        self.registry.http()
    }

    /// Runs the client in a new empty project.
    pub(super) fn run(&self, words: &[&str]) -> Finished {
        self.client.run(&self.client.project(), words)
    }

    /// A folder that holds a package which can be published, with one module in it.
    pub(super) fn folder(&self, name: &str, version: &str) -> PathBuf {
        let folder = self.client.project();
        let manifest = json!({
            "name": name,
            "version": version,
            "description": "a package of the matrix",
            "license": "MIT",
            "main": "index.js",
        });
        fs::write(folder.join("package.json"), manifest.to_string()).unwrap();
        fs::write(folder.join("index.js"), module_text(version)).unwrap();
        fs::write(folder.join("README.md"), format!("# {name}\n")).unwrap();
        folder
    }
}

/// The module of a package in a [`Scene::folder`].
pub(super) fn module_text(version: &str) -> String {
    format!("module.exports = {version:?};\n")
}

/// Reads a file of an installed package; the path is followed through whatever links the client made.
#[track_caller]
pub(super) fn installed(project: &Path, name: &str, file: &str) -> String {
    let path = project.join("node_modules").join(name).join(file);
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{} should be there: {error}", path.display()))
}

/// The version of an installed package.
#[track_caller]
pub(super) fn installed_version(project: &Path, name: &str) -> String {
    let manifest = installed(project, name, "package.json");
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    manifest["version"].as_str().unwrap().to_owned()
}
