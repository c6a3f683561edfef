use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    thread,
};

use super::*;

/// A server that answers so many connections, each with the answer that its path asks for.
fn serve(count: usize, answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().take(count) {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if stream.read(&mut byte).unwrap_or(0) == 0 {
                    break;
                }
                head.push(byte[0]);
                // TLS begins with this byte, and waits for an answer.
                if head == [0x16] {
                    break;
                }
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default();
            let _ = stream.write_all(&answer(path));
        }
    });
    address
}

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
    .into_bytes()
}

async fn get(url: &str, limit: usize) -> Result<Bytes, FetchError> {
    let limits = FetchLimits {
        bytes: limit,
        time: Duration::from_secs(20),
    };
    Fetcher::new()
        .get(&url.parse().unwrap(), "application/json", limits)
        .await
}

#[tokio::test]
async fn a_body_is_fetched_up_to_its_limit() {
    let address = serve(2, |_| answer("200 OK", "", "0123456789"));
    let url = format!("http://{address}/x");
    assert_eq!(get(&url, 10).await.unwrap(), "0123456789");
    assert!(matches!(
        get(&url, 9).await,
        Err(FetchError::TooLarge { limit: 9 })
    ));
}

#[tokio::test]
async fn a_redirect_is_followed_on_its_own_host_only() {
    let address = serve(9, |path| match path {
        "/here" => answer("302 Found", "location: /there?x=1#y\r\n", ""),
        "/there?x=1" => answer("200 OK", "", "there"),
        "/round" => answer("301 Moved", "location: /round\r\n", ""),
        "/away" => answer("302 Found", "location: http://127.0.0.2/there\r\n", ""),
        "/beside" => answer("302 Found", "location: //127.0.0.2/there\r\n", ""),
        _ => answer("302 Found", "", ""),
    });
    let url = |path: &str| format!("http://{address}{path}");
    assert_eq!(get(&url("/here"), 99).await.unwrap(), "there");
    for path in ["/round", "/away", "/beside", "/nowhere"] {
        let refused = get(&url(path), 99).await;
        assert!(matches!(refused, Err(FetchError::Redirect)), "{path}");
    }
}

#[test]
fn a_redirect_never_leads_to_a_less_safe_place() {
    let check = |from: &str, place: &str, expected: Option<&str>| {
        let to = next(&from.parse().unwrap(), place);
        assert_eq!(
            to.map(|to| to.to_string()).as_deref(),
            expected,
            "{from} {place}"
        );
    };
    check("http://a/x", "/y", Some("http://a/y"));
    check("http://a/x", "http://A/y", Some("http://A/y"));
    check("http://a/x", "https://a/y", Some("https://a/y"));
    check("https://a/x", "http://a/y", None);
    check("https://a/x", "https://b/y", None);
    check("http://a/x", "http://a:81/y", None);
    check("http://a/x", "//b/y", None);
    check("http://a/x", "y", None);
    check("http://a/x", "file:///etc/passwd", None);
    check("http://a/x", "", None);
}

#[tokio::test]
async fn what_is_no_plain_200_is_an_error() {
    let address = serve(2, |path| match path {
        "/gzip" => answer("200 OK", "content-encoding: gzip\r\n", "x"),
        _ => answer("404 Not Found", "", "{}"),
    });
    let refused = get(&format!("http://{address}/"), 9).await;
    assert!(matches!(refused, Err(FetchError::Status { status }) if status == 404));
    let refused = get(&format!("http://{address}/gzip"), 9).await;
    assert!(matches!(refused, Err(FetchError::Encoding)));
    for url in ["ftp://127.0.0.1/", "/path", "127.0.0.1:1"] {
        assert!(matches!(get(url, 9).await, Err(FetchError::Url)), "{url}");
    }
}

#[tokio::test]
async fn a_server_that_breaks_off_or_is_not_there_is_an_error() {
    let address = serve(1, |_| {
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf".to_vec()
    });
    let refused = get(&format!("http://{address}/"), 99).await;
    assert!(
        matches!(refused, Err(FetchError::Connection { .. })),
        "{refused:?}"
    );
    let refused = get(&format!("http://{address}/"), 99).await;
    assert!(
        matches!(refused, Err(FetchError::Connection { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn https_is_not_http() {
    let address = serve(1, |_| answer("200 OK", "", "in the clear"));
    match get(&format!("https://{address}/"), 99).await {
        // Where the system has no certificates, nothing was sent at all.
        Err(FetchError::Connection { .. } | FetchError::Certificates { .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_not_waited_for() {
    // It accepts in the system's queue, and nobody ever answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let refused = get(&url, 99).await;
    assert!(
        matches!(refused, Err(FetchError::TooSlow { .. })),
        "{refused:?}"
    );
}
