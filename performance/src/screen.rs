//! `registry-term` in a terminal of its own, typed into and looked at.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    os::fd::OwnedFd,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{Mode, OFlags},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

use crate::program;

/// What ends a picture.
const END: &[u8] = b"\x1b[?2026l";

/// Longer than any picture takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// The screens in a terminal of 200 × 60 cells; they end when this is dropped.
#[derive(Debug)]
pub struct Screen {
    child: Child,
    terminal: File,
}

impl Screen {
    /// Builds the program if its source has changed, and starts it beside a server.
    pub fn start(url: &str, lockfile: &Path) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)
            .expect("a terminal");
        grantpt(&terminal).expect("a terminal");
        unlockpt(&terminal).expect("a terminal");
        let size = Winsize {
            ws_row: 60,
            ws_col: 200,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&terminal, size).expect("a size");
        let name = ptsname(&terminal, Vec::new()).expect("a name");
        let open = || -> OwnedFd {
            let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
            rustix::fs::open(name.as_c_str(), flags, Mode::empty()).expect("a terminal")
        };
        // A terminal that it does not share with whoever runs the benchmark.
        let child = Command::new("setsid")
            .arg("--ctty")
            .arg("--wait")
            .arg(program::built("registry-term"))
            .args(["--registry", url, "--lockfile"])
            .arg(lockfile)
            .env("TERM", "xterm-256color")
            .stdin(Stdio::from(open()))
            .stdout(Stdio::from(open()))
            .stderr(Stdio::from(open()))
            .spawn()
            .expect("registry-term should start");
        Self {
            child,
            terminal: File::from(terminal),
        }
    }

    /// Types.
    pub fn types(&mut self, keys: &str) {
        self.terminal.write_all(keys.as_bytes()).expect("a key");
    }

    /// Waits for the end of the next picture, and returns when it was there.
    pub fn picture(&mut self) -> Instant {
        let began = Instant::now();
        let mut seen = Vec::new();
        while !seen.ends_with(END) {
            assert!(began.elapsed() < PATIENCE, "no picture came");
            self.read(&mut seen, PATIENCE);
        }
        Instant::now()
    }

    /// Takes what is drawn for as long as this.
    pub fn watch(&mut self, time: Duration) {
        let began = Instant::now();
        while let Some(left) = time.checked_sub(began.elapsed()) {
            self.read(&mut Vec::new(), left);
        }
    }

    /// Reads what is drawn, or nothing once nothing came for so long.
    fn read(&mut self, seen: &mut Vec<u8>, silence: Duration) {
        let timeout = Timespec::try_from(silence).expect("a time");
        let mut watched = [PollFd::new(&self.terminal, PollFlags::IN)];
        let ready = poll(&mut watched, Some(&timeout)).expect("a terminal");
        if ready == 0 {
            return;
        }
        let mut piece = vec![0; 64 * 1024];
        let length = self.terminal.read(&mut piece).expect("a picture");
        seen.extend_from_slice(&piece[..length]);
    }

    /// Returns how long the program has computed so far; `None` where the system does not tell.
    pub fn computed(&self) -> Option<Duration> {
        // It is the one child of what has given it its terminal.
        let children = format!("/proc/{0}/task/{0}/children", self.child.id());
        let children = std::fs::read_to_string(children).ok()?;
        let process = children.split_whitespace().next();
        // Without a session leader before it, nothing had to be forked.
        let process = process.map_or(Some(self.child.id()), |child| child.parse().ok());
        program::computed(process?)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Ctrl-C leaves, and a second one leaves in spite of what is not saved.
        let _ = self.terminal.write_all(b"\x03\x03");
        let _ = self.child.wait();
    }
}
