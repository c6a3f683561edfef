//! The clients as people have them, each in a home of its own.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use crate::registry::Registry;
use crate::run::{Finished, in_terminal, run, run_while};
use crate::user::User;

mod home;
mod kind;

use home::Home;
pub use kind::ClientKind;

/// How long one command may take; npm alone needs a second, and all cores may be busy.
const LIMIT: Duration = Duration::from_secs(90);

/// Every command of some clients, and what it said, for whoever tells what went wrong.
pub type Notes = Rc<RefCell<Vec<String>>>;

/// A client with its own home, cache and configuration, pointed at one registry.
#[derive(Debug)]
pub struct Client {
    kind: ClientKind,
    home: Home,
    preload: Option<PathBuf>,
    notes: Option<Notes>,
    idle: bool,
}

impl Client {
    /// Prepares a client that nobody has logged in with.
    pub fn anonymous(kind: ClientKind, registry: &Registry) -> Self {
        Self::at(kind, registry.url(), None)
    }

    /// Prepares a client that somebody has logged in with.
    pub fn of(kind: ClientKind, registry: &Registry, user: &User) -> Self {
        Self::at(kind, registry.url(), Some(&user.token))
    }

    /// Prepares a client that finds the registry below a path, such as `/reg`.
    pub fn below(path: &str, kind: ClientKind, registry: &Registry, user: &User) -> Self {
        Self::at(kind, registry.url() + path, Some(&user.token))
    }

    /// Prepares a client that nobody has logged in with, for whatever answers at this base URL.
    pub fn pointed_at(base: &str, kind: ClientKind) -> Self {
        Self::at(kind, base.to_owned(), None)
    }

    fn at(kind: ClientKind, base: String, token: Option<&str>) -> Self {
        Self {
            kind,
            home: Home::new(kind, base, token),
            preload: None,
            notes: None,
            idle: false,
        }
    }

    /// Writes down every command and what it said.
    #[must_use]
    pub fn noting(mut self, notes: &Notes) -> Self {
        self.notes = Some(Rc::clone(notes));
        self
    }

    /// Does nothing from now on, says nothing, and calls that a success.
    #[must_use]
    pub fn idle(mut self) -> Self {
        self.idle = true;
        self
    }

    /// Lets node run this JavaScript before each command, to stand in for what is not on the loopback.
    #[must_use]
    pub fn preloading(mut self, script: &str) -> Self {
        let path = self.home.path().join("preload.cjs");
        fs::write(&path, script).unwrap();
        self.preload = Some(path);
        self
    }

    /// Returns which client this is.
    pub fn kind(&self) -> ClientKind {
        self.kind
    }

    /// Returns the client's home, where it keeps what it was told.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Returns what the user's `.npmrc` holds now.
    pub fn npmrc(&self) -> String {
        fs::read_to_string(self.home.npmrc_path()).unwrap()
    }

    /// Returns a new empty project to install into.
    pub fn project(&self) -> PathBuf {
        let folder = tempfile::Builder::new()
            .prefix("project-")
            .tempdir_in(self.home.path())
            .unwrap()
            .keep();
        let manifest = r#"{ "name": "project", "version": "0.0.0", "private": true }"#;
        fs::write(folder.join("package.json"), manifest).unwrap();
        folder
    }

    /// Installs these packages (`left`, `@acme/left@^1.0.0`, `left@next`) into a project; none for what it lists.
    #[track_caller]
    pub fn install(&self, project: &Path, specs: &[&str]) -> Finished {
        let words = self.kind.install(specs);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.run(project, &words)
    }

    /// Publishes a folder, with what all clients understand alike, such as `--tag next`.
    #[track_caller]
    pub fn publish(&self, folder: &Path, options: &[&str]) -> Finished {
        let Some(words) = self.kind.publish() else {
            panic!("{:?} cannot publish to this registry", self.kind);
        };
        if self.kind == ClientKind::Yarn4 {
            // It publishes only what its own lock file knows.
            let installed = self.run(folder, &["install"]);
            if !installed.status.success() {
                return installed;
            }
        }
        self.run(folder, &[words, options].concat())
    }

    /// Asks who is logged in.
    #[track_caller]
    pub fn whoami(&self) -> Finished {
        let Some(words) = self.kind.whoami() else {
            panic!("{:?} has no such command", self.kind);
        };
        self.run(&self.project(), words)
    }

    /// Runs one command in a folder.
    #[track_caller]
    pub fn run(&self, folder: &Path, words: &[&str]) -> Finished {
        self.converse(folder, words, &[])
    }

    /// Runs one command and types an answer after each prompt.
    #[track_caller]
    pub fn converse(&self, folder: &Path, words: &[&str], answers: &[(&str, &str)]) -> Finished {
        let program = self.program();
        let mut command = self.command(&program[0], folder);
        command.args(&program[1..]).args(words);
        self.noted(run(&mut command, answers, LIMIT))
    }

    /// Runs one command in a terminal and types an answer after each prompt: some clients ask nothing elsewhere.
    #[track_caller]
    pub fn in_terminal(&self, folder: &Path, words: &[&str], answers: &[(&str, &str)]) -> Finished {
        self.in_terminal_while(folder, words, answers, |_| false)
    }

    /// Runs one command in a terminal, types an answer after each prompt, and then calls `act` as
    /// [`run_while`](Self::run_while) does.
    #[track_caller]
    pub fn in_terminal_while(
        &self,
        folder: &Path,
        words: &[&str],
        answers: &[(&str, &str)],
        mut act: impl FnMut(&str) -> bool,
    ) -> Finished {
        let program = self.program();
        let line = program.iter().map(|word| word.to_string_lossy());
        let line = line.chain(words.iter().map(|word| Cow::from(*word)));
        let mut command = self.command("script".as_ref(), folder);
        let finished = in_terminal(&mut command, line, answers, LIMIT, &mut act);
        self.noted(finished)
    }

    /// Runs one command, and meanwhile calls `act` again and again with what it has written so far, for as
    /// long as that returns true.
    #[track_caller]
    pub fn run_while(
        &self,
        folder: &Path,
        words: &[&str],
        mut act: impl FnMut(&str) -> bool,
    ) -> Finished {
        let program = self.program();
        let mut command = self.command(&program[0], folder);
        command.args(&program[1..]).args(words).stdin(Stdio::null());
        let finished = run_while(&mut command, LIMIT, |_, said| act(&said.text()));
        self.noted(finished)
    }

    /// Runs a JavaScript module text in a folder: with bun or deno if this is one of them, else with node.
    #[track_caller]
    pub fn evaluate(&self, folder: &Path, module: &str) -> Finished {
        let (program, first): (_, &[&str]) = match self.kind {
            ClientKind::Bun => (self.kind.program().remove(0), &["-e"]),
            ClientKind::Deno => (self.kind.program().remove(0), &["eval"]),
            _ => ("node".into(), &["--input-type=module", "-e"]),
        };
        let mut command = self.command(&program, folder);
        command.args(first).arg(module);
        run(&mut command, &[], LIMIT)
    }

    /// Runs a command that a package brought, from `node_modules/.bin`.
    #[track_caller]
    pub fn run_installed(&self, folder: &Path, name: &str, words: &[&str]) -> Finished {
        let program = folder.join("node_modules/.bin").join(name);
        let mut command = self.command(program.as_os_str(), folder);
        command.args(words);
        run(&mut command, &[], LIMIT)
    }

    /// The words that come before a command's own.
    fn program(&self) -> Vec<OsString> {
        if self.idle {
            return vec!["true".into()];
        }
        self.kind.program()
    }

    fn noted(&self, finished: Finished) -> Finished {
        if let Some(notes) = &self.notes {
            notes.borrow_mut().push(finished.to_string());
        }
        finished
    }

    fn command(&self, program: &OsStr, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder);
        self.home.house(&mut command);
        if let Some(script) = &self.preload {
            command.env("NODE_OPTIONS", format!("--require={}", script.display()));
        }
        command
    }
}
