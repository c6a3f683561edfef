//! Bytes out of the base64 in a JSON string, while it arrives.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::reject::Reject;

/// Base64 characters decoded at a time: a multiple of four, which stand for three bytes each.
const PIECE: usize = 64 * 1024;

/// Decodes base64 that comes in pieces of any length. Strict: no spaces, no line ends, padding as it
/// has to be and only at the end.
#[derive(Debug)]
pub(super) struct Base64 {
    /// Characters that wait for the rest of their piece.
    text: Vec<u8>,
    bytes: Vec<u8>,
    escape: Escape,
    padded: bool,
}

/// How far a JSON escape has been read. Some clients write `/` as `\/`, and may write anything as `\u`.
#[derive(Clone, Copy, Debug)]
enum Escape {
    No,
    Begun,
    Unicode { digits: u32, code: u32 },
}

impl Base64 {
    pub(super) fn new() -> Self {
        Self {
            text: Vec::with_capacity(PIECE),
            bytes: vec![0; PIECE / 4 * 3],
            escape: Escape::No,
            padded: false,
        }
    }

    /// Takes the next part of a JSON string, without its quotes, and hands on the bytes it stands for.
    pub(super) fn push(
        &mut self,
        mut json: &[u8],
        take: &mut impl FnMut(&[u8]) -> Result<(), Reject>,
    ) -> Result<(), Reject> {
        while let Some((first, rest)) = json.split_first() {
            json = match self.escape {
                Escape::No => {
                    let plain = json.iter().position(|byte| *byte == b'\\');
                    let (plain, rest) = json.split_at(plain.unwrap_or(json.len()));
                    self.gather(plain, take)?;
                    if let [_, rest @ ..] = rest {
                        self.escape = Escape::Begun;
                        rest
                    } else {
                        rest
                    }
                }
                Escape::Begun => {
                    self.escape = match first {
                        b'/' => {
                            self.gather(b"/", take)?;
                            Escape::No
                        }
                        b'u' => Escape::Unicode { digits: 0, code: 0 },
                        _ => return Err(refused()),
                    };
                    rest
                }
                Escape::Unicode { digits, code } => {
                    let digit = char::from(*first).to_digit(16).ok_or_else(refused)?;
                    let (digits, code) = (digits + 1, code * 16 + digit);
                    self.escape = Escape::Unicode { digits, code };
                    if digits == 4 {
                        let character = u8::try_from(code).map_err(|_| refused())?;
                        self.gather(&[character], take)?;
                        self.escape = Escape::No;
                    }
                    rest
                }
            };
        }
        Ok(())
    }

    /// Ends the text, and hands on the last bytes.
    pub(super) fn finish(
        mut self,
        take: &mut impl FnMut(&[u8]) -> Result<(), Reject>,
    ) -> Result<(), Reject> {
        self.decode(take)
    }

    fn gather(
        &mut self,
        mut text: &[u8],
        take: &mut impl FnMut(&[u8]) -> Result<(), Reject>,
    ) -> Result<(), Reject> {
        while !text.is_empty() {
            let missing = PIECE.saturating_sub(self.text.len());
            let (now, later) = text.split_at(missing.min(text.len()));
            self.text.extend_from_slice(now);
            text = later;
            if self.text.len() == PIECE {
                self.decode(take)?;
            }
        }
        Ok(())
    }

    fn decode(&mut self, take: &mut impl FnMut(&[u8]) -> Result<(), Reject>) -> Result<(), Reject> {
        if self.text.is_empty() {
            return Ok(());
        }
        // Padding ends the text, so nothing can follow the piece that has it.
        if self.padded {
            return Err(refused());
        }
        self.padded = self.text.ends_with(b"=");
        let written = STANDARD
            .decode_slice(&self.text, &mut self.bytes)
            .map_err(|_| refused())?;
        self.text.clear();
        take(self.bytes.get(..written).unwrap_or_default())
    }
}

fn refused() -> Reject {
    Reject::bad_request("the tarball is not valid base64")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let mut take = |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok(())
        };
        let mut base64 = Base64::new();
        for piece in pieces {
            base64
                .push(piece, &mut take)
                .map_err(|reject| reject.to_string())?;
        }
        base64
            .finish(&mut take)
            .map_err(|reject| reject.to_string())?;
        Ok(bytes)
    }

    #[test]
    fn padding_stands_at_the_end_alone() {
        let long = "AAAA".repeat(PIECE / 4 - 1);
        for good in ["", "AA==", "AAA=", "AAAA", &format!("{long}AA==")] {
            assert_eq!(
                decoded([good.as_bytes()]).ok(),
                STANDARD.decode(good).ok(),
                "{good:.9}"
            );
        }
        for bad in [
            "A",
            "AA",
            "AAA",
            "AA=",
            "AA===",
            "=",
            "====",
            "AA==AAAA",
            "AA==AA==",
            "AAAA====",
            "AB==",
            "AAAA\n",
            " AAAA",
            "AA-_",
            &format!("{long}AA==AAAA"),
            &format!("{long}AA=A"),
        ] {
            assert!(decoded([bad.as_bytes()]).is_err(), "{bad:.9}");
        }
    }

    #[test]
    fn escapes_are_undone() {
        for (escaped, plain) in [
            (r"\/\/\/\/", "////"),
            (r"AA\u003d\u003D", "AA=="),
            (r"\u002b\u0041\/B", "+A/B"),
        ] {
            let whole = decoded([escaped.as_bytes()]).unwrap();
            assert_eq!(whole, STANDARD.decode(plain).unwrap(), "{escaped}");
        }
        for bad in [
            r"AAAA\n",
            r"AAAA\u",
            r"AAAA\u00",
            r"AAAA\u00zz",
            r"AAA\u0141",
            r"AAAA\\",
            r"AA\=",
        ] {
            let refused = decoded([bad.as_bytes()]);
            // An escape that is cut is no string, which the reader of the document notices.
            assert!(
                refused.is_err() || bad == r"AAAA\u" || bad == r"AAAA\u00",
                "{bad}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 6))]

        #[test]
        fn any_bytes_come_back_from_any_pieces(
            bytes in prop::collection::vec(any::<u8>(), 0..2 * PIECE),
            escaped in any::<bool>(),
            sizes in prop::collection::vec(1_usize..PIECE, 1..9),
        ) {
            let mut text = STANDARD.encode(&bytes);
            if escaped {
                text = text.replace('/', r"\/").replace('+', r"\u002b");
            }
            let mut rest = text.as_bytes();
            let pieces = sizes.iter().cycle().map_while(|size| {
                let (piece, later) = rest.split_at((*size).min(rest.len()));
                rest = later;
                (!piece.is_empty()).then_some(piece)
            });
            prop_assert_eq!(decoded(pieces), Ok(bytes));
        }
    }
}
