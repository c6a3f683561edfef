//! Reads the table under `## Arrows`.

use std::collections::BTreeSet;

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Where it stands in the page, from 1.
    pub(crate) line: usize,
    pub(crate) name: String,
    pub(crate) may_name: BTreeSet<String>,
}

/// Why the table cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TableError {
    /// There is no table where it should be.
    #[error("there is no table under a heading `## Arrows`")]
    Absent,
    /// A row has another form.
    #[error("line {line}: a row is `| crate | one, another |`, or `| crate | — |` for none")]
    Malformed { line: usize },
    /// A crate has two rows.
    #[error("line {line}: {name} has a row already")]
    Twice { line: usize, name: String },
}

/// Reads the table's rows, top floor first.
pub(crate) fn parse(page: &str) -> Result<Vec<Row>, TableError> {
    let section = (1..)
        .zip(page.lines())
        .skip_while(|(_, text)| text.trim_end() != "## Arrows")
        .skip(1)
        .take_while(|(_, text)| !text.starts_with("# ") && !text.starts_with("## "));
    let table = section
        .skip_while(|(_, text)| !text.starts_with('|'))
        .take_while(|(_, text)| text.starts_with('|'));
    let mut rows: Vec<Row> = Vec::new();
    // The first two lines are the column names and the rule below them.
    for (line, text) in table.skip(2) {
        let row = parse_row(line, text).ok_or(TableError::Malformed { line })?;
        if rows.iter().any(|other| other.name == row.name) {
            return Err(TableError::Twice {
                line,
                name: row.name,
            });
        }
        rows.push(row);
    }
    if rows.is_empty() {
        Err(TableError::Absent)
    } else {
        Ok(rows)
    }
}

fn parse_row(line: usize, text: &str) -> Option<Row> {
    let cells = text.trim().strip_prefix('|')?.strip_suffix('|')?;
    let mut cells = cells.split('|').map(str::trim);
    let name = crate_name(cells.next()?)?;
    let may_name = match cells.next()? {
        "—" => BTreeSet::new(),
        names => names.split(',').map(crate_name).collect::<Option<_>>()?,
    };
    Some(Row {
        line,
        name,
        may_name,
    })
}

fn crate_name(cell: &str) -> Option<String> {
    let cell = cell.trim();
    let name = cell
        .strip_prefix('`')
        .and_then(|cell| cell.strip_suffix('`'))
        .unwrap_or(cell);
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (!name.is_empty() && name != "-" && name.chars().all(valid)).then(|| name.to_owned())
}
