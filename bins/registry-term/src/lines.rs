//! Lines of standard input, of which nothing is read that nobody waits for.

use std::{
    fs::File,
    io::{self, PipeReader, PipeWriter, Read},
    os::fd::AsFd,
    sync::mpsc,
    thread,
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
};

/// Most bytes of one line.
const LONGEST: usize = 1024 * 1024;

/// Why there is no next line.
#[derive(Debug)]
pub(crate) enum LineError {
    /// It is longer than any command.
    TooLong,
    /// It is no text.
    NotText,
    /// The system says so.
    Io(io::Error),
}

/// Standard input, a line at a time. It is read only while somebody waits for a line, since others read it
/// too: who asks for a secret, and the screens.
pub(crate) struct Lines {
    ask: mpsc::Sender<()>,
    pieces: tokio::sync::mpsc::Receiver<io::Result<Vec<u8>>>,
    /// Whether a piece was asked for that has not come.
    is_waiting: bool,
    read: Vec<u8>,
    ended: bool,
    /// Ends the thread when it is dropped.
    _stop: PipeWriter,
}

impl Lines {
    pub(crate) fn of_stdin() -> io::Result<Self> {
        // Not `Stdin` itself, whose buffer would hold back what somebody else is to read.
        let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let (stopped, stop) = io::pipe()?;
        let (ask, asked) = mpsc::channel();
        let (tell, pieces) = tokio::sync::mpsc::channel(1);
        thread::Builder::new()
            .name("lines".to_owned())
            .spawn(move || {
                while asked.recv().is_ok() {
                    let Some(piece) = piece(&input, &stopped).transpose() else {
                        return;
                    };
                    if tell.blocking_send(piece).is_err() {
                        return;
                    }
                }
            })?;
        Ok(Self {
            ask,
            pieces,
            is_waiting: false,
            read: Vec::new(),
            ended: false,
            _stop: stop,
        })
    }

    /// Returns the next line without its end, or nothing at the end of the input. Nothing is lost when
    /// this is dropped half-way.
    pub(crate) async fn next(&mut self) -> Result<Option<String>, LineError> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let mut line: Vec<u8> = self.read.drain(..=end).collect();
                line.pop();
                return text(line).map(Some);
            }
            if self.ended {
                let last = std::mem::take(&mut self.read);
                return if last.is_empty() {
                    Ok(None)
                } else {
                    text(last).map(Some)
                };
            }
            if self.read.len() > LONGEST {
                return Err(LineError::TooLong);
            }
            self.read_more().await.map_err(LineError::Io)?;
        }
    }

    async fn read_more(&mut self) -> io::Result<()> {
        if !self.is_waiting {
            // A thread that is gone answers below, by not answering.
            let _ = self.ask.send(());
            self.is_waiting = true;
        }
        let piece = self.pieces.recv().await;
        self.is_waiting = false;
        let piece = piece.unwrap_or_else(|| Ok(Vec::new()))?;
        self.ended = piece.is_empty();
        self.read.extend(piece);
        Ok(())
    }
}

/// Waits for something to read and returns it, or nothing once it is no longer wanted.
fn piece(mut input: &File, stopped: &PipeReader) -> io::Result<Option<Vec<u8>>> {
    loop {
        let mut watched = [
            PollFd::new(stopped, PollFlags::IN),
            PollFd::new(input, PollFlags::IN),
        ];
        match poll(&mut watched, None) {
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        let [stopped, _] = watched;
        if !stopped.revents().is_empty() {
            return Ok(None);
        }
        let mut piece = vec![0; 8192];
        match input.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(length) => {
                piece.truncate(length);
                return Ok(Some(piece));
            }
        }
    }
}

fn text(mut line: Vec<u8>) -> Result<String, LineError> {
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    String::from_utf8(line).map_err(|_| LineError::NotText)
}
