//! The command line: editing, history, completion.

use ratatui::layout::{Position, Rect};

use crate::{
    ask::Ask,
    canvas::{Canvas, Spot, columns, from_column, part},
    edit::Editor,
    history::History,
    input::{Key, KeyCode},
    news::Completions,
    theme::Role,
};

/// What a key in the command line comes to.
pub(crate) enum Typed {
    /// Nothing that concerns others.
    Nothing,
    /// The line was left.
    Left,
    /// The host is asked something.
    Ask(Ask),
    /// A line is to be run.
    Run(String),
    /// The key means nothing here.
    Unused,
}

/// The command line.
#[derive(Default)]
pub(crate) struct Bar {
    editor: Editor,
    history: History,
    is_open: bool,
    choice: Option<Choice>,
    search: Option<Search>,
}

/// Words that can stand at the end of what is typed.
struct Choice {
    completions: Completions,
    /// Which of them stands there now.
    chosen: Option<usize>,
}

/// A search in the history.
struct Search {
    wanted: Editor,
    passed: usize,
}

impl Bar {
    pub(crate) const fn is_open(&self) -> bool {
        self.is_open
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.editor.is_empty()
    }

    /// Begins to take keys, with whatever was typed before.
    pub(crate) const fn open(&mut self) {
        self.is_open = true;
    }

    /// Puts a line there to be finished or run.
    pub(crate) fn type_in(&mut self, line: &str) {
        self.is_open = true;
        self.forget();
        self.editor.set(line);
    }

    /// Stops taking keys and forgets the line.
    pub(crate) fn close(&mut self) {
        self.is_open = false;
        self.forget();
        self.editor.take();
    }

    /// Takes a text that was pasted.
    pub(crate) fn paste(&mut self, text: &str) {
        self.is_open = true;
        self.choice = None;
        match &mut self.search {
            Some(search) => search.wanted.insert(text),
            None => self.editor.insert(text.trim_end_matches(['\r', '\n'])),
        }
    }

    fn forget(&mut self) {
        (self.choice, self.search) = (None, None);
    }

    /// Does what a key does here.
    pub(crate) fn key(&mut self, key: Key) -> Typed {
        if self.search.is_some() {
            return self.search_key(key);
        }
        match key.code {
            KeyCode::Tab => return self.complete(true),
            KeyCode::BackTab => return self.complete(false),
            KeyCode::Escape if self.choice.take().is_some() => return Typed::Nothing,
            KeyCode::Escape => {
                self.close();
                return Typed::Left;
            }
            _ => self.choice = None,
        }
        match key.code {
            KeyCode::Enter => self.enter(),
            KeyCode::Backspace if self.editor.is_empty() => {
                self.close();
                Typed::Left
            }
            _ if key.code == KeyCode::Up || key.is_control('p') => self.older(),
            _ if key.code == KeyCode::Down || key.is_control('n') => self.newer(),
            _ if key.is_control('r') => {
                self.search = Some(Search {
                    wanted: Editor::default(),
                    passed: 0,
                });
                Typed::Nothing
            }
            // The key that opens the line belongs to no command.
            _ if key.typed() == Some(':') && self.editor.is_empty() => Typed::Nothing,
            _ if self.editor.key(key) => Typed::Nothing,
            _ => Typed::Unused,
        }
    }

    fn enter(&mut self) -> Typed {
        let line = self.editor.take();
        if line.trim().is_empty() {
            self.close();
            return Typed::Left;
        }
        self.history.keep(&line);
        self.close();
        Typed::Run(line)
    }

    fn older(&mut self) -> Typed {
        if let Some(line) = self.history.older(&self.editor.text()) {
            self.editor.set(line);
        }
        Typed::Nothing
    }

    fn newer(&mut self) -> Typed {
        if let Some(line) = self.history.newer() {
            self.editor.set(line);
        }
        Typed::Nothing
    }

    fn search_key(&mut self, key: Key) -> Typed {
        let Some(search) = &mut self.search else {
            return Typed::Unused;
        };
        if key.is_control('r') {
            let next = search.passed + 1;
            if self.history.find(&search.wanted.text(), next).is_some() {
                search.passed = next;
            }
            return Typed::Nothing;
        }
        if key.code == KeyCode::Escape || key.is_control('g') {
            self.search = None;
            return Typed::Nothing;
        }
        // What is typed narrows the search; every other key goes on with the line that was found.
        let narrows = key.typed().is_some() || key.code == KeyCode::Backspace;
        if narrows {
            search.wanted.key(key);
            search.passed = 0;
            return Typed::Nothing;
        }
        let found = self.history.find(&search.wanted.text(), search.passed);
        if let Some(line) = found {
            self.editor.set(line);
        }
        self.search = None;
        if key.code == KeyCode::Enter {
            return Typed::Nothing;
        }
        self.key(key)
    }

    fn complete(&mut self, forward: bool) -> Typed {
        let Some(choice) = &mut self.choice else {
            return Typed::Ask(Ask::Complete(self.editor.before().to_owned()));
        };
        let number = choice.completions.words.len();
        let last = number.saturating_sub(1);
        choice.chosen = Some(match (choice.chosen, forward) {
            (Some(chosen), true) if chosen < last => chosen + 1,
            (_, true) => 0,
            (Some(chosen), false) if chosen > 0 => chosen - 1,
            (_, false) => last,
        });
        self.put_chosen();
        Typed::Nothing
    }

    /// Takes a word that was clicked.
    pub(crate) fn choose(&mut self, index: usize) {
        if let Some(choice) = &mut self.choice {
            choice.chosen = Some(index);
            self.put_chosen();
        }
    }

    fn put_chosen(&mut self) {
        let Some(choice) = &self.choice else {
            return;
        };
        let word = choice
            .chosen
            .and_then(|at| choice.completions.words.get(at));
        let kept = choice.completions.line.get(..choice.completions.from);
        if let (Some(word), Some(kept)) = (word, kept) {
            self.editor.set_before(&format!("{kept}{word}"));
        }
    }

    /// Takes what can follow, unless something else has been typed meanwhile.
    pub(crate) fn take_completions(&mut self, completions: Completions) {
        let Some(kept) = completions.line.get(..completions.from) else {
            return;
        };
        if !self.is_open || self.search.is_some() || completions.line != self.editor.before() {
            return;
        }
        match completions.words.as_slice() {
            [] => {}
            [word] => {
                // In a folder, what is in it can follow.
                let end = if word.ends_with('/') { "" } else { " " };
                let line = format!("{kept}{word}{end}");
                self.editor.set_before(&line);
            }
            words => {
                let common = common_beginning(words);
                let typed = completions.line.len() - completions.from;
                if common.len() > typed {
                    let line = format!("{kept}{common}");
                    self.editor.set_before(&line);
                }
                self.choice = Some(Choice {
                    completions,
                    chosen: None,
                });
            }
        }
    }

    /// Whether there are words to choose from.
    pub(crate) const fn has_choice(&self) -> bool {
        self.choice.is_some()
    }

    /// Draws the words that can follow.
    pub(crate) fn draw_choice(&self, canvas: &mut Canvas<'_>, row: Rect) {
        let Some(choice) = &self.choice else {
            return;
        };
        let words = &choice.completions.words;
        let chosen = choice.chosen.unwrap_or_default();
        // Those before the chosen one go out of view when it would not fit otherwise.
        let wide = |word: &String| usize::from(columns(word)) + 2;
        let room = usize::from(row.width.saturating_sub(4));
        let mut first = 0;
        let mut needed: usize = words.iter().take(chosen + 1).map(wide).sum();
        while needed > room && first < chosen {
            needed -= words.get(first).map_or(0, wide);
            first += 1;
        }
        let mut used = canvas.put(
            from_column(row, 1),
            if first > 0 { "…" } else { "" },
            Role::Dim,
        );
        used += 1;
        for (index, word) in words.iter().enumerate().skip(first) {
            let place = from_column(row, used);
            if place.width < 2 {
                break;
            }
            let role = if choice.chosen == Some(index) {
                Role::Cursor
            } else {
                Role::Accent
            };
            let wide = canvas.put(place, word, role);
            canvas.spot(part(place, 0, wide), Spot::Candidate(index));
            used += wide + 2;
        }
    }

    /// Draws the line and returns where the cursor is.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, row: Rect) -> Position {
        canvas.spot(row, Spot::Bar);
        let (label, editor) = match &self.search {
            Some(search) => ("search", &search.wanted),
            None => ("›", &self.editor),
        };
        let used = canvas.put(from_column(row, 1), label, Role::Title) + 2;
        let mut place = from_column(row, used);
        if self.search.is_some() {
            place.width = place.width.min(16);
        }
        let (seen, cursor) = editor.view(place.width.into());
        canvas.put(place, &seen, Role::Base);
        if let Some(search) = &self.search {
            let found = self.history.find(&search.wanted.text(), search.passed);
            let rest = from_column(row, used + place.width + 1);
            canvas.put(rest, found.unwrap_or("nothing is like that"), Role::Dim);
        }
        let column = u16::try_from(cursor).unwrap_or(u16::MAX);
        let last = place.width.saturating_sub(1);
        Position::new(place.x + column.min(last), place.y)
    }
}

/// Returns how all of them begin.
fn common_beginning(words: &[String]) -> &str {
    let Some((first, rest)) = words.split_first() else {
        return "";
    };
    let mut common = first.as_str();
    for word in rest {
        let same = common.chars().zip(word.chars()).take_while(|(a, b)| a == b);
        let len = same.map(|(letter, _)| letter.len_utf8()).sum();
        common = common.get(..len).unwrap_or_default();
    }
    common
}
