//! `registryd config`: the 13 bytes from the command line.

use std::fmt::Write as _;

use config13::{ConfigFile, Field, FieldValue, OpenError};
use serde_json::{Map, Value};

use crate::{args::ConfigAction, failure::Failure, output, settings::Settings};

pub(crate) fn run(settings: &Settings, action: ConfigAction) -> Result<(), Failure> {
    let file = open(settings)?;
    match action {
        ConfigAction::Get { field, json } => get(&file, field, json),
        ConfigAction::Set { field, value } => set(&file, field, &value),
    }
}

/// Opens the lockfile of a registry that is there.
pub(crate) fn open(settings: &Settings) -> Result<ConfigFile, Failure> {
    ConfigFile::open(settings.lockfile()).map_err(|error| {
        let failure = Failure::refused("the lockfile cannot be opened").caused_by(&error);
        match error {
            OpenError::NotFound { .. } => failure
                .hint("the first start of `registryd` makes it; --data or --lockfile name another"),
            OpenError::Refused { .. } => failure.hint(
                "move it away, and the next start of `registryd` makes it again with the settings \
                 it had last",
            ),
            _ => failure,
        }
    })
}

fn get(file: &ConfigFile, field: Option<Field>, json: bool) -> Result<(), Failure> {
    let config = file
        .read()
        .map_err(|error| Failure::failed("the settings cannot be read").caused_by(&error))?;
    let fields = field.map_or_else(|| Field::ALL.to_vec(), |field| vec![field]);
    if json {
        let values: Map<String, Value> = fields
            .iter()
            .map(|field| {
                (
                    field.name().to_owned(),
                    console::json_value(config.get(*field)),
                )
            })
            .collect();
        return output::line(Value::Object(values));
    }
    let mut text = String::new();
    for value in fields.iter().map(|field| config.get(*field)) {
        // One field is printed bare, for scripts; all of them with their names.
        let _ = match field {
            Some(_) => writeln!(text, "{}", value.value()),
            None => writeln!(text, "{value}"),
        };
    }
    output::line(text.trim_end())
}

fn set(file: &ConfigFile, field: Field, text: &str) -> Result<(), Failure> {
    let value =
        FieldValue::parse(field, text).map_err(|error| Failure::refused(error.to_string()))?;
    file.set_field(value)
        .map_err(|error| Failure::failed("the field was not changed").caused_by(&error))?;
    file.sync()
        .map_err(|error| Failure::failed("the change may not be on the disk").caused_by(&error))?;
    output::line(value)
}
