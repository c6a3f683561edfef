//! How the server is, which only it can tell.

use std::{net::IpAddr, time::Duration};

use console::{Done, ServerFigures, Status};
use http::{StatusCode, Uri};
use serde::Deserialize;
use web::fetch::{FetchError, FetchLimits, Fetcher};

use super::LocalDesk;
use crate::opening;

/// What is said when nobody listens.
const DOWN: &str = "the server is down";

/// What an answer may ask of us.
const LIMITS: FetchLimits = FetchLimits {
    bytes: 64 * 1024,
    time: Duration::from_secs(5),
};

#[derive(Deserialize)]
struct Answer {
    #[serde(flatten)]
    server: ServerFigures,
    #[serde(default)]
    user: Option<String>,
}

pub(super) async fn status(desk: &LocalDesk) -> Done<Status> {
    let local = desk.local()?;
    let (answer, problem) = match ask(&server(desk)).await {
        Ok(answer) => (Some(answer), None),
        Err(problem) => (None, Some(problem)),
    };
    let (server, user) = answer.map(|it| (it.server, it.user)).unzip();
    Ok(Status {
        registry: local.url,
        user: user.flatten(),
        server,
        problem,
    })
}

/// Where the server listens, as this machine reaches it whatever it is called elsewhere.
pub(super) fn server(desk: &LocalDesk) -> String {
    let address = desk.settings.listen();
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}:{}", opening::host(ip), address.port())
}

async fn ask(server: &str) -> Result<Answer, String> {
    let uri: Uri = format!("{server}/-/status")
        .parse()
        .map_err(|_| DOWN.to_owned())?;
    let answer = Fetcher::new().get(&uri, "application/json", LIMITS).await;
    let body = answer.map_err(|error| match error {
        FetchError::Connection { .. } => DOWN.to_owned(),
        FetchError::Status { status } if status == StatusCode::NOT_FOUND => {
            "the server does not tell".to_owned()
        }
        error => format!("the server does not tell: {error}"),
    })?;
    serde_json::from_slice(&body).map_err(|_| format!("what listens on {server} is no registryd"))
}
