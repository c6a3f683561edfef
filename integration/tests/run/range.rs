//! Parts of tarballs: proxies and resumed downloads ask for them.

use integration::{Package, Registry, Response};

const PATH: &str = "/name/-/name-1.0.0.tgz";

struct Story {
    registry: Registry,
    tarball: Vec<u8>,
}

impl Story {
    /// Publishes a tarball with so many bytes that cannot be compressed in it.
    fn with(filler: usize) -> Self {
        let registry = Registry::start();
        let alice = registry.user("alice");
        let mut random = fastrand::Rng::with_seed(1);
        let filler: Vec<u8> = (0..filler).map(|_| random.u8(..)).collect();
        let package = Package::new("name", "1.0.0").filler(filler).sealed();
        package.publish(&alice.http).send().expect(201);
        let tarball = package.tarball();
        Self { registry, tarball }
    }

    fn ask(&self, method: &str, headers: &[(&str, &str)]) -> Response {
        let http = self.registry.http();
        let mut request = http.request(method, PATH);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.send()
    }

    fn etag(&self) -> String {
        let whole = self.ask("GET", &[]).expect(200);
        assert_eq!(whole.body, self.tarball);
        assert_eq!(whole.required_header("accept-ranges"), "bytes");
        assert_eq!(whole.header("content-range"), None);
        whole.required_header("etag").to_owned()
    }
}

/// One that the server holds in memory, and one that it reads from its file while sending.
fn both() -> [Story; 2] {
    [Story::with(100), Story::with(700_000)]
}

#[test]
fn one_range_is_answered_with_just_those_bytes() {
    for story in both() {
        let (size, etag) = (story.tarball.len(), story.etag());
        for (range, from, to) in [
            ("bytes=0-0".to_owned(), 0, 1),
            ("bytes=10-19".to_owned(), 10, 20),
            ("bytes=10-".to_owned(), 10, size),
            ("bytes=-7".to_owned(), size - 7, size),
            (format!("bytes=0-{}", size - 1), 0, size),
            (format!("bytes=5-{}", size * 2), 5, size),
            (format!("bytes=-{}", size * 2), 0, size),
            (format!("bytes={}-", size - 1), size - 1, size),
            (
                format!("bytes={}-{}", size / 3, size / 2),
                size / 3,
                size / 2 + 1,
            ),
        ] {
            let part = story.ask("GET", &[("range", &range)]).expect(206);
            assert!(part.body == story.tarball[from..to], "{range} of {size}");
            let told = part.required_header("content-range");
            assert_eq!(told, format!("bytes {from}-{}/{size}", to - 1));
            assert_eq!(part.required_header("etag"), etag);
            assert_eq!(
                part.required_header("content-length"),
                (to - from).to_string()
            );
            let kind = part.required_header("content-type");
            assert_eq!(kind, "application/octet-stream");
            assert!(part.required_header("cache-control").contains("immutable"));
        }
    }
}

#[test]
fn a_download_is_resumed_where_it_broke_off() {
    let story = Story::with(700_000);
    let etag = story.etag();
    let mut have = story.tarball[..333_333].to_vec();
    let range = format!("bytes={}-", have.len());
    let rest = story.ask("GET", &[("range", &range), ("if-range", &etag)]);
    have.extend_from_slice(&rest.expect(206).body);
    assert!(have == story.tarball);
}

#[test]
fn bytes_beyond_the_end_are_a_416_that_tells_the_length() {
    for story in both() {
        let size = story.tarball.len();
        for range in [
            format!("bytes={size}-"),
            "bytes=-0".into(),
            "bytes=99999999999999999999-".into(),
        ] {
            let answer = story.ask("GET", &[("range", &range)]).expect(416);
            assert!(answer.error().contains(&size.to_string()), "{answer}");
            assert_eq!(
                answer.required_header("content-range"),
                format!("bytes */{size}")
            );
        }
        // The next request on the connection finds it in order.
        let http = story.registry.http();
        let mut connection = http.connect().unwrap();
        let beyond = http.get(PATH).header("range", "bytes=99999999-");
        connection.send(&beyond).unwrap().expect(416);
        connection.send(&http.get("/-/ping")).unwrap().expect(200);
    }
}

#[test]
fn what_is_no_single_range_is_answered_with_the_whole() {
    for story in both() {
        for range in [
            "bytes=0-1,5-6",
            "bytes=5-4",
            "bytes=x",
            "bytes",
            "items=0-1",
            "",
        ] {
            let answer = story.ask("GET", &[("range", range)]).expect(200);
            assert!(answer.body == story.tarball, "{range:?}");
        }
        let twice = [("range", "bytes=0-1"), ("range", "bytes=0-1")];
        assert!(story.ask("GET", &twice).expect(200).body == story.tarball);
    }
}

#[test]
fn a_range_of_other_bytes_is_answered_with_the_whole() {
    let story = Story::with(100);
    let etag = story.etag();
    let range = ("range", "bytes=1-2");
    story.ask("GET", &[range, ("if-range", &etag)]).expect(206);
    let weak = format!("W/{etag}");
    for other in [weak.as_str(), "\"x\"", "x", "Thu, 01 Jan 2099 00:00:00 GMT"] {
        let answer = story.ask("GET", &[range, ("if-range", other)]).expect(200);
        assert!(answer.body == story.tarball, "{other}");
    }
}

/// What the client has is looked at before what it wants of it.
#[test]
fn who_has_the_bytes_gets_304_whatever_the_range() {
    let story = Story::with(100);
    let etag = story.etag();
    for range in ["bytes=1-2", "bytes=99999999-"] {
        let headers = [("range", range), ("if-none-match", etag.as_str())];
        let answer = story.ask("GET", &headers).expect(304);
        assert_eq!(answer.header("content-range"), None);
        assert_eq!(answer.required_header("etag"), etag);
    }
}

#[test]
fn head_tells_of_the_whole_and_that_parts_can_be_had() {
    for story in both() {
        for range in ["bytes=1-2", "bytes=99999999-"] {
            let head = story.ask("HEAD", &[("range", range)]).expect(200);
            let length = head.required_header("content-length");
            assert_eq!(length, story.tarball.len().to_string());
            assert_eq!(head.required_header("accept-ranges"), "bytes");
        }
    }
}

#[test]
fn documents_have_no_parts() {
    let story = Story::with(100);
    let http = story.registry.http();
    for path in ["/name", "/name/1.0.0", "/-/package/name/dist-tags"] {
        let answer = http.get(path).header("range", "bytes=1-2").send();
        answer.expect(200).json();
    }
    let absent = http.get("/name/-/name-2.0.0.tgz");
    absent
        .header("range", "bytes=1-2")
        .send()
        .expect(404)
        .error();
}
