//! The reference's side of a connection.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;

use super::Contents;
use crate::answered::Answered;

/// The media type of abbreviated metadata.
const ABBREVIATED: &str = "application/vnd.npm.install-v1+json";

const JSON: &str = "application/json";

/// What is read of a request.
struct Asked {
    method: String,
    /// Without its query.
    path: String,
    abbreviated: bool,
}

/// Answers one request after the other until the client hangs up.
pub(super) fn connection(
    stream: &TcpStream,
    contents: &Contents,
    answered: &Mutex<Vec<Answered>>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader)? {
        let (status, media_type, body) = answer(&asked, contents);
        answered.lock().unwrap().push(Answered {
            method: asked.method,
            path: asked.path,
            status,
        });
        let head = format!(
            "HTTP/1.1 {status} Answer\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut writer = stream;
        writer.write_all(&[head.as_bytes(), body].concat())?;
    }
    Ok(())
}

fn answer<'a>(asked: &Asked, contents: &'a Contents) -> (u16, &'static str, &'a [u8]) {
    let path = asked.path.replace("%2f", "/").replace("%2F", "/");
    if asked.method == "GET" {
        if let Some(tarball) = contents.tarballs.get(&path) {
            return (200, "application/octet-stream", tarball);
        }
        if let Some(document) = contents.documents.get(&path[1..]) {
            return if asked.abbreviated {
                (200, ABBREVIATED, &document.abbreviated)
            } else {
                (200, JSON, &document.full)
            };
        }
    }
    (404, JSON, br#"{"error":"not found"}"#)
}

/// Reads a request; its body is of no interest.
fn read(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<Asked>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let method = words.next().unwrap_or_default().to_owned();
    let path = words.next().unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default().to_owned();
    let (mut length, mut abbreviated) = (0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            // Who names it at all names it first.
            "accept" => abbreviated = value.contains(ABBREVIATED),
            "content-length" => length = value.trim().parse().unwrap_or(0),
            _ => (),
        }
    }
    io::copy(&mut reader.take(length), &mut io::sink())?;
    Ok(Some(Asked {
        method,
        path,
        abbreviated,
    }))
}
