//! The table of what was tried with which client, from what the integration stories wrote down.

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::Deserialize;

use crate::shell::Shell;

/// The columns, in the order in which the table shows them.
const COLUMNS: [&str; 7] = [
    "npm 11", "npm 12", "pnpm", "yarn 1", "yarn 4", "bun", "deno",
];

/// What one client did.
#[derive(Debug, Deserialize)]
struct Column {
    column: String,
    cells: Vec<Cell>,
}

#[derive(Debug, Deserialize)]
struct Cell {
    row: String,
    outcome: Outcome,
    #[serde(default)]
    why: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Passed,
    Absent,
    Failed,
}

/// Returns where the stories write down how their cells ended.
pub(crate) fn folder(shell: &Shell) -> PathBuf {
    shell.root().join("target").join("client-matrix")
}

/// Forgets the last run.
pub(crate) fn clear(shell: &Shell) -> io::Result<()> {
    match fs::remove_dir_all(folder(shell)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Prints the table, if any column was tried.
pub(crate) fn print(shell: &Shell) {
    let columns = read(&folder(shell));
    if !columns.is_empty() {
        println!("==> client matrix\n{}", Table(&columns));
    }
}

fn read(folder: &Path) -> Vec<Column> {
    COLUMNS
        .iter()
        .filter_map(|name| fs::read(folder.join(format!("{name}.json"))).ok())
        .filter_map(|text| serde_json::from_slice(&text).ok())
        .collect()
}

struct Table<'a>(&'a [Column]);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A column that ended before its time has written down none of its cells.
        let Some(whole) = self.0.iter().max_by_key(|column| column.cells.len()) else {
            return Ok(());
        };
        let wide = whole.cells.iter().map(|cell| cell.row.len()).max();
        let Some(wide) = wide else {
            return write!(f, "no column came as far as its first cell");
        };
        let mut head = " ".repeat(wide);
        for column in self.0 {
            let _ = write!(head, "  {:>6}", column.column);
        }
        writeln!(f, "{head}")?;
        let mut reasons = Reasons::default();
        let (mut passed, mut absent, mut failed) = (0, 0, 0);
        for Cell { row, .. } in &whole.cells {
            write!(f, "{row:<wide$}")?;
            for column in self.0 {
                let cell = column.cells.iter().find(|cell| cell.row == *row);
                let mark = match cell.map(|cell| cell.outcome) {
                    Some(Outcome::Passed) => {
                        passed += 1;
                        "ok".to_owned()
                    }
                    Some(Outcome::Absent) => {
                        absent += 1;
                        let why = cell.and_then(|cell| cell.why.as_deref());
                        reasons.mark(why.unwrap_or("no reason given"))
                    }
                    Some(Outcome::Failed) | None => {
                        failed += 1;
                        "FAILED".to_owned()
                    }
                };
                write!(f, "  {mark:>6}")?;
            }
            writeln!(f)?;
        }
        writeln!(f)?;
        for (number, why) in reasons.0.iter().enumerate() {
            writeln!(f, "{:>4} {why}", format!("[{}]", number + 1))?;
        }
        write!(
            f,
            "{passed} cells ok, {failed} failed, {absent} that a client does not have"
        )
    }
}

/// Why cells are absent, each told once.
#[derive(Default)]
struct Reasons(Vec<String>);

impl Reasons {
    fn mark(&mut self, why: &str) -> String {
        let known = self.0.iter().position(|known| known == why);
        let place = known.unwrap_or_else(|| {
            self.0.push(why.to_owned());
            self.0.len() - 1
        });
        format!("[{}]", place + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, cells: &[(&str, Outcome, Option<&str>)]) -> Column {
        let cells = cells.iter().map(|(row, outcome, why)| Cell {
            row: (*row).to_owned(),
            outcome: *outcome,
            why: why.map(str::to_owned),
        });
        Column {
            column: name.to_owned(),
            cells: cells.collect(),
        }
    }

    #[test]
    fn each_reason_is_told_once_and_a_missing_cell_has_failed() {
        let columns = [
            column(
                "npm 11",
                &[
                    ("ping", Outcome::Passed, None),
                    ("star", Outcome::Failed, None),
                    ("stars", Outcome::Passed, None),
                ],
            ),
            column("bun", &[]),
            column(
                "deno",
                &[
                    ("ping", Outcome::Absent, Some("no such command")),
                    ("star", Outcome::Absent, Some("it has no stars")),
                    ("stars", Outcome::Absent, Some("it has no stars")),
                ],
            ),
        ];
        let expected = "       npm 11     bun    deno\n\
                        ping       ok  FAILED     [1]\n\
                        star   FAILED  FAILED     [2]\n\
                        stars      ok  FAILED     [2]\n\
                        \n [1] no such command\n [2] it has no stars\n\
                        2 cells ok, 4 failed, 3 that a client does not have";
        assert_eq!(Table(&columns).to_string(), expected);
        let told = Table(&columns[1..2]).to_string();
        assert_eq!(told, "no column came as far as its first cell");
    }
}
