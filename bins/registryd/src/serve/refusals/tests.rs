use std::convert::Infallible;

use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::*;
use crate::serve::turn::Answer;

/// What a package could hold to be taken for hyper's own words.
const TRAP: &str = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\
                    date: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n";

const GOOD: &str = "GET /trap HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Serves one connection whose stream holds so many bytes. `PUT` is answered when its body is here.
fn serve(room: usize) -> DuplexStream {
    let (client, server) = duplex(room);
    let turn = Arc::new(Turn::default());
    let stream = Refusals::new(server, Arc::clone(&turn));
    let service = service_fn(move |request: Request<Incoming>| {
        let answering = turn.begin();
        async move {
            if request.method() == Method::PUT && request.collect().await.is_err() {
                sleep(Duration::from_millis(1)).await;
            }
            let body = Full::new(Bytes::from_static(TRAP.as_bytes()));
            Ok::<_, Infallible>(Response::new(Answer::new(body, answering)))
        }
    });
    tokio::spawn(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .max_header_size(LONGEST_HEAD)
            .serve_connection(TokioIo::new(stream), service),
    );
    client
}

/// Sends this and returns everything that comes back until the server hangs up.
async fn exchange(room: usize, request: &[u8]) -> String {
    let (mut from, mut to) = tokio::io::split(serve(room));
    let request = request.to_vec();
    let sending = tokio::spawn(async move {
        let _ = to.write_all(&request).await;
        to
    });
    let mut answer = String::new();
    from.read_to_string(&mut answer).await.unwrap();
    let _ = sending.await;
    answer
}

#[track_caller]
fn check(answer: &str, status: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some(format!("HTTP/1.1 {status}").as_str()));
    let headers: Vec<&str> = lines.collect();
    for header in [
        "connection: close",
        "content-type: application/json",
        &format!("content-length: {}", body.len()),
    ] {
        assert!(headers.contains(&header), "{header} is not in {head}");
    }
    assert_eq!(head.matches("date: ").count(), 1, "{head}");
    let told: serde_json::Value = serde_json::from_str(body).unwrap();
    assert!(told["error"].is_string(), "{body}");
    assert_eq!(told["error"], told["message"]);
}

fn long_url(length: usize) -> String {
    format!("GET /{} HTTP/1.1\r\n", "a".repeat(length - 1))
}

#[tokio::test]
async fn what_hyper_refuses_is_told_in_json() {
    let header = |length| format!("x: {}\r\n", "a".repeat(length));
    let get = "GET / HTTP/1.1\r\n";
    for (request, status) in [
        ("GET\r\n\r\n".to_owned(), "400 Bad Request"),
        ("\x16\x03\x01\r\n\r\n".to_owned(), "400 Bad Request"),
        ("GET / HTTP/9.9\r\n\r\n".to_owned(), "400 Bad Request"),
        (format!("{get}no colon\r\n\r\n"), "400 Bad Request"),
        (
            format!("{get}content-length: 1\r\ncontent-length: 2\r\n\r\n"),
            "400 Bad Request",
        ),
        (
            format!("{get}{}\r\n", header(1).repeat(101)),
            "431 Request Header Fields Too Large",
        ),
        (
            format!("{get}{}\r\n", header(LONGEST_HEAD)),
            "431 Request Header Fields Too Large",
        ),
        (
            format!("{get}{}", header(LONGEST_HEAD)),
            "431 Request Header Fields Too Large",
        ),
        (
            format!("{}\r\n", long_url(LONGEST_HEAD)),
            "414 URI Too Long",
        ),
        (long_url(1 << 20), "414 URI Too Long"),
        ("a".repeat(1 << 20), "431 Request Header Fields Too Large"),
        (
            format!(
                "\r\n{}{}\r\n",
                long_url(LONGEST_URL + 1),
                header(LONGEST_HEAD)
            ),
            "414 URI Too Long",
        ),
        (
            format!("\r\n{}{}\r\n", long_url(LONGEST_URL), header(LONGEST_HEAD)),
            "431 Request Header Fields Too Large",
        ),
    ] {
        // A stream that takes a few bytes at a time, and one that takes all.
        for room in [100, 1 << 16] {
            check(&exchange(room, request.as_bytes()).await, status);
        }
    }
}

#[tokio::test]
async fn an_answer_that_looks_like_a_refusal_is_sent_as_it_is() {
    for room in [1, 100, 1 << 16] {
        let request = GOOD.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
        let answer = exchange(room, request.as_bytes()).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert_eq!(body, TRAP);
    }
}

#[tokio::test]
async fn a_refusal_comes_after_the_answers_before_it() {
    let put =
        "PUT / HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 1\r\n\r\nx";
    for room in [1, 100, 1 << 16] {
        let requests = format!("{GOOD}{put}{GOOD}nonsense\r\n\r\n");
        let answers = exchange(room, requests.as_bytes()).await;
        let parts: Vec<&str> = answers.split(TRAP).collect();
        let [first, second, third, refusal] = parts.as_slice() else {
            panic!("three answers and a refusal, not {answers}");
        };
        for head in [first, second, third] {
            assert!(head.contains("HTTP/1.1 200 OK\r\n"), "{head}");
        }
        assert!(
            second.starts_with("HTTP/1.1 100 Continue\r\n\r\n"),
            "{second}"
        );
        check(refusal, "400 Bad Request");
    }
}

/// A body that breaks off is for whoever reads the body; the answer is theirs.
#[tokio::test]
async fn a_broken_body_is_not_taken_for_a_broken_head() {
    let request = "PUT / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n";
    let answer = exchange(1 << 16, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with(TRAP), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_client_is_listened_to_for_a_while() {
    let mut client = serve(1 << 16);
    client.write_all(b"nonsense\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    check(&answer, "400 Bad Request");
    // It has heard us and goes on sending; for a moment, that is taken.
    client.write_all(&vec![b'x'; 1 << 17]).await.unwrap();
    sleep(LINGER * 2).await;
    let sent = client.write_all(&vec![b'x'; 1 << 17]).await;
    assert!(sent.is_err(), "the server should have hung up by now");
}
