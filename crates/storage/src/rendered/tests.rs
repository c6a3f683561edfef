use super::*;

const BUDGET: usize = 10_000;

fn name(number: usize) -> PackageName {
    PackageName::parse(&format!("p{number}")).unwrap()
}

fn variant(form: PackumentForm, base: &str) -> Variant {
    Variant {
        form,
        encoding: Encoding::Identity,
        base: base.into(),
    }
}

fn document(length: usize) -> Known {
    Known::Document(Rendered {
        etag: "\"1\"".into(),
        encoding: Encoding::Identity,
        body: vec![b'x'; length].into(),
    })
}

/// Asks for a document and keeps it when it is not there, as a reader does.
fn ask(cache: &RenderedCache, name: &PackageName, variant: &Variant, length: usize) -> bool {
    let slot = cache.slot(name);
    let known = slot.get(variant).is_some();
    if !known {
        cache.fill(name, &slot, variant.clone(), &document(length));
    }
    check_sums(cache);
    known
}

/// The sum that is kept is the sum of what is there, and within the budget.
fn check_sums(cache: &RenderedCache) {
    let table = locked(&cache.table);
    let sum: usize = table.slots.values().map(|slot| slot.bytes()).sum();
    assert_eq!(table.bytes, sum);
    assert!(sum <= cache.budget, "{sum} bytes");
    assert!(table.queue.len() <= 2 * table.slots.len() + 65);
    for slot in table.slots.values() {
        let content = locked(&slot.content);
        let costs = content.documents.iter().map(|(key, it)| cost(key, it));
        assert_eq!(content.bytes, costs.sum::<usize>());
    }
}

#[test]
fn what_was_asked_for_is_kept_until_it_is_forgotten() {
    let cache = RenderedCache::new(BUDGET);
    let full = variant(PackumentForm::Full, "http://a");
    let abbreviated = variant(PackumentForm::Abbreviated, "http://a");
    assert!(!ask(&cache, &name(1), &full, 100));
    assert!(!ask(&cache, &name(1), &abbreviated, 100));
    assert!(!ask(&cache, &name(2), &full, 100));
    assert!(ask(&cache, &name(1), &full, 100));
    assert!(ask(&cache, &name(1), &abbreviated, 100));
    cache.forget(&name(1));
    check_sums(&cache);
    assert!(!ask(&cache, &name(1), &full, 100));
    assert!(ask(&cache, &name(2), &full, 100));
    cache.forget(&name(3));
    check_sums(&cache);
    assert!(ask(&cache, &name(1), &full, 100));
    cache.forget_all();
    check_sums(&cache);
    assert!(!ask(&cache, &name(1), &full, 100));
    assert!(!ask(&cache, &name(2), &full, 100));
}

#[test]
fn what_was_begun_before_all_was_forgotten_is_not_found() {
    let cache = RenderedCache::new(BUDGET);
    let full = variant(PackumentForm::Full, "http://a");
    let slot = cache.slot(&name(1));
    cache.forget_all();
    cache.fill(&name(1), &slot, full.clone(), &document(100));
    check_sums(&cache);
    assert!(!ask(&cache, &name(1), &full, 100));
}

#[test]
fn the_budget_holds_whatever_is_asked_for() {
    let cache = RenderedCache::new(BUDGET);
    let mut random = 1_usize;
    for _ in 0..5_000 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let [number, length, form, change] =
            [random >> 33, random >> 20, random >> 50, random >> 40];
        let form = if form % 2 == 0 {
            PackumentForm::Full
        } else {
            PackumentForm::Abbreviated
        };
        ask(
            &cache,
            &name(number % 50),
            &variant(form, "http://a"),
            length % 3_000,
        );
        if change % 7 == 0 {
            cache.forget(&name(number % 50));
            check_sums(&cache);
        }
    }
}

#[test]
fn a_document_that_is_too_large_pushes_nothing_out() {
    let cache = RenderedCache::new(BUDGET);
    let full = variant(PackumentForm::Full, "http://a");
    assert!(!ask(&cache, &name(1), &full, 1_000));
    assert!(!ask(&cache, &name(2), &full, BUDGET));
    assert!(!ask(&cache, &name(2), &full, BUDGET));
    assert!(ask(&cache, &name(1), &full, 1_000));
}

#[test]
fn what_is_used_stays_longer_than_what_is_not() {
    let cache = RenderedCache::new(BUDGET);
    let full = variant(PackumentForm::Full, "http://a");
    ask(&cache, &name(0), &full, 1_000);
    for number in 1..100 {
        assert!(
            ask(&cache, &name(0), &full, 1_000),
            "pushed out by {number}"
        );
        ask(&cache, &name(number), &full, 1_000);
    }
    assert!(!ask(&cache, &name(50), &full, 1_000));
}

#[test]
fn names_that_are_not_there_are_bounded() {
    let cache = RenderedCache::new(BUDGET);
    let full = variant(PackumentForm::Full, "http://a");
    for number in 0..10_000 {
        let slot = cache.slot(&name(number));
        cache.fill(&name(number), &slot, full.clone(), &Known::Absent);
    }
    check_sums(&cache);
    assert!(locked(&cache.table).slots.len() <= BUDGET / SLOT_BYTES);
    let slot = cache.slot(&name(9_999));
    assert!(matches!(slot.get(&full), Some(Known::Absent)));
}

/// What is counted is not less than what is taken: a table is full to seven eighths before it doubles,
/// a queue and a list are full, and an allocation has a header of two words, as has what an `Arc` holds.
#[test]
fn what_is_counted_covers_what_is_taken() {
    const HEADERS: usize = 4 * size_of::<usize>();
    let in_table = (size_of::<(PackageName, Arc<Slot>)>() + 1) * 2 * 8 / 7;
    let in_queue = size_of::<(PackageName, Weak<Slot>)>() * 2;
    // The name's own header is the second one.
    let slot = size_of::<Slot>() + in_table + in_queue + 2 * HEADERS;
    assert!(slot <= SLOT_BYTES, "{slot} bytes");
    // The list, the bytes, the entity tag and the base URL are allocations of their own.
    let document = size_of::<(Variant, Rendered)>() * 2 + 4 * HEADERS;
    assert!(document <= DOCUMENT_BYTES, "{document} bytes");
}

/// npm asks for the short form first, and then for the whole document.
#[test]
fn a_package_that_is_not_there_is_not_there_in_any_form() {
    let cache = RenderedCache::new(BUDGET);
    let asked = variant(PackumentForm::Abbreviated, "http://a");
    cache.fill(&name(1), &cache.slot(&name(1)), asked, &Known::Absent);
    for form in [PackumentForm::Full, PackumentForm::Abbreviated] {
        for encoding in Encoding::ALL {
            for base in ["http://a", "https://b"] {
                let base = base.into();
                let asked = Variant {
                    form,
                    encoding,
                    base,
                };
                let known = cache.slot(&name(1)).get(&asked);
                assert!(matches!(known, Some(Known::Absent)), "{asked:?}");
            }
        }
    }
    cache.forget(&name(1));
    let asked = variant(PackumentForm::Full, "http://a");
    assert!(cache.slot(&name(1)).get(&asked).is_none());
}

#[test]
fn the_base_urls_of_a_package_are_bounded() {
    let cache = RenderedCache::new(1 << 20);
    for number in 0..1_000 {
        for form in [PackumentForm::Full, PackumentForm::Abbreviated] {
            let asked = variant(form, &format!("http://host{number}"));
            assert!(!ask(&cache, &name(1), &asked, 100));
            assert!(ask(&cache, &name(1), &asked, 100));
        }
        let kept = locked(&cache.slot(&name(1)).content).documents.len();
        assert!(kept <= 2 * BASES, "{kept} documents");
    }
}

#[test]
fn long_base_urls_count_too() {
    let cache = RenderedCache::new(BUDGET);
    let long = "h".repeat(BUDGET / 4);
    for number in 0..20 {
        let asked = variant(PackumentForm::Full, &format!("{long}{number}"));
        ask(&cache, &name(number), &asked, 1);
    }
    assert!(locked(&cache.table).slots.len() < 4);
}

#[test]
fn what_was_rendered_before_a_change_is_not_found_after_it() {
    let cache = RenderedCache::new(BUDGET);
    let full = variant(PackumentForm::Full, "http://a");
    for known in [document(100), Known::Absent] {
        let before = cache.slot(&name(1));
        cache.forget(&name(1));
        cache.fill(&name(1), &before, full.clone(), &known);
        check_sums(&cache);
        assert!(cache.slot(&name(1)).get(&full).is_none());
        // Also when somebody has begun anew in between.
        let before = cache.slot(&name(1));
        cache.forget(&name(1));
        let after = cache.slot(&name(1));
        cache.fill(&name(1), &before, full.clone(), &known);
        assert!(after.get(&full).is_none());
        assert!(cache.slot(&name(1)).get(&full).is_none());
        check_sums(&cache);
    }
}

#[test]
fn without_a_budget_nothing_is_kept() {
    let cache = RenderedCache::new(0);
    let full = variant(PackumentForm::Full, "http://a");
    for _ in 0..200 {
        assert!(!ask(&cache, &name(1), &full, 1));
    }
}
