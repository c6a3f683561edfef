//! What a server answered, read from its log.

use crate::registry::Registry;

/// One request as the server's log has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answered {
    /// The method.
    pub method: String,
    /// The path as it was sent, without its query.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
}

impl Registry {
    /// Returns every request that was answered since the server was first started, in order.
    ///
    /// A line is written before its answer is sent, so what a client has seen is here.
    pub fn answered(&self) -> Vec<Answered> {
        self.stderr().lines().filter_map(read).collect()
    }
}

/// Reads `… GET /left-pad 304 in 0.2 ms`, whatever stands before it; `None` for a line of another kind.
fn read(line: &str) -> Option<Answered> {
    let line = line.strip_suffix(" ms")?;
    let (request, _) = line.rsplit_once(" in ")?;
    let mut words = request.rsplitn(4, ' ');
    let (status, path, method) = (words.next()?, words.next()?, words.next()?);
    Some(Answered {
        method: method.to_owned(),
        path: path.to_owned(),
        status: status.parse().ok()?,
    })
}
