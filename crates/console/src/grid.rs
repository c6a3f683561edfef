//! Columns that people read.

use std::fmt;

use npm_model::visible;

/// Between two columns.
const GAP: &str = "  ";

/// Rows of cells, each column as wide as its widest cell.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    indent: &'static str,
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// A table with a line of column names.
    pub(crate) fn with_head<const N: usize>(head: [&str; N]) -> Self {
        Self {
            indent: "",
            rows: vec![head.map(str::to_owned).to_vec()],
        }
    }

    /// Rows without a head.
    pub(crate) fn plain(indent: &'static str) -> Self {
        Self {
            indent,
            rows: Vec::new(),
        }
    }

    /// Adds a row. What a terminal would obey, or nobody would see, is escaped in its cells.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows
            .push(cells.map(|cell| visible(&cell).into_owned()).to_vec());
    }
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for (index, row) in self.rows.iter().enumerate() {
            let cells = row.iter().zip(&widths);
            let cells: Vec<String> = cells
                .map(|(cell, &width)| format!("{cell:width$}"))
                .collect();
            let end = if index == 0 { "" } else { "\n" };
            let line = cells.join(GAP);
            write!(f, "{end}{}{}", self.indent, line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let mut grid = Grid::with_head(["NAME", "E-MAIL", "X"]);
        grid.row(["alice", "-", "1"].map(str::to_owned));
        grid.row(["someone-else", "é@exämple.de", ""].map(str::to_owned));
        grid.row(["a\u{1b}[2Jb", "\u{202e}x", "2"].map(str::to_owned));
        let expected = r"
NAME          E-MAIL        X
alice         -             1
someone-else  é@exämple.de
a\u{1b}[2Jb   \u{202e}x     2";
        assert_eq!(grid.to_string(), expected.trim_start());
        assert_eq!(Grid::plain("  ").to_string(), "");
    }
}
