//! Runs what is typed, one command after the other, while the screens go on.

use std::sync::Arc;

use console::{CommandError, Desk as _, ErrorKind, Line, Pending, Reply, Session, Then, parse};
use tokio::sync::{Notify, mpsc, watch};
use tui::{News, Outcome, Said};

use crate::{desk::TermDesk, person::Person};

/// Lines that may wait.
const WAITING: usize = 64;

/// Whoever runs commands.
pub(super) struct Worker {
    lines: mpsc::Sender<String>,
    cancel: Arc<Notify>,
    /// Whether the screens are left, so that nothing more is run.
    leaving: watch::Sender<bool>,
    /// What is pending of the 13 bytes.
    pub(super) pending: watch::Receiver<Pending>,
    work: tokio::task::JoinHandle<Session<TermDesk, Person>>,
}

/// What a command leaves to the screens.
#[derive(Debug)]
pub(super) enum FromWorker {
    /// Something to be shown.
    News(Box<News>),
    /// What the surface is to do.
    Then(Then),
}

impl Worker {
    pub(super) fn start(
        session: Session<TermDesk, Person>,
        tell: mpsc::Sender<FromWorker>,
    ) -> Self {
        let (lines, typed) = mpsc::channel(WAITING);
        let cancel = Arc::new(Notify::new());
        let (pending_now, pending) = watch::channel(session.pending().clone());
        let (leaving, left) = watch::channel(false);
        let working = Working {
            session,
            cancel: Arc::clone(&cancel),
            left,
            pending: pending_now,
            tell,
        };
        Self {
            lines,
            cancel,
            leaving,
            pending,
            work: tokio::spawn(working.run_all(typed)),
        }
    }

    /// Has a line run once those before it are done. Returns whether there is room for it.
    pub(super) fn run(&self, line: String) -> bool {
        self.lines.try_send(line).is_ok()
    }

    /// Stops the command that runs.
    pub(super) fn cancel(&self) {
        self.cancel.notify_waiters();
    }

    /// Whether nobody runs anything any more, which only a bug of ours brings about.
    pub(super) fn is_over(&self) -> bool {
        self.work.is_finished()
    }

    /// Stops, and returns the session with what is pending. Lines that wait are not run: nobody would see
    /// what came of them, nor could stop them.
    pub(super) async fn stop(self) -> Result<Session<TermDesk, Person>, CommandError> {
        self.leaving.send_replace(true);
        drop(self.lines);
        let stopped = self.work.await;
        stopped.map_err(|error| CommandError::failed("a command broke the session", &error))
    }
}

struct Working {
    session: Session<TermDesk, Person>,
    cancel: Arc<Notify>,
    left: watch::Receiver<bool>,
    pending: watch::Sender<Pending>,
    tell: mpsc::Sender<FromWorker>,
}

impl Working {
    async fn run_all(mut self, mut typed: mpsc::Receiver<String>) -> Session<TermDesk, Person> {
        while let Some(line) = typed.recv().await {
            if *self.left.borrow() {
                break;
            }
            self.run(&line).await;
        }
        self.session
    }

    /// Runs the commands of a line up to the first that fails, and tells once what came of it.
    async fn run(&mut self, line: &str) {
        let mut told = Told::default();
        match parse(line) {
            Ok(commands) => {
                for command in commands {
                    if !self.run_one(command, &mut told).await {
                        break;
                    }
                }
            }
            Err(error) => {
                let hint = error.hint();
                told.fail(CommandError::wrong(&error).hint(hint));
            }
        }
        self.tell_config().await;
        let said = told.said(line);
        self.send(FromWorker::News(Box::new(News::Said(said))))
            .await;
        if told.then != Then::GoOn {
            self.send(FromWorker::Then(told.then)).await;
        }
    }

    /// Tells what is pending now, and what was written, before it is told what came of the command.
    async fn tell_config(&self) {
        let pending = self.session.pending().clone();
        if let Ok(saved) = self.session.desk().config().await {
            let pending = pending.over(saved);
            let config = News::Config { saved, pending };
            self.send(FromWorker::News(Box::new(config))).await;
        }
        self.pending.send_replace(pending);
    }

    /// Runs a command, and returns whether the next one is run as well.
    async fn run_one(&mut self, command: Line, told: &mut Told) -> bool {
        let ran = tokio::select! {
            ran = self.session.run(command.command) => ran,
            () = self.cancel.notified() => Err(stopped()),
            _ = self.left.wait_for(|left| *left) => Err(stopped()),
        };
        match ran {
            Ok(reply) => {
                if reply.then == Then::Clear {
                    // What is said after it in the same line stays.
                    told.clear();
                    self.send(FromWorker::Then(Then::Clear)).await;
                }
                told.take(reply, command.json);
                told.then != Then::Exit
            }
            // What follows in the line may have meant what was not done.
            Err(error) => {
                told.fail(error);
                false
            }
        }
    }

    async fn send(&self, what: FromWorker) {
        // Whoever has left needs no answer.
        let _ = self.tell.send(what).await;
    }
}

fn stopped() -> CommandError {
    CommandError::new(
        ErrorKind::Failed,
        "stopped; what it had begun may be done all the same",
    )
}

/// What the commands of a line have come to so far.
#[derive(Default)]
struct Told {
    texts: Vec<String>,
    notes: Vec<String>,
    is_no: bool,
    failure: Option<CommandError>,
    /// What is done once all is told.
    then: Then,
}

impl Told {
    fn take(&mut self, reply: Reply, json: bool) {
        let text = if json {
            reply.json.to_string()
        } else {
            reply.text
        };
        self.texts
            .extend(Some(text).filter(|text| !text.is_empty()));
        self.notes.extend(reply.notes);
        self.is_no |= reply.is_no;
        match reply.then {
            Then::Clear | Then::GoOn => {}
            then => self.then = then,
        }
    }

    /// Forgets what was said so far, and nothing else.
    fn clear(&mut self) {
        self.texts.clear();
        self.notes.clear();
    }

    fn fail(&mut self, error: CommandError) {
        self.texts.push(error.text.clone());
        self.failure = Some(error);
    }

    fn said(&mut self, line: &str) -> Said {
        let outcome = match self.failure.take() {
            Some(error) => Outcome::Failed { hint: error.hint },
            None if self.is_no => Outcome::No,
            None => Outcome::Done,
        };
        Said {
            line: line.to_owned(),
            text: self.texts.join("\n"),
            notes: std::mem::take(&mut self.notes),
            outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lockfile::Lockfile;

    /// Runs a line where there is neither a server nor a lockfile, and returns what the screens get.
    async fn told(line: &str) -> Vec<FromWorker> {
        let registry = client::Registry::new("http://127.0.0.1:9".parse().unwrap(), None);
        let desk = TermDesk::new(registry, Lockfile::elsewhere("registry.lockb".into()));
        let (tell, mut told) = mpsc::channel(WAITING);
        let worker = Worker::start(Session::new(desk, Person::Nobody), tell);
        assert!(worker.run(line.to_owned()));
        let mut all = Vec::new();
        while let Some(one) = told.recv().await {
            let is_last = matches!(&one, FromWorker::News(news) if matches!(**news, News::Said(_)));
            all.push(one);
            if is_last {
                break;
            }
        }
        worker.stop().await.unwrap();
        while let Some(one) = told.recv().await {
            all.push(one);
        }
        all
    }

    #[tokio::test]
    async fn what_is_said_after_clear_stays() {
        let told = told("help tag; clear; help exit").await;
        let [FromWorker::Then(Then::Clear), FromWorker::News(news)] = told.as_slice() else {
            panic!("it should be cleared, and then told: {told:?}");
        };
        let News::Said(said) = &**news else {
            panic!("something should be said: {news:?}");
        };
        assert!(said.text.contains("usage: exit"), "{}", said.text);
        assert!(!said.text.contains("tag"), "{}", said.text);
    }

    #[tokio::test]
    async fn exit_comes_after_what_was_said_before_it() {
        let told = told("help tag; exit; help exit").await;
        let [FromWorker::News(news), FromWorker::Then(Then::Exit)] = told.as_slice() else {
            panic!("it should be told, and then left: {told:?}");
        };
        let News::Said(said) = &**news else {
            panic!("something should be said: {news:?}");
        };
        assert!(said.text.contains("tag list"), "{}", said.text);
        assert!(!said.text.contains("usage: exit"), "{}", said.text);
    }
}
