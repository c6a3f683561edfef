use super::*;

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn note(counters: &Counters, second: u64, micros: u64) {
    let took = Duration::from_micros(micros);
    counters.note_at(at(second), StatusCode::OK, took);
}

#[test]
fn a_bucket_holds_what_it_says_and_is_a_quarter_wide_at_most() {
    for micros in (0..5000).chain([9_999, 65_535, 65_536, 1_000_000, 20_000_000]) {
        let longest = longest(bucket(micros));
        assert!(longest >= micros, "{micros}: {longest}");
        assert!(longest <= micros + micros / 4, "{micros}: {longest}");
        assert!(bucket(longest + 1) > bucket(micros), "{micros}");
    }
    assert_eq!(bucket(u64::MAX), BUCKETS - 1);
}

#[test]
fn failures_are_those_of_the_server() {
    let counters = Counters::new();
    for status in [200, 304, 404, 429, 500, 503] {
        let status = StatusCode::from_u16(status).unwrap();
        counters.note(status, Duration::ZERO);
    }
    let counted = counters.now();
    assert_eq!((counted.requests, counted.failures), (6, 2));
}

#[test]
fn half_of_the_answers_and_99_in_a_hundred_were_as_quick_as_is_said() {
    let counters = Counters::new();
    assert_eq!(counters.at(at(5)).latency_p99_us, 0, "of nothing");
    for _ in 0..98 {
        note(&counters, 5, 100);
    }
    note(&counters, 5, 50_000);
    note(&counters, 5, 9_000_000);
    let counted = counters.at(at(5));
    assert_eq!(counted.latency_p50_us, longest(bucket(100)));
    assert_eq!(counted.latency_p99_us, longest(bucket(50_000)));
}

#[test]
fn the_rate_is_over_whole_seconds_and_what_is_old_is_forgotten() {
    let counters = Counters::new();
    let rate = |second| counters.at(at(second)).requests_per_second;
    let is = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
    for _ in 0..30 {
        note(&counters, 0, 10);
    }
    is(rate(0), 0.0);
    is(rate(1), 30.0);
    is(rate(3), 10.0);
    is(rate(10), 3.0);
    is(rate(11), 0.0);
    assert_eq!(counters.at(at(59)).latency_p50_us, longest(bucket(10)));
    assert_eq!(counters.at(at(60)).latency_p50_us, 0);
    // The place of the first second is used again.
    note(&counters, KEPT, 700);
    is(rate(KEPT + 1), 0.1);
    assert_eq!(counters.at(at(KEPT)).latency_p50_us, longest(bucket(700)));
    assert_eq!(counters.now().requests, 31);
}

#[test]
fn nothing_is_lost_of_all_requests_that_threads_count_at_once() {
    let counters = Counters::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..10_000 {
                    note(&counters, number / 1000, number);
                }
            });
        }
    });
    assert_eq!(counters.now().requests, 40_000);
}
