//! The encodings that documents are kept in, and how hard each one tries.
//!
//! A document is encoded once after each change of its package, while whoever asked first waits, so
//! the levels are those after which more work gains next to nothing. For a packument of 8.3 MB with
//! 3,300 versions, on one core: gzip 29 ms and 10.4 % of it, brotli 48 ms and 9.8 %, zstd 12 ms and
//! 10.1 %. One step up in brotli costs 131 ms for 9.7 %.

use std::io::{self, Write as _};

use flate2::{Compression, write::GzEncoder};

/// How the bytes of a document are encoded.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Encoding {
    /// As they are.
    Identity,
    /// gzip, which every client takes, and npm nothing else.
    Gzip,
    /// Brotli.
    Brotli,
    /// Zstandard.
    Zstd,
}

/// zlib's own middle.
const GZIP_LEVEL: u32 = 6;

/// From 4 on brotli looks at several candidates for each match, which manifests do not reward.
const BROTLI_QUALITY: i32 = 3;

/// zstd's own middle. Its window is 2 MiB; a browser refuses one above 8 (RFC 9659).
const ZSTD_LEVEL: i32 = 3;

impl Encoding {
    /// Every encoding.
    pub const ALL: [Self; 4] = [Self::Identity, Self::Gzip, Self::Brotli, Self::Zstd];

    /// Stands for the encoding in entity tags.
    pub(crate) const fn letter(self) -> char {
        match self {
            Self::Identity => 'i',
            Self::Gzip => 'g',
            Self::Brotli => 'b',
            Self::Zstd => 'z',
        }
    }

    /// Encodes a document.
    pub(crate) fn encode(self, document: Vec<u8>) -> io::Result<Vec<u8>> {
        match self {
            Self::Identity => Ok(document),
            Self::Gzip => gzip(&document),
            Self::Brotli => brotli(&document),
            Self::Zstd => zstd::bulk::compress(&document, ZSTD_LEVEL),
        }
    }
}

fn gzip(document: &[u8]) -> io::Result<Vec<u8>> {
    let encoded = Vec::with_capacity(document.len() / 4);
    let mut encoder = GzEncoder::new(encoded, Compression::new(GZIP_LEVEL));
    encoder.write_all(document)?;
    encoder.finish()
}

fn brotli(document: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoded = Vec::with_capacity(document.len() / 4);
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        size_hint: document.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*document, &mut encoded, &params)?;
    Ok(encoded)
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, io::Read as _};

    use super::*;

    fn decoded(encoding: Encoding, bytes: &[u8]) -> Vec<u8> {
        let mut document = Vec::new();
        match encoding {
            Encoding::Identity => document.extend_from_slice(bytes),
            Encoding::Gzip => {
                let mut decoder = flate2::read::GzDecoder::new(bytes);
                decoder.read_to_end(&mut document).unwrap();
            }
            Encoding::Brotli => brotli::BrotliDecompress(&mut &*bytes, &mut document).unwrap(),
            Encoding::Zstd => document = zstd::stream::decode_all(bytes).unwrap(),
        }
        document
    }

    #[test]
    fn what_is_encoded_can_be_decoded() {
        let manifest = br#"{"name":"a","version":"1.0.0","dist":{"integrity":"sha512-"}},"#;
        for length in [0, 1, 100, 3 << 20] {
            let document: Vec<u8> = manifest.iter().copied().cycle().take(length).collect();
            for encoding in Encoding::ALL {
                let encoded = encoding.encode(document.clone()).unwrap();
                let shrinks = encoding != Encoding::Identity && length > 100;
                assert!(!shrinks || encoded.len() < length / 100, "{encoding:?}");
                assert!(
                    decoded(encoding, &encoded) == document,
                    "{encoding:?} of {length}"
                );
            }
        }
    }

    /// The window is in the frame's head: its descriptor, then one byte whose upper five bits are
    /// the window's logarithm, counted from 10.
    #[test]
    fn browsers_take_the_zstd_window() {
        let encoded = Encoding::Zstd.encode(vec![b'x'; 32 << 20]).unwrap();
        assert_eq!(encoded[..4], [0x28, 0xb5, 0x2f, 0xfd]);
        assert_eq!(
            encoded[4] & 0x20,
            0,
            "the window is as long as the document"
        );
        let window = 1_u64 << (10 + (encoded[5] >> 3));
        assert!(window <= 8 << 20, "{window}");
    }

    #[test]
    fn each_encoding_has_its_letter() {
        let letters: HashSet<char> = Encoding::ALL.map(Encoding::letter).into();
        assert_eq!(letters.len(), Encoding::ALL.len());
    }
}
