//! The whole screen: what is typed goes to the screens of `tui`, what they ask for is done, and what is
//! learned is drawn. Nothing is drawn while nothing happens.

mod feed;
mod keys;
mod news;
mod terminal;
mod worker;

use std::{future::poll_fn, io, pin::Pin, process::ExitCode};

use config13::TerminalMode;
use console::{CommandError, Done, Progress, Session, Then};
use crossterm::event::{Event, EventStream};
use futures_core::Stream as _;
use tokio::sync::{mpsc, oneshot};
use tui::{Answer, App, Ask, Input, News, Options, Prompt, SizeRule, Theme};

use crate::{
    args::Colours,
    desk::TermDesk,
    mode::{Modes, Next},
    person::{FromCommand, Person},
    place::Place,
    signals::{self, Signal, Signals},
    task::Ends,
};
use feed::Feed;
use terminal::Screen;
use worker::{FromWorker, Worker};

/// News that may wait to be shown.
const WAITING: usize = 1024;

/// Chooses the colours. Whoever has set `NO_COLOR` gets none (<https://no-color.org>).
pub(crate) fn theme(colours: Colours) -> Theme {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match colours {
        _ if unwanted => Theme::NoColour,
        Colours::Dark => Theme::Dark,
        Colours::Light => Theme::Light,
        Colours::None => Theme::NoColour,
    }
}

/// Shows the screens until somebody leaves or the 13 bytes say another mode. Gives the session back with
/// what is pending.
pub(crate) async fn run(
    mut session: Session<TermDesk, Person>,
    place: &Place,
    modes: Modes,
    theme: Theme,
) -> Done<(Session<TermDesk, Person>, Next)> {
    let unusable = |error: io::Error| CommandError::failed("the terminal cannot be used", &error);
    let signals = Signals::listen()
        .map_err(|error| CommandError::failed("signals cannot be received", &error))?;
    let (from_command, asked) = mpsc::channel(WAITING);
    *session.surface() = Person::AtScreens(from_command);
    let (tell_done, done) = mpsc::channel(WAITING);
    let (tell, told) = mpsc::channel(WAITING);
    let feed = Feed {
        desk: place.desk(),
        registry: place.registry().clone(),
        lockfile: place.lockfile().clone(),
        tell,
    };
    let following = Ends(tokio::spawn(feed.clone().follow()));
    let screen = Screen::take().map_err(unusable)?;
    let mut shown = Shown {
        app: App::new(Options {
            theme,
            size: SizeRule::Bytes,
        }),
        screen,
        modes,
        feed,
        worker: Worker::start(session, tell_done),
        question: None,
        packages: Vec::new(),
    };
    let next = shown.go(signals, asked, done, told).await;
    drop(following);
    let Shown { screen, worker, .. } = shown;
    drop(screen);
    let session = worker.stop().await?;
    match next.map_err(unusable)? {
        Over::Next(next) => Ok((session, next)),
        Over::Broken => Err(CommandError::new(
            console::ErrorKind::Failed,
            "a command broke the session",
        )),
    }
}

/// Why the screens are over.
enum Over {
    Next(Next),
    /// Nobody runs commands any more.
    Broken,
}

struct Shown {
    app: App,
    screen: Screen,
    modes: Modes,
    feed: Feed,
    worker: Worker,
    /// Where the answer goes to what was asked last.
    question: Option<oneshot::Sender<Answer>>,
    /// The names of the packages that are shown.
    packages: Vec<String>,
}

/// One thing that happened.
enum Happened {
    Typed(io::Result<Event>),
    Asked(FromCommand),
    Done(FromWorker),
    Told(News),
    Settings,
    Signal(Signal),
    /// The terminal is gone.
    Gone,
}

impl Shown {
    async fn go(
        &mut self,
        mut signals: Signals,
        mut asked: mpsc::Receiver<FromCommand>,
        mut done: mpsc::Receiver<FromWorker>,
        mut told: mpsc::Receiver<News>,
    ) -> io::Result<Over> {
        let mut events = Some(EventStream::new());
        let lockfile = self.feed.lockfile.told();
        self.hear(News::Connection(tui::Connection {
            lockfile,
            ..tui::Connection::default()
        }));
        self.tell_config();
        self.tell_size()?;
        // How many things have happened that the picture does not show: what comes meanwhile is shown with
        // the next one, not with one each.
        let mut unseen = 1;
        loop {
            if unseen >= WAITING {
                self.screen.draw(&mut self.app)?;
                unseen = 0;
            }
            let happened = tokio::select! {
                biased;
                signal = signals.next() => Happened::Signal(signal),
                typed = next_event(&mut events) => typed.map_or(Happened::Gone, Happened::Typed),
                Some(asked) = asked.recv() => Happened::Asked(asked),
                Some(done) = done.recv() => Happened::Done(done),
                () = self.modes.changed() => Happened::Settings,
                Some(news) = told.recv() => Happened::Told(news),
                () = std::future::ready(()), if unseen > 0 => {
                    self.screen.draw(&mut self.app)?;
                    unseen = 0;
                    continue;
                }
            };
            unseen += usize::from(self.is_seen(&happened));
            if let Some(over) = self.happen(happened, &mut events)? {
                return Ok(over);
            }
            if self.worker.is_over() {
                return Ok(Over::Broken);
            }
        }
    }

    /// Whether what happened can change the picture. The server's figures come every second, and are seen
    /// on their own screen alone.
    fn is_seen(&self, happened: &Happened) -> bool {
        let are_figures = matches!(happened, Happened::Told(News::Status(_)));
        !are_figures || self.app.screen() == tui::Screen::Status
    }

    fn happen(
        &mut self,
        happened: Happened,
        events: &mut Option<EventStream>,
    ) -> io::Result<Option<Over>> {
        match happened {
            Happened::Typed(Ok(Event::Resize(..))) => {
                self.tell_size()?;
            }
            Happened::Typed(Ok(event)) => {
                if let Some(input) = keys::input(event) {
                    let asks = self.app.input(input);
                    return self.do_all(asks, events);
                }
            }
            Happened::Typed(Err(error)) => return Err(error),
            Happened::Gone => return Ok(Some(Over::Next(Next::Leave(ExitCode::SUCCESS)))),
            Happened::Asked(FromCommand::Asks {
                question,
                kind,
                answer,
            }) => {
                self.question = Some(answer);
                self.hear(News::Prompt(Prompt { question, kind }));
            }
            Happened::Asked(FromCommand::Progress(progress)) => {
                let Progress { what, done, total } = progress;
                self.hear(News::Progress(tui::Progress {
                    label: what.to_owned(),
                    done,
                    total: Some(total),
                }));
            }
            Happened::Done(FromWorker::News(news)) => {
                // Whoever asked has gone on without an answer.
                self.question = None;
                self.hear(*news);
            }
            Happened::Done(FromWorker::Then(then)) => return self.then(then),
            Happened::Told(news) => {
                self.know(&news);
                self.hear(news);
            }
            Happened::Settings => {
                let mode = self.modes.mode();
                if mode != TerminalMode::Raw {
                    return Ok(Some(Over::Next(Next::Mode(mode))));
                }
                self.tell_config();
            }
            Happened::Signal(Signal::Stop) => self.suspend(events)?,
            Happened::Signal(Signal::Continue) => self.screen.step_in()?,
            Happened::Signal(Signal::Terminate(signal)) => {
                self.screen.step_back();
                signals::die_of(signal)?;
            }
        }
        Ok(None)
    }

    fn then(&mut self, then: Then) -> io::Result<Option<Over>> {
        match then {
            Then::GoOn => {}
            Then::Reload => {
                let feed = self.feed.clone();
                tokio::spawn(async move { feed.read_packages().await });
                tokio::spawn(self.feed.clone().load_access());
                self.screen.redraw()?;
            }
            Then::Clear => {
                self.hear(News::Cleared);
                self.screen.redraw()?;
            }
            Then::Exit => return Ok(Some(Over::Next(Next::Leave(ExitCode::SUCCESS)))),
        }
        Ok(None)
    }

    fn do_all(
        &mut self,
        asks: Vec<Ask>,
        events: &mut Option<EventStream>,
    ) -> io::Result<Option<Over>> {
        for ask in asks {
            match ask {
                Ask::Run(line) => {
                    if !self.worker.run(line.clone()) {
                        self.hear(too_many(line));
                    }
                }
                Ask::Complete(line) => {
                    let packages = self.packages.clone();
                    tokio::spawn(self.feed.clone().complete(packages, line));
                }
                Ask::Load(name) => drop(tokio::spawn(self.feed.clone().load(name))),
                Ask::LoadAccess => drop(tokio::spawn(self.feed.clone().load_access())),
                Ask::Answer(answer) => {
                    if let Some(question) = self.question.take() {
                        // Whoever asked may have been stopped.
                        let _ = question.send(answer);
                    }
                }
                Ask::Cancel => {
                    if self.question.take().is_none() {
                        self.worker.cancel();
                    }
                }
                Ask::Suspend => self.suspend(events)?,
                Ask::Redraw => self.screen.redraw()?,
                Ask::Quit => return Ok(Some(Over::Next(Next::Leave(ExitCode::SUCCESS)))),
            }
        }
        Ok(None)
    }

    /// Steps back into the shell until it calls us again.
    fn suspend(&mut self, events: &mut Option<EventStream>) -> io::Result<()> {
        // Nobody reads keys that are the shell's.
        *events = None;
        self.screen.step_back();
        signals::stop()?;
        self.screen.step_in()?;
        *events = Some(EventStream::new());
        self.tell_size()
    }

    /// Tells the screens something that asks for nothing but to be shown.
    fn hear(&mut self, news: News) {
        for ask in self.app.tell(news) {
            match ask {
                Ask::Load(name) => drop(tokio::spawn(self.feed.clone().load(name))),
                Ask::LoadAccess => drop(tokio::spawn(self.feed.clone().load_access())),
                _ => {}
            }
        }
    }

    fn tell_config(&mut self) {
        if let Some(saved) = self.modes.settings() {
            let pending = self.worker.pending.borrow().over(saved);
            self.hear(News::Config { saved, pending });
        }
    }

    fn tell_size(&mut self) -> io::Result<()> {
        let (rows, cols) = self.screen.size()?;
        // Nothing is asked for by a size.
        let _ = self.app.input(Input::Resize { rows, cols });
        Ok(())
    }

    /// Remembers the names of packages, which lines are completed with.
    fn know(&mut self, news: &News) {
        match news {
            News::Packages(packages) => {
                self.packages = packages.iter().map(|it| it.name.clone()).collect();
            }
            News::Package(package) if !self.packages.contains(&package.name) => {
                self.packages.push(package.name.clone());
            }
            News::PackageGone(name) => self.packages.retain(|known| known != name),
            _ => {}
        }
    }
}

fn too_many(line: String) -> News {
    News::Said(tui::Said {
        line,
        text: "too many commands wait".to_owned(),
        notes: Vec::new(),
        outcome: tui::Outcome::Failed {
            hint: Some("wait for those before it".to_owned()),
        },
    })
}

async fn next_event(events: &mut Option<EventStream>) -> Option<io::Result<Event>> {
    match events {
        None => std::future::pending().await,
        Some(events) => poll_fn(|context| Pin::new(&mut *events).poll_next(context)).await,
    }
}
