//! The real server as a process.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File};
use std::io::{self, BufRead, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;
use std::{env, iter, thread};

use serde_json::Value;
use tempfile::TempDir;

use crate::computing::Computing;
use crate::disk::SmallDisk;
use crate::http::{Http, Response};
use crate::memory::Memory;
use crate::package::document_path;
use crate::program::{registry_term, registryd};
use crate::run::{Finished, eventually, in_terminal, run, run_fed, signal, wait};
use crate::user::User;

/// How long a server may take to say that it listens, and to drain.
const LIMIT: Duration = Duration::from_secs(30);

/// How a server is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    config: Option<String>,
    data: Option<PathBuf>,
    listen: Option<SocketAddr>,
    own_keys: bool,
    beside: Vec<(String, String)>,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    inside: Vec<OsString>,
}

impl Options {
    /// Gives the server a settings file with this text.
    #[must_use]
    pub fn config(mut self, text: &str) -> Self {
        self.config = Some(text.to_owned());
        self
    }

    /// Uses this data directory in place of a new one.
    #[must_use]
    pub fn data(mut self, folder: &Path) -> Self {
        self.data = Some(folder.to_owned());
        self
    }

    /// Listens here in place of a free port.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = Some(address);
        self
    }

    /// Puts a file into the folder that the server is started in.
    #[must_use]
    pub fn beside(mut self, name: &str, text: &str) -> Self {
        self.beside.push((name.to_owned(), text.to_owned()));
        self
    }

    /// Lets the server make its own signing keys, as it does on a new machine.
    #[must_use]
    pub fn own_keys(mut self) -> Self {
        self.own_keys = true;
        self
    }

    /// Adds a word to the command line.
    #[must_use]
    pub fn argument(mut self, word: impl AsRef<OsStr>) -> Self {
        self.arguments.push(word.as_ref().to_owned());
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Lets everybody make an account, also where a proxy stands before the registry.
    #[must_use]
    pub fn open_to_all(self) -> Self {
        self.env("REGISTRY_AUTH_REGISTRATION", "open")
    }

    /// Keeps the data on a small disk.
    #[must_use]
    pub fn on(mut self, disk: &SmallDisk) -> Self {
        self.inside = disk.enter();
        self.data = Some(disk.folder().join("data"));
        self
    }

    /// Starts the server and waits until it answers.
    #[track_caller]
    pub fn start(self) -> Registry {
        let mut registry = Registry::prepare(self);
        registry.launch();
        registry
    }

    /// Prepares everything and starts nothing yet.
    pub fn prepared(self) -> Registry {
        Registry::prepare(self)
    }

    /// Starts a server that is expected to end by itself, and returns what it said.
    #[track_caller]
    pub fn refused(self) -> Finished {
        let registry = Registry::prepare(self);
        run(&mut registry.serve(), &[], LIMIT)
    }
}

/// A server with its data. It is killed and its files are removed when this is dropped.
#[derive(Debug)]
pub struct Registry {
    options: Options,
    folder: TempDir,
    address: SocketAddr,
    child: Option<Child>,
}

impl Registry {
    /// Starts a server with a new data directory on a free port.
    #[track_caller]
    pub fn start() -> Self {
        Options::default().start()
    }

    /// Begins to say how a server shall be started.
    pub fn options() -> Options {
        Options::default()
    }

    fn prepare(options: Options) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("registry-")
            .tempdir()
            .unwrap();
        if let Some(text) = &options.config {
            fs::write(config_path(&folder), text).unwrap();
        }
        if options.data.is_none() && !options.own_keys {
            copy_keys(&folder.path().join("data/keys"));
        }
        let free = ([127, 0, 0, 1], 0).into();
        Self {
            address: options.listen.unwrap_or(free),
            options,
            folder,
            child: None,
        }
    }

    /// Returns the base URL, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the data directory.
    pub fn data(&self) -> PathBuf {
        let inside = self.folder.path().join("data");
        self.options.data.clone().unwrap_or(inside)
    }

    /// Returns the file that begins with the 13 bytes.
    pub fn lockfile(&self) -> PathBuf {
        self.data().join("registry.lockb")
    }

    /// Replaces the settings file's text; the server reads it again at `SIGHUP`.
    pub fn write_config(&self, text: &str) {
        fs::write(config_path(&self.folder), text).unwrap();
    }

    /// Speaks to the server as nobody.
    pub fn http(&self) -> Http {
        Http::new(self.address)
    }

    /// Logs somebody in; a name that is new is registered by that.
    #[track_caller]
    pub fn user(&self, name: &str) -> User {
        User::log_in(&self.http(), name)
    }

    /// Returns the full document of a package, as anybody may read it.
    #[track_caller]
    pub fn packument(&self, name: &str) -> Value {
        let answer = self.http().get(&document_path(name)).send();
        answer.expect(200).json()
    }

    /// Fetches the tarball of a version from where its document says it is.
    #[track_caller]
    pub fn tarball(&self, name: &str, version: &str) -> Response {
        let url = self.packument(name)["versions"][version]["dist"]["tarball"].clone();
        self.fetch(url.as_str().unwrap_or_else(|| {
            panic!("{name}@{version} should be listed with a tarball, not {url}")
        }))
    }

    /// Fetches an absolute URL of this server.
    #[track_caller]
    pub fn fetch(&self, url: &str) -> Response {
        match url.strip_prefix(&self.url()) {
            Some(path) => self.http().get(path).send(),
            None => panic!("{url} should begin with {}", self.url()),
        }
    }

    /// Runs another command of the binary on this data directory, such as `verify`.
    #[track_caller]
    pub fn command(&self, words: &[&str]) -> Finished {
        let mut command = self.program();
        command.args(words).arg("--data").arg(self.data());
        run(&mut command, &[], LIMIT)
    }

    /// Does the same, with a variable in its environment.
    #[track_caller]
    pub fn command_with(&self, name: &str, value: &str, words: &[&str]) -> Finished {
        let mut command = self.program();
        command.env(name, value);
        command.args(words).arg("--data").arg(self.data());
        run(&mut command, &[], LIMIT)
    }

    /// Does the same, with this text on standard input.
    #[track_caller]
    pub fn command_fed(&self, words: &[&str], text: &str) -> Finished {
        let mut command = self.program();
        let input = self.folder.path().join("input");
        fs::write(&input, text).unwrap();
        command.args(words).arg("--data").arg(self.data());
        run_fed(&mut command, &input, LIMIT)
    }

    /// Runs a line of a shell in a terminal, and types an answer after each prompt; `$REGISTRYD` is the binary and
    /// `$DATA` the data directory.
    #[track_caller]
    pub fn in_terminal(&self, line: &str, answers: &[(&str, &str)]) -> Finished {
        let program = self.program();
        let mut command = Command::new("script");
        command
            .current_dir(program.get_current_dir().unwrap())
            .env_clear()
            .envs(
                program
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .env("REGISTRYD", registryd())
            .env("DATA", self.data());
        let words = ["sh", "-c", line].map(Cow::from).into_iter();
        in_terminal(&mut command, words, answers, LIMIT, &mut |_| false)
    }

    /// Returns `registry-term` for this registry, as whoever has the token, or as nobody.
    pub fn term(&self, user: Option<&User>) -> Command {
        let mut command = Command::new(registry_term());
        let home = self.folder.path();
        command
            .current_dir(home)
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("TERM", "xterm-256color")
            .env("LC_ALL", "C.UTF-8")
            .args(["--registry", &self.url(), "--lockfile"])
            .arg(self.lockfile());
        if let Some(user) = user {
            command.env("REGISTRY_TOKEN", &user.token);
        }
        command
    }

    /// Sends `registry-term` lines, and returns what came of them.
    #[track_caller]
    pub fn term_fed(&self, user: Option<&User>, lines: &str) -> Finished {
        let input = self.folder.path().join("lines");
        fs::write(&input, lines).unwrap();
        run_fed(&mut self.term(user), &input, LIMIT)
    }

    /// Returns how much memory the server takes.
    pub fn memory(&self) -> Memory {
        Memory::of(self.child.as_ref().expect("a running server").id())
    }

    /// Returns how long the server has computed.
    pub fn computing(&self) -> Computing {
        Computing::of(self.child.as_ref().expect("a running server").id())
    }

    /// Sends the server a signal by name, such as `HUP`.
    pub fn signal(&self, name: &str) {
        signal(name, self.child.as_ref().expect("a running server").id());
    }

    /// Returns the most memory that the server has had so far, in bytes, as Linux counts it.
    pub fn peak_memory(&self) -> u64 {
        let process = self.child.as_ref().expect("a running server").id();
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
        let kibibytes: u64 = kibibytes.expect("a peak").trim().parse().unwrap();
        kibibytes * 1024
    }

    /// Starts a server and ends it at once after this long, whether it listens by then or not.
    pub fn start_and_kill_9(&mut self, after: Duration) {
        assert!(self.child.is_none(), "the server runs already");
        let mut command = self.serve();
        command
            .stdin(Stdio::null())
            .stdout(self.append_to("stdout"))
            .stderr(self.append_to("stderr"));
        self.child = Some(command.spawn().expect("the server should start"));
        thread::sleep(after);
        self.kill_9();
    }

    /// Ends the server at once, as a power cut would.
    pub fn kill_9(&mut self) {
        let mut child = self.child.take().expect("a running server");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Ends the server with `SIGTERM` and checks that it exits with 0.
    #[track_caller]
    pub fn stop(&mut self) {
        self.stop_with("TERM");
    }

    /// Ends the server with this signal and checks that it exits with 0.
    #[track_caller]
    pub fn stop_with(&mut self, name: &str) {
        self.signal(name);
        let status = self.ended();
        assert_eq!(status.code(), Some(0), "after {name}: {}", self.stderr());
    }

    /// Waits until the server has ended by itself.
    #[track_caller]
    pub fn ended(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("a running server");
        wait(&mut child, LIMIT).unwrap_or_else(|| {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the server should have ended: {}", self.stderr())
        })
    }

    /// Starts the server again, on the same data and the same port; stops it first if it runs.
    #[track_caller]
    pub fn restart(&mut self) {
        if self.child.is_some() {
            self.stop();
        }
        let address = self.address;
        if address.port() == 0 {
            return self.launch();
        }
        // Somebody's outgoing connection may have taken the port meanwhile.
        eventually("the port being free again", LIMIT, || {
            TcpListener::bind(address).ok()
        });
        self.launch();
        assert_eq!(self.address, address);
    }

    /// Returns what the server wrote to stderr so far, over all its starts.
    pub fn stderr(&self) -> String {
        let bytes = fs::read(self.folder.path().join("stderr")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Returns what the server wrote to stdout so far, over all its starts.
    pub fn stdout(&self) -> String {
        let bytes = fs::read(self.folder.path().join("stdout")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[track_caller]
    fn launch(&mut self) {
        let mut command = self.serve();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(self.append_to("stderr"));
        let mut child = command.spawn().expect("the server should start");
        let first_line = follow(child.stdout.take().unwrap(), self.append_to("stdout"));
        let line = first_line.recv_timeout(LIMIT);
        self.child = Some(child);
        let address = line
            .as_deref()
            .ok()
            .and_then(|line| line.strip_prefix("listening on http://"))
            .and_then(|address| address.trim_end_matches('/').parse().ok());
        match address {
            Some(address) => self.address = address,
            None => panic!(
                "the server should have said where it listens, not {line:?}: {}",
                self.stderr()
            ),
        }
    }

    fn serve(&self) -> Command {
        let mut command = self.program();
        command
            .args(["serve", "--listen", &self.address.to_string()])
            .arg("--data")
            .arg(self.data());
        if self.options.config.is_some() {
            command.arg("--config").arg(config_path(&self.folder));
        }
        command.args(&self.options.arguments);
        command
    }

    /// The folder that it runs in is empty unless the story says otherwise, so no `registryd.toml` and no `.env.local` is picked up.
    fn program(&self) -> Command {
        let work = self.folder.path().join("work");
        fs::create_dir_all(&work).unwrap();
        for (name, text) in &self.options.beside {
            fs::write(work.join(name), text).unwrap();
        }
        let mut words = self.options.inside.clone();
        words.push(registryd().into());
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .current_dir(work)
            .env_clear()
            .envs(iter::once("PATH").filter_map(|name| Some((name, env::var_os(name)?))))
            .env("HOME", self.folder.path())
            .env("NO_COLOR", "1")
            // Where commands find the server; it is told by a flag, which counts for more.
            .env("REGISTRY_LISTEN", self.address.to_string())
            .envs(self.options.environment.iter().cloned());
        command
    }

    fn append_to(&self, name: &str) -> File {
        let path = self.folder.path().join(name);
        File::options()
            .append(true)
            .create(true)
            .open(path)
            .unwrap()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if thread::panicking() {
            let stderr = self.stderr();
            let lines: Vec<&str> = stderr.lines().collect();
            let tail = lines.len().saturating_sub(40);
            eprintln!("--- the server's last lines");
            for line in &lines[tail..] {
                eprintln!("{line}");
            }
            eprintln!("---");
        }
    }
}

/// Gives a new data directory the signing keys that one server made for all of them.
///
/// Making an RSA key takes seconds in a debug build, which with a server for each story would be most of
/// the time.
fn copy_keys(folder: &Path) {
    static KEYS: OnceLock<Vec<(OsString, Vec<u8>)>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let registry = Registry::options().own_keys().start();
        registry.user("first");
        let made = fs::read_dir(registry.data().join("keys")).unwrap();
        let made = made.map(|entry| entry.unwrap());
        made.map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap()))
            .collect()
    });
    let mut private = DirBuilder::new();
    private.recursive(true).mode(0o700);
    private.create(folder).unwrap();
    for (name, bytes) in keys {
        let mut file = File::options();
        let file = file.write(true).create_new(true).mode(0o600);
        let mut file = file.open(folder.join(name)).unwrap();
        file.write_all(bytes).unwrap();
    }
}

fn config_path(folder: &TempDir) -> PathBuf {
    folder.path().join("settings.toml")
}

/// Copies a stream into a file for as long as it lasts, so that a full pipe cannot stop the server, and
/// passes the first line on.
fn follow(stream: ChildStdout, mut log: File) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        if stream.read_line(&mut line).is_ok_and(|length| length > 0) {
            let _ = log.write_all(line.as_bytes());
            let _ = send.send(line.trim_end().to_owned());
        }
        drop(send);
        let _ = io::copy(&mut stream, &mut log);
    });
    receive
}
