//! A question of a command, in place of the command line.

use ratatui::layout::{Position, Rect};

use crate::{
    ask::{Answer, Ask},
    canvas::{Canvas, from_column, from_row, part, row_of},
    edit::Editor,
    input::{Key, KeyCode},
    news::{Prompt, PromptKind},
    text::{width, wrap},
    theme::Role,
};

/// How many columns are left for the answer.
const ANSWER_COLS: u16 = 14;

/// A question and what is answered so far.
pub(crate) struct Question {
    prompt: Prompt,
    answer: Editor,
}

impl Question {
    pub(crate) fn new(prompt: Prompt) -> Self {
        Self {
            prompt,
            answer: Editor::default(),
        }
    }

    /// Does what a key does here, and tells what that comes to.
    pub(crate) fn key(&mut self, key: Key) -> Option<Ask> {
        if key.code == KeyCode::Escape || key.is_control('c') {
            return Some(Ask::Cancel);
        }
        if key.is_control('d') && self.answer.is_empty() {
            return Some(Ask::Cancel);
        }
        if self.prompt.kind == PromptKind::YesNo {
            // Only a clear yes is one, and a key that means nothing is not an answer.
            return match key.typed() {
                Some('y' | 'Y') => Some(Ask::Answer(Answer::Yes(true))),
                Some('n' | 'N') => Some(Ask::Answer(Answer::Yes(false))),
                _ if key.code == KeyCode::Enter => Some(Ask::Answer(Answer::Yes(false))),
                _ => None,
            };
        }
        if key.code == KeyCode::Enter {
            return Some(Ask::Answer(Answer::Text(self.answer.take())));
        }
        self.answer.key(key);
        None
    }

    /// Takes a text that was pasted.
    pub(crate) fn paste(&mut self, text: &str) {
        if self.prompt.kind != PromptKind::YesNo {
            // A secret that is copied often brings the end of its line along.
            self.answer.insert(text.trim_end_matches(['\r', '\n']));
        }
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, row: Rect) -> Position {
        let question = match self.prompt.question.trim_end() {
            // The whole of it stands above.
            _ if self.is_long(row.width) => "›",
            question => question,
        };
        let most = row.width.saturating_sub(ANSWER_COLS);
        let mut used = canvas.put(part(row, 1, most), question, Role::Warn) + 2;
        match self.prompt.kind {
            // Not even the length of a secret is shown.
            PromptKind::Secret => {}
            PromptKind::YesNo => used += canvas.put(from_column(row, used), "[y/N] ", Role::Dim),
            PromptKind::Text => {
                let rest = from_column(row, used);
                let (seen, cursor) = self.answer.view(rest.width.into());
                canvas.put(rest, &seen, Role::Base);
                used += u16::try_from(cursor).unwrap_or(u16::MAX);
            }
        }
        let last = row.width.saturating_sub(1);
        Position::new(row.x + used.min(last), row.y)
    }

    fn is_long(&self, columns: u16) -> bool {
        let question = self.prompt.question.trim_end();
        question.contains('\n') || width(question) + usize::from(ANSWER_COLS) > columns.into()
    }

    /// Draws a question that does not fit beside its answer over the lower part of a screen: nobody
    /// shall say yes to what they cannot read.
    pub(crate) fn draw_long(&self, canvas: &mut Canvas<'_>, body: Rect) {
        if !self.is_long(body.width) {
            return;
        }
        let inner = body.width.saturating_sub(2);
        let lines = wrap(self.prompt.question.trim_end(), inner.into());
        let height = u16::try_from(lines.len() + 1).unwrap_or(u16::MAX);
        let area = from_row(body, body.height.saturating_sub(height));
        canvas.clear(area);
        canvas.rule(row_of(area, 0));
        for (index, line) in lines.iter().enumerate() {
            canvas.put(from_column(row_of(area, index + 1), 1), line, Role::Warn);
        }
    }

    /// The keys that mean something here.
    pub(crate) const fn keys(&self) -> &'static [(&'static str, &'static str)] {
        match self.prompt.kind {
            PromptKind::YesNo => &[("y", "yes"), ("n", "no"), ("Esc", "gives up")],
            PromptKind::Secret => &[("Enter", "answers; nothing is shown"), ("Esc", "gives up")],
            PromptKind::Text => &[("Enter", "answers"), ("Esc", "gives up")],
        }
    }
}
