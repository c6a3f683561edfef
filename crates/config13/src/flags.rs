//! The switches of the registry, one bit each.

use core::fmt;
use core::str::FromStr;

use crate::text::Excerpt;

/// Names one switch among the feature flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feature {
    /// `PREMIUM_TYPES`, bit 0.
    PremiumTypes,
    /// `PRIVATE_REGISTRY`, bit 1.
    PrivateRegistry,
    /// `DEBUG`, bit 2.
    Debug,
}

impl Feature {
    /// Every known feature, in the order of their bits.
    pub const ALL: [Self; 3] = [Self::PremiumTypes, Self::PrivateRegistry, Self::Debug];

    /// Returns the feature's name, which [`FromStr`] reads back.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PremiumTypes => "PREMIUM_TYPES",
            Self::PrivateRegistry => "PRIVATE_REGISTRY",
            Self::Debug => "DEBUG",
        }
    }

    /// Returns the number of the feature's bit, counted from the least significant.
    pub const fn bit(self) -> u32 {
        match self {
            Self::PremiumTypes => 0,
            Self::PrivateRegistry => 1,
            Self::Debug => 2,
        }
    }

    /// Returns the flags in which this feature alone is on.
    pub const fn mask(self) -> u32 {
        1 << self.bit()
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Feature {
    type Err = UnknownFeature;

    /// Reads a name in any case.
    fn from_str(text: &str) -> Result<Self, UnknownFeature> {
        Self::ALL
            .into_iter()
            .find(|feature| feature.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownFeature {
                given: Excerpt::of(text),
            })
    }
}

/// Why a text names no feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFeature {
    /// What was given instead of a name.
    pub given: Excerpt,
}

impl fmt::Display for UnknownFeature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no feature {}; features are ", self.given)?;
        crate::text::list(f, Feature::ALL.map(Feature::name))
    }
}

impl core::error::Error for UnknownFeature {}

/// Keeps the 32 feature bits, those without a name included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FeatureFlags(u32);

impl FeatureFlags {
    /// No feature is on.
    pub const NONE: Self = Self(0);

    /// Takes all 32 bits as they are.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// Returns all 32 bits.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Tells whether a feature is on.
    pub const fn contains(self, feature: Feature) -> bool {
        self.0 & feature.mask() != 0
    }

    /// Returns these flags with one feature on.
    #[must_use]
    pub const fn with(self, feature: Feature) -> Self {
        Self(self.0 | feature.mask())
    }

    /// Returns these flags with one feature off.
    #[must_use]
    pub const fn without(self, feature: Feature) -> Self {
        Self(self.0 & !feature.mask())
    }

    /// Returns these flags with one feature the other way round.
    #[must_use]
    pub const fn toggled(self, feature: Feature) -> Self {
        Self(self.0 ^ feature.mask())
    }

    /// Goes through the features that are on, in the order of their bits.
    pub fn iter(self) -> impl Iterator<Item = Feature> {
        Feature::ALL
            .into_iter()
            .filter(move |feature| self.contains(*feature))
    }
}

impl fmt::Display for FeatureFlags {
    /// Writes all 32 bits as one hexadecimal number, because unknown bits have no name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", self.0)
    }
}

#[cfg(test)]
mod tests;
