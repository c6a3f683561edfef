//! How the server is, which only it can tell.

use client::RequestError;
use console::{Done, Status};
use http::StatusCode;
use serde_json::Value;

use super::{LocalDesk, server::server};

pub(super) async fn status(desk: &LocalDesk) -> Done<Status> {
    let registry = desk.local()?.url;
    let server = match server(desk) {
        Ok(server) => server,
        Err(error) => return Ok(Status::unknown(registry, error.text)),
    };
    let answer: Result<Value, RequestError> = server.get_json("-/status").await;
    Ok(match answer {
        Ok(answer) => match Status::told(&registry, answer) {
            Ok(status) => status,
            Err(_) => Status::unknown(registry, "what listens there is no registryd"),
        },
        Err(RequestError::Unreachable { .. }) => Status::down(registry),
        Err(error) => match error.refusal() {
            Some(refusal) if refusal.status == StatusCode::NOT_FOUND => Status::untold(registry),
            _ => Status::unknown(registry, error.to_string()),
        },
    })
}
