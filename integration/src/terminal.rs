//! A real terminal: tmux, which is typed into and whose screen is read.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longer than any screen takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks at the screen.
const GLANCE: Duration = Duration::from_millis(10);

/// A terminal in which one program runs. It is closed when this is dropped.
#[derive(Debug)]
pub struct Terminal {
    folder: TempDir,
}

impl Terminal {
    /// Starts a program in a terminal of that size. When the program ends, what it has left on the screen
    /// and its exit code stay.
    #[track_caller]
    pub fn start(command: &Command, rows: u16, cols: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let terminal = Self { folder };
        let (rows, cols) = (rows.to_string(), cols.to_string());
        let mut words = vec!["env".to_owned()];
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => words.push(quoted(&format!("{}={}", text(name), text(value)))),
                None => words.extend(["-u".to_owned(), text(name).to_owned()]),
            }
        }
        words.push(quoted(text(command.get_program())));
        words.extend(command.get_args().map(|word| quoted(text(word))));
        // tmux can miss how a program has ended, so a shell around it writes that down.
        let code = terminal.code();
        let part = code.with_extension("part");
        let (code, part) = (
            quoted(text(code.as_os_str())),
            quoted(text(part.as_os_str())),
        );
        let line = format!("{}; echo $? > {part}; mv {part} {code}", words.join(" "));
        let place = command
            .get_current_dir()
            .map_or(".", |it| text(it.as_os_str()));
        terminal.tmux(&[
            "set-option",
            "-g",
            "remain-on-exit",
            "on",
            ";",
            "set-option",
            "-g",
            "default-terminal",
            "tmux-256color",
            ";",
            "set-option",
            "-g",
            "escape-time",
            "10",
            ";",
            "new-session",
            "-d",
            "-x",
            &cols,
            "-y",
            &rows,
            "-c",
            place,
            &line,
        ]);
        terminal
    }

    /// Starts a shell, for what only a shell brings about.
    #[track_caller]
    pub fn shell(rows: u16, cols: u16) -> Self {
        let mut shell = Command::new("bash");
        shell.args(["--norc", "--noprofile"]).env("PS1", "shell$ ");
        let terminal = Self::start(&shell, rows, cols);
        terminal.shows("shell$");
        terminal
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command
            .arg("-S")
            .arg(self.folder.path().join("tmux"))
            .args(["-f", "/dev/null"])
            .args(words)
            .env_remove("TMUX")
            .env("LC_ALL", "C.UTF-8");
        command
    }

    #[track_caller]
    fn tmux(&self, words: &[&str]) -> String {
        let output = self
            .command(words)
            .output()
            .expect("tmux should start: run cargo xtask test");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tmux {words:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Presses keys by tmux's names: `Enter`, `C-c`, `F1`, `Down`, or a character.
    #[track_caller]
    pub fn press(&self, keys: &[&str]) -> &Self {
        self.tmux(&[&["send-keys"], keys].concat());
        self
    }

    /// Types a text.
    #[track_caller]
    pub fn types(&self, text: &str) -> &Self {
        self.tmux(&["send-keys", "-l", text]);
        self
    }

    /// Types a text and ENTER.
    #[track_caller]
    pub fn enters(&self, text: &str) -> &Self {
        self.types(text).press(&["Enter"])
    }

    /// Gives the window another size.
    #[track_caller]
    pub fn resize(&self, rows: u16, cols: u16) -> &Self {
        let (rows, cols) = (rows.to_string(), cols.to_string());
        self.tmux(&["resize-window", "-x", &cols, "-y", &rows]);
        self
    }

    /// Returns what is on the screen.
    #[track_caller]
    pub fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// Returns what is on the screen, with the sequences that colour it.
    #[track_caller]
    pub fn coloured_screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-e"])
    }

    /// Waits until the screen shows a text, and returns the screen.
    #[track_caller]
    pub fn shows(&self, wanted: &str) -> String {
        self.until(wanted, |screen| screen.contains(wanted))
    }

    /// Waits until the screen shows a text no more.
    #[track_caller]
    pub fn hides(&self, unwanted: &str) -> String {
        self.until(unwanted, |screen| !screen.contains(unwanted))
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    pub fn until(&self, wanted: &str, is_there: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let screen = self.screen();
            if is_there(&screen) {
                return screen;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "the screen never had {wanted:?} as it should:\n{screen}"
            );
            thread::sleep(GLANCE);
        }
    }

    /// Returns what tmux knows of the terminal, such as `alternate_on` or `cursor_flag`.
    #[track_caller]
    pub fn knows(&self, variable: &str) -> String {
        let format = format!("#{{{variable}}}");
        let known = self.tmux(&["display-message", "-p", &format]);
        known.trim_end().to_owned()
    }

    /// Waits until the program has ended, and returns its exit code; 128 and more for a signal.
    #[track_caller]
    pub fn ends(&self) -> i32 {
        let began = Instant::now();
        loop {
            if let Ok(code) = fs::read_to_string(self.code()) {
                return code.trim_end().parse().unwrap();
            }
            let screen = self.screen();
            assert!(began.elapsed() < PATIENCE, "it never ended:\n{screen}");
            thread::sleep(GLANCE);
        }
    }

    /// Where it is written how the program has ended.
    fn code(&self) -> PathBuf {
        self.folder.path().join("code")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // One that has gone by itself needs no ending.
        let _ = self
            .command(&["kill-server"])
            .stderr(Stdio::null())
            .status();
    }
}

fn text(word: &OsStr) -> &str {
    word.to_str().expect("a word should be text")
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
