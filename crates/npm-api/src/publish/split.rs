//! Splits a package document while it arrives: into the document without the data of its
//! attachments, and that data.
//!
//! The document that comes out is the one that came in, byte by byte, with each string `d` at
//! `{"_attachments": {"…": {"data": d}}}` replaced by an empty one. The keys may come in any order.
//! Nothing else is looked at: whether it is JSON, how it nests, whether a key is there twice is for
//! the one who reads the document, and what was wrong with the one that came in is wrong with that.
//! So no stack is kept, and nothing here can be nested too deeply.

use crate::reject::Reject;

/// Longest key that can lead to an attachment's data, in bytes as it is written: longer than any
/// tarball's name, with every character of it escaped.
const LONGEST_KEY: usize = 4 * 1024;

/// How many objects lead to an attachment's data: the document, `_attachments`, the attachment.
const WHOLE_PATH: usize = 3;

/// Takes what a document is split into.
pub(super) trait Parts {
    /// Takes the next bytes of the document.
    fn document(&mut self, json: &[u8]) -> Result<(), Reject>;
    /// Begins the data of the attachment with that name.
    fn begin(&mut self, name: &str) -> Result<(), Reject>;
    /// Takes the next bytes of the data: what stands between the quotes, as it is written.
    fn data(&mut self, json: &[u8]) -> Result<(), Reject>;
    /// Ends the data.
    fn end(&mut self) -> Result<(), Reject>;
}

/// Where in a document its next byte stands.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    /// Objects and arrays that are open.
    depth: usize,
    /// How many of the objects that lead to an attachment's data are open.
    on_path: usize,
    /// In the innermost object of the path: whether its next string is a key.
    expects_key: bool,
    /// The last key of that object, when it is one that can lead on.
    key: Option<String>,
    /// The key that is being read, as it is written.
    raw_key: Vec<u8>,
    /// The attachment that is open.
    name: String,
    text: Text,
    /// The next byte belongs to an escape.
    escaped: bool,
}

/// Which string the next byte is in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Text {
    #[default]
    None,
    Key,
    Data,
    Other,
}

impl Splitter {
    /// Takes the next bytes of the document that is split.
    pub(super) fn push(&mut self, mut json: &[u8], parts: &mut impl Parts) -> Result<(), Reject> {
        while !json.is_empty() {
            json = match self.text {
                Text::None => self.between_texts(json, parts)?,
                Text::Key | Text::Data | Text::Other => self.in_text(json, parts)?,
            };
        }
        Ok(())
    }

    /// Reads up to the next string, and returns what is left.
    fn between_texts<'a>(
        &mut self,
        json: &'a [u8],
        parts: &mut impl Parts,
    ) -> Result<&'a [u8], Reject> {
        let quote = json.iter().position(|byte| *byte == b'"');
        let (before, rest) = json.split_at(quote.unwrap_or(json.len()));
        for byte in before {
            self.structure(*byte);
        }
        parts.document(before)?;
        let Some(rest) = rest.get(1..) else {
            return Ok(rest);
        };
        self.text = self.which_text();
        self.raw_key.clear();
        parts.document(b"\"")?;
        if self.text == Text::Data {
            parts.begin(&self.name)?;
        }
        Ok(rest)
    }

    fn which_text(&self) -> Text {
        if self.on_path == 0 || self.depth != self.on_path {
            Text::Other
        } else if self.expects_key {
            Text::Key
        } else if self.on_path == WHOLE_PATH && self.key.as_deref() == Some("data") {
            Text::Data
        } else {
            Text::Other
        }
    }

    /// Reads up to the end of the string, and returns what is left.
    fn in_text<'a>(&mut self, json: &'a [u8], parts: &mut impl Parts) -> Result<&'a [u8], Reject> {
        let (text, rest) = json.split_at(self.end_of_text(json));
        match self.text {
            Text::Data => parts.data(text)?,
            Text::Key => {
                let room = (LONGEST_KEY + 1).saturating_sub(self.raw_key.len());
                self.raw_key.extend(text.iter().take(room));
                parts.document(text)?;
            }
            Text::None | Text::Other => parts.document(text)?,
        }
        // What is left begins with the quote that ended the string.
        let Some(rest) = rest.get(1..) else {
            return Ok(rest);
        };
        match self.text {
            Text::Data => parts.end()?,
            Text::Key => self.key = self.read_key(),
            Text::None | Text::Other => {}
        }
        self.text = Text::None;
        parts.document(b"\"")?;
        Ok(rest)
    }

    /// Returns where the string's closing quote is, or the end of what has arrived.
    fn end_of_text(&mut self, json: &[u8]) -> usize {
        let mut end = usize::from(std::mem::take(&mut self.escaped));
        loop {
            let rest = json.get(end..).unwrap_or_default();
            let special = |byte: &u8| matches!(byte, b'"' | b'\\');
            match rest.iter().position(special) {
                None => return json.len(),
                Some(at) if rest.get(at) == Some(&b'"') => return end + at,
                Some(at) => end += at + 2,
            }
            if end > json.len() {
                self.escaped = true;
                return json.len();
            }
        }
    }

    /// Returns the key that was read; none if it is so long, or so broken, that it leads nowhere.
    fn read_key(&self) -> Option<String> {
        if self.raw_key.len() > LONGEST_KEY {
            return None;
        }
        let quoted = [b"\"", self.raw_key.as_slice(), b"\""].concat();
        serde_json::from_slice(&quoted).ok()
    }

    /// Reads a byte outside of strings.
    fn structure(&mut self, byte: u8) {
        let on_path = self.depth == self.on_path;
        match byte {
            b'{' => {
                if on_path && self.leads_on() {
                    self.on_path += 1;
                    self.expects_key = true;
                    self.name = self.key.take().unwrap_or_default();
                }
                self.depth += 1;
            }
            b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth < self.on_path {
                    self.on_path = self.depth;
                    self.expects_key = false;
                    self.key = None;
                }
            }
            b',' if on_path => self.expects_key = true,
            b':' if on_path => self.expects_key = false,
            _ => {}
        }
    }

    /// Whether an object that begins now is the next one on the path.
    fn leads_on(&self) -> bool {
        match (self.on_path, &self.key) {
            (0, _) => true,
            (_, _) if self.expects_key => false,
            (1, Some(key)) => key == "_attachments",
            (2, Some(_)) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
