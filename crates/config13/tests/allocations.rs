//! Nothing allocates: not the core, not an update of a file, not a reading of it.
#![cfg(feature = "mmap")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests say what they expect by failing"
)]
#![allow(
    unsafe_code,
    reason = "a global allocator cannot be written without it"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt::{self, Write};
use std::hint::black_box;

use config13::{
    Config13, ConfigFile, Feature, FeatureFlags, Field, FieldValue, LEN, MappedConfig,
    TerminalMode, registry_hash,
};

/// Counts what each thread asks for, so that tests running side by side do not disturb each other.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: Every call goes to the system's allocator as it came; counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: The caller keeps the contract of this very function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: The caller keeps the contract of this very function.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: The caller keeps the contract of this very function.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

/// Takes text and drops it, unlike a `String`.
struct Discard;

impl Write for Discard {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        black_box(text);
        Ok(())
    }
}

fn print(text: impl fmt::Display) {
    write!(Discard, "{text}").unwrap();
}

fn values() -> [FieldValue; 7] {
    [
        FieldValue::Version(1),
        FieldValue::RegistryHash(0xdead_beef),
        FieldValue::FeatureFlags(FeatureFlags::from_bits(5)),
        FieldValue::TerminalMode(TerminalMode::Cooked),
        FieldValue::Rows(40),
        FieldValue::Cols(120),
        FieldValue::Reserved(7),
    ]
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(black_box(Box::new(1)))), 1);
}

#[test]
fn the_core_allocates_nothing() {
    let count = allocations(|| {
        let mut config = Config13::new(registry_hash("HTTP://LocalHost:4873/").unwrap());
        for value in values() {
            config.set(value);
            print(value);
            print(config.field_hex(value.field()));
        }
        config.set_byte(0, 3).unwrap();
        print(config.set_byte(9, 3).unwrap_err());
        print(config.hex());
        print(config.environment());
        print(format_args!("{config:?}"));
        assert_eq!(Config13::decode(black_box(config.as_bytes())), Ok(config));
        for len in 0..LEN {
            print(Config13::decode(&config.to_bytes()[..len]).unwrap_err());
        }
        for text in ["rows 40", "registry_hash 0xdeadbeef", "terminal_mode raw"] {
            print(text.parse::<FieldValue>().unwrap());
        }
        for text in ["rows 300", "lines 40", "cols", "terminal_mode off"] {
            print(text.parse::<FieldValue>().unwrap_err());
        }
        print("debug".parse::<Feature>().unwrap());
        print("turbo".parse::<Feature>().unwrap_err());
        print("lines".parse::<Field>().unwrap_err());
        print(registry_hash("http://alice@localhost").unwrap_err());
    });
    assert_eq!(count, 0);
}

#[test]
fn updates_and_readings_of_a_file_allocate_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = ConfigFile::create(folder.path().join("registry.lockb"), &Config13::new(0)).unwrap();
    let map = MappedConfig::new(&file).unwrap();
    let count = allocations(|| {
        for value in values() {
            file.set_field(value).unwrap();
            map.set_field(value);
        }
        for offset in 0..LEN {
            file.set_byte(offset, 1).unwrap();
            map.set_byte(offset, 1).unwrap();
        }
        file.set_byte(9, 3).unwrap_err();
        for feature in Feature::ALL {
            file.toggle_feature(feature).unwrap();
            file.enable(feature).unwrap();
            file.disable(feature).unwrap();
            map.toggle_feature(feature);
            map.enable(feature);
            map.disable(feature);
        }
        assert_eq!(file.read().unwrap(), map.read().unwrap());
        file.sync().unwrap();
    });
    assert_eq!(count, 0);
}
