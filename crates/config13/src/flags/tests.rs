use std::string::ToString;
use std::vec::Vec;

use super::{Feature, FeatureFlags};

#[test]
fn each_change_touches_one_bit_and_keeps_the_unknown_ones() {
    for start in [0, u32::MAX, 0xdead_be00] {
        for feature in Feature::ALL {
            let flags = FeatureFlags::from_bits(start);
            assert_eq!(flags.with(feature).bits(), start | 1 << feature.bit());
            assert_eq!(flags.without(feature).bits(), start & !(1 << feature.bit()));
            assert_eq!(flags.toggled(feature).bits(), start ^ 1 << feature.bit());
            assert!(flags.with(feature).contains(feature));
            assert!(!flags.without(feature).contains(feature));
        }
    }
}

#[test]
fn iteration_names_what_is_on() {
    let flags = FeatureFlags::from_bits(0xffff_fff5);
    assert_eq!(
        flags.iter().collect::<Vec<_>>(),
        [Feature::PremiumTypes, Feature::Debug]
    );
    assert_eq!(FeatureFlags::NONE.iter().count(), 0);
}

#[test]
fn names_are_read_in_any_case() {
    for feature in Feature::ALL {
        assert_eq!(feature.name().parse(), Ok(feature));
        assert_eq!(feature.name().to_lowercase().parse(), Ok(feature));
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_known_ones() {
    assert_eq!(
        "turbo".parse::<Feature>().unwrap_err().to_string(),
        "there is no feature turbo; features are PREMIUM_TYPES, PRIVATE_REGISTRY and DEBUG"
    );
}
