//! A JSON object whose fields keep their order, and their text until they are changed.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};

/// A `package.json`, or the manifest that is made of it. Its debug output has the names of the fields only.
#[derive(Clone, Default)]
pub struct Document {
    fields: Vec<(String, Box<RawValue>)>,
}

impl Document {
    pub(crate) fn parse(bytes: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(bytes)
    }

    /// A field's value; `None` also if it is nested deeper than anybody reads.
    pub fn get(&self, key: &str) -> Option<Value> {
        let raw = self.raw(key)?;
        serde_json::from_str(raw.get()).ok()
    }

    /// A field that is a text.
    pub fn text(&self, key: &str) -> Option<String> {
        match self.get(key) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The names of the fields.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(key, _)| key.as_str())
    }

    fn raw(&self, key: &str) -> Option<&RawValue> {
        let field = self.fields.iter().find(|(found, _)| found == key);
        field.map(|(_, raw)| &**raw)
    }

    /// Whether JavaScript would take the field for something.
    pub(crate) fn is_something(&self, key: &str) -> bool {
        self.get(key).as_ref().is_some_and(is_something)
    }

    /// Sets a field, where it stands or at the end.
    pub(crate) fn set(&mut self, key: &str, value: &Value) {
        if let Ok(raw) = to_raw_value(value) {
            self.put(key.to_owned(), raw);
        }
    }

    fn put(&mut self, key: String, raw: Box<RawValue>) {
        match self.fields.iter_mut().find(|(found, _)| *found == key) {
            Some((_, value)) => *value = raw,
            None => self.fields.push((key, raw)),
        }
    }

    pub(crate) fn remove(&mut self, key: &str) {
        self.fields.retain(|(found, _)| found != key);
    }

    /// The JSON, with the values as they were written.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys()).finish()
    }
}

pub(crate) fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Document;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
                let mut document = Document::default();
                while let Some((key, value)) = map.next_entry()? {
                    document.put(key, value);
                }
                Ok(document)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields.iter().map(|(key, value)| (key, value)))
    }
}
