//! Archives that no packer would make.

use std::io::Write as _;

use flate2::write::GzEncoder;
use flate2::{Compress, Compression, FlushCompress};

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

/// Returns some KiB of gzip that unpack to this many MiB of one byte. It is whole but for its checksum,
/// and whoever gets as far as that has unpacked too much already.
pub fn gzip_bomb(byte: u8, mib: usize) -> Vec<u8> {
    const STEP_MIB: usize = 8;
    const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let step = vec![byte; STEP_MIB << 20];
    let mut packed = Vec::with_capacity(step.len() / 100);
    // Packed like that, a piece does not lean on the one before it, and can be repeated.
    let mut packer = Compress::new(Compression::best(), false);
    packer
        .compress_vec(&step, &mut packed, FlushCompress::Full)
        .unwrap();
    assert_eq!(packer.total_in(), step.len() as u64, "all of it fits");
    let mut bomb = HEAD.to_vec();
    bomb.extend(packed.repeat(mib.div_ceil(STEP_MIB)));
    // An empty last block.
    bomb.extend([3, 0]);
    bomb.extend([0; 8]);
    bomb
}
