//! `show`, `set`, `enable`, `disable`, `diff`, `revert`, `save`, `export`.

use config13::{Config13, Feature, Field, FieldValue};
use serde_json::{Map, Value, json};

use crate::{
    desk::{Desk, Done, Surface},
    grid::Grid,
    nouns::ConfigChange,
    pending::Pending,
    reply::{Reply, count},
    session::Session,
};

/// What makes something pending.
const HOW: &str = "`set`, `enable` and `disable` change something";

impl<D: Desk, S: Surface> Session<D, S> {
    pub(crate) async fn show(&self) -> Done<Reply> {
        let saved = self.desk.config().await?;
        let then = self.pending.over(saved);
        let mut grid = Grid::with_head(["OFFSET", "BYTES", "FIELD", "VALUE", "", ""]);
        for field in Field::ALL {
            let is_changed = saved.get(field) != then.get(field);
            let pending = format!("pending: {}", meant(then, field));
            grid.row([
                offset(field.offset()),
                saved.field_hex(field).to_string(),
                field.name().to_owned(),
                saved.get(field).value().to_string(),
                meaning(saved, field),
                Some(pending).filter(|_| is_changed).unwrap_or_default(),
            ]);
        }
        Reply::new(grid.to_string(), &in_json(saved, then))
    }

    pub(crate) async fn set(&mut self, value: FieldValue) -> Done<Reply> {
        self.change(value.field(), |pending| pending.set(value))
            .await
    }

    pub(crate) async fn switch(&mut self, feature: Feature, on: bool) -> Done<Reply> {
        self.change(Field::FeatureFlags, |pending| pending.switch(feature, on))
            .await
    }

    async fn change(&mut self, field: Field, change: impl FnOnce(&mut Pending)) -> Done<Reply> {
        let saved = self.desk.config().await?;
        change(&mut self.pending);
        let then = self.pending.over(saved);
        let text = if saved.get(field) == then.get(field) {
            format!("{field} is {} already", meant(saved, field))
        } else {
            let (before, after) = (meant(saved, field), meant(then, field));
            format!("{field} {before} → {after}, pending; `save` writes it")
        };
        Reply::new(text, &in_json(saved, then))
    }

    pub(crate) async fn diff(&self) -> Done<Reply> {
        let saved = self.desk.config().await?;
        let then = self.pending.over(saved);
        let changed = changed(saved, then);
        let text = if changed.is_empty() {
            format!("nothing is pending; {HOW}")
        } else {
            let mut grid = Grid::with_head(["OFFSET", "FIELD", "SAVED", "PENDING"]);
            for field in &changed {
                grid.row([
                    offset(field.offset()),
                    field.name().to_owned(),
                    meant(saved, *field),
                    meant(then, *field),
                ]);
            }
            grid.to_string()
        };
        let differences = changed.iter().map(|field| {
            json!({
                "offset": field.offset(),
                "field": field.name(),
                "saved": json_value(saved.get(*field)),
                "pending": json_value(then.get(*field)),
            })
        });
        Reply::new(text, &json!({ "diff": differences.collect::<Vec<_>>() }))
    }

    pub(crate) async fn revert(&mut self) -> Done<Reply> {
        let saved = self.desk.config().await?;
        let forgotten = changed(saved, self.pending.over(saved)).len();
        self.pending = Pending::default();
        let text = match forgotten {
            0 => "nothing was pending".to_owned(),
            number => format!("{} forgotten", count(number, "pending change")),
        };
        Reply::new(text, &json!({ "reverted": forgotten }))
    }

    pub(crate) async fn save(&mut self) -> Done<Reply> {
        let before = self.desk.config().await?;
        let changes = self.pending.changes(before);
        if changes.is_empty() {
            self.pending = Pending::default();
            let text = format!("nothing is pending; {HOW}");
            return Reply::new(text, &json!({ "changed": [] }));
        }
        self.desk.write_config(&changes).await?;
        self.pending = Pending::default();
        let after = self.desk.config().await?;
        let fields = changes.iter().map(|change| match change {
            ConfigChange::Set(value) => value.field(),
            ConfigChange::Features { .. } => Field::FeatureFlags,
        });
        let mut grid = Grid::with_head(["OFFSET", "FIELD", "BEFORE", "AFTER"]);
        let mut bytes = Vec::new();
        for field in fields {
            for at in field.range() {
                let byte = |config: &Config13| config.as_bytes().get(at).copied();
                let (was, is) = (byte(&before), byte(&after));
                let (Some(was), Some(is)) = (was, is) else {
                    continue;
                };
                if was == is {
                    continue;
                }
                let hex = |byte: u8| format!("{byte:02x}");
                grid.row([offset(at), field.name().to_owned(), hex(was), hex(is)]);
                let name = field.name();
                bytes.push(json!({"offset": at, "field": name, "before": was, "after": is}));
            }
        }
        let number = count(bytes.len(), "byte");
        let text = format!(
            "{grid}\n{number} changed, {} written",
            count(changes.len(), "field")
        );
        Reply::new(
            text,
            &json!({ "changed": bytes, "bytes": after.hex().to_string() }),
        )
    }

    pub(crate) async fn export(&self) -> Done<Reply> {
        let saved = self.desk.config().await?;
        let text = saved.environment().to_string();
        let text = text.trim_end();
        let variables = text.lines().filter_map(|line| line.split_once('='));
        let variables: Map<String, Value> = variables
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        Reply::new(text, &variables)
    }
}

/// The fields in which two settings differ.
fn changed(saved: Config13, then: Config13) -> Vec<Field> {
    let fields = Field::ALL.into_iter();
    fields
        .filter(|field| saved.get(*field) != then.get(*field))
        .collect()
}

/// A value with what it means, where that says more.
fn meant(config: Config13, field: Field) -> String {
    let value = config.get(field).value();
    match meaning(config, field) {
        meaning if meaning.is_empty() => value.to_string(),
        meaning => format!("{value} ({meaning})"),
    }
}

fn meaning(config: Config13, field: Field) -> String {
    match config.get(field) {
        FieldValue::FeatureFlags(flags) => {
            let mut names: Vec<&str> = flags.iter().map(Feature::name).collect();
            let known = Feature::ALL
                .iter()
                .fold(0, |bits, feature| bits | feature.mask());
            if flags.bits() & !known != 0 {
                names.push("unknown bits");
            }
            match names.as_slice() {
                [] => "none".to_owned(),
                names => names.join(", "),
            }
        }
        FieldValue::Rows(0) | FieldValue::Cols(0) => "follows the window".to_owned(),
        _ => String::new(),
    }
}

fn offset(at: usize) -> String {
    format!("0x{at:02X}")
}

fn in_json(saved: Config13, then: Config13) -> Value {
    let values = |config: Config13, fields: &[Field]| -> Map<String, Value> {
        let values = fields.iter().map(|field| {
            let value = json_value(config.get(*field));
            (field.name().to_owned(), value)
        });
        values.collect()
    };
    let features = Feature::ALL.map(|feature| {
        let on = saved.feature_flags().contains(feature);
        (feature.name().to_owned(), Value::Bool(on))
    });
    json!({
        "bytes": saved.hex().to_string(),
        "fields": values(saved, &Field::ALL),
        "features": features.into_iter().collect::<Map<_, _>>(),
        "pending": values(then, &changed(saved, then)),
    })
}

/// Returns a value in JSON: numbers as numbers, the terminal mode as its word.
pub fn json_value(value: FieldValue) -> Value {
    match value {
        FieldValue::Version(byte)
        | FieldValue::Rows(byte)
        | FieldValue::Cols(byte)
        | FieldValue::Reserved(byte) => byte.into(),
        FieldValue::RegistryHash(hash) => hash.into(),
        FieldValue::FeatureFlags(flags) => flags.bits().into(),
        FieldValue::TerminalMode(mode) => mode.name().into(),
    }
}
