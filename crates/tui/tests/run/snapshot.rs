//! Frames as text, compared with what is kept in `tests/snapshots`.
//!
//! `TUI_BLESS=1 cargo test -p tui` keeps what is drawn now; look at the difference before it is
//! committed.

use std::{env, fmt::Write as _, fs, path::PathBuf};

use ratatui::{
    buffer::Buffer,
    style::{Color, Style},
};

/// The sizes at which every screen is kept: the least, the usual, a large one.
pub(crate) const SIZES: [(u16, u16); 3] = [(12, 40), (24, 80), (60, 200)];

/// The characters of a frame, without the blanks at the ends of its rows.
pub(crate) fn text(cells: &Buffer) -> String {
    let mut text = String::new();
    for row in cells.content.chunks(usize::from(cells.area.width.max(1))) {
        let mut line = String::new();
        let mut covered = 0;
        for cell in row {
            // The second cell of a wide character holds nothing that is seen.
            if covered > 0 {
                covered -= 1;
                continue;
            }
            line.push_str(cell.symbol());
            covered = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The looks of a frame: a letter for each cell that has one, and what the letters stand for.
pub(crate) fn looks(cells: &Buffer) -> String {
    let mut known: Vec<Style> = Vec::new();
    let mut map = String::new();
    for row in cells.content.chunks(usize::from(cells.area.width.max(1))) {
        let mut line = String::new();
        for cell in row {
            let style = cell.style();
            if style == ratatui::buffer::Cell::EMPTY.style() {
                line.push('.');
                continue;
            }
            let index = known.iter().position(|seen| *seen == style);
            let index = index.unwrap_or_else(|| {
                known.push(style);
                known.len() - 1
            });
            line.push(char::from(b'a' + u8::try_from(index).unwrap()));
        }
        map.push_str(line.trim_end_matches('.'));
        map.push('\n');
    }
    let mut legend = String::new();
    for (index, style) in known.iter().enumerate() {
        let letter = char::from(b'a' + u8::try_from(index).unwrap());
        let mut words = Vec::new();
        for (name, colour) in [("text", style.fg), ("ground", style.bg)] {
            if let Some(colour) = colour.filter(|colour| *colour != Color::Reset) {
                words.push(format!("{name} {colour}"));
            }
        }
        if !style.add_modifier.is_empty() {
            words.push(format!("{:?}", style.add_modifier).to_lowercase());
        }
        writeln!(legend, "{letter}: {}", words.join(", ")).unwrap();
    }
    format!("{map}\n{legend}")
}

/// Compares a text with the one that is kept under a name.
pub(crate) fn check(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/snapshots")
        .join(format!("{name}.txt"));
    if env::var_os("TUI_BLESS").is_some() {
        fs::write(&path, text).unwrap();
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "{name} looks different; TUI_BLESS=1 keeps it.\n── kept ──\n{kept}\n── now ──\n{text}"
    );
}
