//! The screen of the 13 bytes: each byte, each field, each switch, and what saving would do.

mod bytes;
mod draw;
mod effect;
mod typing;

use config13::{Config13, Feature, FeatureFlags, Field, FieldValue, LEN, TerminalMode};

use crate::{
    edit::Editor,
    input::{Key, KeyCode},
    screen::Step,
    text::count,
};
use bytes::Watch;

/// What the fields and switches are called in the list, in its order.
const ROWS: [Row; 10] = [
    Row::Field(Field::Version),
    Row::Field(Field::RegistryHash),
    Row::Field(Field::FeatureFlags),
    Row::Switch(Feature::PremiumTypes),
    Row::Switch(Feature::PrivateRegistry),
    Row::Switch(Feature::Debug),
    Row::Field(Field::TerminalMode),
    Row::Field(Field::Rows),
    Row::Field(Field::Cols),
    Row::Field(Field::Reserved),
];

/// A row of the list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Row {
    Field(Field),
    Switch(Feature),
}

impl Row {
    const fn name(self) -> &'static str {
        match self {
            Self::Field(field) => field.name(),
            Self::Switch(feature) => feature.name(),
        }
    }

    const fn field(self) -> Field {
        match self {
            Self::Field(field) => field,
            Self::Switch(_) => Field::FeatureFlags,
        }
    }
}

/// The part of the screen that takes keys.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Pane {
    Bytes,
    #[default]
    Fields,
}

/// What is being typed.
enum Edit {
    /// The digits of a byte, at most one while it goes on.
    Byte(Option<u8>),
    /// The number of a field.
    Field(Editor),
}

/// The screen.
#[derive(Default)]
pub(crate) struct ConfigScreen {
    known: Option<Known>,
    watch: Watch,
    pane: Pane,
    byte: usize,
    row: usize,
    edit: Option<Edit>,
    /// What was asked for and is not answered yet, a value for a field. Whoever types quickly goes on
    /// from there.
    asked: Vec<FieldValue>,
    /// Whether the bytes to be written are being shown.
    is_saving: bool,
}

/// The 13 bytes as they are, and as `save` would leave them.
#[derive(Clone, Copy)]
struct Known {
    saved: Config13,
    pending: Config13,
}

impl Known {
    fn pending_fields(&self) -> impl Iterator<Item = Field> {
        let Self { saved, pending } = *self;
        let fields = Field::ALL.into_iter();
        fields.filter(move |field| saved.get(*field) != pending.get(*field))
    }
}

impl ConfigScreen {
    /// Takes the 13 bytes as the host knows them.
    pub(crate) fn tell(&mut self, saved: Config13, pending: Config13) {
        let before = self.known.map(|known| (known.saved, known.pending));
        self.watch.tell(before, saved, pending);
        self.known = Some(Known { saved, pending });
        // What was shown to be written is not what would be written now.
        self.is_saving &= before == Some((saved, pending));
    }

    /// The 13 bytes as they stand in the lockfile.
    pub(crate) fn saved(&self) -> Option<Config13> {
        self.known.map(|known| known.saved)
    }

    /// How many fields are pending.
    pub(crate) fn unsaved(&self) -> usize {
        self.known.map_or(0, |known| known.pending_fields().count())
    }

    /// Whether letters are being typed here.
    pub(crate) const fn is_typing(&self) -> bool {
        matches!(self.edit, Some(Edit::Field(_)))
    }

    /// Forgets the marks of what others have changed: they have been seen.
    pub(crate) const fn seen(&mut self) {
        self.watch.seen();
    }

    /// Does what a key does here.
    pub(crate) fn key(&mut self, key: Key) -> Step {
        let Some(known) = self.known else {
            return Step::Unused;
        };
        if self.is_saving {
            self.is_saving = false;
            let is_yes = key.code == KeyCode::Enter || key.typed() == Some('s');
            if is_yes {
                return Step::Run("save".to_owned());
            }
            if key.code == KeyCode::Escape {
                return Step::Used;
            }
        }
        match &mut self.edit {
            Some(Edit::Byte(digit)) => {
                let digit = *digit;
                return self.byte_key(known, digit, key);
            }
            Some(Edit::Field(_)) => return self.field_key(key),
            None => {}
        }
        match key.code {
            KeyCode::Tab if self.pane == Pane::Bytes => self.go_to_row(self.row),
            KeyCode::BackTab if self.pane == Pane::Fields => self.go_to_byte(self.byte),
            KeyCode::Up => return self.go(0, -1),
            KeyCode::Down => return self.go(0, 1),
            KeyCode::Left => return self.go(-1, 0),
            KeyCode::Right => return self.go(1, 0),
            KeyCode::Home => self.go_to_end(false),
            KeyCode::End => self.go_to_end(true),
            KeyCode::Enter => return self.enter(known),
            _ => match key.typed() {
                Some('s') => return self.save(),
                Some('r') => return self.revert(),
                Some('k') => return self.go(0, -1),
                Some('j') => return self.go(0, 1),
                Some('h') => return self.go(-1, 0),
                Some('l') => return self.go(1, 0),
                Some(' ') => return self.space(known),
                Some(letter) => return self.digit(known, letter),
                None => return Step::Unused,
            },
        }
        Step::Used
    }

    /// Goes to the part that is first, coming from the tabs.
    pub(crate) fn enter_from(&mut self, forward: bool) {
        self.pane = if forward { Pane::Bytes } else { Pane::Fields };
    }

    pub(crate) fn press_byte(&mut self, index: usize) {
        self.edit = None;
        self.go_to_byte(index);
    }

    pub(crate) fn press_row(&mut self, index: usize) -> Step {
        self.edit = None;
        self.go_to_row(index);
        match (ROWS.get(index), self.known) {
            (Some(Row::Switch(feature)), Some(known)) => self.switch(known, *feature),
            _ => Step::Used,
        }
    }

    pub(crate) fn scroll(&mut self, down: bool) {
        self.edit = None;
        let row = if down {
            self.row + 1
        } else {
            self.row.saturating_sub(1)
        };
        self.go_to_row(row);
    }

    fn go_to_byte(&mut self, index: usize) {
        self.pane = Pane::Bytes;
        self.byte = index.min(LEN - 1);
        let here = |row: &Row| row.field().range().contains(&self.byte);
        self.row = ROWS.iter().position(here).unwrap_or_default();
    }

    fn go_to_row(&mut self, index: usize) {
        self.pane = Pane::Fields;
        self.row = index.min(ROWS.len() - 1);
        let range = self.row().field().range();
        if !range.contains(&self.byte) {
            self.byte = range.start;
        }
    }

    fn go_to_end(&mut self, last: bool) {
        let end = if last { usize::MAX } else { 0 };
        match self.pane {
            Pane::Bytes => self.go_to_byte(end),
            Pane::Fields => self.go_to_row(end),
        }
    }

    fn go(&mut self, across: isize, down: isize) -> Step {
        match (self.pane, across, down) {
            (Pane::Bytes, 0, 1) => self.go_to_row(self.row),
            (Pane::Bytes, 0, _) => return Step::Out,
            (Pane::Bytes, across, _) => self.go_to_byte(self.byte.saturating_add_signed(across)),
            (Pane::Fields, 0, -1) if self.row == 0 => self.go_to_byte(self.byte),
            (Pane::Fields, 0, down) => self.go_to_row(self.row.saturating_add_signed(down)),
            (Pane::Fields, across, _) => {
                if let (Some(known), Field::TerminalMode) = (self.known, self.row().field()) {
                    return self.next_mode(known, across > 0);
                }
            }
        }
        Step::Used
    }

    fn row(&self) -> Row {
        ROWS.get(self.row)
            .copied()
            .unwrap_or(Row::Field(Field::Version))
    }

    fn enter(&mut self, known: Known) -> Step {
        match (self.pane, self.row()) {
            (Pane::Bytes, _) => self.edit = Some(Edit::Byte(None)),
            (Pane::Fields, Row::Switch(feature)) => return self.switch(known, feature),
            (Pane::Fields, Row::Field(Field::TerminalMode)) => return self.next_mode(known, true),
            (Pane::Fields, Row::Field(field)) => {
                let mut editor = Editor::default();
                editor.set(&self.ahead(known).get(field).value().to_string());
                self.edit = Some(Edit::Field(editor));
            }
        }
        Step::Used
    }

    fn space(&mut self, known: Known) -> Step {
        match (self.pane, self.row()) {
            (Pane::Fields, Row::Switch(feature)) => self.switch(known, feature),
            (Pane::Fields, Row::Field(Field::TerminalMode)) => self.next_mode(known, true),
            _ => Step::Used,
        }
    }

    fn save(&mut self) -> Step {
        self.is_saving = self.asked.is_empty() && self.unsaved() > 0;
        if self.is_saving {
            Step::Used
        } else if self.asked.is_empty() {
            Step::Say("nothing is pending".to_owned())
        } else {
            // What is to be written cannot be shown yet.
            Step::Say("the last changes are not answered yet".to_owned())
        }
    }

    fn revert(&mut self) -> Step {
        let Some(known) = self.known.filter(|_| self.unsaved() + self.asked.len() > 0) else {
            return Step::Say("nothing is pending".to_owned());
        };
        self.asked = Field::ALL.map(|field| known.saved.get(field)).to_vec();
        Step::Run("revert".to_owned())
    }

    /// Takes that everything that was asked for is answered.
    pub(crate) fn answered(&mut self) {
        self.asked.clear();
    }

    /// Returns what will be pending when everything is answered.
    fn ahead(&self, known: Known) -> Config13 {
        let mut then = known.pending;
        for value in &self.asked {
            then.set(*value);
        }
        then
    }

    fn expect(&mut self, value: FieldValue) {
        self.asked.retain(|asked| asked.field() != value.field());
        self.asked.push(value);
    }

    fn set(&mut self, value: FieldValue) -> Step {
        self.expect(value);
        Step::Run(format!("set {value}"))
    }

    fn switch(&mut self, known: Known, feature: Feature) -> Step {
        let flags = self.ahead(known).feature_flags();
        self.expect(FieldValue::FeatureFlags(flags.toggled(feature)));
        let word = if flags.contains(feature) {
            "disable"
        } else {
            "enable"
        };
        Step::Run(format!("{word} {feature}"))
    }

    fn next_mode(&mut self, known: Known, forward: bool) -> Step {
        let modes = TerminalMode::ALL;
        let steps = if forward { 1 } else { modes.len() - 1 };
        let now = self.ahead(known).terminal_mode();
        let mut around = modes.into_iter().cycle().skip_while(|mode| *mode != now);
        let next = around.nth(steps).unwrap_or(now);
        self.set(FieldValue::TerminalMode(next))
    }

    /// What leaving would forget.
    pub(crate) fn unsaved_words(&self) -> Option<String> {
        match self.unsaved() {
            0 => None,
            number => Some(format!("{} not saved", count(number, "field"))),
        }
    }
}

/// The bits of flags that have a name.
fn named_bits() -> FeatureFlags {
    let all = Feature::ALL.iter();
    all.fold(FeatureFlags::NONE, |flags, feature| flags.with(*feature))
}
