//! A package document on its way in: the tarball to the disk, the rest to memory.

use bytes::Bytes;
use npm_model::{PackageName, TarballName, Version};
use storage::{Incoming, Received, Store};
use web::receive::{Inflater, ReceiveError};

use super::{
    base64::Base64,
    split::{Parts, Splitter},
    wire::shortened,
};
use crate::{
    bodies::{LONGEST_DOCUMENT, Room},
    reject::Reject,
};

/// Longest statement of where a package was built, in bytes as it is written. Sigstore's have some
/// ten KiB.
const LONGEST_PROVENANCE: usize = 4 * 1024 * 1024;

/// How many times the bytes that are in hand are in memory: some were decoded, some are behind them.
const PASSING: usize = 3;

/// A document that is being received. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct Intake {
    inflater: Inflater,
    splitter: Splitter,
    parts: Collected,
}

/// A document that was received whole, with what it brought.
#[derive(Debug)]
pub(crate) struct Arrived {
    /// The document, with an empty text in place of each attachment's data.
    pub(crate) document: Vec<u8>,
    pub(super) tarball: Option<ArrivedTarball>,
    pub(super) provenance: Option<ArrivedProvenance>,
    denial: Option<Reject>,
    /// The document is in memory until this is dropped.
    _room: Room,
}

/// The tarball that a document brought.
#[derive(Debug)]
pub(super) struct ArrivedTarball {
    /// The name of the attachment.
    pub(super) name: String,
    /// The version whose tarball it is by that name.
    pub(super) version: Version,
    pub(super) received: Received,
}

/// The statement of where a package was built that a document brought.
#[derive(Debug)]
pub(super) struct ArrivedProvenance {
    /// The name of the attachment.
    pub(super) name: String,
    /// The version that it is of by that name.
    pub(super) version: Version,
    pub(super) text: String,
}

impl Arrived {
    /// Refuses who may not publish.
    pub(crate) fn check_may_publish(&mut self) -> Result<(), Reject> {
        self.denial.take().map_or(Ok(()), Err)
    }
}

impl Intake {
    /// Starts to receive a document for that package from somebody who may publish, or why not.
    pub(crate) fn new(
        store: &Store,
        package: &PackageName,
        inflater: Inflater,
        room: Room,
        denial: Option<Reject>,
    ) -> Self {
        Self {
            inflater,
            splitter: Splitter::default(),
            parts: Collected {
                store: store.clone(),
                package: package.clone(),
                denial,
                document: Vec::new(),
                room,
                passing: 0,
                open: None,
                tarball: None,
                provenance: None,
            },
        }
    }

    /// Takes the next pieces as they were sent. Blocks on the disk.
    pub(crate) fn push(&mut self, pieces: &[Bytes]) -> Result<(), Reject> {
        let Self {
            inflater,
            splitter,
            parts,
        } = self;
        let bytes = pieces.iter().map(Bytes::len).sum();
        parts.passing = parts.passing.max(bytes);
        parts.count()?;
        for piece in pieces {
            inflater.push(piece, |json| splitter.push(json, parts))?;
        }
        Ok(())
    }

    /// Ends the body.
    pub(crate) fn finish(self) -> Result<Arrived, Reject> {
        let Self {
            mut inflater,
            mut splitter,
            mut parts,
        } = self;
        inflater.finish(|json| splitter.push(json, &mut parts))?;
        Ok(Arrived {
            document: parts.document,
            tarball: parts.tarball,
            provenance: parts.provenance,
            denial: parts.denial,
            _room: parts.room,
        })
    }
}

/// What has come of the document so far.
#[derive(Debug)]
struct Collected {
    store: Store,
    package: PackageName,
    /// Why the caller may not publish.
    denial: Option<Reject>,
    document: Vec<u8>,
    room: Room,
    /// The most bytes that were in hand at once.
    passing: usize,
    open: Option<Open>,
    tarball: Option<ArrivedTarball>,
    provenance: Option<ArrivedProvenance>,
}

/// The attachment whose data is arriving.
#[derive(Debug)]
enum Open {
    Tarball(Box<OpenTarball>),
    Provenance(OpenProvenance),
}

#[derive(Debug)]
struct OpenTarball {
    name: String,
    version: Version,
    base64: Base64,
    incoming: Incoming,
}

#[derive(Debug)]
struct OpenProvenance {
    name: String,
    version: Version,
    /// As it is written, with its quotes.
    json: Vec<u8>,
}

impl OpenTarball {
    fn push(&mut self, json: &[u8]) -> Result<(), Reject> {
        let Self {
            base64, incoming, ..
        } = self;
        base64.push(json, &mut |bytes| Ok(incoming.write(bytes)?))
    }

    fn finish(self) -> Result<ArrivedTarball, Reject> {
        let Self {
            name,
            version,
            base64,
            mut incoming,
        } = self;
        base64.finish(&mut |bytes| Ok(incoming.write(bytes)?))?;
        Ok(ArrivedTarball {
            name,
            version,
            received: incoming.seal(),
        })
    }
}

impl OpenProvenance {
    fn push(&mut self, json: &[u8]) -> Result<(), Reject> {
        if self.json.len() + json.len() > LONGEST_PROVENANCE {
            return Err(Reject::too_large(format!(
                "provenance can have at most {LONGEST_PROVENANCE} bytes"
            )));
        }
        self.json.extend_from_slice(json);
        Ok(())
    }

    fn finish(self) -> Result<ArrivedProvenance, Reject> {
        let Self {
            name,
            version,
            mut json,
        } = self;
        json.push(b'"');
        let text = serde_json::from_slice(&json).map_err(|error| {
            Reject::bad_request(format!("the provenance is not a JSON text: {error}"))
        })?;
        Ok(ArrivedProvenance {
            name,
            version,
            text,
        })
    }
}

impl Collected {
    /// Takes room for what is in memory.
    fn count(&mut self) -> Result<(), Reject> {
        let provenance = match (&self.open, &self.provenance) {
            (Some(Open::Provenance(open)), _) => open.json.capacity(),
            (_, Some(provenance)) => provenance.text.len(),
            _ => 0,
        };
        let bytes = self.document.capacity() + provenance + PASSING * self.passing;
        if self.room.grow_to(bytes) {
            Ok(())
        } else {
            Err(ReceiveError::NoRoom.into())
        }
    }

    fn begin_tarball(&mut self, name: &str) -> Result<Open, Reject> {
        let Some(version) = TarballName::version_of(&self.package, name) else {
            return Err(Reject::bad_request(format!(
                "the attachment {:?} is not the tarball of a version of {}",
                shortened(name),
                self.package
            )));
        };
        if self.tarball.is_some() {
            return Err(Reject::bad_request(format!(
                "a publish document holds one tarball, and the attachment {:?} is not the first",
                shortened(name)
            )));
        }
        self.store.check_vacant(&self.package, &version)?;
        Ok(Open::Tarball(Box::new(OpenTarball {
            name: name.to_owned(),
            version,
            base64: Base64::new(),
            incoming: self.store.receive()?,
        })))
    }

    fn begin_provenance(&mut self, name: &str, of: &str) -> Result<Open, Reject> {
        let version = TarballName::version_of(&self.package, &format!("{of}.tgz"));
        match version {
            Some(version) if self.provenance.is_none() => Ok(Open::Provenance(OpenProvenance {
                name: name.to_owned(),
                version,
                json: b"\"".to_vec(),
            })),
            _ => Err(Reject::bad_request(format!(
                "the attachment {:?} is not the provenance of a version of {}, or not the first",
                shortened(name),
                self.package
            ))),
        }
    }
}

impl Parts for Collected {
    fn document(&mut self, json: &[u8]) -> Result<(), Reject> {
        let length = self.document.len() + json.len();
        if length > LONGEST_DOCUMENT {
            return Err(Reject::too_large(format!(
                "a package document without its tarball can have at most {LONGEST_DOCUMENT} bytes"
            )));
        }
        if length > self.document.capacity() {
            let doubled = (2 * self.document.capacity()).min(LONGEST_DOCUMENT);
            let missing = doubled.max(length) - self.document.len();
            self.document.reserve_exact(missing);
            self.count()?;
        }
        self.document.extend_from_slice(json);
        Ok(())
    }

    fn begin(&mut self, name: &str) -> Result<(), Reject> {
        if let Some(denied) = self.denial.take() {
            return Err(denied);
        }
        self.open = Some(match name.strip_suffix(".sigstore") {
            Some(of) => self.begin_provenance(name, of)?,
            None => self.begin_tarball(name)?,
        });
        Ok(())
    }

    fn data(&mut self, json: &[u8]) -> Result<(), Reject> {
        match &mut self.open {
            Some(Open::Tarball(open)) => open.push(json),
            Some(Open::Provenance(open)) => {
                open.push(json)?;
                self.count()
            }
            None => Ok(()),
        }
    }

    fn end(&mut self) -> Result<(), Reject> {
        match self.open.take() {
            Some(Open::Tarball(open)) => self.tarball = Some(open.finish()?),
            Some(Open::Provenance(open)) => self.provenance = Some(open.finish()?),
            None => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
