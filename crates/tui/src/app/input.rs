//! What a key, the mouse or a paste does.

use ratatui::layout::Position;

use super::App;
use crate::{
    ask::Ask,
    bar::Typed,
    canvas::{Spot, spot_at},
    input::{Input, Key, KeyCode, Mouse, MouseKind},
    screen::{Screen, Step},
    theme::Role,
};

/// How many rows the wheel goes at once.
const WHEEL_ROWS: usize = 3;

impl App {
    /// Takes what a person did. Draw afterwards.
    pub fn input(&mut self, input: Input) -> Vec<Ask> {
        match input {
            Input::Key(key) => {
                if self.screen == Screen::Config {
                    self.config.seen();
                }
                self.key(key)
            }
            Input::Mouse(mouse) => self.mouse(mouse),
            Input::Paste(text) => {
                self.paste(&text.0);
                Vec::new()
            }
            Input::Resize { .. } => Vec::new(),
        }
    }

    fn key(&mut self, key: Key) -> Vec<Ask> {
        if key.is_control('l') {
            return vec![Ask::Redraw];
        }
        if key.is_control('z') {
            return vec![Ask::Suspend];
        }
        if let Some(question) = &mut self.question {
            let asks: Vec<Ask> = question.key(key).into_iter().collect();
            if !asks.is_empty() {
                self.question = None;
            }
            return asks;
        }
        let was_leaving = std::mem::take(&mut self.is_leaving);
        if key.is_control('c') {
            return self.interrupt(was_leaving);
        }
        if let Some(screen) = screen_of(key) {
            return self.show(screen);
        }
        if key.is_control('o') {
            if self.panel.is_open() {
                self.panel.close();
            } else {
                self.panel.open();
            }
            return Vec::new();
        }
        if self.bar.is_open() {
            return self.bar_key(key, was_leaving);
        }
        self.message = None;
        if key.is_control('p') {
            self.bar.open();
            return Vec::new();
        }
        if !self.is_typing() {
            if self.panel.is_open() && self.panel.key(key) {
                return Vec::new();
            }
            if key.is_control('d') || key.typed() == Some('q') {
                return self.leave(was_leaving);
            }
            match key.typed() {
                Some(':') => {
                    self.bar.open();
                    return Vec::new();
                }
                Some('?') => return self.show(Screen::Help),
                _ => {}
            }
        }
        if self.is_on_tabs {
            return self.tabs_key(key);
        }
        let step = self.screen_key(key);
        self.after(step, Some(key))
    }

    /// Whether letters go into a text of the screen.
    fn is_typing(&self) -> bool {
        match self.screen {
            Screen::Config => self.config.is_typing(),
            Screen::Packages => self.packages.is_typing(),
            Screen::Log => self.log.is_typing(),
            Screen::Status | Screen::Access | Screen::Help => false,
        }
    }

    fn screen_key(&mut self, key: Key) -> Step {
        match self.screen {
            Screen::Config => self.config.key(key),
            Screen::Packages => self.packages.key(key),
            Screen::Status => Step::Unused,
            Screen::Log => self.log.key(key),
            Screen::Access => self.access.key(key),
            Screen::Help => self.help.key(key),
        }
    }

    /// Does what a key or a click has come to on a screen.
    fn after(&mut self, step: Step, key: Option<Key>) -> Vec<Ask> {
        match step {
            Step::Used => {}
            Step::Run(line) => return vec![self.run(line)],
            Step::Type(line) => self.bar.type_in(&line),
            Step::Say(text) => self.message = Some((text, Role::Base)),
            Step::Wrong(text) => self.message = Some((text, Role::Bad)),
            Step::Ask(ask) => return vec![ask],
            Step::Out => self.is_on_tabs = true,
            Step::Unused => {
                let code = key.map(|key| key.code);
                if let Some(KeyCode::Tab | KeyCode::BackTab) = code {
                    self.is_on_tabs = true;
                }
            }
        }
        Vec::new()
    }

    fn tabs_key(&mut self, key: Key) -> Vec<Ask> {
        match key.code {
            KeyCode::Left | KeyCode::Right => {
                let asks = self.show(self.screen.beside(key.code == KeyCode::Right));
                self.is_on_tabs = true;
                return asks;
            }
            KeyCode::Tab | KeyCode::Down | KeyCode::Enter | KeyCode::Escape => {
                self.is_on_tabs = false;
                self.enter_screen(true);
            }
            KeyCode::BackTab => {
                self.is_on_tabs = false;
                self.enter_screen(false);
            }
            _ => {
                // A key that means something on the screen goes there.
                self.is_on_tabs = false;
                let step = self.screen_key(key);
                self.is_on_tabs = matches!(step, Step::Unused);
                return self.after(step, None);
            }
        }
        Vec::new()
    }

    fn enter_screen(&mut self, forward: bool) {
        match self.screen {
            Screen::Config => self.config.enter_from(forward),
            Screen::Access => self.access.enter_from(forward),
            Screen::Packages | Screen::Status | Screen::Log | Screen::Help => {}
        }
    }

    fn bar_key(&mut self, key: Key, was_leaving: bool) -> Vec<Ask> {
        if key.is_control('d') && self.bar.is_empty() {
            return self.leave(was_leaving);
        }
        match self.bar.key(key) {
            Typed::Nothing => Vec::new(),
            Typed::Left => {
                self.message = None;
                Vec::new()
            }
            Typed::Ask(ask) => vec![ask],
            Typed::Run(line) => {
                self.typed.push(line.clone());
                vec![self.run(line)]
            }
            Typed::Unused => {
                self.panel.key(key);
                Vec::new()
            }
        }
    }

    /// What Ctrl-C does: it stops what is going on, and else it leaves.
    fn interrupt(&mut self, was_leaving: bool) -> Vec<Ask> {
        if self.running > 0 && !self.is_cancelling {
            self.is_cancelling = true;
            self.message = Some(("stopping; Ctrl-C again leaves".to_owned(), Role::Warn));
            return vec![Ask::Cancel];
        }
        if self.bar.is_open() && !self.bar.is_empty() {
            self.bar.close();
            return Vec::new();
        }
        self.leave(was_leaving)
    }

    /// Leaves, or says what would be forgotten.
    fn leave(&mut self, was_leaving: bool) -> Vec<Ask> {
        match self.config.unsaved_words() {
            Some(words) if !was_leaving => {
                self.is_leaving = true;
                let text = format!("{words}; press it again to leave, s on Config saves");
                self.message = Some((text, Role::Warn));
                Vec::new()
            }
            _ => vec![Ask::Quit],
        }
    }

    fn paste(&mut self, text: &str) {
        if let Some(question) = &mut self.question {
            question.paste(text);
        } else if !self.bar.is_open() && self.is_typing() {
            match self.screen {
                Screen::Config => self.config.paste(text),
                Screen::Packages => self.packages.paste(text),
                Screen::Log => self.log.paste(text),
                Screen::Status | Screen::Access | Screen::Help => {}
            }
        } else {
            self.bar.paste(text);
        }
    }

    fn mouse(&mut self, mouse: Mouse) -> Vec<Ask> {
        let spot = spot_at(&self.spots, Position::new(mouse.col, mouse.row));
        if self.question.is_some() {
            return Vec::new();
        }
        match mouse.kind {
            MouseKind::Press => {
                if self.screen == Screen::Config {
                    self.config.seen();
                }
                self.message = None;
                self.is_leaving = false;
                self.press(spot)
            }
            MouseKind::Drag => {
                self.drag(spot);
                Vec::new()
            }
            MouseKind::ScrollUp | MouseKind::ScrollDown => {
                let down = mouse.kind == MouseKind::ScrollDown;
                self.wheel(spot, down);
                Vec::new()
            }
        }
    }

    fn press(&mut self, spot: Option<Spot>) -> Vec<Ask> {
        let Some(spot) = spot else {
            return Vec::new();
        };
        match spot {
            Spot::Tab(screen) => return self.show(screen),
            Spot::Bar => self.bar.open(),
            Spot::Candidate(index) => self.bar.choose(index),
            Spot::Panel => {}
            Spot::Byte(_) | Spot::Row(_) | Spot::OtherRow(_) | Spot::Details => {
                self.is_on_tabs = false;
                let step = self.press_on_screen(spot);
                return self.after(step, None);
            }
        }
        Vec::new()
    }

    fn press_on_screen(&mut self, spot: Spot) -> Step {
        match (self.screen, spot) {
            (Screen::Config, Spot::Byte(index)) => {
                self.config.press_byte(index);
                Step::Used
            }
            (Screen::Config, Spot::Row(index)) => self.config.press_row(index),
            (Screen::Packages, Spot::Row(place)) => self.packages.press(place),
            (Screen::Packages, Spot::Details) => {
                self.packages.press_details();
                Step::Used
            }
            (Screen::Access, spot) => self.access.press(spot),
            _ => Step::Unused,
        }
    }

    /// Takes the cursor along, and turns nothing on the way.
    fn drag(&mut self, spot: Option<Spot>) {
        match (self.screen, spot) {
            (Screen::Config, Some(Spot::Byte(index))) => self.config.press_byte(index),
            (Screen::Packages, Some(Spot::Row(place))) => self.packages.go_to(place),
            _ => {}
        }
    }

    fn wheel(&mut self, spot: Option<Spot>, down: bool) {
        if spot == Some(Spot::Panel) {
            if down {
                self.panel.scroll_down(WHEEL_ROWS);
            } else {
                self.panel.scroll_up(WHEEL_ROWS);
            }
            return;
        }
        match self.screen {
            Screen::Config => self.config.scroll(down),
            Screen::Packages => {
                let is_details = spot == Some(Spot::Details);
                self.packages.scroll(down, WHEEL_ROWS, is_details);
            }
            Screen::Status => {}
            Screen::Log => self.log.scroll(down, WHEEL_ROWS),
            Screen::Access => self.access.scroll(down, WHEEL_ROWS),
            Screen::Help => self.help.scroll(down, WHEEL_ROWS),
        }
    }
}

/// The screen that a key goes to from everywhere.
fn screen_of(key: Key) -> Option<Screen> {
    match key.code {
        KeyCode::F(number) => Screen::of_number(number.into()),
        KeyCode::Char(digit) if key.modifiers.alt && !key.modifiers.control => {
            Screen::of_number(usize::try_from(digit.to_digit(10)?).ok()?)
        }
        _ => None,
    }
}
