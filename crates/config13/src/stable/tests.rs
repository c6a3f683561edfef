use core::convert::Infallible;

use super::{MAX_READINGS, read};
use crate::LEN;

const OLD: [u8; LEN] = [0; LEN];
const NEW: [u8; LEN] = [255; LEN];
const HALF: [u8; LEN] = [0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// Answers one reading after the other with the next of these, all of which must be needed.
fn check(readings: &[[u8; LEN]], expected: [u8; LEN]) {
    let mut taken = 0;
    let mut bytes = [0; LEN];
    let settled = read(&mut bytes, |bytes| {
        *bytes = readings[taken];
        taken += 1;
        Ok::<_, Infallible>(())
    });
    assert_eq!((settled, bytes), (Ok(true), expected), "{readings:?}");
    assert_eq!(taken, readings.len());
}

#[test]
fn a_reading_counts_when_the_next_one_agrees() {
    check(&[OLD, OLD], OLD);
    check(&[HALF, NEW, NEW], NEW);
    check(&[OLD, HALF, NEW, NEW], NEW);
    check(&[HALF, OLD, HALF, OLD, OLD], OLD);
}

#[test]
fn a_writer_that_never_rests_does_not_hold_a_reader_for_ever() {
    let mut taken = 0;
    let settled = read(&mut [0; LEN], |bytes| {
        taken += 1;
        *bytes = if taken % 2 == 0 { OLD } else { NEW };
        Ok::<_, Infallible>(())
    });
    assert_eq!(settled, Ok(false));
    assert_eq!(taken, MAX_READINGS);
}

#[test]
fn the_first_failure_ends_the_reading() {
    let mut answers = [Ok(()), Err("gone")].into_iter();
    let settled = read(&mut [0; LEN], |_| answers.next().unwrap());
    assert_eq!(settled, Err("gone"));
}
