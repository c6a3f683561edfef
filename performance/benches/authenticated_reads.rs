//! Does it cost anything to say who reads?
//!
//! Asks the real server for the abbreviated packument of one package with 30 versions, gzipped, as npm
//! does, over and over on kept connections: as nobody and with each kind of credential, in turn.
//! Target: with credentials at least 0.9 times as many requests a second as without.
//!
//! Load and server share the machine, so the ratio of the throughputs hides a part of what the server
//! does more; its own computing time is told beside it. The first row compares nobody with nobody: what
//! it differs from 1 by, and its spread, are the machine's.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark talks, and stops when its machine fails it"
)]

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use config13::{ConfigFile, Feature};
use performance::{Load, Measured, Server, compare, is_wanted, seeded};
use tokio::runtime::Runtime;

const VERSIONS: usize = 30;
const CONNECTIONS: usize = 64;
const ROUNDS: usize = 40;
const ROUND: Duration = Duration::from_millis(250);
const TARGET: f64 = 0.9;

/// How long a flipped flag may take to show before this gives up.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() {
    if !is_wanted("authenticated_reads") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let runtime = Runtime::new().expect("a runtime");
    let store = seeded::open(&data);
    runtime.block_on(seeded::fill(&store, "hot", VERSIONS));
    store.close().expect("a closed store");
    // The server wants the folder for itself.
    drop(store);
    let server = Server::start(&data);
    let credentials = runtime.block_on(credentials(&server));

    let load = Load {
        address: server.address(),
        connections: CONNECTIONS,
        duration: ROUND,
    };
    let bench = Bench {
        runtime,
        server,
        load,
    };
    println!(
        "authenticated_reads: {CONNECTIONS} connections, {ROUNDS} rounds of {ROUND:?} each way, target {TARGET} ×"
    );
    println!(
        "{:<11} {:>9} {:>8} {:>8}   {:<24} {:>8}   computing",
        "who", "req/s", "p50", "p99", "× anonymous (quartiles)", "µs/req"
    );
    for (who, authorization) in credentials {
        bench.row(who, authorization.as_deref());
    }
}

/// What is sent as `Authorization`, by name. The first is nobody.
async fn credentials(server: &Server) -> Vec<(&'static str, Option<String>)> {
    let bearer = |token: &str| Some(format!("Bearer {token}"));
    let (name, password) = Server::ACCOUNT;
    let rs256 = server.log_in().await;
    let switches = ConfigFile::open(server.lockfile()).expect("a lockfile");
    switches.enable(Feature::PremiumTypes).expect("a flag");
    let eddsa = another(server, &rs256).await;
    switches.disable(Feature::PremiumTypes).expect("a flag");
    let key = server.api_key(&rs256, "read").await;
    let basic = STANDARD.encode(format!("{name}:{password}"));
    vec![
        ("anonymous", None),
        ("JWT RS256", bearer(&rs256)),
        ("JWT EdDSA", bearer(&eddsa)),
        ("API key", bearer(&key)),
        ("Basic", Some(format!("Basic {basic}"))),
    ]
}

/// Logs in until the token's header is another one than this token's.
async fn another(server: &Server, than: &str) -> String {
    let header = |token: &str| token.split('.').next().map(str::to_owned);
    let started = Instant::now();
    loop {
        let token = server.log_in().await;
        if header(&token) != header(than) {
            return token;
        }
        assert!(started.elapsed() < PATIENCE, "the flag does not show");
    }
}

struct Bench {
    runtime: Runtime,
    server: Server,
    load: Load,
}

/// What several rounds of one kind add up to.
#[derive(Default)]
struct Sum {
    requests: usize,
    computed: Duration,
    last: Measured,
}

impl Bench {
    /// Compares somebody with nobody, and tells it.
    fn row(&self, who: &str, authorization: Option<&str>) {
        let (with, without) = (RefCell::<Sum>::default(), RefCell::<Sum>::default());
        let round = |authorization: Option<&str>, sum: &RefCell<Sum>| {
            let (measured, computed) = self.round(authorization);
            let per_request = measured.per_request();
            let mut sum = sum.borrow_mut();
            sum.requests += measured.requests();
            sum.computed += computed;
            sum.last = measured;
            per_request
        };
        // One of each first, that does not count: caches, pages, the processor's own speed.
        self.round(authorization);
        self.round(None);
        let compared = compare(
            ROUNDS,
            |_| round(authorization, &with),
            |_| round(None, &without),
        );
        let (with, without) = (with.into_inner(), without.into_inner());
        let (low, high) = compared.spread;
        let (mine, theirs) = (with.computed_for_one(), without.computed_for_one());
        println!(
            "{who:<11} {:>9.0} {:>8.2?} {:>8.2?}   {:<24} {:>8.2}   {:.3} ×",
            1.0 / compared.a.as_secs_f64(),
            with.last.latency(50),
            with.last.latency(99),
            format!("{:.3} ({low:.3} to {high:.3})", compared.ratio),
            mine,
            mine / theirs,
        );
    }

    fn round(&self, authorization: Option<&str>) -> (Measured, Duration) {
        let mut headers = vec![
            (
                "accept",
                "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*",
            ),
            ("accept-encoding", "gzip,deflate"),
            (
                "user-agent",
                "npm/11.4.2 node/v22.16.0 linux x64 workspaces/false",
            ),
        ];
        if let Some(authorization) = authorization {
            headers.push(("authorization", authorization));
        }
        let request = self.server.get("/hot", &headers);
        let before = self.server.computed().unwrap_or_default();
        let measured = self.runtime.block_on(self.load.run(&request));
        let computed = self.server.computed().unwrap_or_default();
        (measured.expect("answers"), computed.saturating_sub(before))
    }
}

impl Sum {
    /// Microseconds of computing in the server for a request.
    #[allow(clippy::cast_precision_loss, reason = "nobody counts to 2^52 here")]
    fn computed_for_one(&self) -> f64 {
        self.computed.as_secs_f64() * 1e6 / self.requests as f64
    }
}
