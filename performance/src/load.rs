//! A client that keeps a server busy.
//!
//! It runs on the machine it measures, so it does as little as it can: it sends the same bytes each
//! time, looks at the status and at the length of what comes back, and reads no further into it. A
//! library for HTTP would take about as much of the machine as the server does, and hide half of
//! every difference.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Barrier,
    task::JoinSet,
};

/// Longest head of an answer that is waited for, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;

/// A closed loop: as many connections as there are clients, each of which asks again as soon as it
/// has its answer.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// The server.
    pub address: SocketAddr,
    /// Connections, each of them kept.
    pub connections: usize,
    /// How long it lasts.
    pub duration: Duration,
}

impl Load {
    /// Sends the request for as long as the load lasts. The connections are open and have had an
    /// answer before the clock starts. An answer other than a 200 of always the same length ends it.
    pub async fn run(&self, request: &[u8]) -> io::Result<Measured> {
        let request: Arc<[u8]> = request.into();
        let start = Arc::new(Barrier::new(self.connections));
        let mut running = JoinSet::new();
        for _ in 0..self.connections {
            let (load, request, start) = (*self, Arc::clone(&request), Arc::clone(&start));
            running.spawn(async move { load.connection(&request, &start).await });
        }
        let mut measured = Measured::default();
        for done in running.join_all().await {
            let (latencies, elapsed) = done?;
            measured.elapsed = measured.elapsed.max(elapsed);
            measured.micros.extend(latencies);
        }
        measured.micros.sort_unstable();
        Ok(measured)
    }

    async fn connection(
        &self,
        request: &[u8],
        start: &Barrier,
    ) -> io::Result<(Vec<u32>, Duration)> {
        let first = async {
            let mut connection = Connection::open(self.address).await?;
            let length = connection.exchange(request).await?;
            Ok::<_, io::Error>((connection, length))
        };
        // Whoever fails still has to let the others start.
        let first = first.await;
        start.wait().await;
        let (mut connection, expected) = first?;
        let started = Instant::now();
        let mut latencies = Vec::new();
        let mut asked = started;
        loop {
            let length = connection.exchange(request).await?;
            if length != expected {
                return Err(broken(format!("{length} bytes, and {expected} before")));
            }
            let now = Instant::now();
            latencies.push(u32::try_from((now - asked).as_micros()).unwrap_or(u32::MAX));
            if now - started >= self.duration {
                return Ok((latencies, now - started));
            }
            asked = now;
        }
    }
}

/// What a load measured.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    elapsed: Duration,
    /// How long each request took, in order of length.
    micros: Vec<u32>,
}

impl Measured {
    /// Requests that were answered.
    pub fn requests(&self) -> usize {
        self.micros.len()
    }

    /// Requests answered in a second.
    #[allow(clippy::cast_precision_loss, reason = "nobody counts to 2^52 here")]
    pub fn per_second(&self) -> f64 {
        self.requests() as f64 / self.elapsed.as_secs_f64()
    }

    /// The time that the server needed for one request, with all connections at work.
    pub fn per_request(&self) -> Duration {
        self.elapsed / u32::try_from(self.requests().max(1)).unwrap_or(u32::MAX)
    }

    /// How long that share of the requests took at most: `latency(50)` is the median.
    pub fn latency(&self, percent: usize) -> Duration {
        let last = self.micros.len().saturating_sub(1);
        let micros = self.micros.get(last * percent.min(100) / 100).copied();
        Duration::from_micros(micros.unwrap_or_default().into())
    }
}

/// An answer, for what has to be asked once before the clock starts.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Sends one request on a connection of its own, which the request should ask to be closed.
pub async fn ask(address: SocketAddr, request: &[u8]) -> io::Result<Answer> {
    let mut connection = Connection::open(address).await?;
    let (status, head, body) = connection.answer(request).await?;
    Ok(Answer {
        status,
        body: connection.buffer[head..head + body].to_vec(),
    })
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let buffer = vec![0; LONGEST_HEAD];
        Ok(Self { stream, buffer })
    }

    /// Returns the length of a 200.
    async fn exchange(&mut self, request: &[u8]) -> io::Result<usize> {
        let (status, _, length) = self.answer(request).await?;
        if status == 200 {
            Ok(length)
        } else {
            Err(broken(format!("the status {status}")))
        }
    }

    /// Returns the status and the lengths of the head and the body, which are in the buffer.
    async fn answer(&mut self, request: &[u8]) -> io::Result<(u16, usize, usize)> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let head = loop {
            if filled == self.buffer.len() {
                return Err(broken("a head that has no end"));
            }
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let seen = filled.saturating_sub(3);
            filled += read;
            if let Some(end) = end_of_head(&self.buffer[seen..filled]) {
                break seen + end;
            }
        };
        let (status, body) = status_and_length(&self.buffer[..head])?;
        let whole = head + body;
        if whole > self.buffer.len() {
            self.buffer.resize(whole, 0);
        }
        if filled < whole {
            let rest = &mut self.buffer[filled..whole];
            self.stream.read_exact(rest).await?;
        }
        Ok((status, head, body))
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    end.map(|at| at + 4)
}

/// Reads what this needs of a head. A body without a length is none that this registry sends.
fn status_and_length(head: &[u8]) -> io::Result<(u16, usize)> {
    let mut lines = head.split(|byte| *byte == b'\n');
    let status = lines.next().and_then(|line| line.get(9..12));
    let status = status.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    let length = lines.find_map(|line| {
        let at = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at(at);
        let value = std::str::from_utf8(value.get(1..)?).ok()?;
        name.eq_ignore_ascii_case(b"content-length")
            .then(|| value.trim().parse().ok())?
    });
    match (status, length) {
        (Some(status), Some(length)) => Ok((status, length)),
        _ => Err(broken("a head without a status or a length")),
    }
}

fn broken(what: impl Into<String>) -> io::Error {
    io::Error::other(format!("the server answered with {}", what.into()))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn a_head_is_read_as_far_as_it_is_needed() {
        let head = b"HTTP/1.1 404 Not Found\r\nx: 1\r\nContent-Length: 17\r\n\r\n";
        assert_eq!(status_and_length(head).expect("a head"), (404, 17));
        assert_eq!(end_of_head(head), Some(head.len()));
        for head in [
            &b"HTTP/1.1 200 OK\r\n\r\n"[..],
            b"HTTP/1.1 2x0 OK\r\ncontent-length: 1\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
            b"",
        ] {
            status_and_length(head).expect_err("no head");
        }
    }

    #[test]
    fn percentiles_are_of_the_ordered_latencies() {
        let measured = Measured {
            elapsed: Duration::from_secs(2),
            micros: (0..=100).collect(),
        };
        assert_eq!(measured.latency(50), Duration::from_micros(50));
        assert_eq!(measured.latency(100), Duration::from_micros(100));
        assert!((measured.per_second() - 50.5).abs() < 1e-9);
        assert_eq!(Measured::default().latency(99), Duration::ZERO);
    }

    /// Sends the answers in pieces of these lengths, whatever is asked.
    async fn serve(answer: &'static [u8], piece: usize) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut asked = [0; 4];
                    while stream.read_exact(&mut asked).await.is_ok() {
                        for piece in answer.chunks(piece) {
                            stream.write_all(piece).await.expect("to be read");
                            tokio::task::yield_now().await;
                        }
                    }
                });
            }
        });
        address
    }

    #[tokio::test]
    async fn a_load_counts_whole_answers_and_stops_at_another_status() {
        let load = |address| Load {
            address,
            connections: 4,
            duration: Duration::from_millis(20),
        };
        let good = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
        for piece in [1, 7, good.len()] {
            let measured = load(serve(good, piece).await).run(b"ask!").await;
            let measured = measured.expect("a measurement");
            assert!(measured.requests() >= 4 && measured.per_second() > 0.0);
        }
        let bad = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n";
        let refused = load(serve(bad, 9).await).run(b"ask!").await;
        assert!(refused.expect_err("a refusal").to_string().contains("401"));
        let asked = ask(serve(good, 3).await, b"ask!").await.expect("an answer");
        assert_eq!((asked.status, asked.body.as_slice()), (200, &b"hello"[..]));
    }
}
