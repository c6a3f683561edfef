use std::{
    collections::VecDeque,
    io::Write,
    pin::Pin,
    task::{Context, Poll, ready},
};

use flate2::{Compression, write::GzEncoder};
use http::HeaderValue;
use http_body::{Frame, SizeHint};
use http_body_util::Full;
use tokio::time::Sleep;

use super::*;

/// A client: what it announces, and what it sends after which pause.
struct Client {
    announced: Option<u64>,
    steps: VecDeque<(Duration, Result<Frame<Bytes>, &'static str>)>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Client {
    fn sends(steps: impl IntoIterator<Item = (u64, Bytes)>) -> Self {
        let step = |(secs, bytes)| (Duration::from_secs(secs), Ok(Frame::data(bytes)));
        Self {
            announced: None,
            steps: steps.into_iter().map(step).collect(),
            pause: None,
        }
    }

    fn announces(mut self, length: u64) -> Self {
        self.announced = Some(length);
        self
    }

    fn breaks(mut self) -> Self {
        self.steps.push_back((Duration::ZERO, Err("reset")));
        self
    }
}

impl Body for Client {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        let Some((pause, _)) = self.steps.front() else {
            return Poll::Ready(None);
        };
        let pause = *pause;
        let sleep = self
            .pause
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
        ready!(sleep.as_mut().poll(context));
        self.pause = None;
        Poll::Ready(self.steps.pop_front().map(|(_, step)| step))
    }

    fn size_hint(&self) -> SizeHint {
        self.announced
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

fn bytes(length: usize) -> Bytes {
    vec![b'x'; length].into()
}

fn encoded(encodings: &[&'static str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for encoding in encodings {
        let value = HeaderValue::from_static(encoding);
        headers.append(header::CONTENT_ENCODING, value);
    }
    headers
}

fn gzip(content: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap().into()
}

async fn receive(headers: &HeaderMap, body: Bytes, limit: usize) -> Result<Bytes, ReceiveError> {
    whole(headers, Full::new(body), limit).await
}

#[tokio::test]
async fn a_body_within_the_limit_arrives_whole() {
    let plain = HeaderMap::new();
    for length in [0, 1, 99, 100] {
        assert_eq!(
            receive(&plain, bytes(length), 100).await.unwrap(),
            bytes(length)
        );
    }
    let pieces = Client::sends([(0, bytes(60)), (1, bytes(0)), (1, bytes(40))]);
    assert_eq!(whole(&plain, pieces, 100).await.unwrap(), bytes(100));
    assert_eq!(receive(&plain, bytes(0), 0).await.unwrap(), bytes(0));
}

#[tokio::test]
async fn a_body_that_is_announced_too_large_is_refused_unread() {
    // It would break if it were read.
    let body = Client::sends([]).breaks().announces(101);
    let refused = whole(&HeaderMap::new(), body, 100).await;
    assert!(matches!(
        refused,
        Err(ReceiveError::TooLarge { limit: 100 })
    ));
}

#[tokio::test]
async fn a_body_that_grows_too_large_is_refused_at_that_point() {
    let body = Client::sends([(0, bytes(60)), (0, bytes(41))]).breaks();
    let refused = whole(&HeaderMap::new(), body, 100).await;
    assert!(matches!(
        refused,
        Err(ReceiveError::TooLarge { limit: 100 })
    ));
}

#[tokio::test]
async fn a_huge_announcement_takes_no_memory_by_itself() {
    // Set aside at once, this would abort the process.
    let announced = u64::MAX / 4;
    let body = Client::sends([]).announces(announced).breaks();
    let limit = usize::MAX;
    let refused = whole(&HeaderMap::new(), body, limit).await;
    assert!(matches!(refused, Err(ReceiveError::Broken)));
}

#[tokio::test]
async fn gzip_is_undone_within_the_limit() {
    for name in ["gzip", "x-gzip", "GZIP", " gzip "] {
        let headers = encoded(&[name]);
        let received = receive(&headers, gzip(&bytes(100)), 100).await;
        assert_eq!(received.unwrap(), bytes(100), "{name}");
    }
    let refused = receive(&encoded(&["gzip"]), gzip(&bytes(101)), 100).await;
    assert!(matches!(
        refused,
        Err(ReceiveError::TooLarge { limit: 100 })
    ));
}

#[tokio::test]
async fn a_gzip_bomb_is_refused_at_the_limit() {
    const LIMIT: usize = 64 * 1024;
    let bomb = gzip(&vec![0; 32 * 1024 * 1024]);
    assert!(bomb.len() < LIMIT, "the bomb itself has to pass");
    let refused = receive(&encoded(&["gzip"]), bomb, LIMIT).await;
    assert!(matches!(
        refused,
        Err(ReceiveError::TooLarge { limit: LIMIT })
    ));
}

#[tokio::test]
async fn bad_gzip_is_refused_wherever_it_breaks() {
    let good = gzip(b"{\"name\":\"alice\"}");
    for end in 0..good.len() {
        let refused = receive(&encoded(&["gzip"]), good.slice(..end), 100).await;
        assert!(matches!(refused, Err(ReceiveError::BadGzip)), "{end}");
    }
    let refused = receive(&encoded(&["gzip"]), Bytes::from_static(b"{}"), 100).await;
    assert!(matches!(refused, Err(ReceiveError::BadGzip)));
}

#[tokio::test]
async fn unknown_and_stacked_encodings_are_refused_before_anything_is_read() {
    for encodings in [
        &["br"][..],
        &["zstd"],
        &["gzip, gzip"],
        &["gzip", "br"],
        &["identity", "br"],
        &["gzip", "gzip"],
    ] {
        let body = Client::sends([]).breaks();
        let refused = whole(&encoded(encodings), body, 100).await;
        let unknown = matches!(refused, Err(ReceiveError::UnknownEncoding { .. }));
        assert!(unknown, "{encodings:?}");
    }
    for encodings in [&["identity"][..], &[""], &["Identity", ""]] {
        let received = receive(&encoded(encodings), bytes(3), 100).await;
        assert_eq!(received.unwrap(), bytes(3), "{encodings:?}");
    }
    let mut headers = HeaderMap::new();
    let odd = HeaderValue::from_bytes(b"\xff").unwrap();
    headers.insert(header::CONTENT_ENCODING, odd);
    let refused = receive(&headers, bytes(3), 100).await;
    assert!(matches!(refused, Err(ReceiveError::UnknownEncoding { .. })));
}

#[tokio::test]
async fn a_refusal_shows_little_of_what_was_sent() {
    let long: &'static str = "secret-".repeat(1000).leak();
    let refused = receive(&encoded(&[long]), bytes(1), 100).await;
    assert!(refused.unwrap_err().to_string().len() < 150);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stops_sending_is_given_up() {
    let started = Instant::now();
    let body = Client::sends([(1, bytes(1)), (3600, bytes(1))]);
    let refused = whole(&HeaderMap::new(), body, 100).await;
    assert!(matches!(refused, Err(ReceiveError::TooSlow)));
    assert!(started.elapsed() <= PATIENCE + Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_a_byte_now_and_then_is_given_up_too() {
    let started = Instant::now();
    let body = Client::sends((0..10_000).map(|_| (29, bytes(1))));
    let refused = whole(&HeaderMap::new(), body, 100_000).await;
    assert!(matches!(refused, Err(ReceiveError::TooSlow)));
    assert!(started.elapsed() <= PATIENCE + Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_slow_line_is_waited_for() {
    // A modem's 4 KiB a second for half an hour, with a pause in the middle.
    let steady = (0..900).map(|_| (1, bytes(4096)));
    let body = Client::sends(steady.clone().chain([(29, bytes(1))]).chain(steady));
    let received = whole(&HeaderMap::new(), body, usize::MAX).await.unwrap();
    assert_eq!(received.len(), 1800 * 4096 + 1);
}

#[tokio::test]
async fn a_broken_connection_is_an_error() {
    let body = Client::sends([(0, bytes(1))]).breaks();
    let refused = whole(&HeaderMap::new(), body, 100).await;
    assert!(matches!(refused, Err(ReceiveError::Broken)));
}

#[tokio::test]
async fn trailers_are_no_part_of_a_body() {
    let mut body = Client::sends([(0, bytes(3))]);
    let trailers = Frame::trailers(HeaderMap::new());
    body.steps.push_back((Duration::ZERO, Ok(trailers)));
    let received = whole(&HeaderMap::new(), body, 3).await.unwrap();
    assert_eq!(received, bytes(3));
}

#[tokio::test(start_paused = true)]
async fn what_is_left_of_a_body_is_dropped_within_bounds() {
    const MIB: usize = 1024 * 1024;
    let plain = HeaderMap::new();
    let check = async |mut client: Client, expected: bool, what: &str| {
        assert_eq!(discard(&plain, &mut client).await, expected, "{what}");
    };
    check(Client::sends([]), true, "nothing").await;
    check(
        Client::sends([(1, bytes(10)), (1, bytes(10))]),
        true,
        "a little",
    )
    .await;
    check(Client::sends([]).breaks(), false, "broken").await;
    let started = Instant::now();
    check(Client::sends([(3600, bytes(1))]), false, "a pause").await;
    assert!(started.elapsed() <= Duration::from_secs(2));
    check(
        Client::sends((0..100).map(|_| (1, bytes(1)))),
        false,
        "a trickle",
    )
    .await;
    let one = bytes(MIB);
    let many = |count| Client::sends((0..count).map(|_| (0, one.clone())));
    check(many(64), true, "64 MiB").await;
    check(many(65), false, "65 MiB").await;
    let announced = Client::sends([]).breaks().announces(64 * MIB as u64 + 1);
    let started = Instant::now();
    check(announced, false, "announced too long").await;
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn a_client_that_waits_for_leave_is_not_waited_for() {
    let mut headers = HeaderMap::new();
    headers.insert(header::EXPECT, HeaderValue::from_static("100-continue"));
    let mut waiting = Client::sends([(3600, bytes(1))]);
    assert!(!discard(&headers, &mut waiting).await);
    // There is nothing to wait for when the body is empty.
    let mut empty: Full<Bytes> = Full::default();
    assert!(discard(&headers, &mut empty).await);
}

/// What comes out of pieces that were sent, the longest piece of it, and how it ended.
fn inflate(pieces: &[&[u8]], limit: usize) -> (Vec<u8>, usize, Result<(), ReceiveError>) {
    let mut inflater = Inflater::new(&encoded(&["gzip"]), limit).unwrap();
    let (mut whole, mut longest) = (Vec::new(), 0);
    let mut take = |piece: &[u8]| {
        whole.extend_from_slice(piece);
        longest = longest.max(piece.len());
        Ok(())
    };
    let mut pushed = pieces.iter();
    let ended = pushed.try_for_each(|piece| inflater.push(piece, &mut take));
    let ended = ended.and_then(|()| inflater.finish(take));
    (whole, longest, ended)
}

#[test]
fn a_body_inflates_the_same_in_any_pieces() {
    let plain: Vec<u8> = (0..50_000_u32).flat_map(u32::to_le_bytes).collect();
    let mut sent = gzip(&plain).to_vec();
    // Two members are one body (RFC 1952 section 2.2).
    sent.extend_from_slice(&gzip(b"and more"));
    for size in [1, 2, 7, 1000, 65_536, sent.len()] {
        let pieces: Vec<&[u8]> = sent.chunks(size).collect();
        let (whole, _, ended) = inflate(&pieces, usize::MAX);
        ended.unwrap();
        assert!(whole.strip_suffix(b"and more") == Some(&plain), "{size}");
    }
}

#[test]
fn a_bomb_comes_out_in_small_pieces_and_is_stopped_at_the_limit() {
    let bomb = gzip(&vec![0; 32 * 1024 * 1024]);
    let (whole, longest, ended) = inflate(&[&bomb], usize::MAX);
    ended.unwrap();
    assert_eq!(whole.len(), 32 * 1024 * 1024);
    assert!(longest <= 128 * 1024, "{longest}");
    let (whole, _, ended) = inflate(&[&bomb], 1_000_000);
    assert!(whole.len() <= 1_000_000, "{}", whole.len());
    let limit = matches!(ended, Err(ReceiveError::TooLarge { limit: 1_000_000 }));
    assert!(limit, "{ended:?}");
}

#[test]
fn what_follows_gzip_and_is_none_is_refused() {
    let mut sent = gzip(b"body").to_vec();
    sent.extend_from_slice(b"rubbish, and more of it");
    for size in [1, 5, sent.len()] {
        let pieces: Vec<&[u8]> = sent.chunks(size).collect();
        let (_, _, ended) = inflate(&pieces, usize::MAX);
        assert!(matches!(ended, Err(ReceiveError::BadGzip)), "{ended:?}");
    }
}
