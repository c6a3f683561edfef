//! Changes of the 13 bytes that are not written yet.

use config13::{Config13, Feature, FeatureFlags, Field, FieldValue};

use crate::nouns::ConfigChange;

/// What is to be changed. What it does not speak of stays as it is when it is written.
#[derive(Clone, Debug, Default)]
pub struct Pending {
    values: Vec<FieldValue>,
    /// Features to be turned on and off, where the flags are not set as a whole.
    on: FeatureFlags,
    off: FeatureFlags,
}

impl Pending {
    /// Sets a field.
    pub fn set(&mut self, value: FieldValue) {
        self.values.retain(|known| known.field() != value.field());
        self.values.push(value);
        if value.field() == Field::FeatureFlags {
            (self.on, self.off) = (FeatureFlags::NONE, FeatureFlags::NONE);
        }
    }

    /// Turns a feature on or off.
    pub fn switch(&mut self, feature: Feature, on: bool) {
        for value in &mut self.values {
            if let FieldValue::FeatureFlags(flags) = value {
                *flags = switched(*flags, feature, on);
                return;
            }
        }
        self.on = switched(self.on, feature, on);
        self.off = switched(self.off, feature, !on);
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        let nothing = FeatureFlags::NONE;
        self.values.is_empty() && self.on == nothing && self.off == nothing
    }

    /// Returns what would be there if it were written over these settings.
    pub fn over(&self, saved: Config13) -> Config13 {
        let mut settings = saved;
        for value in &self.values {
            settings.set(*value);
        }
        let flags = settings.feature_flags().bits();
        let flags = (flags | self.on.bits()) & !self.off.bits();
        settings.set_feature_flags(FeatureFlags::from_bits(flags));
        settings
    }

    /// Returns the writes that it takes, in the order of the fields; none for what is so already.
    pub fn changes(&self, saved: Config13) -> Vec<ConfigChange> {
        let then = self.over(saved);
        let differing = Field::ALL
            .into_iter()
            .filter(|field| saved.get(*field) != then.get(*field));
        let (on, off) = (self.on, self.off);
        let is_set = |field| self.values.iter().any(|value| value.field() == field);
        differing
            .map(|field| match field {
                Field::FeatureFlags if !is_set(field) => ConfigChange::Features { on, off },
                field => ConfigChange::Set(then.get(field)),
            })
            .collect()
    }
}

fn switched(flags: FeatureFlags, feature: Feature, on: bool) -> FeatureFlags {
    if on {
        flags.with(feature)
    } else {
        flags.without(feature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(features: &[Feature]) -> FeatureFlags {
        let none = FeatureFlags::NONE;
        features
            .iter()
            .fold(none, |flags, feature| flags.with(*feature))
    }

    #[test]
    fn the_last_word_on_a_field_counts_and_what_is_so_already_is_not_written() {
        let saved = Config13::new(7);
        let mut pending = Pending::default();
        pending.set(FieldValue::Rows(40));
        pending.set(FieldValue::Cols(0));
        pending.set(FieldValue::Rows(50));
        assert_eq!(pending.over(saved).rows(), 50);
        let written = [ConfigChange::Set(FieldValue::Rows(50))];
        assert_eq!(pending.changes(saved), written);
        assert_eq!(pending.changes(pending.over(saved)), []);
    }

    #[test]
    fn features_leave_the_other_flags_alone() {
        let mut saved = Config13::new(7);
        let mut pending = Pending::default();
        pending.switch(Feature::Debug, true);
        pending.switch(Feature::PremiumTypes, true);
        pending.switch(Feature::PremiumTypes, false);
        let (on, off) = (flags(&[Feature::Debug]), flags(&[Feature::PremiumTypes]));
        assert_eq!(pending.changes(saved), [ConfigChange::Features { on, off }]);
        // Somebody else has changed another one meanwhile.
        saved.set_feature_flags(FeatureFlags::from_bits(0x8000_0003));
        assert_eq!(pending.over(saved).feature_flags().bits(), 0x8000_0006);
    }

    #[test]
    fn flags_that_are_set_as_a_whole_are_written_as_a_whole() {
        let saved = Config13::new(7);
        let mut pending = Pending::default();
        pending.switch(Feature::Debug, true);
        pending.set(FieldValue::FeatureFlags(FeatureFlags::from_bits(0x10)));
        pending.switch(Feature::PremiumTypes, true);
        let whole = FieldValue::FeatureFlags(FeatureFlags::from_bits(0x11));
        assert_eq!(pending.changes(saved), [ConfigChange::Set(whole)]);
    }
}
