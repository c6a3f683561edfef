//! Finding packages by words.

use std::ops::ControlFlow;

use npm_model::PackageName;

use crate::{
    catalog::Read,
    error::CatalogError,
    package::{PackageId, package_name},
    writer::Write,
};

/// The words under which a package is found, and what is shown of it then.
#[derive(Clone, Debug)]
pub struct Indexed<'a> {
    /// What to show, as text that only the caller understands.
    pub summary: &'a str,
    /// The package's name.
    pub name: &'a str,
    /// Its description.
    pub description: &'a str,
    /// Its keywords, separated by spaces.
    pub keywords: &'a str,
    /// The names of the people behind it, separated by spaces.
    pub people: &'a str,
}

impl Read<'_> {
    /// Calls `each` with the packages that have all of the words, or words that begin so; the best
    /// match first. Without words, with all packages in the order of their names.
    pub fn search(
        &self,
        words: &[&str],
        mut each: impl FnMut(PackageName, &str) -> Result<ControlFlow<()>, CatalogError>,
    ) -> Result<(), CatalogError> {
        let mut statement = self.transaction.prepare_cached(if words.is_empty() {
            "SELECT p.name, s.summary FROM packages p JOIN summaries s ON s.package_id = p.id
             WHERE ?1 = '' ORDER BY p.name"
        } else {
            "SELECT p.name, s.summary FROM search
             JOIN packages p ON p.id = search.rowid
             JOIN summaries s ON s.package_id = p.id
             WHERE search MATCH ?1
             ORDER BY p.name = ?2 DESC, bm25(search, 10.0, 2.0, 4.0, 1.0), p.name"
        })?;
        let mut rows = if words.is_empty() {
            statement.query([""])?
        } else {
            statement.query((expression(words), words.join(" ")))?
        };
        while let Some(row) = rows.next()? {
            let name = package_name(row, 0)?;
            let summary = row.get_ref(1)?;
            let summary = summary
                .as_str()
                .map_err(|_| CatalogError::damaged("a summary", ""))?;
            if each(name, summary)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl Write<'_> {
    /// Replaces what is found of a package.
    pub fn index(&self, id: PackageId, indexed: &Indexed<'_>) -> Result<(), CatalogError> {
        self.unindex(id)?;
        self.connection
            .prepare_cached(
                "INSERT INTO search (rowid, name, description, keywords, people)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((
                id.0,
                indexed.name,
                indexed.description,
                indexed.keywords,
                indexed.people,
            ))?;
        self.connection
            .prepare_cached(
                "INSERT INTO summaries (package_id, summary) VALUES (?1, ?2)
                 ON CONFLICT (package_id) DO UPDATE SET summary = excluded.summary",
            )?
            .execute((id.0, indexed.summary))?;
        Ok(())
    }

    pub(crate) fn unindex(&self, id: PackageId) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("DELETE FROM search WHERE rowid = ?1")?
            .execute([id.0])?;
        Ok(())
    }
}

/// The words as an expression of the search engine: each a quoted beginning, all of them needed.
fn expression(words: &[&str]) -> String {
    let quoted = words
        .iter()
        .map(|word| format!("\"{}\"*", word.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(" AND ")
}
