//! How a window is divided.

use ratatui::layout::Rect;

use crate::canvas::{from_row, row_of};

/// The least height in which the screens are drawn.
pub const LEAST_ROWS: u16 = 12;
/// The least width in which the screens are drawn.
pub const LEAST_COLS: u16 = 40;

/// From this height on there are lines between the parts.
const ROOMY_ROWS: u16 = 18;

/// The parts of a window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    /// The tabs.
    pub(crate) tabs: Rect,
    /// The lines between the parts, where there is room.
    pub(crate) rules: [Rect; 2],
    /// The screen.
    pub(crate) body: Rect,
    /// The keys.
    pub(crate) keys: Rect,
    /// The command line.
    pub(crate) bar: Rect,
}

/// Divides a window.
pub(crate) fn divide(window: Rect) -> Parts {
    let rule = u16::from(window.height >= ROOMY_ROWS);
    let taken = 3 + 2 * rule;
    let body = Rect {
        height: window.height.saturating_sub(taken),
        ..from_row(window, 1 + rule)
    };
    let below = from_row(window, 1 + rule + body.height);
    let at = |index: u16| row_of(window, usize::from(index));
    let lower = |index: u16| row_of(below, usize::from(index));
    let rules = if rule == 1 {
        [at(1), lower(0)]
    } else {
        [Rect::ZERO; 2]
    };
    Parts {
        tabs: at(0),
        rules,
        body,
        keys: lower(rule),
        bar: lower(rule + 1),
    }
}
