//! What the screens show of a server, as it happens.

use std::{collections::BTreeSet, time::Duration};

use client::{Event, Events, Registry, RequestError};
use console::{CommandError, Desk, ErrorKind, LogFilter, ServerFigures};
use serde::{Deserialize, de::DeserializeOwned};
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};
use tui::{News, Server};

use super::news;
use crate::{desk::TermDesk, lockfile::Lockfile, task::Ends};

/// What the server tells by itself, its figures among it.
const LIVE: &str = "-/live?figures";

/// The server says something at least every 15 seconds. One that is silent for longer is gone.
const SILENCE: Duration = Duration::from_secs(40);

/// How long is waited before a server that is down is asked again.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// Packages that are asked for one by one; more of them are read with the whole list.
const ONE_BY_ONE: usize = 20;

/// Changed packages that may wait.
const WAITING: usize = 256;

/// Events that are read of what was before.
const EARLIER: u32 = 200;

/// Follows one server and tells the screens of it.
#[derive(Clone)]
pub(super) struct Feed {
    pub(super) desk: TermDesk,
    pub(super) registry: Registry,
    pub(super) lockfile: Lockfile,
    pub(super) tell: mpsc::Sender<News>,
}

/// What was heard of a server so far.
struct Heard {
    /// The last event that was told.
    last: i64,
    /// Where packages go that have changed.
    changed: mpsc::Sender<String>,
}

/// The server says that a package has changed.
#[derive(Deserialize)]
struct Changed {
    name: String,
}

impl Feed {
    /// Follows the server until it is told no more, through all its ups and downs.
    pub(super) async fn follow(self) {
        let (changed, names) = mpsc::channel(WAITING);
        let refreshing = tokio::spawn(self.clone().refresh(names));
        let _ends_with_us = Ends(refreshing);
        let mut wait = FIRST_WAIT;
        let mut heard = Heard { last: 0, changed };
        loop {
            match self.registry.events(LIVE, None).await {
                Ok(events) => {
                    self.is_up(&mut heard).await;
                    let why = self.listen(events, &mut heard).await;
                    self.is_down(&why).await;
                    wait = FIRST_WAIT;
                }
                Err(error) => self.is_down(&words(&error)).await,
            }
            if self.tell.is_closed() {
                return;
            }
            sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Reads all packages anew.
    pub(super) async fn read_packages(&self) {
        match self.desk.packages().await {
            Ok(packages) => {
                let packages = packages.into_iter().map(news::package);
                self.say(News::Packages(packages.collect())).await;
            }
            Err(error) => self.is_down(&error.text).await,
        }
    }

    async fn is_up(&self, heard: &mut Heard) {
        let url = self.url();
        let status = self.desk.status().await.unwrap_or_default();
        let server = Server::Up {
            url,
            user: status.user,
        };
        self.is(server).await;
        if let Some(figures) = status.server {
            self.say(News::Status(news::figures(figures))).await;
        }
        self.read_packages().await;
        let filter = LogFilter {
            limit: EARLIER,
            ..LogFilter::default()
        };
        match self.desk.events(&filter).await {
            Ok(events) => {
                for event in events.into_iter().rev() {
                    self.tell_event(event, heard).await;
                }
            }
            Err(error) => self.say(News::Untold(told(error))).await,
        }
    }

    /// Tells what happened, unless it was told already: by the log, or by the server before it was away.
    async fn tell_event(&self, event: console::Event, heard: &mut Heard) {
        if event.seq > heard.last {
            heard.last = event.seq;
            self.say(News::Event(news::event(event))).await;
        }
    }

    /// Where the server is, as people write it.
    fn url(&self) -> String {
        let url = self.registry.url().as_str();
        url.trim_end_matches('/').to_owned()
    }

    async fn is_down(&self, why: &str) {
        let (url, why) = (self.url(), why.to_owned());
        self.is(Server::Down { url, why }).await;
    }

    async fn is(&self, server: Server) {
        let lockfile = self.lockfile.told();
        let connection = tui::Connection { server, lockfile };
        self.say(News::Connection(connection)).await;
    }

    /// Listens to the server until it ends, and returns why.
    async fn listen(&self, mut events: Events, heard: &mut Heard) -> String {
        loop {
            match timeout(SILENCE, events.next()).await {
                Err(_) => return "nothing was heard of it any more".to_owned(),
                Ok(Err(error)) => return words(&error),
                Ok(Ok(None)) => return "it has ended the connection".to_owned(),
                Ok(Ok(Some(event))) => self.hear(event, heard).await,
            }
        }
    }

    async fn hear(&self, event: Event, heard: &mut Heard) {
        // What cannot be read is of a newer server, which has told others what they understand.
        match event.name.as_str() {
            "package" => {
                if let Some(Changed { name }) = read(&event)
                    && heard.changed.try_send(name).is_err()
                {
                    self.read_packages().await;
                }
            }
            "figures" => {
                if let Some(figures) = read::<ServerFigures>(&event) {
                    self.say(News::Status(news::figures(figures))).await;
                }
            }
            "log" => {
                if let Some(event) = read(&event) {
                    self.tell_event(event, heard).await;
                }
            }
            "resync" => self.read_packages().await,
            _ => {}
        }
    }

    /// Reads packages that have changed, each once however often it did meanwhile.
    async fn refresh(self, mut names: mpsc::Receiver<String>) {
        let mut waiting = Vec::new();
        while names.recv_many(&mut waiting, WAITING).await > 0 {
            let changed: BTreeSet<String> = waiting.drain(..).collect();
            if changed.len() > ONE_BY_ONE {
                self.read_packages().await;
                continue;
            }
            for name in changed {
                self.refresh_one(name).await;
            }
        }
    }

    async fn refresh_one(&self, name: String) {
        let Ok(package) = name.parse() else {
            return;
        };
        match self.desk.package(&package).await {
            Ok(info) => {
                self.say(News::Package(news::line_of(&info))).await;
                self.say_details(&name, Ok(info)).await;
            }
            Err(error) if error.kind == ErrorKind::NotFound => {
                self.say(News::PackageGone(name)).await;
            }
            // The connection tells more of it.
            Err(_) => {}
        }
    }

    async fn say_details(&self, name: &str, details: console::Done<console::PackageInfo>) {
        let details = details.map(|info| Box::new(news::details(info, &self.url())));
        self.say(News::Details {
            name: name.to_owned(),
            details: details.map_err(|error| error.text),
        })
        .await;
    }

    /// Reads what somebody wants to see of a package.
    pub(super) async fn load(self, name: String) {
        let package = name.parse::<npm_model::PackageName>();
        let details = match package {
            Ok(package) => self.desk.package(&package).await,
            Err(error) => Err(CommandError::wrong(error)),
        };
        self.say_details(&name, details).await;
    }

    /// Reads who has accounts and keys.
    pub(super) async fn load_access(self) {
        let access = match (self.desk.users().await, self.desk.tokens(None).await) {
            (Ok(users), Ok(tokens)) => Ok(news::access(users, tokens)),
            (Err(error), _) | (_, Err(error)) => Err(told(error)),
        };
        self.say(News::Access(access)).await;
    }

    /// Tells what can follow a line.
    pub(super) async fn complete(self, packages: Vec<String>, line: String) {
        let completions = crate::complete::completed(&self.desk, &packages, &line).await;
        self.say(News::Completions(completions)).await;
    }

    async fn say(&self, news: News) {
        // Whoever has left needs no news.
        let _ = self.tell.send(news).await;
    }
}

fn read<T: DeserializeOwned>(event: &Event) -> Option<T> {
    serde_json::from_str(&event.data).ok()
}

/// An error with what to do about it, in one line.
fn told(error: CommandError) -> String {
    match error.hint {
        Some(hint) => format!("{}; {hint}", error.text),
        None => error.text,
    }
}

/// Why a server tells nothing, in one line.
fn words(error: &RequestError) -> String {
    match error {
        RequestError::Unreachable { .. } => "the server is down".to_owned(),
        other => other.to_string(),
    }
}
