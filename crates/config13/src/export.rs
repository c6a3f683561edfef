//! The settings as environment variables.

use core::fmt::{self, Write};

use crate::config::Config13;
use crate::field::Field;
use crate::flags::Feature;

/// Writes one `NAME=value` line for each field and each flag, every name under `REGISTRY_CONFIG_`.
///
/// No value needs quoting, so a shell can evaluate the lines as they are. A flag is `0` or `1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Environment(Config13);

impl Environment {
    pub(crate) const fn new(config: Config13) -> Self {
        Self(config)
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for field in Field::ALL {
            variable(f, field.name(), self.0.get(field).value())?;
            if field == Field::FeatureFlags {
                for feature in Feature::ALL {
                    let on = self.0.feature_flags().contains(feature);
                    variable(f, feature.name(), u8::from(on))?;
                }
            }
        }
        Ok(())
    }
}

fn variable(f: &mut fmt::Formatter<'_>, name: &str, value: impl fmt::Display) -> fmt::Result {
    f.write_str("REGISTRY_CONFIG_")?;
    for character in name.chars() {
        f.write_char(character.to_ascii_uppercase())?;
    }
    writeln!(f, "={value}")
}

#[cfg(test)]
mod tests;
