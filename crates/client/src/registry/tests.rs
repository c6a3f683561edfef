use std::{
    io::Write as _,
    net::SocketAddr,
    sync::{Arc, Mutex, OnceLock},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;
use crate::{Part, Progress};

/// What the server was sent.
type Heard = Arc<Mutex<Vec<String>>>;

/// A server that gives each path its answer, and does not close a connection that waits for more.
async fn serve(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> (SocketAddr, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Heard::default();
    let (answer, said) = (Arc::new(answer), Arc::clone(&heard));
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (answer, said) = (Arc::clone(&answer), Arc::clone(&said));
            tokio::spawn(async move {
                let mut request = Vec::new();
                let mut length = None;
                while length.is_none_or(|length| request.len() < length) {
                    let mut bytes = [0; 4096];
                    let count = stream.read(&mut bytes).await.unwrap();
                    if count == 0 {
                        return;
                    }
                    request.extend_from_slice(&bytes[..count]);
                    let text = String::from_utf8_lossy(&request);
                    if let Some(end) = text.find("\r\n\r\n") {
                        let body = text.split("content-length: ").nth(1);
                        let body = body.and_then(|text| text.split('\r').next());
                        length = Some(end + 4 + body.map_or(0, |body| body.parse().unwrap()));
                    }
                }
                let text = String::from_utf8_lossy(&request).into_owned();
                let path = text.split(' ').nth(1).unwrap().to_owned();
                said.lock().unwrap().push(text);
                let _ = stream.write_all(answer(&path).as_bytes()).await;
                if path.contains("silent") {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    (address, heard)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

fn registry(address: SocketAddr, path: &str) -> Registry {
    let url = format!("http://{address}{path}").parse().unwrap();
    Registry::new(url, Some(Credentials::token("t0k").unwrap()))
}

#[tokio::test]
async fn json_is_asked_and_sent_below_the_path_with_the_token() {
    let (address, heard) = serve(|path| match path {
        "/reg/-/whoami" => answer("200 OK", "", r#"{"username":"alice"}"#),
        "/reg/-/none" => answer("204 No Content", "", ""),
        "/reg/-/html" => answer("200 OK", "", "<html>"),
        _ => answer("201 Created", "", "{}"),
    })
    .await;
    let registry = registry(address, "/reg/");
    let value: Value = registry.get_json("/-/whoami").await.unwrap();
    assert_eq!(value["username"], "alice");
    let body = serde_json::json!({ "a": 1 });
    let value: Value = registry
        .send_json(Method::PUT, "x", Some(&body))
        .await
        .unwrap();
    assert_eq!(value, serde_json::json!({}));
    let value: Value = registry
        .send_json(Method::DELETE, "-/none", None::<&Value>)
        .await
        .unwrap();
    assert_eq!(value, Value::Null);
    let refused = registry.get_json::<Value>("-/html").await;
    assert!(matches!(refused, Err(RequestError::NotUnderstood { .. })));
    let heard = heard.lock().unwrap();
    assert!(heard[0].starts_with("GET /reg/-/whoami HTTP/1.1\r\n"));
    assert!(heard[0].contains("authorization: Bearer t0k\r\n"));
    assert!(heard[1].starts_with("PUT /reg/x HTTP/1.1\r\n"));
    assert!(heard[1].ends_with("\r\n\r\n{\"a\":1}"));
    assert!(!format!("{registry:?}").contains("t0k"));
}

#[tokio::test]
async fn a_refusal_says_what_the_registry_said_and_no_more() {
    let (address, _) = serve(|path| match path {
        "/error" => answer(
            "403 Forbidden",
            "",
            r#"{"error":"no\u001b[2J way","message":"m"}"#,
        ),
        "/message" => answer("500 Oops", "", r#"{"error":7,"message":"broken"}"#),
        "/html" => answer("404 Not Found", "", "<h1>no</h1>"),
        "/long" => answer("400 Bad Request", "", &"x".repeat(99999)),
        "/otp" => answer("401 Unauthorized", "www-authenticate: Basic, OTP\r\n", "{}"),
        _ => answer(
            "401 Unauthorized",
            "www-authenticate: Bearer realm=\"otp\"\r\n",
            "{}",
        ),
    })
    .await;
    for (path, status, text, challenge) in [
        ("error", 403, Some("no\\u{1b}[2J way"), None),
        ("message", 500, Some("broken"), None),
        ("html", 404, None, None),
        ("long", 400, None, None),
        ("otp", 401, None, Some(Challenge::Otp)),
        ("bearer", 401, None, Some(Challenge::Bearer)),
    ] {
        let refused = registry(address, "")
            .get_json::<Value>(path)
            .await
            .unwrap_err();
        let refusal = refused.refusal().unwrap();
        assert_eq!(refusal.status, status, "{path}");
        assert_eq!(refusal.text.as_deref(), text, "{path}");
        assert_eq!(refusal.challenge, challenge, "{path}");
    }
}

#[tokio::test]
async fn a_redirect_takes_no_token_elsewhere() {
    let (other, heard) = serve(|_| answer("200 OK", "", "{}")).await;
    let own = Arc::new(OnceLock::new());
    let itself = Arc::clone(&own);
    let (address, _) = serve(move |path| match path {
        "/reg/here" => answer("302 Found", "location: /there\r\n", ""),
        "/reg/beside" => answer("302 Found", &format!("location: //{other}/\r\n"), ""),
        "/reg/away" => answer("302 Found", &format!("location: http://{other}/\r\n"), ""),
        "/reg/alike" => {
            let begins_alike = format!("location: http://{}@{other}/\r\n", itself.get().unwrap());
            answer("302 Found", &begins_alike, "")
        }
        "/reg/round" => answer("302 Found", "location: /reg/round\r\n", ""),
        "/there" => answer("200 OK", "", "1"),
        _ => answer("307 Elsewhere", "location: /there\r\n", ""),
    })
    .await;
    own.set(address).unwrap();
    let registry = registry(address, "/reg");
    assert_eq!(registry.get_json::<Value>("here").await.unwrap(), 1);
    for path in ["beside", "away", "alike", "round"] {
        let refused = registry.get_json::<Value>(path).await;
        assert!(
            matches!(refused, Err(RequestError::Redirected { .. })),
            "{path}"
        );
    }
    let refused = registry
        .send_json::<Value>(Method::PUT, "put", Some(&1))
        .await;
    assert!(matches!(refused, Err(RequestError::Redirected { .. })));
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_has_a_size_and_a_time() {
    let (address, _) = serve(|path| match path {
        "/silent" => String::new(),
        _ => answer("200 OK", "", "12345"),
    })
    .await;
    let limits = Limits {
        bytes: 4,
        time: Duration::from_millis(200),
        event_bytes: 10,
    };
    let registry = registry(address, "").with_limits(limits);
    let refused = registry.get_json::<Value>("x").await;
    assert!(matches!(
        refused,
        Err(RequestError::TooLarge { limit: 4, .. })
    ));
    let refused = registry.get_json::<Value>("silent").await;
    assert!(matches!(refused, Err(RequestError::TooSlow { .. })));
    let upload = Upload::new("application/json", vec![Part::Bytes("{}".into())]);
    let refused = registry.upload(Method::PUT, "silent", upload).await;
    assert!(matches!(refused, Err(RequestError::TooSlow { .. })));
}

#[tokio::test]
async fn a_registry_where_nobody_listens_is_down() {
    let address = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let refused = registry(address, "")
        .get_json::<Value>("x")
        .await
        .unwrap_err();
    assert!(matches!(refused, RequestError::Unreachable { .. }));
    let said = refused.to_string();
    assert!(
        said.contains(&format!("the registry at http://{address}/ is down")),
        "{said}"
    );
}

#[tokio::test]
async fn an_upload_has_its_length_and_tells_how_far_it_is() {
    let (address, heard) = serve(|_| answer("201 Created", "", "{\"ok\":true}")).await;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&vec![7; 100_000]).unwrap();
    let parts = vec![
        Part::Bytes("<".into()),
        Part::Base64 {
            file: file.reopen().unwrap(),
            size: 100_000,
        },
    ];
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    let upload = Upload::new("application/json", parts)
        .reporting(move |progress| telling.lock().unwrap().push(progress));
    let total = upload.length();
    let value = registry(address, "")
        .upload(Method::PUT, "x", upload)
        .await
        .unwrap();
    assert_eq!(value["ok"], true);
    assert_eq!(
        *told.lock().unwrap().last().unwrap(),
        Progress { sent: total, total }
    );
    let heard = heard.lock().unwrap();
    assert!(heard[0].contains(&format!("content-length: {total}\r\n")));
    assert!(!heard[0].contains("chunked"));
}

#[tokio::test]
async fn events_come_one_by_one_and_a_line_has_a_limit() {
    let (address, heard) = serve(|path| {
        let body = match path {
            "/events" => "event: a\ndata: 1\n\ndata: 2\nid: 9\n\n",
            "/silent" => "data: 1\n\n",
            _ => "data: 01234567890123456789\n\n",
        };
        let kind = "content-type: text/event-stream; charset=utf-8";
        format!("HTTP/1.1 200 OK\r\n{kind}\r\n\r\n{body}")
    })
    .await;
    let limits = Limits {
        event_bytes: 20,
        ..Limits::default()
    };
    let registry = registry(address, "").with_limits(limits);
    let mut events = registry.events("events", Some("7")).await.unwrap();
    let first = events.next().await.unwrap().unwrap();
    assert_eq!((first.name.as_str(), first.data.as_str()), ("a", "1"));
    let second = events.next().await.unwrap().unwrap();
    assert_eq!(second.id.as_deref(), Some("9"));
    assert_eq!(events.next().await.unwrap(), None);
    assert!(heard.lock().unwrap()[0].contains("last-event-id: 7\r\n"));
    let mut events = registry.events("silent", None).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().data, "1");
    let mut events = registry.events("long", None).await.unwrap();
    let refused = events.next().await;
    assert!(matches!(
        refused,
        Err(RequestError::TooLarge { limit: 20, .. })
    ));
}
