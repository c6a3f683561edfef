//! The blocks of a tar archive.

use tar::{EntryType, Header};

/// Everything in an archive is a multiple of this.
pub(super) const BLOCK: usize = 512;

/// When every file was last changed, 1985-10-26T08:15:00Z: npm's choice, since zip knows no earlier years.
const TIME: u64 = 499_162_500;

/// The longest name, and the longest folder before it, that a block has room for.
const LONGEST: (usize, usize) = (100, 155);

/// What stands before a file's bytes. A path that has no room in it stands before it in full.
pub(super) fn head(path: &str, size: u64, mode: u32) -> Vec<u8> {
    let path = format!("package/{path}");
    let mut head = Vec::with_capacity(BLOCK);
    let (folder, name) = if let Some(parts) = split(&path) {
        parts
    } else {
        let record = record("path", &path);
        let name = "PaxHeader/package";
        head.extend(block(
            "",
            name,
            record.len() as u64,
            0o644,
            EntryType::XHeader,
        ));
        head.extend(record.as_bytes());
        head.extend(padding(record.len() as u64));
        // Whoever does not read what stands before it sees that something is missing.
        ("", "package/long-path")
    };
    head.extend(block(folder, name, size, mode, EntryType::Regular));
    head
}

/// What fills the last block of a file.
pub(super) fn padding(size: u64) -> &'static [u8] {
    const ZEROS: [u8; BLOCK] = [0; BLOCK];
    let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
    let missing = if over == 0 { 0 } else { BLOCK - over };
    ZEROS.get(..missing).unwrap_or_default()
}

/// Splits a path into a folder and a name that a block has room for.
fn split(path: &str) -> Option<(&str, &str)> {
    if !path.is_ascii() {
        return None;
    }
    if path.len() < LONGEST.0 {
        return Some(("", path));
    }
    let slashes = path.match_indices('/').map(|(at, _)| at);
    let mut splits = slashes.filter_map(|at| Some((path.get(..at)?, path.get(at + 1..)?)));
    splits.find(|(folder, name)| {
        folder.len() < LONGEST.1 && name.len() < LONGEST.0 && !name.is_empty()
    })
}

fn block(folder: &str, name: &str, size: u64, mode: u32, kind: EntryType) -> [u8; BLOCK] {
    let mut header = Header::new_ustar();
    if let Some(ustar) = header.as_ustar_mut() {
        for (to, from) in ustar.name.iter_mut().zip(name.bytes()) {
            *to = from;
        }
        for (to, from) in ustar.prefix.iter_mut().zip(folder.bytes()) {
            *to = from;
        }
    }
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(mode);
    header.set_mtime(TIME);
    header.set_uid(0);
    header.set_gid(0);
    header.set_cksum();
    *header.as_bytes()
}

/// A line of an extended header, which begins with its own length.
fn record(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len();
    loop {
        let whole = rest.len() + length.to_string().len();
        if whole == length {
            return format!("{length}{rest}");
        }
        length = whole;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_counts_itself() {
        for length in 0..2000 {
            let record = record("path", &"x".repeat(length));
            let (count, _) = record.split_once(' ').unwrap();
            assert_eq!(count.parse::<usize>().unwrap(), record.len());
        }
    }

    #[test]
    fn a_path_of_any_length_is_read_back() {
        let deep = "folder/".repeat(60);
        for path in [
            "a".to_owned(),
            "x".repeat(91),
            "x".repeat(92),
            "x".repeat(255),
            format!("{}/{}", "a".repeat(140), "b".repeat(90)),
            format!("{}/{}", "a".repeat(150), "b".repeat(90)),
            format!("{deep}{}", "ü".repeat(120)),
            "日本語/é".to_owned(),
        ] {
            let mut archive = head(&path, 3, 0o755);
            archive.extend(b"abc");
            archive.extend(padding(3));
            archive.extend([0; 2 * BLOCK]);
            let mut archive = tar::Archive::new(&archive[..]);
            let entry = archive.entries().unwrap().next().unwrap().unwrap();
            assert_eq!(
                entry.path().unwrap().to_str().unwrap(),
                format!("package/{path}")
            );
            assert_eq!(entry.header().mode().unwrap(), 0o755);
            assert_eq!(entry.header().mtime().unwrap(), TIME);
        }
    }
}
