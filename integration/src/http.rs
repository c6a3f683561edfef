//! A small HTTP/1.1 client that sends exactly the bytes it is told to.
//!
//! A library would tidy up what the stories are about: paths with `%2f` in them, a foreign `Host`, a body
//! that is shorter than announced, a connection that dies in the middle of an answer.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::live::Live;

/// How long one answer may take; a debug build on a busy machine is slow, a hanging one is silent.
const LIMIT: Duration = Duration::from_secs(30);

/// Speaks to one server, as one person or as nobody.
#[derive(Clone, Debug)]
pub struct Http {
    address: SocketAddr,
    token: Option<String>,
}

impl Http {
    /// Speaks to the server at this address as nobody.
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            token: None,
        }
    }

    /// Speaks as the owner of a token from now on.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            address: self.address,
            token: Some(token.to_owned()),
        }
    }

    /// Returns where the server is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Begins a request. The path is sent as it is.
    pub fn request(&self, method: &str, path: &str) -> Request<'_> {
        Request {
            http: self,
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// Begins a `GET`.
    pub fn get(&self, path: &str) -> Request<'_> {
        self.request("GET", path)
    }

    /// Begins a `PUT`.
    pub fn put(&self, path: &str) -> Request<'_> {
        self.request("PUT", path)
    }

    /// Sends these bytes on a connection of its own; `None` when the server hangs up without an answer.
    #[track_caller]
    pub fn send_raw(&self, bytes: &[u8]) -> Option<Response> {
        let mut connection = self.connect().unwrap();
        // A server that has read enough hangs up while we still send; its answer counts all the same.
        let _ = connection.send_raw(bytes);
        match connection.receive(false) {
            Ok(response) => Some(response),
            Err(error) if is_hung_up(&error) => None,
            Err(error) => panic!("an answer should be HTTP, and come: {error}"),
        }
    }

    /// Opens a connection that is kept for many requests.
    pub fn connect(&self) -> io::Result<Connection> {
        let stream = TcpStream::connect_timeout(&self.address, LIMIT)?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.set_write_timeout(Some(LIMIT))?;
        stream.set_nodelay(true)?;
        Ok(Connection {
            stream: BufReader::new(stream),
        })
    }
}

/// A request that has not been sent yet.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    http: &'a Http,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Request<'_> {
    /// Adds a header; `host`, `content-length` and `authorization` replace what would be sent otherwise.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends these bytes as the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sends this document as the body.
    #[must_use]
    pub fn json(self, document: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(document.to_string())
    }

    /// Sends the request on a connection of its own.
    #[track_caller]
    pub fn send(self) -> Response {
        let line = format!("{} {}", self.method, self.path);
        match self.try_send() {
            Ok(response) => response,
            Err(error) => panic!("no answer to {line}: {error}"),
        }
    }

    /// Sends the request on a connection of its own, whose answer is events that come one by one.
    #[track_caller]
    pub fn follow(self) -> Live {
        let mut connection = self.http.connect().unwrap();
        connection.send_raw(&self.to_bytes()).unwrap();
        let (status, headers) = connection.receive_head().unwrap();
        assert_eq!(status, 200, "should be followed: {headers:?}");
        let sent = |name: &str, value: &str| {
            headers
                .iter()
                .any(|it| (it.0.as_str(), it.1.as_str()) == (name, value))
        };
        assert!(sent("content-type", "text/event-stream"), "{headers:?}");
        assert!(sent("cache-control", "no-store"), "{headers:?}");
        Live::new(connection)
    }

    /// Sends the request on a connection of its own, if the server lives.
    pub fn try_send(self) -> io::Result<Response> {
        let mut connection = self.http.connect()?;
        connection.send(&self.header("connection", "close"))
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let said = |wanted: &str| {
            self.headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
        };
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        if !said("host") {
            let _ = write!(head, "host: {}\r\n", self.http.address);
        }
        if let Some(token) = self.http.token.as_ref().filter(|_| !said("authorization")) {
            let _ = write!(head, "authorization: Bearer {token}\r\n");
        }
        if let Some(body) = self.body.as_ref().filter(|_| !said("content-length")) {
            let _ = write!(head, "content-length: {}\r\n", body.len());
        }
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(self.body.as_deref().unwrap_or_default());
        bytes
    }
}

/// A kept connection.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    /// Sends one request and reads its answer.
    pub fn send(&mut self, request: &Request<'_>) -> io::Result<Response> {
        // A server that refuses a body answers before it has read all of it: the answer counts, and a
        // failed write only if there is none.
        let written = self.send_raw(&request.to_bytes());
        let answer = self.receive(request.method == "HEAD");
        match written {
            Ok(()) => answer,
            Err(error) => answer.map_err(|_| error),
        }
    }

    /// Sends bytes as they are.
    pub fn send_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Says that nothing more will be sent.
    pub fn finish(&mut self) -> io::Result<()> {
        self.stream.get_mut().shutdown(Shutdown::Write)
    }

    /// Reads one answer. The answer to a `HEAD` has no body whatever its headers say.
    pub fn receive(&mut self, to_head: bool) -> io::Result<Response> {
        loop {
            let (status, headers) = self.receive_head()?;
            let mut response = Response {
                status,
                headers,
                body: Vec::new(),
            };
            if status < 200 {
                continue;
            }
            if !to_head && status != 204 && status != 304 {
                response.body = self.receive_body(&response)?;
            }
            return Ok(response);
        }
    }

    pub(crate) fn receive_head(&mut self) -> io::Result<(u16, Vec<(String, String)>)> {
        let line = self.line()?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| malformed(&line))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok((status, headers));
            }
            let (name, value) = line.split_once(':').ok_or_else(|| malformed(&line))?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }

    fn receive_body(&mut self, response: &Response) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        if response.header("transfer-encoding") == Some("chunked") {
            while self.receive_chunk(&mut body)? {}
            return Ok(body);
        }
        if let Some(length) = response.header("content-length") {
            let length = length.parse().map_err(|_| malformed(length))?;
            body.resize(length, 0);
            self.stream.read_exact(&mut body)?;
        } else {
            self.stream.read_to_end(&mut body)?;
        }
        Ok(body)
    }

    /// Adds the next chunk of a body to what has come; `false` when it was the last.
    pub(crate) fn receive_chunk(&mut self, body: &mut Vec<u8>) -> io::Result<bool> {
        let line = self.line()?;
        let length = usize::from_str_radix(line.trim(), 16).map_err(|_| malformed(&line))?;
        let start = body.len();
        body.resize(start + length, 0);
        self.stream.read_exact(&mut body[start..])?;
        self.line()?;
        Ok(length > 0)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }
}

fn is_hung_up(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

fn malformed(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not HTTP: {text:?}"))
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it was sent: compressed if it was compressed.
    pub body: Vec<u8>,
}

impl Response {
    /// Returns the first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Returns the header of this name, which must be there.
    #[track_caller]
    pub fn required_header(&self, name: &str) -> &str {
        match self.header(name) {
            Some(value) => value,
            None => panic!("should have the header {name}: {self}"),
        }
    }

    /// Checks the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "wrong status: {self}");
        self
    }

    /// Checks that this is a refusal in the form that every client can print, and returns its text.
    #[track_caller]
    pub fn error(&self) -> String {
        assert!(self.status >= 400, "should be a refusal: {self}");
        assert!(
            self.header("content-type")
                .is_some_and(|value| value.starts_with("application/json")),
            "an error should be JSON: {self}"
        );
        match self.json()["error"].as_str() {
            Some(error) if !error.is_empty() => error.to_owned(),
            _ => panic!("an error should have a text in `error`: {self}"),
        }
    }

    /// Reads the body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("should be JSON ({error}): {self}"),
        }
    }

    /// Returns a body that is gzip by itself, as a tarball is, unpacked.
    #[track_caller]
    pub fn gunzipped(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Err(error) = GzDecoder::new(self.body.as_slice()).read_to_end(&mut bytes) {
            panic!("should be gzip ({error}): {self}");
        }
        bytes
    }

    /// Returns the body as it was before it was compressed to be sent.
    #[track_caller]
    pub fn decoded(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut body = self.body.as_slice();
        let decoded = match self.header("content-encoding") {
            None => body.read_to_end(&mut bytes).map(|_| ()),
            Some("gzip") => GzDecoder::new(body).read_to_end(&mut bytes).map(|_| ()),
            Some("br") => brotli::BrotliDecompress(&mut body, &mut bytes),
            Some("zstd") => zstd::stream::copy_decode(body, &mut bytes),
            Some(other) => panic!("{other} is no encoding that was asked for: {self}"),
        };
        if let Err(error) = decoded {
            panic!("should be in the encoding that it says ({error}): {self}");
        }
        bytes
    }
}

impl std::fmt::Display for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        let text = String::from_utf8_lossy(&self.body);
        write!(f, "\n{}", text.chars().take(2000).collect::<String>())
    }
}
