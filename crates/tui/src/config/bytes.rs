//! What others do to the bytes meanwhile.

use config13::{Config13, Field, LEN};

/// Watches each byte while something is pending.
#[derive(Default)]
pub(super) struct Watch {
    /// What a byte was when it became pending.
    base: [Option<u8>; LEN],
    /// Which bytes somebody else has changed since the last key.
    elsewhere: [bool; LEN],
}

impl Watch {
    /// Compares the bytes with what they were.
    pub(super) fn tell(
        &mut self,
        before: Option<(Config13, Config13)>,
        saved: Config13,
        pending: Config13,
    ) {
        let (saved, pending) = (saved.to_bytes(), pending.to_bytes());
        if let Some((was_saved, was_pending)) = before {
            let were = was_saved.to_bytes().into_iter().zip(was_pending.to_bytes());
            for ((mark, now), (was, then)) in self.elsewhere.iter_mut().zip(saved).zip(were) {
                // What becomes what was pending is what was saved here.
                *mark |= now != was && now != then;
            }
        }
        for ((base, now), then) in self.base.iter_mut().zip(saved).zip(pending) {
            *base = if now == then {
                None
            } else {
                base.or(Some(now))
            };
        }
    }

    /// Forgets who changed what: it has been seen.
    pub(super) const fn seen(&mut self) {
        self.elsewhere = [false; LEN];
    }

    /// Whether somebody else has changed a byte since the last key.
    pub(super) fn is_changed(&self, index: usize) -> bool {
        self.elsewhere.get(index).copied().unwrap_or_default()
    }

    /// Whether saving would undo what somebody else has done to a byte.
    pub(super) fn is_conflict(&self, index: usize, saved: Config13, pending: Config13) -> bool {
        let byte = |config: &Config13| config.as_bytes().get(index).copied().unwrap_or_default();
        let (now, then) = (byte(&saved), byte(&pending));
        let Some(base) = self.base.get(index).copied().flatten() else {
            return false;
        };
        if Field::FeatureFlags.range().contains(&index) {
            // Each bit is a switch of its own.
            (base ^ now) & (now ^ then) != 0
        } else {
            base != now
        }
    }
}

#[cfg(test)]
mod tests {
    use config13::FieldValue::{FeatureFlags as Flags, Rows};
    use config13::{FeatureFlags, FieldValue};

    use super::*;

    fn with(values: &[FieldValue]) -> Config13 {
        let mut config = Config13::new(7);
        for value in values {
            config.set(*value);
        }
        config
    }

    fn flags(bits: u32) -> FieldValue {
        Flags(FeatureFlags::from_bits(bits))
    }

    #[test]
    fn what_is_saved_here_is_not_marked_and_what_others_do_is_until_it_is_seen() {
        let mut watch = Watch::default();
        let (first, then) = (with(&[]), with(&[Rows(40)]));
        watch.tell(None, first, then);
        watch.tell(Some((first, then)), then, then);
        assert!(!watch.is_changed(10));
        let other = with(&[Rows(41)]);
        watch.tell(Some((then, then)), other, other);
        assert!(watch.is_changed(10));
        watch.seen();
        assert!(!watch.is_changed(10));
    }

    #[test]
    fn a_pending_byte_that_others_change_is_a_conflict_and_another_switch_is_none() {
        let mut watch = Watch::default();
        let (first, then) = (with(&[]), with(&[Rows(40), flags(4)]));
        watch.tell(None, first, then);
        assert!(!watch.is_conflict(10, first, then));
        // Somebody else turns on another feature and sets the rows.
        let (other, over) = (with(&[Rows(30), flags(1)]), with(&[Rows(40), flags(5)]));
        watch.tell(Some((first, then)), other, over);
        assert!(watch.is_conflict(10, other, over));
        assert!(!watch.is_conflict(5, other, over));
        // Flags that are set as a whole would turn it off again.
        let whole = with(&[Rows(40), flags(4)]);
        assert!(watch.is_conflict(5, other, whole));
        // What is no longer pending begins anew.
        watch.tell(Some((other, over)), other, other);
        watch.tell(Some((other, other)), other, over);
        assert!(!watch.is_conflict(10, other, over));
    }
}
