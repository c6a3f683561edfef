//! Access rules that were made while the registry runs, as text that only the caller understands.

use rusqlite::Connection;

use crate::{error::CatalogError, writer::Write};

/// What a rule says of one action.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RuleRow {
    /// Which packages it is for.
    pub pattern: String,
    /// What may be done.
    pub action: String,
    /// By whom.
    pub subjects: String,
}

impl Write<'_> {
    /// Makes a rule, or replaces what it said.
    pub fn set_rule(&self, rule: &RuleRow) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "INSERT INTO rules (pattern, action, subjects) VALUES (?1, ?2, ?3)
                 ON CONFLICT (pattern, action) DO UPDATE SET subjects = excluded.subjects",
            )?
            .execute((&rule.pattern, &rule.action, &rule.subjects))?;
        Ok(())
    }

    /// Returns how many rules there are.
    pub fn count_rules(&self) -> Result<u64, CatalogError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT count(*) FROM rules")?;
        let count: i64 = statement.query_row([], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Removes a rule; `false` when there is none.
    pub fn remove_rule(&self, pattern: &str, action: &str) -> Result<bool, CatalogError> {
        let removed = self
            .connection
            .prepare_cached("DELETE FROM rules WHERE pattern = ?1 AND action = ?2")?
            .execute((pattern, action))?;
        Ok(removed == 1)
    }
}

pub(crate) fn rules(connection: &Connection) -> Result<Vec<RuleRow>, CatalogError> {
    let mut statement = connection
        .prepare_cached("SELECT pattern, action, subjects FROM rules ORDER BY pattern, action")?;
    let rules = statement.query_map([], |row| {
        Ok(RuleRow {
            pattern: row.get(0)?,
            action: row.get(1)?,
            subjects: row.get(2)?,
        })
    })?;
    Ok(rules.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bench;

    #[test]
    fn a_rule_says_what_it_was_told_last() {
        let bench = Bench::new();
        for subjects in ["[]", "[\"alice\"]"] {
            bench.write(move |rows| {
                rows.set_rule(&RuleRow {
                    pattern: "@a/*".to_owned(),
                    action: "publish".to_owned(),
                    subjects: subjects.to_owned(),
                })
            });
        }
        let rules = || {
            let rules = bench.catalog.read(|rows| rows.access().map(|it| it.rules));
            let said = rules.unwrap().into_iter();
            said.map(|rule| rule.subjects).collect::<Vec<_>>()
        };
        assert_eq!(rules(), ["[\"alice\"]"]);
        assert!(!bench.write(|rows| rows.remove_rule("@a/*", "read")));
        assert!(bench.write(|rows| rows.remove_rule("@a/*", "publish")));
        assert!(rules().is_empty());
    }
}
