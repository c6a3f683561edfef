use std::task::{Context, Poll, Waker};

use super::*;

const HOME: [u8; 4] = [192, 0, 2, 1];
const OFFICE: [u8; 4] = [192, 0, 2, 2];

fn group(address: [u8; 4]) -> AddressGroup {
    AddressGroup::of(address.into())
}

/// One of more addresses than anybody needs.
fn numbered(number: usize) -> AddressGroup {
    let [_, a, b, c] = u32::try_from(number).unwrap().to_be_bytes();
    group([10, a, b, c])
}

impl Attempts {
    /// Begins without waiting for others.
    fn now(&self, account: &str, group: AddressGroup) -> Result<Attempt<'_>, Duration> {
        match self.try_begin(account, group) {
            Ok(attempt) => Ok(attempt.expect("as many are under way as may be")),
            Err(error) => Err(error.wait),
        }
    }

    /// Fails once, which must be allowed, and returns the seconds that it makes others wait.
    fn fail(&self, account: &str, group: AddressGroup) -> u64 {
        let mut attempt = self.now(account, group).expect("it is not blocked");
        attempt.failed().map_or(0, |wait| wait.as_secs())
    }

    fn pass(&self, account: &str, group: AddressGroup) {
        self.now(account, group)
            .expect("it is not blocked")
            .passed();
    }

    fn is_blocked(&self, account: &str, group: AddressGroup) -> bool {
        match self.now(account, group) {
            Ok(mut attempt) => {
                attempt.not_tried();
                false
            }
            Err(_) => true,
        }
    }

    fn counts(&self) -> usize {
        let state = self.lock();
        state.pairs.counts.len() + state.accounts.counts.len() + state.addresses.counts.len()
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn each_failure_makes_one_wait_twice_as_long() {
    let attempts = Attempts::default();
    for _ in 0..5 {
        assert_eq!(attempts.fail("alice", group(HOME)), 0);
    }
    for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] {
        assert_eq!(attempts.fail("alice", group(HOME)), expected);
        attempts.clock.advance(seconds(expected - 1));
        let wait = attempts.now("alice", group(HOME)).unwrap_err();
        assert_eq!(wait, seconds(1));
        attempts.clock.advance(seconds(1));
    }
    for _ in 0..9 {
        assert_eq!(attempts.fail("alice", group(HOME)), 900, "and no longer");
        attempts.clock.advance(seconds(900));
    }
}

#[test]
fn an_account_and_an_address_are_blocked_as_a_pair() {
    let attempts = Attempts::default();
    for _ in 0..6 {
        attempts.fail("alice", group(HOME));
    }
    assert!(attempts.is_blocked("alice", group(HOME)));
    assert!(!attempts.is_blocked("bob", group(HOME)));
    assert!(!attempts.is_blocked("alice", group(OFFICE)));
    let refused = attempts.check_pair("alice", group(HOME));
    assert_eq!(refused, Err(TooManyAttempts { wait: seconds(1) }));
    assert_eq!(attempts.check_pair("bob", group(HOME)), Ok(()));
}

#[test]
fn a_right_password_takes_back_the_failures_of_its_pair_alone() {
    let attempts = Attempts::default();
    for _ in 0..25 {
        for _ in 0..5 {
            attempts.fail("alice", group(HOME));
        }
        attempts.pass("alice", group(HOME));
        assert_eq!(attempts.fail("alice", group(HOME)), 0);
        attempts.pass("alice", group(HOME));
    }
    // An attacker with an account of his own, who logs in after each guess.
    let attempts = Attempts::default();
    let mut blocked_after = 0;
    while !attempts.is_blocked("stranger", group(HOME)) {
        attempts.fail(&format!("user{blocked_after}"), group(HOME));
        attempts.pass("mallory", group(HOME));
        blocked_after += 1;
    }
    assert_eq!(blocked_after, 101);
}

#[test]
fn an_address_may_fail_more_often_and_waits_less() {
    let attempts = Attempts::default();
    for number in 0..100 {
        assert_eq!(attempts.fail(&format!("user{number}"), group(HOME)), 0);
    }
    for (number, expected) in [1, 2, 4, 8, 16, 32, 60, 60, 60].into_iter().enumerate() {
        let name = format!("other{number}");
        let wait = attempts.fail(&name, group(HOME));
        // Those that were forgiven in the meantime are counted anew.
        assert!(wait <= expected && wait >= expected / 4, "{number}: {wait}");
        assert!(attempts.is_blocked("anybody", group(HOME)));
        assert!(!attempts.is_blocked("anybody", group(OFFICE)));
        attempts.clock.advance(seconds(wait));
    }
}

#[test]
fn whoever_has_logged_in_from_an_address_is_not_locked_out_there_by_others() {
    let attempts = Attempts::default();
    attempts.pass("alice", group(HOME));
    attempts.pass("bob", group(HOME));
    // Somebody beside them tries names…
    while !attempts.is_blocked("anybody", group(HOME)) {
        let number = attempts.counts();
        attempts.fail(&format!("user{number}"), group(HOME));
    }
    // …and somebody with many addresses tries Alice's password.
    let mut number = 0;
    while !attempts.is_blocked("alice", numbered(number)) {
        attempts.fail("alice", numbered(number));
        number += 1;
    }
    assert_eq!(number, 31);
    assert!(attempts.is_blocked("alice", group(OFFICE)));
    assert!(!attempts.is_blocked("alice", group(HOME)));
    for _ in 0..5 {
        assert_eq!(attempts.fail("alice", group(HOME)), 0);
    }
    assert_eq!(
        attempts.fail("alice", group(HOME)),
        1,
        "she may not guess either"
    );
    assert!(attempts.is_blocked("alice", group(HOME)));
    attempts.clock.advance(KNOWN_FOR);
    attempts.pass("bob", group(OFFICE));
    for number in 0..31 {
        attempts.fail("alice", numbered(number));
    }
    assert!(attempts.is_blocked("alice", group(HOME)), "it was long ago");
}

#[test]
fn an_account_is_tried_from_everywhere_at_a_bounded_rate() {
    let attempts = Attempts::default();
    let (mut tried, mut passed) = (0, Duration::ZERO);
    while passed < Duration::from_hours(10) {
        match attempts.now("alice", numbered(tried)) {
            Ok(mut attempt) => {
                attempt.failed();
                tried += 1;
            }
            Err(wait) => {
                assert!(wait <= seconds(30), "an owner waits no longer: {wait:?}");
                attempts.clock.advance(wait);
                passed += wait;
            }
        }
    }
    assert!((1190..=1240).contains(&tried), "{tried}");
}

#[test]
fn a_pair_is_tried_at_a_bounded_rate() {
    for patience in [1, 4] {
        let attempts = Attempts::default();
        let (mut tried, mut passed) = (0, Duration::ZERO);
        while passed < Duration::from_hours(24) {
            match attempts.now("alice", group(HOME)) {
                Ok(mut attempt) => {
                    attempt.failed();
                    tried += 1;
                }
                Err(wait) => {
                    attempts.clock.advance(wait * patience);
                    passed += wait * patience;
                }
            }
        }
        assert!(tried <= 16 + 4 * 24, "{tried}");
    }
}

#[test]
fn failures_are_forgiven_with_time() {
    let attempts = Attempts::default();
    for _ in 0..5 {
        attempts.fail("alice", group(HOME));
    }
    attempts.clock.advance(Duration::from_mins(59));
    assert_eq!(attempts.fail("alice", group(HOME)), 0, "one of five was");
    assert_eq!(attempts.fail("alice", group(HOME)), 1);
    attempts.clock.advance(Duration::from_mins(1));
    assert_eq!(attempts.fail("alice", group(HOME)), 1, "another one was");
    attempts.clock.advance(Duration::from_hours(3));
    for _ in 0..5 {
        assert_eq!(attempts.fail("alice", group(HOME)), 0);
    }
}

#[test]
fn guesses_at_the_same_moment_are_no_more_than_others() {
    let attempts = Attempts::default();
    let begun: Vec<_> = (0..5)
        .map(|_| attempts.now("alice", group(HOME)).unwrap())
        .collect();
    let mut waiting = Box::pin(attempts.begin("alice", group(HOME)));
    let mut also = Box::pin(attempts.begin("alice", group(HOME)));
    let mut context = Context::from_waker(Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    assert!(also.as_mut().poll(&mut context).is_pending());
    drop(begun);
    let Poll::Ready(Ok(mut sixth)) = waiting.as_mut().poll(&mut context) else {
        panic!("the others are over");
    };
    assert!(also.as_mut().poll(&mut context).is_pending());
    assert_eq!(sixth.failed(), Some(seconds(1)));
    let Poll::Ready(Err(refused)) = also.as_mut().poll(&mut context) else {
        panic!("there were six");
    };
    assert_eq!(refused.wait, seconds(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn right_passwords_are_never_hindered() {
    let attempts = std::sync::Arc::new(Attempts::default());
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let attempts = std::sync::Arc::clone(&attempts);
            tokio::spawn(async move {
                for _ in 0..16 {
                    let mut attempt = attempts.begin("ci", group(HOME)).await.unwrap();
                    tokio::task::yield_now().await;
                    attempt.passed();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(attempts.counts(), 0, "nothing is remembered of them");
}

#[test]
fn what_was_not_tried_counts_for_nothing() {
    let attempts = Attempts::default();
    for _ in 0..100 {
        attempts.now("alice", group(HOME)).unwrap().not_tried();
    }
    assert_eq!(attempts.counts(), 0);
    // What is dropped was tried, as far as anybody knows.
    for _ in 0..6 {
        drop(attempts.now("alice", group(HOME)).unwrap());
    }
    assert!(attempts.is_blocked("alice", group(HOME)));
}

#[test]
fn a_flood_of_names_throws_out_its_own() {
    let attempts = Attempts::default();
    for _ in 0..7 {
        attempts.fail("alice", group(HOME));
        attempts.clock.advance(seconds(10));
    }
    attempts.fail("alice", group(HOME));
    let waited = attempts.now("alice", group(HOME)).unwrap_err();
    // As many addresses as it takes, each with two failures for each of its names.
    for number in 0..3 * MOST {
        let name = format!("user{number}");
        attempts.fail(&name, numbered(number));
        attempts.fail(&name, numbered(number));
    }
    assert_eq!(attempts.now("alice", group(HOME)).unwrap_err(), waited);
    assert!(attempts.counts() <= 3 * MOST);
    attempts.clock.advance(waited);
    assert_eq!(attempts.fail("alice", group(HOME)), 2 * waited.as_secs());
}

#[test]
fn an_attempt_under_way_is_not_thrown_out() {
    let attempts = Attempts::default();
    let begun: Vec<_> = (0..5)
        .map(|_| attempts.now("alice", group(HOME)).unwrap())
        .collect();
    for number in 0..2 * MOST {
        attempts.fail(&format!("user{number}"), numbered(number));
    }
    drop(begun);
    assert_eq!(attempts.fail("alice", group(HOME)), 1);
}

#[test]
fn an_owner_stays_known_where_he_is_whatever_others_log_in_from() {
    let attempts = Attempts::default();
    attempts.pass("alice", group(HOME));
    // An account of the attacker's, and all the accounts that he makes.
    for number in 0..100 {
        attempts.pass("mallory", numbered(number));
        attempts.clock.advance(seconds(1));
    }
    attempts.pass("alice", group(HOME));
    for number in 0..MOST_KNOWN + 100 {
        attempts.clock.advance(seconds(1));
        if number == MOST_KNOWN / 2 {
            attempts.pass("alice", group(HOME));
        }
        attempts.pass(&format!("user{number}"), numbered(number));
    }
    let now = attempts.clock.now();
    let state = attempts.lock();
    assert!(state.known.holds("alice", group(HOME), now));
    assert!(state.known.0.len() <= MOST_KNOWN);
    assert!(
        state
            .known
            .0
            .values()
            .all(|it| it.len() <= MOST_KNOWN_OF_ONE)
    );
}

#[test]
fn what_is_told_says_how_long_to_wait_and_nothing_else() {
    for (wait, expected) in [
        (Duration::from_millis(1), "1 second"),
        (Duration::from_millis(1001), "2 seconds"),
        (seconds(120), "120 seconds"),
        (seconds(121), "3 minutes"),
        (seconds(900), "15 minutes"),
    ] {
        let error = TooManyAttempts { wait };
        let told = error.to_string();
        let expected = format!("too many wrong passwords were tried; try again in {expected}");
        assert_eq!(told, expected);
        // npm takes these words for a question after a second factor.
        assert!(!told.contains("one-time pass"));
        assert!(Duration::from_secs(error.seconds()) >= wait);
    }
}
