//! A relay in front of a registry, for what a client does not show.
//!
//! It passes requests on, one a connection, and remembers what was answered. A path can be taken away: the
//! client then finds a registry that does not have it.

use std::io::{self, BufReader, Read, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use crate::registry::Registry;

/// What the relay says at a path that was taken away.
const ABSENT: &[u8] = b"HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\n\
                        connection: close\r\ncontent-length: 21\r\n\r\n{\"error\":\"not found\"}";

/// A running one; it stops when this is dropped.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    answered: Arc<Mutex<Vec<u8>>>,
    stopped: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Relay {
    /// Listens on a free port and passes on what comes.
    pub fn before(registry: &Registry) -> Self {
        Self::start(registry.address(), None)
    }

    /// Does the same, but says itself that there is nothing at this path.
    pub fn without(path: &'static str, registry: &Registry) -> Self {
        Self::start(registry.address(), Some(path))
    }

    fn start(registry: SocketAddr, absent: Option<&'static str>) -> Self {
        let listener = TcpListener::bind((registry.ip(), 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let answered = Arc::<Mutex<Vec<u8>>>::default();
        let stopped = Arc::<AtomicBool>::default();
        let accepting = thread::spawn({
            let (answered, stopped) = (Arc::clone(&answered), Arc::clone(&stopped));
            move || {
                for stream in listener.incoming() {
                    if stopped.load(Ordering::Relaxed) {
                        break;
                    }
                    let answered = Arc::clone(&answered);
                    // It ends with the connection. A client that hangs up in the middle wants no answer.
                    thread::spawn(move || connection(&stream?, registry, absent, &answered));
                }
            }
        });
        Self {
            address,
            answered,
            stopped,
            accepting: Some(accepting),
        }
    }

    /// Returns the base URL, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns all that the registry has answered so far, heads and bodies.
    pub fn answered(&self) -> String {
        String::from_utf8_lossy(&self.answered.lock().unwrap()).into_owned()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // It looks again at the next connection.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn connection(
    client: &TcpStream,
    registry: SocketAddr,
    absent: Option<&str>,
    answered: &Mutex<Vec<u8>>,
) -> io::Result<()> {
    let mut reader = BufReader::new(client);
    let Some(Head { path, length, text }) = head(&mut reader)? else {
        return Ok(());
    };
    let mut body = reader.take(length);
    let mut writer = client;
    if Some(path.as_str()) == absent {
        io::copy(&mut body, &mut io::sink())?;
        return writer.write_all(ABSENT);
    }
    let mut server = TcpStream::connect(registry)?;
    server.write_all(text.as_bytes())?;
    io::copy(&mut body, &mut server)?;
    let mut piece = [0; 16 * 1024];
    loop {
        let length = server.read(&mut piece)?;
        if length == 0 {
            return client.shutdown(Shutdown::Both);
        }
        answered.lock().unwrap().extend_from_slice(&piece[..length]);
        writer.write_all(&piece[..length])?;
    }
}

/// The head of a request, as it is passed on.
struct Head {
    path: String,
    /// How long the body is.
    length: u64,
    text: String,
}

/// Reads a head. What is passed on asks for one answer that can be read, and for the end of the connection.
fn head(reader: &mut impl io::BufRead) -> io::Result<Option<Head>> {
    let mut text = String::new();
    if reader.read_line(&mut text)? == 0 {
        return Ok(None);
    }
    let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "connection" | "accept-encoding" => continue,
            "content-length" => length = value.trim().parse().unwrap_or(0),
            _ => (),
        }
        text.push_str(&line);
    }
    text.push_str("connection: close\r\n\r\n");
    Ok(Some(Head { path, length, text }))
}
