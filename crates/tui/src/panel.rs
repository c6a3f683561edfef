//! What commands answered, above the command line.

use std::collections::VecDeque;

use ratatui::layout::Rect;

use crate::{
    ask::holds_secret,
    canvas::{Canvas, Spot, from_column, from_row, row_of},
    input::{Key, KeyCode},
    news::{Outcome, Said},
    text::wrap,
    theme::Role,
};

/// How many lines are kept.
const KEPT: usize = 2000;
/// How long a line may be; what follows is left out.
const LONGEST: usize = 2000;

/// The answers, and which of them are in view.
#[derive(Default)]
pub(crate) struct Panel {
    lines: VecDeque<(String, Role)>,
    is_open: bool,
    /// How many lines lie below the view.
    below: usize,
    /// How many lines were in view when it was drawn last.
    page: usize,
}

impl Panel {
    pub(crate) const fn is_open(&self) -> bool {
        self.is_open
    }

    pub(crate) fn open(&mut self) {
        self.is_open = !self.lines.is_empty();
        self.below = 0;
    }

    pub(crate) const fn close(&mut self) {
        self.is_open = false;
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Keeps an answer. A command that says nothing, such as `clear`, leaves nothing behind.
    pub(crate) fn keep(&mut self, said: &Said) {
        self.below = 0;
        if said.text.is_empty() && said.notes.is_empty() {
            return;
        }
        let line = if holds_secret(&said.line) {
            "verify ***"
        } else {
            &said.line
        };
        if !line.is_empty() {
            self.push(&format!("› {line}"), Role::Accent);
        }
        let role = match said.outcome {
            Outcome::Done => Role::Base,
            Outcome::No => Role::Warn,
            Outcome::Failed { .. } => Role::Bad,
        };
        for text in said.text.lines() {
            self.push(text, role);
        }
        for note in &said.notes {
            for text in note.lines() {
                self.push(text, Role::Dim);
            }
        }
        if let Outcome::Failed { hint: Some(hint) } = &said.outcome {
            for text in hint.lines() {
                self.push(&format!("hint: {text}"), Role::Dim);
            }
        }
    }

    fn push(&mut self, text: &str, role: Role) {
        if self.lines.len() >= KEPT {
            self.lines.pop_front();
        }
        let text = text.chars().take(LONGEST).collect();
        self.lines.push_back((text, role));
    }

    /// Does what a key does here. Tells whether it does anything.
    pub(crate) fn key(&mut self, key: Key) -> bool {
        let page = self.page.saturating_sub(1).max(1);
        match key.code {
            KeyCode::Escape => self.close(),
            KeyCode::PageUp => self.scroll_up(page),
            KeyCode::PageDown => self.scroll_down(page),
            _ => return false,
        }
        true
    }

    pub(crate) fn scroll_up(&mut self, lines: usize) {
        self.below = (self.below + lines).min(self.lines.len().saturating_sub(1));
    }

    pub(crate) const fn scroll_down(&mut self, lines: usize) {
        self.below = self.below.saturating_sub(lines);
    }

    /// Draws itself over the lower part of a screen.
    pub(crate) fn draw(&mut self, canvas: &mut Canvas<'_>, body: Rect) {
        if !self.is_open || body.height < 3 {
            return;
        }
        let most = usize::from(body.height - body.height / 4 - 1);
        let columns = usize::from(body.width.saturating_sub(2)).max(1);
        let seen = self.view(columns, most);
        self.page = seen.len();
        let height = u16::try_from(seen.len() + 1).unwrap_or(body.height);
        let area = from_row(body, body.height.saturating_sub(height));
        canvas.clear(area);
        canvas.spot(area, Spot::Panel);
        let head = row_of(area, 0);
        canvas.rule(head);
        canvas.put(from_column(head, 1), " Output ", Role::Title);
        let keys = if self.below > 0 {
            " PgDn newer · PgUp older · Esc closes "
        } else {
            " PgUp older · Esc closes "
        };
        let inner = Rect {
            width: head.width.saturating_sub(1),
            ..head
        };
        canvas.put_right(from_column(inner, 9), keys, Role::Dim);
        for (index, (text, role)) in seen.iter().enumerate() {
            let row = from_column(row_of(area, index + 1), 1);
            canvas.put(row, text, *role);
        }
    }

    /// Returns the lines in view, at most so many, of which the newest comes last.
    fn view(&mut self, columns: usize, most: usize) -> Vec<(String, Role)> {
        loop {
            let seen = self.gathered(columns, most);
            let missing = most.saturating_sub(seen.len());
            if self.below == 0 || missing == 0 {
                return seen.into();
            }
            // Scrolled back, the view stays full as long as there is something to fill it with.
            self.below = self.below.saturating_sub(missing);
        }
    }

    fn gathered(&self, columns: usize, most: usize) -> VecDeque<(String, Role)> {
        let mut seen: VecDeque<(String, Role)> = VecDeque::new();
        for (text, role) in self.lines.iter().rev().skip(self.below) {
            for line in wrap(text, columns).into_iter().rev() {
                seen.push_front((line, *role));
            }
            if seen.len() >= most {
                break;
            }
        }
        let surplus = seen.len().saturating_sub(most);
        seen.drain(..surplus);
        seen
    }
}
