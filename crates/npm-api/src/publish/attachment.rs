//! A tarball out of its base64, a piece at a time.

use base64::{Engine, engine::general_purpose::STANDARD};
use storage::Draft;

use super::wire::Attachment;
use crate::reject::Reject;

/// Base64 characters decoded at a time: a multiple of four, which stand for three bytes each.
const PIECE: usize = 64 * 1024;

/// Decodes the attachment into the draft.
///
/// Only a piece of it is in memory twice, however long the tarball is.
pub(super) fn decode_into(draft: &mut Draft, attachment: &Attachment<'_>) -> Result<(), Reject> {
    let refused = || Reject::bad_request("the tarball is not valid base64");
    let mut pieces = attachment.data.as_bytes().chunks(PIECE).peekable();
    let mut decoded = vec![0; PIECE / 4 * 3];
    let mut length = 0;
    while let Some(piece) = pieces.next() {
        // Padding ends the text, so it has no place in the middle.
        if pieces.peek().is_some() && piece.contains(&b'=') {
            return Err(refused());
        }
        let written = STANDARD
            .decode_slice(piece, &mut decoded)
            .map_err(|_| refused())?;
        draft.write(decoded.get(..written).unwrap_or_default())?;
        length += written as u64;
    }
    match attachment.length {
        Some(claimed) if claimed != length => Err(Reject::bad_request(format!(
            "the tarball has {length} bytes, but the document says {claimed}"
        ))),
        _ => Ok(()),
    }
}
