//! While a writer storms, readers see one of its values, and never half of each.
#![cfg(feature = "std")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests say what they expect by failing"
)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use config13::{Config13, ConfigFile, FeatureFlags, Field, FieldValue};

const READINGS: u32 = 50_000;

/// Lets one thread write both values in turn, and reads meanwhile through another handle.
fn check(values: [FieldValue; 2]) {
    let [first, second] = values;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.lockb");
    let writer = ConfigFile::create(&path, &Config13::new(0)).unwrap();
    writer.set_field(first).unwrap();
    let reader = ConfigFile::open(&path).unwrap();
    let done = AtomicBool::new(false);
    let mut seen = [0_u32; 2];
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                writer.set_field(second).unwrap();
                writer.set_field(first).unwrap();
            }
        });
        // Stops the writer also when a reading panics, or the scope would wait for ever.
        let _stop = Stop(&done);
        for _ in 0..READINGS {
            let value = reader.read().unwrap().get(first.field());
            let index = values.iter().position(|written| *written == value);
            seen[index.unwrap_or_else(|| panic!("{value} was never written"))] += 1;
        }
    });
    assert_eq!(seen[0] + seen[1], READINGS);
    assert!(first.field() == second.field() && first.field().size() == 4);
}

struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn the_registry_hash_is_never_torn() {
    check([0x5555_5555, 0xaaaa_aaaa].map(FieldValue::RegistryHash));
}

/// This field lies across a boundary of eight bytes, where memory is most easily torn.
#[test]
fn the_feature_flags_are_never_torn() {
    assert_eq!(Field::FeatureFlags.range(), 5..9);
    check([0, u32::MAX].map(|bits| FieldValue::FeatureFlags(FeatureFlags::from_bits(bits))));
}
