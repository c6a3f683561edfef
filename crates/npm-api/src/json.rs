//! Reading bodies that are JSON objects.

use serde::{Deserialize, de::Error as _};

/// Reads an object. serde reads a struct from a list as well, field by field in the order in which they
/// are declared, which no client means.
pub(crate) fn object<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, serde_json::Error> {
    match body.trim_ascii_start().first() {
        Some(b'[') => Err(serde_json::Error::custom(
            "a list stands where an object should",
        )),
        _ => serde_json::from_slice(body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_no_object() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Named {
            name: String,
        }
        let check = |body: &str, expected: Option<&str>| {
            let read = object::<Named>(body.as_bytes()).ok();
            assert_eq!(read.as_ref().map(|it| it.name.as_str()), expected, "{body}");
        };
        check(r#"{"name":"a"}"#, Some("a"));
        check(r#" {"name":"a"} "#, Some("a"));
        check(r#"["a"]"#, None);
        check("\t\n [\"a\"]", None);
        check("null", None);
        check("", None);
    }
}
