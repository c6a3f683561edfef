//! A registry that is not ours: what the protocol asks for and no more, to compare the server with.
//!
//! It shares no code with the server, down to the hashes. Everything is put on a [`Shelf`], rendered once, and
//! served as it is: no caching, no compression, nobody to log in.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use crate::answered::Answered;

mod serve;
mod shelf;

pub use shelf::{Shelf, files_of, sha512_of};

/// Both forms of a package's document.
#[derive(Debug)]
struct Document {
    full: Vec<u8>,
    abbreviated: Vec<u8>,
}

/// What is served.
#[derive(Debug, Default)]
struct Contents {
    /// By the package's name.
    documents: HashMap<String, Document>,
    /// By the path in their URL.
    tarballs: HashMap<String, Vec<u8>>,
}

/// A running one; it stops when this is dropped.
#[derive(Debug)]
pub struct Reference {
    address: SocketAddr,
    answered: Arc<Mutex<Vec<Answered>>>,
    stopped: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Reference {
    fn start(listener: TcpListener, contents: Contents) -> Self {
        let address = listener.local_addr().unwrap();
        let answered = Arc::default();
        let stopped = Arc::<AtomicBool>::default();
        let accepting = thread::spawn({
            let (contents, answered) = (Arc::new(contents), Arc::clone(&answered));
            let stopped = Arc::clone(&stopped);
            move || {
                for stream in listener.incoming() {
                    if stopped.load(Ordering::Relaxed) {
                        break;
                    }
                    let (contents, answered) = (Arc::clone(&contents), Arc::clone(&answered));
                    // It ends with the connection. A client that hangs up in the middle wants no answer.
                    thread::spawn(move || serve::connection(&stream?, &contents, &answered));
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

    /// Returns every request that was answered so far, in order.
    pub fn answered(&self) -> Vec<Answered> {
        self.answered.lock().unwrap().clone()
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // It looks again at the next connection.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}
