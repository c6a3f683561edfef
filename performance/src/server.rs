//! The real server as a process.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    load::{self, Answer},
    program,
};

/// The password of the account that every benchmark uses.
const PASSWORD: &str = "correct horse battery";

/// A server in the profile of the benchmark; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: SocketAddr,
    data: PathBuf,
}

impl Server {
    /// The user name and the password of the account that every benchmark uses, the registry's first.
    pub const ACCOUNT: (&str, &str) = ("bench", PASSWORD);

    /// Builds the server if its source has changed, and starts it on a data directory and a free port.
    /// What it logs goes into a file beside that directory.
    pub fn start(data: &Path) -> Self {
        let log = data.with_extension("log");
        let stderr = File::create(&log).expect("a file for the log");
        let mut command = Command::new(program::built("registryd"));
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .current_dir(data)
            .env_clear()
            .env("REGISTRY_LOG_REQUESTS", "none")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr);
        let mut child = command.spawn().expect("the server should start");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        let read = BufReader::new(stdout).read_line(&mut line);
        read.expect("a line from the server");
        let address = line
            .trim_end()
            .strip_prefix("listening on http://")
            .and_then(|address| address.parse().ok());
        Self {
            address: address.unwrap_or_else(|| {
                let log = fs::read_to_string(&log).unwrap_or_default();
                panic!("the server did not start, but said {line:?} and logged\n{log}")
            }),
            child,
            data: data.to_owned(),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The file that begins with the 13 bytes.
    pub fn lockfile(&self) -> PathBuf {
        storage::layout::default_lockfile(&self.data)
    }

    /// Returns the bytes of a `GET` that a client sends over and over.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
        self.request("GET", path, headers, "")
    }

    /// Sends JSON and returns the JSON that is answered with a status of success.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Value {
        let mut headers = headers.to_vec();
        headers.push(("content-type", "application/json"));
        headers.push(("connection", "close"));
        let request = self.request(method, path, &headers, &body.to_string());
        let answer = load::ask(self.address, &request).await;
        let Answer { status, body } = answer.expect("an answer");
        let text = String::from_utf8_lossy(&body);
        assert!(
            (200..300).contains(&status),
            "{method} {path}: {status} {text}"
        );
        serde_json::from_slice(&body).expect("JSON")
    }

    /// Logs in as the benchmarks' account, which is made by the first login, and returns the token.
    pub async fn log_in(&self) -> String {
        let (name, password) = Self::ACCOUNT;
        let path = format!("/-/user/org.couchdb.user:{name}");
        let body = json!({ "name": name, "password": password });
        let answer = self.send("PUT", &path, &[], &body).await;
        answer["token"].as_str().expect("a token").to_owned()
    }

    /// Makes an API key of the benchmarks' account, whose login's token this is.
    pub async fn api_key(&self, token: &str, scope: &str) -> String {
        let authorization = format!("Bearer {token}");
        let (_, password) = Self::ACCOUNT;
        let body = json!({ "name": "bench", "scopes": [scope], "password": password });
        let headers = [("authorization", authorization.as_str())];
        let made = self.send("POST", "/_auth/keys", &headers, &body).await;
        made["key"].as_str().expect("a key").to_owned()
    }

    /// Gets a token for an API key.
    pub async fn exchange(&self, key: &str) -> String {
        let body = json!({ "api_key": key });
        let got = self.send("POST", "/_auth/token", &[], &body).await;
        got["access_token"].as_str().expect("a token").to_owned()
    }

    /// Returns how long the server's threads have computed so far; `None` where the system does not
    /// tell.
    pub fn computed(&self) -> Option<Duration> {
        program::computed(self.child.id())
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if method != "GET" {
            let _ = write!(head, "content-length: {}\r\n", body.len());
        }
        format!("{head}\r\n{body}").into_bytes()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
