use std::string::ToString;

use crate::{Config13, FeatureFlags, FieldValue};

#[test]
fn each_field_and_each_flag_is_one_line() {
    let mut config = Config13::new(0x0000_beef);
    config.set_feature_flags(FeatureFlags::from_bits(0x8000_0005));
    config.set_rows(40);
    config.set_cols(120);
    config.set(FieldValue::Reserved(7));
    assert_eq!(
        config.environment().to_string(),
        "REGISTRY_CONFIG_VERSION=1\n\
         REGISTRY_CONFIG_REGISTRY_HASH=0x0000beef\n\
         REGISTRY_CONFIG_FEATURE_FLAGS=0x80000005\n\
         REGISTRY_CONFIG_PREMIUM_TYPES=1\n\
         REGISTRY_CONFIG_PRIVATE_REGISTRY=0\n\
         REGISTRY_CONFIG_DEBUG=1\n\
         REGISTRY_CONFIG_TERMINAL_MODE=raw\n\
         REGISTRY_CONFIG_ROWS=40\n\
         REGISTRY_CONFIG_COLS=120\n\
         REGISTRY_CONFIG_RESERVED=7\n"
    );
}
