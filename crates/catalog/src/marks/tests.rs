use super::*;
use crate::testing::{Bench, name};

fn mark(bench: &Bench) -> LedgerMark {
    let read = bench.catalog.read(|rows| {
        let mark = rows.ledger_mark()?;
        Ok::<_, CatalogError>(mark)
    });
    read.unwrap()
}

fn count(bench: &Bench) -> u64 {
    let read = bench.catalog.read(|rows| {
        let count = rows.count_versions()?;
        Ok::<_, CatalogError>(count)
    });
    read.unwrap()
}

#[test]
fn a_mark_is_kept_as_it_was_set() {
    let bench = Bench::new();
    assert_eq!(mark(&bench), LedgerMark::default());
    for seq in [1, 7, i64::MAX] {
        let new = LedgerMark {
            seq,
            offset: seq.unsigned_abs(),
            tail_crc: u32::MAX,
        };
        bench.write(move |rows| rows.set_ledger_mark(new));
        assert_eq!(mark(&bench), new);
    }
    let bench = bench.reopened();
    assert_eq!(mark(&bench).seq, i64::MAX);
}

#[test]
fn a_mark_that_cannot_be_is_read_as_one_that_asks_for_a_full_comparison() {
    let bench = Bench::new();
    bench.write(|rows| {
        rows.set_ledger_mark(LedgerMark {
            seq: 5,
            offset: 5,
            tail_crc: 5,
        })
    });
    bench.tamper("UPDATE marks SET value = -1 WHERE key <> 'ledger_seq'");
    let read = mark(&bench);
    assert_eq!((read.offset, read.tail_crc), (0, 0));
}

#[test]
fn versions_come_in_the_order_of_publishing_over_all_packages() {
    let bench = Bench::new();
    for (package, number) in [("b", "2.0.0"), ("a", "1.0.0"), ("b", "1.0.0")] {
        bench.publish(package, number, "latest");
    }
    let after = |seq| {
        let mut found = Vec::new();
        let read = bench.catalog.read(|rows| {
            rows.published_after(seq, |version| {
                found.push(format!(
                    "{} {}@{}",
                    version.seq, version.package, version.version
                ));
                Ok::<_, CatalogError>(())
            })
        });
        read.unwrap();
        found
    };
    assert_eq!(after(0), ["1 b@2.0.0", "2 a@1.0.0", "3 b@1.0.0"]);
    assert_eq!(after(2), ["3 b@1.0.0"]);
    assert!(after(3).is_empty());
    let stopped = bench
        .catalog
        .read(|rows| rows.published_after(0, |_| Err(CatalogError::Closed)));
    assert!(matches!(stopped, Err(CatalogError::Closed)));
    assert_eq!(count(&bench), 3);
}

#[test]
fn the_settings_are_remembered_to_the_byte() {
    let bench = Bench::new();
    let remembered = |bench: &Bench| {
        let read = bench.catalog.read(|rows| {
            let settings = rows.remembered_settings()?;
            Ok::<_, CatalogError>(settings)
        });
        read.unwrap()
    };
    assert_eq!(remembered(&bench), None);
    for settings in [
        [0; 13],
        [0xff; 13],
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    ] {
        bench.write(move |rows| rows.remember_settings(settings));
        assert_eq!(remembered(&bench), Some(settings));
    }
}

#[test]
fn packages_that_were_changed_past_the_server_are_known_by_name() {
    let bench = Bench::new();
    let note = |names: &[&str]| {
        let packages: Vec<_> = names.iter().map(|it| name(it)).collect();
        bench.write(move |rows| rows.note_document_change(&packages))
    };
    let after = |change| {
        let packages = bench.catalog.read(|rows| rows.changed_after(change));
        let packages = packages.unwrap().into_iter();
        packages.map(|it| it.to_string()).collect::<Vec<_>>()
    };
    assert!(after(0).is_empty());
    let first = note(&["a", "b"]);
    assert_eq!(after(0), ["a", "b"]);
    assert!(after(first).is_empty());
    note(&["b", "gone"]);
    assert_eq!(after(first), ["b", "gone"]);
    assert_eq!(after(0), ["a", "b", "gone"]);
}
