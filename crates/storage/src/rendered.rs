//! Packuments ready to be sent: rendered once for each form, encoding and base URL, and kept under
//! a byte budget.
//!
//! Each package has one [`Slot`]. A publish removes the slot from the table, so that whoever comes
//! later makes a new one; whoever was rendering fills the old slot, which nobody will find. That
//! makes a stale entry impossible without any version counter. The slot's turnstile lets one task
//! render while the others wait for what it makes.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use catalog::PackumentForm;
use npm_model::PackageName;

use crate::encoding::Encoding;

/// Base URLs kept for one package. A registry has one or two; a hostile `Host` header brings more.
const BASES: usize = 4;

/// What a slot costs beyond its name and its documents: itself, and its places in the table and in
/// the queue, which grow by doubling.
const SLOT_BYTES: usize = 288;

/// What a document costs beyond its bytes and what names it.
const DOCUMENT_BYTES: usize = 288;

/// A document that is ready to be sent.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The strong entity tag of exactly these bytes, in quotes.
    pub etag: Arc<str>,
    /// How `body` is encoded: a small document is not worth encoding, whatever was asked for.
    pub encoding: Encoding,
    /// The bytes to send.
    pub body: Bytes,
}

/// Which rendering of a package's packument.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Variant {
    pub(crate) form: PackumentForm,
    pub(crate) encoding: Encoding,
    pub(crate) base: Arc<str>,
}

/// What is known of a package's documents.
#[derive(Clone, Debug)]
pub(crate) enum Known {
    /// There is no such package.
    Absent,
    /// The document.
    Document(Rendered),
}

/// The table of slots, and the bytes they hold.
pub(crate) struct RenderedCache {
    budget: usize,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    slots: HashMap<PackageName, Arc<Slot>>,
    /// Slots in the order they are looked at when room is needed; one that was used since it was
    /// last looked at goes to the back once more.
    queue: VecDeque<(PackageName, Weak<Slot>)>,
    bytes: usize,
}

/// The documents of one package in one of its states.
pub(crate) struct Slot {
    content: Mutex<Content>,
    used: AtomicBool,
    /// What the name takes in the table and in the queue.
    name_bytes: usize,
    /// Held by the one task that renders.
    pub(crate) turnstile: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Content {
    absent: bool,
    documents: Vec<(Variant, Rendered)>,
    bytes: usize,
}

impl Slot {
    fn new(name: &PackageName) -> Arc<Self> {
        Arc::new(Self {
            name_bytes: name.as_str().len(),
            content: Mutex::default(),
            used: AtomicBool::new(false),
            turnstile: tokio::sync::Mutex::new(()),
        })
    }

    /// Returns what is known about that variant.
    pub(crate) fn get(&self, variant: &Variant) -> Option<Known> {
        let content = locked(&self.content);
        if content.absent {
            return Some(Known::Absent);
        }
        let (_, rendered) = content.documents.iter().find(|(key, _)| key == variant)?;
        Some(Known::Document(rendered.clone()))
    }

    fn bytes(&self) -> usize {
        SLOT_BYTES + self.name_bytes + locked(&self.content).bytes
    }
}

impl RenderedCache {
    pub(crate) fn new(budget: usize) -> Self {
        Self {
            budget,
            table: Mutex::default(),
        }
    }

    /// Returns the package's slot, making an empty one when there is none.
    pub(crate) fn slot(&self, name: &PackageName) -> Arc<Slot> {
        let mut table = locked(&self.table);
        if let Some(slot) = table.slots.get(name) {
            slot.used.store(true, Ordering::Relaxed);
            return Arc::clone(slot);
        }
        let slot = Slot::new(name);
        table.bytes += slot.bytes();
        table.queue.push_back((name.clone(), Arc::downgrade(&slot)));
        table.slots.insert(name.clone(), Arc::clone(&slot));
        table.shrink_to(self.budget);
        table.sweep_queue();
        slot
    }

    /// Forgets the package's documents, because they have changed.
    pub(crate) fn forget(&self, name: &PackageName) {
        let mut table = locked(&self.table);
        if let Some(slot) = table.slots.remove(name) {
            table.bytes = table.bytes.saturating_sub(slot.bytes());
        }
    }

    /// Forgets the documents of all packages.
    pub(crate) fn forget_all(&self) {
        *locked(&self.table) = Table::default();
    }

    /// Keeps what was found for a slot, as long as the slot is still the package's.
    pub(crate) fn fill(
        &self,
        name: &PackageName,
        slot: &Arc<Slot>,
        variant: Variant,
        known: &Known,
    ) {
        let mut table = locked(&self.table);
        let before = slot.bytes();
        {
            let mut content = locked(&slot.content);
            match known {
                Known::Absent => content.absent = true,
                // One document must not push out all the others.
                Known::Document(rendered) if rendered.body.len() > self.budget / 4 => return,
                Known::Document(rendered) => {
                    content.make_room_for_base(&variant.base);
                    content.documents.push((variant, rendered.clone()));
                }
            }
            content.bytes = content
                .documents
                .iter()
                .map(|(variant, kept)| cost(variant, kept))
                .sum();
        }
        if table
            .slots
            .get(name)
            .is_some_and(|current| Arc::ptr_eq(current, slot))
        {
            table.bytes = (table.bytes + slot.bytes()).saturating_sub(before);
            table.shrink_to(self.budget);
        }
    }
}

/// What it takes to keep a document. A base URL is as long as a hostile `Host` header makes it.
fn cost(variant: &Variant, rendered: &Rendered) -> usize {
    DOCUMENT_BYTES + variant.base.len() + rendered.etag.len() + rendered.body.len()
}

impl Content {
    fn make_room_for_base(&mut self, base: &Arc<str>) {
        let mut bases: Vec<&Arc<str>> = Vec::new();
        for (variant, _) in &self.documents {
            if !bases.contains(&&variant.base) {
                bases.push(&variant.base);
            }
        }
        if bases.len() >= BASES
            && !bases.contains(&base)
            && let Some(oldest) = bases.first().map(|base| Arc::clone(base))
        {
            self.documents.retain(|(variant, _)| variant.base != oldest);
        }
    }
}

impl Table {
    /// Drops slots that were not used lately until the rest fits.
    fn shrink_to(&mut self, budget: usize) {
        while self.bytes > budget {
            let Some((name, slot)) = self.queue.pop_front() else {
                return;
            };
            let Some(slot) = slot.upgrade() else { continue };
            if !self
                .slots
                .get(&name)
                .is_some_and(|current| Arc::ptr_eq(current, &slot))
            {
                continue;
            }
            if slot.used.swap(false, Ordering::Relaxed) {
                self.queue.push_back((name, Arc::downgrade(&slot)));
            } else {
                self.slots.remove(&name);
                self.bytes = self.bytes.saturating_sub(slot.bytes());
            }
        }
    }

    /// Drops the queue's places of forgotten slots once they are the larger part of it.
    fn sweep_queue(&mut self) {
        if self.queue.len() > 2 * self.slots.len() + 64 {
            self.queue.retain(|(_, slot)| slot.strong_count() > 0);
        }
    }
}

impl fmt::Debug for RenderedCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = locked(&self.table);
        f.debug_struct("RenderedCache")
            .field("budget", &self.budget)
            .field("bytes", &table.bytes)
            .field("packages", &table.slots.len())
            .finish()
    }
}

/// The values behind these locks stay whole whatever panics, so a poisoned lock is as good as any.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
