//! Processes that end, and waits that end.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How often something that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// What a process left behind.
#[derive(Debug)]
pub struct Finished {
    /// The command as it can be typed, for messages.
    pub line: String,
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

impl Finished {
    /// Checks that it exited with 0.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert!(self.status.success(), "should have succeeded: {self}");
        self
    }

    /// Checks that it exited, with another code than 0.
    #[track_caller]
    pub fn fails(self) -> Self {
        assert!(
            self.status.code().is_some_and(|code| code != 0),
            "should have failed: {self}"
        );
        self
    }

    /// Checks that it exited with this code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.status.code(),
            Some(code),
            "should exit with {code}: {self}"
        );
        self
    }

    /// Checks that it wrote this text, to whichever stream.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(
            self.stdout.contains(text) || self.stderr.contains(text),
            "should have said {text:?}: {self}"
        );
        self
    }

    /// Checks that it did not write this text.
    #[track_caller]
    pub fn does_not_say(self, text: &str) -> Self {
        assert!(
            !self.stdout.contains(text) && !self.stderr.contains(text),
            "should not have said {text:?}: {self}"
        );
        self
    }

    /// Reads what it wrote to stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => value,
            Err(error) => panic!("stdout should be JSON ({error}): {self}"),
        }
    }
}

impl std::fmt::Display for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            line,
            status,
            stdout,
            stderr,
        } = self;
        write!(
            f,
            "`{line}` ended with {status}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---"
        )
    }
}

/// Runs a command to its end; `answers` are typed one by one, each when its prompt has appeared.
///
/// Typing ahead would lose answers: each of npm's prompts makes a new reader and drops what the last one
/// had read too much. Output goes to files, so a grandchild that keeps a stream open cannot hold us up.
#[track_caller]
pub fn run(command: &mut Command, answers: &[(&str, &str)], limit: Duration) -> Finished {
    command.stdin(if answers.is_empty() {
        Stdio::null()
    } else {
        Stdio::piped()
    });
    let mut answers = answers.iter().peekable();
    let mut seen = 0;
    run_while(command, limit, |stdin, said| {
        let text = said.stdout();
        if let Some((prompt, answer)) = answers.peek()
            && let Some(at) = text.get(seen..).and_then(|new| new.find(prompt))
        {
            seen += at + prompt.len();
            // A process that stopped listening shows itself by how it ends.
            let _ = writeln!(stdin.as_mut().unwrap(), "{answer}");
            answers.next();
        }
        answers.peek().is_some()
    })
}

/// Runs a command to its end, with a file on its standard input.
#[track_caller]
pub(crate) fn run_fed(command: &mut Command, input: &Path, limit: Duration) -> Finished {
    command.stdin(File::open(input).unwrap());
    run_while(command, limit, |_, _| false)
}

/// How long a program that asks has to be quiet before it is answered.
const SETTLED: Duration = Duration::from_millis(200);

/// Runs the words in a terminal, by a `command` that is `script` without arguments, and types an answer after each
/// prompt; then calls `act` as [`run_while`] does. What a terminal shows is all on stdout.
#[track_caller]
pub(crate) fn in_terminal<'a>(
    command: &mut Command,
    words: impl Iterator<Item = Cow<'a, str>>,
    answers: &[(&str, &str)],
    limit: Duration,
    act: &mut dyn FnMut(&str) -> bool,
) -> Finished {
    let words = words.map(|word| format!("'{}'", word.replace('\'', r"'\''")));
    let line = words.collect::<Vec<_>>().join(" ");
    command
        .args(["-qefc", &line, "/dev/null"])
        .stdin(Stdio::piped());
    let mut answers = answers.iter().peekable();
    let mut seen = 0;
    let (mut written, mut since) = (0, Instant::now());
    run_while(command, limit, |stdin, said| {
        let text = said.stdout();
        let Some((prompt, answer)) = answers.peek() else {
            return act(&text);
        };
        if text.len() != written {
            (written, since) = (text.len(), Instant::now());
        }
        // Some show a prompt before they take the terminal, and lose what is typed in between.
        if since.elapsed() < SETTLED {
            return true;
        }
        if let Some(at) = text.get(seen..).and_then(|new| new.find(prompt)) {
            seen += at + prompt.len();
            // What the key says, which is not what ends a line.
            let _ = write!(stdin.as_mut().unwrap(), "{answer}\r");
            answers.next();
        }
        true
    })
}

/// What a process that still runs has written so far.
#[derive(Debug)]
pub(crate) struct SaidSoFar<'a> {
    stdout: &'a Path,
    stderr: &'a Path,
}

impl SaidSoFar<'_> {
    /// Returns what it wrote to stdout.
    pub(crate) fn stdout(&self) -> String {
        text_of(self.stdout)
    }

    /// Returns what it wrote to both streams, stdout first.
    pub(crate) fn text(&self) -> String {
        text_of(self.stdout) + &text_of(self.stderr)
    }
}

/// Runs a command to its end, and meanwhile calls `act` again and again for as long as it returns true.
#[track_caller]
pub(crate) fn run_while(
    command: &mut Command,
    limit: Duration,
    mut act: impl FnMut(&mut Option<ChildStdin>, &SaidSoFar<'_>) -> bool,
) -> Finished {
    let line = line_of(command);
    let folder = tempfile::tempdir().unwrap();
    let (stdout, stderr) = (folder.path().join("stdout"), folder.path().join("stderr"));
    command
        .stdout(File::create(&stdout).unwrap())
        .stderr(File::create(&stderr).unwrap());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => panic!("could not start `{line}`: {error}"),
    };
    let deadline = Instant::now() + limit;
    let mut stdin = child.stdin.take();
    let said = SaidSoFar {
        stdout: &stdout,
        stderr: &stderr,
    };
    let mut acts = true;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        acts = acts && act(&mut stdin, &said);
        if Instant::now() > deadline {
            let _ = child.kill();
            let _ = child.wait();
            panic!(
                "`{line}` did not end within {limit:?}; it said\n{}\n{}",
                text_of(&stdout),
                text_of(&stderr)
            );
        }
        thread::sleep(LOOK);
    };
    Finished {
        line,
        status,
        stdout: text_of(&stdout),
        stderr: text_of(&stderr),
    }
}

fn text_of(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}

/// Returns the command as it can be typed.
pub(crate) fn line_of(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

/// Waits until a process has ended; `None` when it has not within the limit.
pub(crate) fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        if Instant::now() > deadline {
            return None;
        }
        thread::sleep(LOOK);
    }
}

/// Sends a signal by name, such as `TERM`, to one process.
pub(crate) fn signal(name: &str, pid: u32) {
    let status = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(pid.to_string())
        .status()
        .expect("`kill` should start");
    assert!(status.success(), "could not send {name} to process {pid}");
}

/// Returns what random stories begin from, and prints it; `REGISTRY_TEST_SEED` sets another one.
pub fn seed() -> u64 {
    let seed = std::env::var("REGISTRY_TEST_SEED").map_or(13, |text| {
        let seed = text.parse();
        seed.expect("REGISTRY_TEST_SEED should be a number")
    });
    println!("seed: REGISTRY_TEST_SEED={seed}");
    seed
}

/// Repeats a look until it shows something, and returns that with the time it took.
#[track_caller]
pub fn eventually<T>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> Option<T>,
) -> (T, Duration) {
    let start = Instant::now();
    loop {
        if let Some(seen) = look() {
            return (seen, start.elapsed());
        }
        assert!(
            start.elapsed() < limit,
            "{what} should have happened within {limit:?}"
        );
        thread::sleep(LOOK);
    }
}
