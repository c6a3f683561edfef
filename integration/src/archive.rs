//! Archives that no packer would make.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Returns a tar of these files.
pub fn tar_of(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, text) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive
            .append_data(&mut header, path, text.as_bytes())
            .unwrap();
    }
    archive.into_inner().unwrap()
}

/// Returns these bytes, gzipped.
pub fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// Returns a few bytes of gzip that unpack to at least this many MiB of one byte.
pub fn gzip_bomb(byte: u8, mib: usize) -> Vec<u8> {
    const STEP: usize = 16;
    // Members behind each other unpack to what they hold, joined; so one of them has to be packed.
    gzipped(&vec![byte; STEP << 20]).repeat(mib.div_ceil(STEP))
}
