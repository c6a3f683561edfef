//! Connections: accepted, served, drained.

use std::{
    convert::Infallible,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use config13::Config13;
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use npm_api::NpmApi;
use tokio::{
    net::{TcpListener, TcpStream},
    signal::unix::Signal,
    sync::watch,
};
use web::Response;

use super::{
    counters::Counters,
    refusals::{LONGEST_HEAD, Refusals},
    requests::RequestLog,
    turn::{Answer, Turn},
};

/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long requests that are under way may take to finish once the server is to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// How long accepting rests after the system refused, which it does when file handles run out.
const REST: Duration = Duration::from_millis(50);

/// What stands behind every connection.
pub(super) struct Doors {
    api: NpmApi,
    live: watch::Receiver<Config13>,
    requests: Arc<RequestLog>,
    counters: Arc<Counters>,
}

/// The signals that end the server.
pub(super) struct StopSignals {
    pub(super) interrupt: Signal,
    pub(super) terminate: Signal,
}

impl StopSignals {
    async fn recv(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

impl Doors {
    pub(super) fn new(
        api: NpmApi,
        live: watch::Receiver<Config13>,
        requests: Arc<RequestLog>,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            api,
            live,
            requests,
            counters,
        }
    }

    async fn answer(&self, request: Request<Incoming>, peer: IpAddr) -> Response {
        let started = Instant::now();
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let settings = *self.live.borrow();
        let response = self.api.call(request, peer, &settings).await;
        let (status, took) = (response.status(), started.elapsed());
        self.counters.note(status, took);
        self.requests.note(&method, uri.path(), status, took);
        response
    }
}

/// Serves until a signal comes, then says so to those who would go on for ever, and lets requests that
/// are under way finish. A second signal ends it at once.
pub(super) async fn serve(
    listener: TcpListener,
    doors: Arc<Doors>,
    mut stop: StopSignals,
    stopping: watch::Sender<bool>,
) {
    let draining = GracefulShutdown::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => accept(stream, peer.ip(), &doors, &draining),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(REST).await;
                }
            },
            () = stop.recv() => break,
        }
    }
    drop(listener);
    stopping.send_replace(true);
    tracing::info!("stopping: requests under way are finished first");
    tokio::select! {
        () = draining.shutdown() => {}
        () = tokio::time::sleep(DRAIN) => {
            tracing::warn!("some requests took too long and were cut off");
        }
        () = stop.recv() => tracing::warn!("requests under way were cut off"),
    }
}

fn accept(stream: TcpStream, peer: IpAddr, doors: &Arc<Doors>, draining: &GracefulShutdown) {
    // Answers are written whole, so there is nothing to gain by waiting for more to send.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was lost before it was served");
        return;
    }
    let turn = Arc::new(Turn::default());
    let stream = Refusals::new(stream, Arc::clone(&turn));
    let doors = Arc::clone(doors);
    let service = service_fn(move |request| {
        let (doors, answering) = (Arc::clone(&doors), turn.begin());
        async move {
            let response = doors.answer(request, peer).await;
            Ok::<_, Infallible>(response.map(|body| Answer::new(body, answering)))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_header_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let connection = draining.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}
