use std::io::Write;

use http_body::Body as _;
use http_body_util::BodyExt;

use super::*;

/// A body of the first `length` bytes of a file with that content.
fn file(content: &[u8], length: u64) -> Body {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(content).unwrap();
    Body::file(file, 0..length).unwrap()
}

/// Different in each byte's neighbourhood, so that a piece out of place is seen.
fn content(length: usize) -> Vec<u8> {
    (0..251).cycle().take(length).collect()
}

async fn check(body: Body, expected: &[u8]) {
    let length = expected.len() as u64;
    assert_eq!(body.length(), Some(length));
    assert_eq!(body.size_hint().exact(), Some(length));
    assert_eq!(body.is_end_stream(), length == 0);
    assert_eq!(body.collect().await.unwrap().to_bytes(), expected);
}

#[tokio::test]
async fn every_body_has_exactly_the_length_it_says() {
    check(Body::empty(), b"").await;
    check(Body::from(b"whole".to_vec()), b"whole").await;
    check(file(b"", 0), b"").await;
    check(file(b"file", 4), b"file").await;
    for length in [CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7] {
        let content = content(length);
        check(file(&content, length as u64), &content).await;
    }
}

#[tokio::test]
async fn a_part_of_a_file_is_just_that_part() {
    let content = content(3 * CHUNK);
    for (start, end) in [
        (0, 1),
        (1, 2),
        (5, 5),
        (CHUNK - 1, CHUNK + 1),
        (7, 2 * CHUNK + 9),
        (3 * CHUNK - 1, 3 * CHUNK),
    ] {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&content).unwrap();
        let body = Body::file(file, start as u64..end as u64).unwrap();
        check(body, &content[start..end]).await;
    }
}

#[tokio::test]
async fn a_part_of_bytes_holds_only_what_is_there() {
    let whole = Bytes::from_static(b"0123456789");
    for (range, expected) in [
        (0..10, &b"0123456789"[..]),
        (3..5, b"34"),
        (9..100, b"9"),
        (10..11, b""),
        (u64::MAX..u64::MAX, b""),
        (0..0, b""),
    ] {
        check(Body::part(&whole, range), expected).await;
    }
    check(Body::part(&whole, Range { start: 5, end: 4 }), b"").await;
}

#[tokio::test]
async fn a_file_that_has_grown_is_sent_up_to_the_promised_length() {
    let content = content(2 * CHUNK);
    check(file(&content, 5), &content[..5]).await;
    let length = CHUNK + 1;
    check(file(&content, length as u64), &content[..length]).await;
}

#[tokio::test]
async fn a_file_that_is_shorter_than_promised_ends_in_an_error() {
    for (has, promised) in [(0, 1), (4, 5), (CHUNK, CHUNK + 1), (10, 4 * CHUNK)] {
        let mut body = file(&content(has), promised as u64);
        let mut received = 0;
        let error = loop {
            match body
                .frame()
                .await
                .expect("it must not end as if it were whole")
            {
                Ok(frame) => received += frame.data_ref().unwrap().len(),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(received, has);
        assert!(!body.is_end_stream());
    }
}

#[tokio::test]
async fn what_is_left_is_told_while_it_is_sent() {
    let mut body = file(&content(CHUNK + 1), CHUNK as u64 + 1);
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(body.length(), Some((CHUNK + 1 - first.len()) as u64));
}

#[tokio::test]
async fn a_live_body_ends_with_whoever_makes_it() {
    let (pieces, body) = mpsc::channel(1);
    let mut body = Body::live(body);
    assert_eq!((body.length(), body.is_end_stream()), (None, false));
    assert_eq!(body.size_hint().exact(), None);
    pieces.send(Bytes::from_static(b"one")).await.unwrap();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "one");
    drop(pieces);
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn whoever_makes_a_live_body_learns_that_the_client_has_gone() {
    let (pieces, body) = mpsc::channel(1);
    drop(Body::live(body));
    pieces.closed().await;
}
