//! The environment, as far as npm's settings come from it.

use std::{collections::BTreeMap, env};

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// What the environment's settings begin with, in either case.
const PREFIX: &str = "npm_config_";

/// Variables and their values.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// That of this process. What is not Unicode is left out.
    pub fn of_process() -> Self {
        let variables = env::vars_os();
        variables
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// What is set by variables such as `npm_config_registry`.
    pub(super) fn settings(&self) -> Vec<(String, String)> {
        let setting = |(name, value): (&String, &String)| {
            let (prefix, key) = name.split_at_checked(PREFIX.len())?;
            if !prefix.eq_ignore_ascii_case(PREFIX) || value.is_empty() {
                return None;
            }
            Some((setting_of(key), value.clone()))
        };
        self.0.iter().filter_map(setting).collect()
    }

    /// Replaces `${NAME}`. If there is no such variable it stays, unless it is `${NAME?}`, which is then nothing,
    /// or `${NAME-text}` or `${NAME:-text}`, which is then the text. A backslash before it takes its meaning away.
    pub(super) fn expand(&self, text: &str) -> String {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let Some((before, reference)) = rest.split_at_checked(start) else {
                break;
            };
            let Some(length) = reference.find('}').map(|end| end + 1) else {
                break;
            };
            let Some((reference, after)) = reference.split_at_checked(length) else {
                break;
            };
            let kept = before.trim_end_matches('\\');
            let backslashes = before.len() - kept.len();
            expanded.push_str(kept);
            expanded.extend(std::iter::repeat_n('\\', backslashes / 2));
            if backslashes % 2 == 1 {
                expanded.push_str(reference);
            } else {
                let name = reference.get(2..length - 1).unwrap_or_default();
                expanded.push_str(self.value_of(name).unwrap_or(reference));
            }
            rest = after;
        }
        expanded.push_str(rest);
        expanded
    }

    /// What stands for what is written between the braces.
    fn value_of<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        if let Some(name) = name.strip_suffix('?') {
            return Some(self.get(name).unwrap_or_default());
        }
        if let Some(value) = self.get(name) {
            return Some(value);
        }
        let (name, fallback) = name.split_once('-')?;
        match name.strip_suffix(':') {
            Some(name) => self.get(name).filter(|value| !value.is_empty()),
            None => self.get(name),
        }
        .or(Some(fallback))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let variables = variables.into_iter();
        Self(
            variables
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

/// npm writes settings with `-`, variables have `_`, and what begins with a registry's address is left as it is.
fn setting_of(key: &str) -> String {
    if key.starts_with("//") {
        return key.to_owned();
    }
    let mut setting = key.to_ascii_lowercase();
    if let Some((first, rest)) = setting.split_at_checked(1) {
        setting = format!("{first}{}", rest.replace('_', "-"));
    }
    setting
}

/// Decodes a password, which is base64 with or without its padding.
pub(super) fn decode(text: &str) -> Option<String> {
    const FORGIVING: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let bytes = FORGIVING.decode(text.trim()).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
