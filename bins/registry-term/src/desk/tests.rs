use std::sync::{Arc, Mutex};

use client::Credentials;
use console::ErrorKind;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};

use super::*;

fn nowhere() -> Lockfile {
    Lockfile::elsewhere("registry.lockb".into())
}

/// A server that answers everything alike, and remembers what it was asked.
struct Server {
    desk: TermDesk,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Server {
    async fn answering(status: &str, headers: &str, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             connection: close\r\n{headers}\r\n{body}"
        );
        let asked = Arc::new(Mutex::new(Vec::new()));
        let remembered = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).await.unwrap();
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let line = request.lines().next().unwrap_or_default().to_owned();
                remembered.lock().unwrap().push(line);
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let token = Credentials::token("secret").unwrap();
        let registry = Registry::new(url.parse().unwrap(), Some(token));
        let desk = TermDesk::new(registry, nowhere());
        Self { desk, asked, task }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_the_registrys_own_words() {
    for (status, kind) in [
        ("400 Bad Request", ErrorKind::Wrong),
        ("401 Unauthorized", ErrorKind::Refused),
        ("403 Forbidden", ErrorKind::Refused),
        ("404 Not Found", ErrorKind::NotFound),
        ("409 Conflict", ErrorKind::Refused),
        ("422 Unprocessable Entity", ErrorKind::Wrong),
        ("429 Too Many Requests", ErrorKind::Refused),
        ("500 Internal Server Error", ErrorKind::Failed),
        ("503 Service Unavailable", ErrorKind::Failed),
    ] {
        let server = Server::answering(status, "", r#"{"error":"because \u001b[2J"}"#).await;
        let error = server.desk.users().await.unwrap_err();
        assert_eq!(error.kind, kind, "{status}");
        assert_eq!(error.text, "because \\u{1b}[2J", "{status}");
        assert_eq!(error.hint, None, "{status}");
    }
    let server = Server::answering("502 Bad Gateway", "", "<html>").await;
    let error = server.desk.rules().await.unwrap_err();
    assert!(error.text.contains("502"), "{error:?}");
}

#[tokio::test]
async fn whoever_is_not_logged_in_is_told_how() {
    let challenge = "www-authenticate: Bearer\r\n";
    let body = r#"{"error":"you must be logged in"}"#;
    let server = Server::answering("401 Unauthorized", challenge, body).await;
    let error = server.desk.users().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Refused);
    let hint = error.hint.unwrap();
    assert!(
        hint.contains("npm login --registry http://127.0.0.1"),
        "{hint}"
    );
    assert!(!error.text.contains("secret"));
}

#[tokio::test]
async fn a_server_that_is_down_is_an_error_of_everything_but_the_status() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let desk = TermDesk::new(Registry::new(url.parse().unwrap(), None), nowhere());
    let error = desk.packages().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    let expected = format!("the registry at {url} is down");
    assert!(error.text.starts_with(&expected), "{error:?}");
    assert!(error.hint.unwrap().contains("`registryd`"));
    let status = desk.status().await.unwrap();
    assert_eq!((status.registry, status.server), (url, None));
    assert_eq!(status.problem.as_deref(), Some("the server is down"));
    let error = desk.config().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert_eq!(error.hint.as_deref(), Some("name it with --lockfile"));
}

#[tokio::test]
async fn what_listens_there_may_be_no_registry() {
    let server = Server::answering("200 OK", "", "[1]").await;
    let error = server.desk.packages().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Failed);
    let error = server.desk.users().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Failed);
    let status = server.desk.status().await.unwrap();
    let problem = status.problem.unwrap();
    assert_eq!(problem, "what listens there is no registryd");
    let silent = Server::answering("404 Not Found", "", r#"{"error":"no such path"}"#).await;
    let status = silent.desk.status().await.unwrap();
    assert_eq!(status.problem.as_deref(), Some("the server does not tell"));
}

#[tokio::test]
async fn a_name_leads_to_no_other_path() {
    let server = Server::answering("404 Not Found", "", r#"{"error":"none"}"#).await;
    let desk = &server.desk;
    desk.user("../tokens?x").await.unwrap_err();
    desk.revoke("a/b#c", Only::Keys).await.unwrap_err();
    let team = Team {
        org: "..".to_owned(),
        team: "a b".to_owned(),
    };
    desk.destroy_team(&team).await.unwrap_err();
    let asked = server.asked.lock().unwrap().clone();
    let expected = [
        "GET /_auth/users/..%2Ftokens%3Fx HTTP/1.1",
        "DELETE /_auth/keys/a%2Fb%23c HTTP/1.1",
        "DELETE /-/team/%2e%2e/a%20b HTTP/1.1",
    ];
    assert_eq!(asked, expected);
}
