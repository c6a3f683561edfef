//! One stream: what happens, for one client.

use std::{future, sync::Arc, time::Duration};

use auth::Auth;
use bytes::Bytes;
use catalog::Event;
use config13::Config13;
use npm_model::PackageName;
use storage::Store;
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        mpsc, watch,
    },
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};

use super::{
    Live,
    places::Place,
    standing::Standing,
    wire::{Config, Package, Resync, Text},
};
use crate::{event, status, surroundings::Surroundings};

/// How long nothing is said before a remark is, so that nobody on the way hangs up.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long a token can have ceased to count without anybody having told of it.
const LOOK: Duration = Duration::from_secs(5);

/// How often figures are told.
const FIGURES: Duration = Duration::from_secs(1);

/// What is told at a time of what has gathered meanwhile.
const AT_A_TIME: usize = 64;

/// Where a stream hears what it tells.
#[derive(Clone, Debug)]
pub(super) struct Sources {
    pub(super) live: Arc<Live>,
    pub(super) auth: Arc<Auth>,
    pub(super) store: Store,
    pub(super) surroundings: Surroundings,
}

/// One stream. It ends with its client, with the server, and when its client may no longer listen.
#[derive(Debug)]
pub(super) struct Stream {
    standing: Standing,
    live: Arc<Live>,
    auth: Arc<Auth>,
    store: Store,
    surroundings: Surroundings,
    endings: watch::Receiver<()>,
    packages: broadcast::Receiver<PackageName>,
    /// Only of admins: nothing is read from the disk for those who may not hear of it.
    events: Option<broadcast::Receiver<Arc<Event>>>,
    figures: bool,
    /// The settings that the client was told last.
    told: Option<Config13>,
    text: Text,
    _place: Place,
}

/// What a stream wakes up for.
enum Woken {
    /// The server stops, or the client has gone.
    Over,
    /// The client may have lost its right to listen.
    Look,
    /// The 13 bytes have changed.
    Settings,
    /// The client has taken up what it was sent.
    Room,
    Package(Result<PackageName, RecvError>),
    Event(Result<Arc<Event>, RecvError>),
    Figures,
    Heartbeat,
}

impl Stream {
    pub(super) fn new(standing: Standing, sources: Sources, figures: bool, place: Place) -> Self {
        let Sources {
            live,
            auth,
            store,
            surroundings,
        } = sources;
        Self {
            endings: auth.endings(),
            packages: store.follow_changes(),
            events: standing.is_admin().then(|| auth.follow_events()),
            standing,
            auth,
            store,
            live,
            surroundings,
            figures,
            told: None,
            text: Text::default(),
            _place: place,
        }
    }

    /// Tells what happens until it is over.
    pub(super) async fn run(mut self, pieces: mpsc::Sender<Bytes>) {
        let now = Instant::now();
        let mut looks = every(LOOK, now + LOOK);
        let mut heartbeats = every(HEARTBEAT, now + HEARTBEAT);
        let mut ticks = self.figures.then(|| every(FIGURES, now));
        // What may have changed since the request was answered.
        let mut settings = *self.surroundings.settings.borrow_and_update();
        if !self.standing.look(&settings).await {
            return;
        }
        loop {
            if self.text.is_empty() && self.told != Some(settings) {
                self.told = Some(settings);
                let bytes = status::hex(&settings);
                self.text.event("config", &Config { bytes });
            }
            let woken = self
                .wait(&pieces, &mut looks, &mut heartbeats, ticks.as_mut())
                .await;
            match woken {
                Woken::Over => return,
                Woken::Look => {
                    if !self.look(&settings).await {
                        return;
                    }
                }
                Woken::Settings => {
                    settings = *self.surroundings.settings.borrow_and_update();
                    // They decide who may listen, and which issuer's tokens count.
                    if !self.look(&settings).await {
                        return;
                    }
                }
                Woken::Room => {
                    heartbeats.reset();
                    // The room that was found is not lost: nobody else sends here.
                    if pieces.try_send(self.text.take()).is_err() {
                        return;
                    }
                }
                Woken::Package(first) => self.tell_packages(first, &settings).await,
                Woken::Event(first) => self.tell_events(first),
                Woken::Figures => self.tell_figures(&settings).await,
                Woken::Heartbeat => self.text.heartbeat(),
            }
        }
    }

    /// Waits for the next thing to do. While the client has not taken up what there is to send, nothing
    /// more is taken out of the channels.
    async fn wait(
        &mut self,
        pieces: &mpsc::Sender<Bytes>,
        looks: &mut Interval,
        heartbeats: &mut Interval,
        ticks: Option<&mut Interval>,
    ) -> Woken {
        let Surroundings {
            settings, stopping, ..
        } = &mut self.surroundings;
        let is_free = self.text.is_empty();
        let has_account = self.standing.has_account();
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => Woken::Over,
            () = pieces.closed() => Woken::Over,
            changed = settings.changed() => match changed {
                Ok(()) => Woken::Settings,
                Err(_) => Woken::Over,
            },
            changed = self.endings.changed(), if has_account => match changed {
                Ok(()) => Woken::Look,
                Err(_) => Woken::Over,
            },
            _ = looks.tick(), if has_account => Woken::Look,
            room = pieces.reserve(), if !is_free => match room {
                Ok(_) => Woken::Room,
                Err(_) => Woken::Over,
            },
            package = self.packages.recv(), if is_free => Woken::Package(package),
            event = next(self.events.as_mut()), if is_free => Woken::Event(event),
            () = tick(ticks), if is_free => Woken::Figures,
            _ = heartbeats.tick(), if is_free => Woken::Heartbeat,
        }
    }

    /// Looks whether the client may go on listening.
    async fn look(&mut self, settings: &Config13) -> bool {
        if !self.standing.look(settings).await {
            return false;
        }
        match (self.standing.is_admin(), &self.events) {
            (true, None) => self.events = Some(self.auth.follow_events()),
            (false, Some(_)) => self.events = None,
            (true, Some(_)) | (false, None) => {}
        }
        true
    }

    /// Tells of packages that have changed, as far as the client may read them.
    async fn tell_packages(&mut self, first: Result<PackageName, RecvError>, settings: &Config13) {
        let mut names: Vec<PackageName> = Vec::new();
        let mut next = first;
        loop {
            match next {
                // Several changes of one package are one reason to read it.
                Ok(name) if names.contains(&name) => {}
                Ok(name) => names.push(name),
                Err(RecvError::Lagged(_)) => self.text.event("resync", &Resync {}),
                Err(RecvError::Closed) => break,
            }
            if names.len() >= AT_A_TIME {
                break;
            }
            next = match self.packages.try_recv() {
                Ok(name) => Ok(name),
                Err(broadcast::error::TryRecvError::Lagged(missed)) => {
                    Err(RecvError::Lagged(missed))
                }
                Err(_) => break,
            };
        }
        for name in names {
            if self.standing.may_read(&name, settings).await {
                let name = name.as_str();
                self.text.event("package", &Package { name });
            }
        }
    }

    /// Tells of events.
    fn tell_events(&mut self, first: Result<Arc<Event>, RecvError>) {
        let mut told = 1;
        let mut next = first;
        loop {
            match next {
                Ok(event) => self.text.event("log", &event::Event::of(&event)),
                Err(RecvError::Lagged(_)) => self.text.event("resync", &Resync {}),
                Err(RecvError::Closed) => return,
            }
            if told >= AT_A_TIME {
                return;
            }
            told += 1;
            next = match self.events.as_mut().map(broadcast::Receiver::try_recv) {
                Some(Ok(event)) => Ok(event),
                Some(Err(broadcast::error::TryRecvError::Lagged(missed))) => {
                    Err(RecvError::Lagged(missed))
                }
                _ => return,
            };
        }
    }

    async fn tell_figures(&mut self, settings: &Config13) {
        let counts = &self.surroundings.counts;
        // What cannot be read now is told a second later.
        if let Ok(figures) = self.live.figures.now(counts, &self.store).await {
            let told = figures.told_to(self.standing.user(), settings);
            self.text.event("figures", &told);
        }
    }
}

/// A tick in each period. One that is missed is left out.
fn every(period: Duration, first: Instant) -> Interval {
    let mut ticks = interval_at(first, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks
}

/// The next event, if somebody listens.
async fn next(
    events: Option<&mut broadcast::Receiver<Arc<Event>>>,
) -> Result<Arc<Event>, RecvError> {
    match events {
        Some(events) => events.recv().await,
        None => future::pending().await,
    }
}

/// The next tick, if there are any.
async fn tick(ticks: Option<&mut Interval>) {
    match ticks {
        Some(ticks) => {
            ticks.tick().await;
        }
        None => future::pending().await,
    }
}

#[cfg(test)]
mod tests;
