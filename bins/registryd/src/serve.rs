//! `registryd serve`: opens everything, serves until it is told to stop, drains.

mod banner;
mod connections;
mod counters;
mod live;
mod lockfile;
mod others;
mod refusals;
mod registration;
mod requests;
mod turn;

use std::{
    error::Error,
    fs, io,
    net::{IpAddr, SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use auth::Auth;
use catalog::{Catalog, CatalogError, Watch};
use npm_api::{Advisories, NpmApi, Surroundings};
use storage::{ClaimError, DataDir, OsDisk, Store, StoreOptions, layout};
use tokio::{
    runtime::Runtime,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};
use web::HostPolicy;

use crate::{
    args::Overrides,
    failure::Failure,
    log,
    opening::{self, Local, host},
    settings::Settings,
};
use banner::Banner;
use counters::Counters;
use live::Live;
use others::Others;
use requests::RequestLog;

/// A registry that is open, and answers nobody yet.
struct Opened {
    listener: TcpListener,
    address: SocketAddr,
    local_url: String,
    live: Live,
    catalog: Arc<Catalog>,
    watch: Watch,
    auth: Arc<Auth>,
    store: Store,
    advisories: Advisories,
}

/// How often signing keys that were replaced are looked through for those whose tokens are over.
const FORGET_KEYS: Duration = Duration::from_hours(1);

/// How long work that nobody waits for may go on after the last request.
const LEFTOVERS: Duration = Duration::from_secs(1);

pub(crate) fn run(settings: Settings, overrides: Overrides) -> Result<(), Failure> {
    let level = log::start(settings.always_debug);
    let opened = open(&settings)?;
    level.follow(opened.live.settings.borrow().is_debug());
    let store = opened.store.clone();
    let runtime =
        Runtime::new().map_err(|error| Failure::failed("cannot start").caused_by(&error))?;
    runtime.block_on(serve(opened, settings, overrides, level))?;
    // What was answered is done. What is left, such as a key that is being made, is not waited for
    // long: it is written under another name until it is whole.
    runtime.shutdown_timeout(LEFTOVERS);
    store.close().map_err(|error| {
        Failure::failed("stopped, but the next start has to bring the lockfile in order")
            .caused_by(&error)
    })?;
    tracing::info!("stopped");
    Ok(())
}

/// Opens everything a registry consists of. The port comes first, because a second start by
/// mistake is the commonest failure, and should touch nothing.
fn open(settings: &Settings) -> Result<Opened, Failure> {
    let listener = bind(settings.listen())?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::refused("cannot listen").caused_by(&error))?;
    let local = Local::of(settings, address)?;
    let advisories = advisories(settings)?;
    let data = claim(settings)?;
    let catalog = Catalog::open(&layout::catalog(data.path()))
        .map_err(|error| Failure::refused("the catalogue cannot be opened").caused_by(&error))?;
    let catalog = Arc::new(catalog);
    let lockfile = lockfile::open_or_create(settings.lockfile(), local.hash, &catalog)?;
    let now = lockfile.read().map_err(|error| {
        Failure::refused("the settings in the lockfile cannot be read").caused_by(&error)
    })?;
    if now.registry_hash() != local.hash {
        tracing::info!(
            "the lockfile is of another URL than {}, whose hash is {:#010x}; \
             that matters for tokens while PRIVATE_REGISTRY is set",
            local.url,
            local.hash
        );
    }
    let auth = opening::auth(settings, &local, Arc::clone(&catalog))?;
    let store_options = StoreOptions {
        lockfile: settings.lockfile().to_owned(),
        packument_cache_bytes: settings.packument_cache_bytes(),
        disk: Arc::new(OsDisk),
    };
    let store = Store::open(data, Arc::clone(&catalog), store_options)
        .map_err(|error| Failure::refused("the packages cannot be opened").caused_by(&error))?;
    let live = live::follow(lockfile, now)
        .map_err(|error| Failure::failed("cannot follow the lockfile").caused_by(&error))?;
    let unreadable =
        |error: CatalogError| Failure::refused("the catalogue cannot be read").caused_by(&error);
    registration::warn(settings, address.ip(), &catalog).map_err(unreadable)?;
    let watch = catalog.watch().map_err(unreadable)?;
    Ok(Opened {
        listener,
        address,
        catalog,
        watch,
        local_url: local.url,
        live,
        auth: Arc::new(auth),
        store,
        advisories,
    })
}

async fn serve(
    opened: Opened,
    settings: Settings,
    overrides: Overrides,
    level: log::Level,
) -> Result<(), Failure> {
    let Opened {
        listener,
        address,
        local_url,
        live: Live {
            settings: live,
            following: _following,
        },
        catalog,
        watch,
        auth,
        store,
        advisories,
    } = opened;
    let failed = |what: &str, error: io::Error| Failure::failed(what).caused_by(&error);
    let signals = Signals::listen().map_err(|error| failed("cannot receive signals", error))?;
    listener
        .set_nonblocking(true)
        .map_err(|error| failed("cannot accept connections", error))?;
    let listener = tokio::net::TcpListener::from_std(listener)
        .map_err(|error| failed("cannot accept connections", error))?;
    let hosts = HostPolicy::new(
        settings.listen().ip().is_loopback(),
        settings.public_url().cloned(),
    )
    .behind(settings.trusted_proxies());
    let others = Others {
        catalog: Arc::clone(&catalog),
        watch,
        auth: Arc::clone(&auth),
        store: store.clone(),
    };
    let counters = Arc::new(Counters::new());
    let (stopping, is_stopping) = watch::channel(false);
    let surroundings = Surroundings {
        counts: Arc::<Counters>::clone(&counters),
        settings: live.clone(),
        stopping: is_stopping,
    };
    let api = NpmApi::new(
        Arc::clone(&auth),
        store,
        hosts,
        settings.limits(),
        surroundings,
    )
    .with_advisories(advisories);
    let requests = Arc::new(RequestLog::new(settings.logged_requests()));
    let doors = Arc::new(connections::Doors::new(
        api,
        live.clone(),
        Arc::clone(&requests),
        counters,
    ));

    tokio::spawn(others.follow());
    tokio::spawn(live::react(live.clone(), Arc::clone(&auth), catalog, level));
    tokio::spawn(forget_keys(Arc::clone(&auth)));
    tokio::spawn(re_read(
        settings.clone(),
        address.ip(),
        overrides,
        Arc::clone(&auth),
        requests,
        signals.hangup,
    ));
    Banner {
        address,
        local_url: &local_url,
        settings: &settings,
        live: *live.borrow(),
    }
    .print()?;
    let uses = tokio::spawn(note_last_uses(Arc::clone(&auth)));
    connections::serve(listener, doors, signals.stop, stopping).await;
    uses.abort();
    write_last_uses(&auth).await;
    Ok(())
}

/// How often it is written down when tokens were used last.
const NOTED: Duration = Duration::from_secs(10);

/// Writes down now and then when tokens were used last.
async fn note_last_uses(auth: Arc<Auth>) {
    loop {
        tokio::time::sleep(NOTED).await;
        write_last_uses(&auth).await;
    }
}

async fn write_last_uses(auth: &Auth) {
    if let Err(error) = auth.note_last_uses().await {
        tracing::warn!(%error, "it could not be written down when tokens were used last");
    }
}

/// Deletes signing keys once the last of their tokens is over.
async fn forget_keys(auth: Arc<Auth>) {
    let mut ticks = tokio::time::interval(FORGET_KEYS);
    // The first one is now, and `Auth::open` has just done it.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        match auth.forget_replaced_keys().await {
            Ok(kids) => {
                for kid in kids {
                    tracing::info!(
                        "the replaced signing key {kid} is deleted: its tokens are over"
                    );
                }
            }
            Err(error) => {
                tracing::warn!(%error, "signing keys that were replaced could not be looked through");
            }
        }
    }
}

/// Reads the settings again whenever the process is sent SIGHUP. `started` is what the server was
/// started with, and `bound` where: what waits for a restart stays as it was then.
async fn re_read(
    started: Settings,
    bound: IpAddr,
    overrides: Overrides,
    auth: Arc<Auth>,
    requests: Arc<RequestLog>,
    mut hangup: Signal,
) {
    while hangup.recv().await.is_some() {
        let gathered = tokio::task::block_in_place(|| Settings::gather(&overrides));
        let new = match gathered {
            Ok(new) => new,
            Err(failure) => {
                tracing::error!("the settings stay as they were: {failure}");
                continue;
            }
        };
        for name in started.waits_for_restart(&new) {
            tracing::warn!("{name} has changed, and counts from the next start");
        }
        let policy = new.auth_policy(bound);
        registration::warn_of_open(&new, bound, policy.registration);
        auth.set_policy(policy);
        requests.set(new.logged_requests());
        tracing::info!("the settings were read again");
    }
}

struct Signals {
    hangup: Signal,
    stop: connections::StopSignals,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            stop: connections::StopSignals {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
            },
        })
    }
}

fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
        let failure = Failure::refused(format!("cannot listen on {address}")).caused_by(&error);
        match error.kind() {
            io::ErrorKind::AddrInUse => failure.hint(format!(
                "another program, perhaps another registryd, uses port {}; stop it or choose a \
                 port with --listen {}:PORT",
                address.port(),
                host(address.ip())
            )),
            io::ErrorKind::PermissionDenied => {
                failure.hint("ports below 1024 need a privilege; choose a higher one with --listen")
            }
            _ => failure.hint("choose an address of this machine with --listen ADDR:PORT"),
        }
    })
}

fn claim(settings: &Settings) -> Result<DataDir, Failure> {
    DataDir::claim(settings.data()).map_err(|error| match error {
        ClaimError::InUse { .. } => Failure::refused(error.to_string())
            .hint("stop that one, or name another data directory with --data"),
        ClaimError::Io { .. } => Failure::refused(format!(
            "the data directory {} cannot be used",
            settings.data().display()
        ))
        .caused_by(&error)
        .hint("name a folder that you can write to with --data"),
    })
}

/// Reads the file that audits are answered from.
fn advisories(settings: &Settings) -> Result<Advisories, Failure> {
    let Some(path) = settings.advisories() else {
        return Ok(Advisories::none());
    };
    let refused = |error: &dyn Error| {
        let message = format!("the advisories in {} cannot be used", path.display());
        Failure::refused(message).caused_by(error)
    };
    let json = fs::read(path).map_err(|error| refused(&error))?;
    Advisories::parse(&json).map_err(|error| refused(&error))
}
