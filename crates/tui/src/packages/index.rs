//! All packages in order, and those of them that are found.

use std::cmp::Reverse;

use crate::{
    filter::{Filter, folded},
    news::PackageLine,
    text::head,
};

/// How much of a description is kept, in bytes: more than a list shows.
const DESCRIPTION: usize = 512;

/// How the list is ordered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Order {
    #[default]
    Name,
    Date,
}

/// The packages.
#[derive(Default)]
pub(super) struct Index {
    /// By name.
    packages: Vec<Entry>,
    /// Which of them are found, as they are ordered.
    found: Vec<usize>,
    order: Order,
    /// Whether any list was told.
    is_told: bool,
}

struct Entry {
    line: PackageLine,
    /// What is searched.
    folded: String,
}

impl Entry {
    fn new(mut line: PackageLine) -> Self {
        let keywords = line.keywords.join(" ");
        let folded = folded(&[&line.name, &keywords, &line.description]);
        // Of these nothing else is shown.
        line.keywords = Vec::new();
        head(&line.description, DESCRIPTION)
            .to_owned()
            .clone_into(&mut line.description);
        Self { line, folded }
    }
}

impl Index {
    /// Whether any list was told.
    pub(super) const fn is_told(&self) -> bool {
        self.is_told
    }

    pub(super) const fn order(&self) -> Order {
        self.order
    }

    /// How many are found.
    pub(super) const fn len(&self) -> usize {
        self.found.len()
    }

    /// How many there are.
    pub(super) const fn all(&self) -> usize {
        self.packages.len()
    }

    /// Returns the package in a place of the list.
    pub(super) fn get(&self, place: usize) -> Option<&PackageLine> {
        let entry = self.packages.get(*self.found.get(place)?)?;
        Some(&entry.line)
    }

    /// Returns the place of a package in the list.
    pub(super) fn place_of(&self, name: &str) -> Option<usize> {
        let wanted = self.search_name(name).ok()?;
        self.found.iter().position(|index| *index == wanted)
    }

    fn search_name(&self, name: &str) -> Result<usize, usize> {
        self.packages
            .binary_search_by(|entry| entry.line.name.as_str().cmp(name))
    }

    /// Takes all packages. Search afterwards.
    pub(super) fn set(&mut self, packages: Vec<PackageLine>) {
        self.is_told = true;
        self.packages = packages.into_iter().map(Entry::new).collect();
        self.packages
            .sort_by(|one, other| one.line.name.cmp(&other.line.name));
        self.packages
            .dedup_by(|one, other| one.line.name == other.line.name);
    }

    /// Takes one package. Search afterwards.
    pub(super) fn put(&mut self, package: PackageLine) {
        self.is_told = true;
        let place = self.search_name(&package.name);
        let entry = Entry::new(package);
        match place {
            Ok(place) => {
                if let Some(known) = self.packages.get_mut(place) {
                    *known = entry;
                }
            }
            Err(place) => self.packages.insert(place, entry),
        }
    }

    /// Forgets a package. Search afterwards.
    pub(super) fn remove(&mut self, name: &str) {
        if let Ok(place) = self.search_name(name) {
            self.packages.remove(place);
        }
    }

    /// Goes to the other order. Search afterwards.
    pub(super) const fn reorder(&mut self) {
        self.order = match self.order {
            Order::Name => Order::Date,
            Order::Date => Order::Name,
        };
    }

    /// Searches everything.
    pub(super) fn search(&mut self, filter: &Filter) {
        let packages = self.packages.iter().enumerate();
        let found = packages.filter(|(_, entry)| filter.finds(&entry.folded));
        self.found = found.map(|(index, _)| index).collect();
        if self.order == Order::Date {
            let packages = &self.packages;
            let modified = |index: &usize| packages.get(*index).map(|entry| entry.line.modified);
            self.found.sort_by_key(|index| Reverse(modified(index)));
        }
    }

    /// Searches what is found already.
    pub(super) fn narrow(&mut self, filter: &Filter) {
        let packages = &self.packages;
        let finds = |index: &usize| {
            let entry = packages.get(*index);
            entry.is_some_and(|entry| filter.finds(&entry.folded))
        };
        self.found.retain(finds);
    }
}
