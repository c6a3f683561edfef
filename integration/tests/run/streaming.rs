//! Tarballs that are longer than a server should need memory for.

use std::io::{self, Write};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use integration::{Connection, Package, Registry, Response, User, eventually};
use npm_model::{Digester, Digests};

const MIB: u64 = 1024 * 1024;

/// How many bytes the long tarball has at least.
const LONG: u64 = 100 * MIB;

/// Memory that all publishes of a story together may take. A debug build's own code is a part of it,
/// since it is read when it is first used.
const MOST: u64 = 40 * MIB;

/// The end of a tarball that gzip makes no shorter, gzipped by itself: it serves behind any beginning.
fn long_end() -> &'static [u8] {
    static END: OnceLock<Vec<u8>> = OnceLock::new();
    END.get_or_init(|| {
        let mut random = fastrand::Rng::with_seed(13);
        let mut filler = vec![0; usize::try_from(LONG).unwrap()];
        random.fill(&mut filler);
        let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::none()));
        append(&mut archive, "package/filler.bin", &filler);
        archive.into_inner().unwrap().finish().unwrap()
    })
}

/// The same in base64, which serves where what is before it has a length that three divides.
fn long_end_in_base64() -> &'static str {
    static END: OnceLock<String> = OnceLock::new();
    END.get_or_init(|| STANDARD.encode(long_end()))
}

fn append(archive: &mut tar::Builder<impl Write>, path: &str, bytes: &[u8]) {
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    archive.append_data(&mut header, path, bytes).unwrap();
}

/// A package with a long tarball, of which only the beginning is in memory once for each.
struct Long {
    name: String,
    beginning: Vec<u8>,
    digests: Digests,
}

impl Long {
    fn new(name: &str) -> Self {
        let json = format!(r#"{{"name":"{name}","version":"1.0.0"}}"#);
        let mut archive = tar::Builder::new(Vec::new());
        append(&mut archive, "package/package.json", json.as_bytes());
        // Without the two empty blocks that would end the archive here.
        let mut archive = archive.into_inner().unwrap();
        archive.truncate(archive.len() - 1024);
        let gzipped = |comment: &str| {
            let gzip = GzBuilder::new().comment(comment);
            let mut gzip = gzip.write(Vec::new(), Compression::fast());
            gzip.write_all(&archive).unwrap();
            gzip.finish().unwrap()
        };
        let mut beginnings = ["", "x", "xx"].into_iter().map(gzipped);
        let beginning = beginnings.find(|it| it.len() % 3 == 0).unwrap();
        let mut digester = Digester::new();
        digester.update(&beginning);
        digester.update(long_end());
        Self {
            name: name.to_owned(),
            beginning,
            digests: digester.finish(),
        }
    }

    /// The document that publishes it, around its tarball, which comes first or last.
    fn around(&self, first: bool) -> (String, String) {
        let Self { name, digests, .. } = self;
        let Digests {
            integrity,
            shasum,
            size,
        } = digests;
        let rest = format!(
            r#""name":"{name}","dist-tags":{{"latest":"1.0.0"}},"versions":{{"1.0.0":{{"name":"{name}","version":"1.0.0","dist":{{"integrity":"{integrity}","shasum":"{shasum}"}}}}}}"#
        );
        let data = STANDARD.encode(&self.beginning);
        let attachment =
            format!(r#""_attachments":{{"{name}-1.0.0.tgz":{{"length":{size},"data":"{data}"#);
        if first {
            (format!("{{{attachment}"), format!("\"}}}},{rest}}}"))
        } else {
            (format!("{{{rest},{attachment}"), "\"}}}".to_owned())
        }
    }

    /// Publishes it in pieces of the connection's choice.
    fn publish(&self, registry: &Registry, alice: &User) -> Response {
        let (before, after) = self.around(false);
        let length = before.len() + long_end_in_base64().len() + after.len();
        let headers = format!("content-length: {length}\r\n");
        let mut connection = begin(registry, alice, &self.name, &headers);
        let written = [&before, long_end_in_base64(), &after]
            .iter()
            .try_for_each(|part| connection.send_raw(part.as_bytes()));
        answer(connection, &written)
    }

    /// Publishes it gzipped, in chunks, with the attachment first.
    fn publish_gzipped(&self, registry: &Registry, alice: &User) -> Response {
        let headers = "content-encoding: gzip\r\ntransfer-encoding: chunked\r\n";
        let mut connection = begin(registry, alice, &self.name, headers);
        let (before, after) = self.around(true);
        let mut body = GzEncoder::new(Chunks(&mut connection), Compression::fast());
        let written = [&before, long_end_in_base64(), &after]
            .iter()
            .try_for_each(|part| body.write_all(part.as_bytes()))
            .and_then(|()| body.finish())
            .and_then(|chunks| chunks.0.send_raw(b"0\r\n\r\n"));
        answer(connection, &written)
    }

    #[track_caller]
    fn is_published(&self, registry: &Registry) {
        let tarball = registry.tarball(&self.name, "1.0.0").expect(200);
        assert!(Digests::of(&tarball.body) == self.digests, "other bytes");
    }
}

fn begin(registry: &Registry, alice: &User, name: &str, headers: &str) -> Connection {
    let mut connection = registry.http().connect().unwrap();
    let head = format!(
        "PUT /{name} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n{headers}\r\n",
        registry.address(),
        alice.token
    );
    connection.send_raw(head.as_bytes()).unwrap();
    connection
}

/// An answer counts whether the body could be sent to its end or not.
fn answer(mut connection: Connection, written: &io::Result<()>) -> Response {
    match connection.receive(false) {
        Ok(answer) => answer,
        Err(error) => panic!("no answer ({error}); the body: {written:?}"),
    }
}

/// Sends what is written as the chunks of a body without a length.
struct Chunks<'a>(&'a mut Connection);

impl Write for Chunks<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !bytes.is_empty() {
            let head = format!("{:x}\r\n", bytes.len());
            let chunk = [head.as_bytes(), bytes, b"\r\n"].concat();
            self.0.send_raw(&chunk)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Checks how much more memory the server has had at its peak after the story than before.
#[track_caller]
fn takes_little_memory(registry: &Registry, tarballs: u64, publish: impl FnOnce()) {
    let before = registry.peak_memory();
    publish();
    let grown = registry.peak_memory() - before;
    println!("{tarballs} tarballs of {LONG} bytes: {grown} bytes of memory");
    // What was promised, and what is true.
    assert!(grown < 2 * LONG, "{grown} bytes");
    assert!(grown < MOST, "{grown} bytes");
}

fn started() -> (Registry, User) {
    let registry = Registry::start();
    let alice = registry.user("alice");
    Package::new("small", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    (registry, alice)
}

/// As comes back when a version of a package with thousands of them is deprecated.
#[test]
fn a_long_document_without_a_tarball_is_taken_up_to_its_own_limit() {
    let (registry, alice) = started();
    let put = |path: &str, mebibytes: usize| {
        let mut document = registry.packument("small");
        document["versions"]["1.0.0"]["deprecated"] = format!("{mebibytes}").into();
        document["readme"] = "x".repeat(mebibytes << 20).into();
        alice.http.put(path).json(&document).send()
    };
    let deprecated = || registry.packument("small")["versions"]["1.0.0"]["deprecated"].clone();
    put("/small", 40).expect(201);
    assert_eq!(deprecated(), "40");
    put("/small", 65).expect(413).error();
    assert_eq!(deprecated(), "40");
    let rev = registry.packument("small")["_rev"].clone();
    let path = format!("/small/-rev/{}", rev.as_str().unwrap());
    put(&path, 65).expect(413).error();
    put(&path, 41).expect(201);
    assert_eq!(deprecated(), "41");
}

fn incoming(registry: &Registry) -> usize {
    let folder = registry.data().join("blobs/incoming");
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
#[cfg(target_os = "linux")]
fn a_long_tarball_takes_little_memory() {
    let (registry, alice) = started();
    let long = Long::new("long");
    takes_little_memory(&registry, 1, || {
        long.publish(&registry, &alice).expect(201);
    });
    long.is_published(&registry);
    registry.command(&["verify"]).exits(0);
}

#[test]
#[cfg(target_os = "linux")]
fn four_long_tarballs_at_once_take_little_memory() {
    let (registry, alice) = started();
    let packages: Vec<Long> = (0..4).map(|it| Long::new(&format!("long-{it}"))).collect();
    takes_little_memory(&registry, 4, || {
        thread::scope(|threads| {
            for package in &packages {
                threads.spawn(|| package.publish(&registry, &alice).expect(201));
            }
        });
    });
    for package in &packages {
        package.is_published(&registry);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_long_tarball_in_a_gzipped_body_takes_little_memory() {
    let (registry, alice) = started();
    let long = Long::new("long");
    takes_little_memory(&registry, 1, || {
        long.publish_gzipped(&registry, &alice).expect(201);
    });
    long.is_published(&registry);
}

#[test]
#[cfg(target_os = "linux")]
fn a_gzipped_bomb_takes_little_memory() {
    let (registry, alice) = started();
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(br#"{"versions":{"1.0.0":""#).unwrap();
    for _ in 0..1024 {
        bomb.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    let before = registry.peak_memory();
    let request = alice.http.put("/bomb").body(bomb);
    let answer = request.header("content-encoding", "gzip").send();
    answer.expect(413).error();
    // The document is gathered up to its own limit, which is less than the body's.
    let grown = registry.peak_memory() - before;
    assert!(grown < 150 * MIB, "{grown} bytes");
}

#[test]
fn a_client_that_goes_away_leaves_no_file_behind() {
    let (registry, alice) = started();
    let document = Package::new("gone", "1.0.0")
        .filler(long_end().get(..1 << 22).unwrap())
        .document()
        .to_string();
    for part in [3, 2] {
        let headers = format!("content-length: {}\r\n", document.len());
        let mut connection = begin(&registry, &alice, "gone", &headers);
        let sent = document.len() / part * (part - 1);
        connection.send_raw(&document.as_bytes()[..sent]).unwrap();
        let limit = Duration::from_secs(10);
        eventually("a file", limit, || (incoming(&registry) == 1).then_some(()));
        drop(connection);
        eventually("no file", limit, || {
            (incoming(&registry) == 0).then_some(())
        });
    }
    registry.http().get("/gone").send().expect(404);
}

/// The answer comes while most of the body is still to be sent, and no file is made.
#[test]
fn what_cannot_be_published_is_refused_when_its_tarball_is_named() {
    let config = "[access.\"of-bob\"]\npublish = [\"bob\"]\n";
    let registry = Registry::options().config(config).start();
    let alice = registry.user("alice");
    Package::new("there", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    let refused = |path: &str, attachment: &str| {
        let headers = "content-length: 100000000\r\n";
        let mut connection = begin(&registry, &alice, path, headers);
        let beginning = format!(r#"{{"_attachments":{{"{attachment}":{{"data":"AAAA"#);
        connection.send_raw(beginning.as_bytes()).unwrap();
        // What is left is announced to be so much that it is not waited for.
        connection.receive(false).unwrap()
    };
    for (path, attachment, status) in [
        ("there", "there-1.0.0.tgz", 409),
        ("there", "there-1.0.0+build.tgz", 409),
        ("there", "other-1.0.1.tgz", 400),
        ("there", "there-banana.tgz", 400),
        ("there", "../there-1.0.1.tgz", 400),
        ("Capital", "Capital-1.0.0.tgz", 400),
        ("of-bob", "of-bob-1.0.0.tgz", 403),
    ] {
        let answer = refused(path, attachment);
        assert_eq!(answer.status, status, "{attachment}: {answer}");
        answer.error();
        assert_eq!(incoming(&registry), 0, "{attachment}");
    }
}
