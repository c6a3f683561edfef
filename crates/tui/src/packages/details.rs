//! All that is known of one package, as lines.

use npm_model::size_text;

use crate::{
    news::{PackageDetails, VersionLine},
    text::{count, day, minute, width, wrap},
    theme::Role,
};

/// A line: texts with their looks.
pub(super) type Line = Vec<(String, Role)>;

/// How wide the labels are.
const LABEL_COLS: usize = 11;

/// The details of a package, and the lines that they were made into last.
pub(super) struct Page {
    name: String,
    details: PackageDetails,
    columns: usize,
    lines: Vec<Line>,
}

impl Page {
    pub(super) fn new(name: &str, details: PackageDetails) -> Self {
        Self {
            name: name.to_owned(),
            details,
            columns: 0,
            lines: Vec::new(),
        }
    }

    /// Returns the details as lines of so many columns.
    pub(super) fn lines(&mut self, columns: usize) -> &[Line] {
        if self.columns != columns || self.lines.is_empty() {
            self.columns = columns;
            self.lines = Writer::write(&self.name, &self.details, columns);
        }
        &self.lines
    }
}

struct Writer {
    columns: usize,
    lines: Vec<Line>,
}

impl Writer {
    fn write(name: &str, details: &PackageDetails, columns: usize) -> Vec<Line> {
        let mut writer = Self {
            columns,
            lines: Vec::new(),
        };
        writer.head(name, details);
        writer.pairs("Dependencies", &details.dependencies);
        writer.dependents(&details.dependents);
        writer.versions(details);
        writer.lines
    }

    fn head(&mut self, name: &str, details: &PackageDetails) {
        let newest = latest(details);
        let version = newest.map_or("", |newest| newest.version.as_str());
        self.lines.push(vec![
            (name.to_owned(), Role::Title),
            (format!(" {version}"), Role::Strong),
        ]);
        if let Some(reason) = newest.and_then(|newest| newest.deprecated.as_deref()) {
            self.paragraph(&format!("deprecated: {reason}"), Role::Bad);
        }
        if !details.description.is_empty() {
            self.paragraph(&details.description, Role::Base);
        }
        self.lines.push(Line::new());
        self.labelled("install", &details.install, Role::Accent);
        let licence = details.licence.as_deref().unwrap_or("none is named");
        self.labelled("licence", licence, Role::Base);
        let owners = if details.owners.is_empty() {
            "nobody".to_owned()
        } else {
            details.owners.join(", ")
        };
        self.labelled("owners", &owners, Role::Base);
        let tags = details.dist_tags.iter();
        let tags = tags.map(|(tag, version)| format!("{tag} {version}"));
        self.labelled(
            "dist-tags",
            &tags.collect::<Vec<_>>().join(", "),
            Role::Base,
        );
        let Some(newest) = newest else {
            return;
        };
        self.labelled("size", &sizes(newest), Role::Base);
        if let Some(published) = newest.published {
            self.labelled("published", &minute(published), Role::Base);
        }
        self.labelled("integrity", &newest.integrity, Role::Dim);
    }

    fn pairs(&mut self, title: &str, pairs: &[(String, String)]) {
        if pairs.is_empty() {
            return;
        }
        self.title(title, pairs.len());
        let names = pairs.iter().map(|(name, _)| width(name)).max();
        let widest = names.unwrap_or_default().min(self.columns / 2);
        for (name, range) in pairs {
            let line = vec![
                ("  ".to_owned(), Role::Base),
                (padded(name, widest + 2), Role::Base),
                (range.clone(), Role::Dim),
            ];
            self.lines.push(line);
        }
    }

    fn dependents(&mut self, names: &[String]) {
        if names.is_empty() {
            return;
        }
        self.title("Dependents", names.len());
        let indented = self.columns.saturating_sub(2);
        for line in wrap(&names.join(", "), indented) {
            self.lines.push(vec![(format!("  {line}"), Role::Base)]);
        }
    }

    fn versions(&mut self, details: &PackageDetails) {
        self.title("Versions", details.versions.len());
        let is_roomy = self.columns >= 60;
        let numbers = details.versions.iter().map(|line| width(&line.version));
        let widest = numbers
            .max()
            .unwrap_or_default()
            .clamp(6, self.columns.max(24) / 4);
        for line in &details.versions {
            let published = match line.published {
                Some(time) if is_roomy => minute(time),
                Some(time) => day(time),
                None => String::new(),
            };
            let tarball = line.tarball_bytes.map(size_text).unwrap_or_default();
            let mut parts = vec![
                ("  ".to_owned(), Role::Base),
                (padded(&line.version, widest + 2), Role::Strong),
                (
                    padded(&published, if is_roomy { 18 } else { 12 }),
                    Role::Dim,
                ),
                (format!("{tarball:>10}  "), Role::Dim),
            ];
            let tags = details.dist_tags.iter();
            let tags = tags.filter(|(_, version)| *version == line.version);
            parts.extend(tags.map(|(tag, _)| (format!("{tag}  "), Role::Accent)));
            if is_roomy {
                parts.push((line.integrity.clone(), Role::Dim));
            }
            self.lines.push(parts);
            if let Some(reason) = &line.deprecated {
                let indented = self.columns.saturating_sub(4);
                for text in wrap(&format!("deprecated: {reason}"), indented) {
                    self.lines.push(vec![(format!("    {text}"), Role::Bad)]);
                }
            }
        }
    }

    fn title(&mut self, title: &str, number: usize) {
        self.lines.push(Line::new());
        self.lines.push(vec![
            (title.to_owned(), Role::Title),
            (format!("  {number}"), Role::Dim),
        ]);
    }

    fn paragraph(&mut self, text: &str, role: Role) {
        let lines = wrap(text, self.columns).into_iter();
        self.lines.extend(lines.map(|line| vec![(line, role)]));
    }

    fn labelled(&mut self, label: &str, text: &str, role: Role) {
        if text.is_empty() {
            return;
        }
        let mut label = padded(label, LABEL_COLS);
        for line in wrap(text, self.columns.saturating_sub(LABEL_COLS)) {
            self.lines.push(vec![(label, Role::Dim), (line, role)]);
            label = " ".repeat(LABEL_COLS);
        }
    }
}

/// Returns a text with blanks after it, in which nothing is hidden, for the next one to stand in a column.
fn padded(text: &str, columns: usize) -> String {
    let mut seen = crate::text::fit(text, columns.saturating_sub(1)).into_owned();
    let blanks = columns.saturating_sub(width(&seen));
    seen.extend(std::iter::repeat_n(' ', blanks));
    seen
}

/// The version that is installed when none is named, or else the newest.
fn latest(details: &PackageDetails) -> Option<&VersionLine> {
    let mut tags = details.dist_tags.iter();
    let tagged = tags.find(|(tag, _)| tag == "latest");
    let tagged = tagged.and_then(|(_, latest)| {
        let mut versions = details.versions.iter();
        versions.find(|line| line.version == *latest)
    });
    tagged.or(details.versions.first())
}

fn sizes(version: &VersionLine) -> String {
    let tarball = version
        .tarball_bytes
        .map(|bytes| format!("{} tarball", size_text(bytes)));
    let unpacked = version
        .unpacked_bytes
        .map(|bytes| format!("{} unpacked", size_text(bytes)));
    let sizes: Vec<String> = tarball.into_iter().chain(unpacked).collect();
    sizes.join(", ")
}

/// Returns how many packages are told of, in words.
pub(super) fn packages(number: usize) -> String {
    count(number, "package")
}
