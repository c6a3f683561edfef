//! The screen of what is published: the list, and all that is known of one package.

mod details;
mod draw;
mod index;

use crate::{
    ask::Ask,
    filter::{Filter, Filtered},
    input::{Key, KeyCode},
    list::{Cursor, View},
    news::{PackageDetails, PackageLine},
    screen::{Step, as_word},
};
use details::Page;
use index::{Index, Order};

/// The screen.
#[derive(Default)]
pub(crate) struct PackagesScreen {
    index: Index,
    filter: Filter,
    cursor: Cursor,
    /// The package whose details are shown or awaited.
    open: Option<Open>,
    /// Whether the details take the keys.
    is_reading: bool,
    /// Whether the list has changed since it was searched.
    is_stale: bool,
    /// On which package the cursor was then.
    held: Option<String>,
}

/// A package that was opened.
struct Open {
    name: String,
    /// Nothing until they are told.
    page: Option<Result<Page, String>>,
    view: View,
}

impl PackagesScreen {
    /// Takes all packages.
    pub(crate) fn tell_all(&mut self, packages: Vec<PackageLine>) {
        self.holding(|index| index.set(packages));
    }

    /// Takes a package that came or has changed. What is shown of it is asked for anew.
    pub(crate) fn tell(&mut self, package: PackageLine) -> Option<Ask> {
        let is_open = self
            .open
            .as_ref()
            .is_some_and(|open| open.name == package.name);
        let ask = is_open.then(|| Ask::Load(package.name.clone()));
        self.holding(|index| index.put(package));
        ask
    }

    /// Takes that a package is gone.
    pub(crate) fn tell_gone(&mut self, name: &str) {
        self.holding(|index| index.remove(name));
        if let Some(open) = self.open.as_mut().filter(|open| open.name == name) {
            open.page = Some(Err("it is there no more".to_owned()));
        }
    }

    /// Takes the details of a package.
    pub(crate) fn tell_details(&mut self, name: &str, told: Result<Box<PackageDetails>, String>) {
        if let Some(open) = self.open.as_mut().filter(|open| open.name == name) {
            open.page = Some(told.map(|details| Page::new(name, *details)));
        }
    }

    /// Changes the list, and remembers on which package the cursor was.
    fn holding(&mut self, change: impl FnOnce(&mut Index)) {
        if !self.is_stale {
            self.held = self.selected().map(|package| package.name.clone());
            self.is_stale = true;
        }
        change(&mut self.index);
    }

    /// Searches a list that has changed, once for however many changes, and puts the cursor back on
    /// its package.
    fn refresh(&mut self) {
        if !std::mem::take(&mut self.is_stale) {
            return;
        }
        self.index.search(&self.filter);
        let place = self.held.take().and_then(|name| self.index.place_of(&name));
        if let Some(place) = place {
            self.cursor.go_to(place);
        }
    }

    fn selected(&self) -> Option<&PackageLine> {
        self.index.get(self.cursor.at())
    }

    /// Whether letters are being typed here.
    pub(crate) const fn is_typing(&self) -> bool {
        self.filter.is_typing()
    }

    /// Does what a key does here.
    pub(crate) fn key(&mut self, key: Key) -> Step {
        self.refresh();
        if self.filter.is_typing() {
            let found = self.filter.key(key);
            if found != Filtered::Unused {
                self.refind(found);
                return Step::Used;
            }
            // Arrows go through what was found while one goes on typing.
            if !self.cursor.key(key, self.index.len()) {
                return Step::Unused;
            }
            return Step::Used;
        }
        if self.is_reading {
            let is_back = matches!(
                key.code,
                KeyCode::Escape | KeyCode::Left | KeyCode::Backspace
            );
            if is_back || key.code == KeyCode::Tab || key.code == KeyCode::BackTab {
                self.is_reading = false;
                return if key.code == KeyCode::Tab {
                    Step::Out
                } else {
                    Step::Used
                };
            }
            if let Some(open) = &mut self.open
                && open.view.key(key)
            {
                return Step::Used;
            }
        } else if self.cursor.key(key, self.index.len()) {
            return Step::Used;
        }
        match (key.code, key.typed()) {
            (KeyCode::Enter | KeyCode::Right, _) if !self.is_reading => self.load(),
            (KeyCode::Tab, _) if self.open.is_some() => {
                self.is_reading = true;
                Step::Used
            }
            (KeyCode::Escape, _) if !self.filter.is_empty() => {
                self.filter.clear();
                self.refind(Filtered::Other);
                Step::Used
            }
            (_, Some('/')) => {
                self.is_reading = false;
                self.filter.open();
                Step::Used
            }
            (_, Some('o')) => {
                self.is_reading = false;
                self.holding(Index::reorder);
                Step::Used
            }
            (_, Some('p')) => Step::Type("publish ".to_owned()),
            (_, Some('t')) => self.tag(),
            _ => Step::Unused,
        }
    }

    fn refind(&mut self, found: Filtered) {
        match found {
            Filtered::Narrower => self.index.narrow(&self.filter),
            Filtered::Other => self.index.search(&self.filter),
            Filtered::Same | Filtered::Unused => return,
        }
        self.cursor.go_to(0);
    }

    /// Takes a text that was pasted.
    pub(crate) fn paste(&mut self, text: &str) {
        let found = self.filter.paste(text);
        self.refind(found);
    }

    /// Opens the package that the cursor is on.
    fn load(&mut self) -> Step {
        let Some(name) = self.selected().map(|package| package.name.clone()) else {
            return Step::Unused;
        };
        self.is_reading = true;
        // What is known already stays in view until the answer comes.
        if self.open.as_ref().is_none_or(|open| open.name != name) {
            self.open = Some(Open {
                name: name.clone(),
                page: None,
                view: View::default(),
            });
        }
        Step::Ask(Ask::Load(name))
    }

    fn tag(&self) -> Step {
        let open = self.open.as_ref().filter(|_| self.is_reading);
        let selected = self.selected().map(|package| &package.name);
        match open.map(|open| &open.name).or(selected) {
            None => Step::Unused,
            Some(name) => as_word(name)
                .map_or_else(Step::Wrong, |name| Step::Type(format!("tag add {name} "))),
        }
    }

    pub(crate) fn press(&mut self, place: usize) -> Step {
        self.refresh();
        self.is_reading = false;
        // A second click opens what the first has chosen.
        if self.cursor.at() == place {
            return self.load();
        }
        self.cursor.go_to(place);
        Step::Used
    }

    pub(crate) fn go_to(&mut self, place: usize) {
        self.refresh();
        self.cursor.go_to(place);
    }

    pub(crate) fn press_details(&mut self) {
        self.is_reading = self.open.is_some();
    }

    pub(crate) fn scroll(&mut self, down: bool, rows: usize, is_details: bool) {
        match &mut self.open {
            Some(open) if is_details => open.view.scroll(down, rows),
            _ => self.cursor.scroll(down, rows, self.index.len()),
        }
    }
}

impl Order {
    const fn name(self) -> &'static str {
        match self {
            Self::Name => "by name",
            Self::Date => "newest first",
        }
    }
}
