//! Reading JSON that has to be an object.

use serde::{Deserialize, de::Error as _};

/// Reads an object. What the reader of a struct takes as well, an array of its fields in order, no
/// client means.
pub(crate) fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> serde_json::Result<T> {
    match json.trim_ascii_start().first() {
        Some(b'{') => serde_json::from_slice(json),
        _ => Err(serde_json::Error::custom("a JSON object was expected")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Name {
        name: String,
    }

    #[test]
    fn only_an_object_is_an_object() {
        let name = "x".to_owned();
        assert_eq!(object::<Name>(b" {\"name\":\"x\"}").unwrap(), Name { name });
        for json in ["[\"x\"]", "\"x\"", "null", "", " ", "{\"name\":1}"] {
            assert!(object::<Name>(json.as_bytes()).is_err(), "{json}");
        }
    }
}
