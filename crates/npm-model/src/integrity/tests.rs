use proptest::prelude::*;

use super::*;

const EMPTY_SHA512: &str = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";
const ABC_SHA512: &str = "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";
const ABC_HEX: &str = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                       2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

#[test]
fn digests_are_the_published_ones() {
    fn check(bytes: &[u8], integrity: &str, shasum: &str) {
        let digests = Digests::of(bytes);
        assert_eq!(digests.integrity.to_string(), integrity);
        assert_eq!(digests.shasum.to_string(), shasum);
        assert_eq!(digests.size, bytes.len() as u64);
        assert_eq!(Integrity::parse(integrity), Ok(digests.integrity));
        assert_eq!(Shasum::parse(shasum), Ok(digests.shasum));
        assert_eq!(Shasum::parse(&shasum.to_uppercase()), Ok(digests.shasum));
    }
    check(
        b"",
        EMPTY_SHA512,
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    );
    check(
        b"abc",
        ABC_SHA512,
        "a9993e364706816aba3e25717850c26c9cd0d89d",
    );
    assert_eq!(Digests::of(b"abc").integrity.to_hex(), ABC_HEX);
    assert_eq!(
        Integrity::from_hex(ABC_HEX),
        Some(Digests::of(b"abc").integrity)
    );
}

#[test]
fn the_sha512_is_taken_from_an_integrity() {
    fn check(text: &str) {
        assert_eq!(
            Integrity::parse(text).map(|found| found.to_string()),
            Ok(ABC_SHA512.to_owned()),
            "{text}"
        );
    }
    check(ABC_SHA512);
    check(&format!("  {ABC_SHA512}\n"));
    check(&format!("{ABC_SHA512}?foo?bar"));
    check(&format!(
        "sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0= {ABC_SHA512} {EMPTY_SHA512}"
    ));
    check(&format!("sha384-nonsense {ABC_SHA512} sha999-x"));
}

#[test]
fn other_texts_are_no_integrity() {
    for text in [
        "",
        " ",
        "sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
        "SHA512-x",
        "sha512",
        ABC_HEX,
        "sha512 -",
    ] {
        assert_eq!(
            Integrity::parse(text),
            Err(IntegrityError::NoSha512 {
                text: Quoted::new(text)
            })
        );
    }
    let unpadded = ABC_SHA512.trim_end_matches('=');
    let not_canonical = ABC_SHA512.replace("nw==", "nx==");
    let long = format!("{SHA512_PREFIX}{}", "A".repeat(1_000_000));
    let sha1 = "sha512-qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";
    let url_safe = ABC_SHA512.replace('+', "-").replace('/', "_");
    for text in [
        "sha512-",
        "sha512-?x",
        unpadded,
        &not_canonical,
        &long,
        sha1,
        &url_safe,
        "sha512-é",
    ] {
        assert_eq!(
            Integrity::parse(text),
            Err(IntegrityError::Malformed {
                text: Quoted::new(text)
            })
        );
    }
}

#[test]
fn other_texts_are_no_shasum() {
    let good = "a9993e364706816aba3e25717850c26c9cd0d89d";
    for text in [
        "",
        "x",
        good.trim_start_matches('a'),
        &format!("{good}0"),
        &format!("{good}00"),
        &good.replace('d', "g"),
        &"é".repeat(20),
        &"+1".repeat(20),
    ] {
        assert_eq!(
            Shasum::parse(text),
            Err(ShasumError {
                text: Quoted::new(text)
            })
        );
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = (Integrity::parse(&text), Integrity::parse(&format!("sha512-{text}")), Shasum::parse(&text));
    }

    #[test]
    fn what_is_printed_is_read(bytes in any::<[[u8; 20]; 4]>()) {
        let mut sha512 = [0; 64];
        sha512.iter_mut().zip(bytes.as_flattened()).for_each(|(to, from)| *to = *from);
        let integrity = Integrity::from_bytes(sha512);
        prop_assert_eq!(Integrity::parse(&integrity.to_string()), Ok(integrity));
        prop_assert_eq!(Integrity::from_hex(&integrity.to_hex()), Some(integrity));
        prop_assert_eq!(integrity.as_bytes(), &sha512);
        let shasum = Shasum::from_bytes(bytes[0]);
        prop_assert_eq!(Shasum::parse(&shasum.to_string()), Ok(shasum));
        prop_assert_eq!(shasum.as_bytes(), &bytes[0]);
    }

    #[test]
    fn pieces_digest_like_the_whole(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..8)) {
        let mut digester = Digester::new();
        for piece in &pieces {
            digester.update(piece);
        }
        prop_assert_eq!(digester.finish(), Digests::of(&pieces.concat()));
    }
}
