//! How much there is, as the engine keeps it.

use crate::{catalog::Read, error::CatalogError};

/// How much there is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Totals {
    /// Packages.
    pub packages: u64,
    /// Versions of all of them.
    pub versions: u64,
    /// Bytes of their tarballs.
    pub bytes: u64,
}

impl Read<'_> {
    /// Returns how much there is. It takes no longer when there is more.
    pub fn totals(&self) -> Result<Totals, CatalogError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT packages, versions, bytes FROM totals")?;
        let [packages, versions, bytes] = statement.query_row([], |row| {
            Ok([row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?])
        })?;
        let count = |number: i64| {
            u64::try_from(number).map_err(|_| CatalogError::damaged("a count", &number.to_string()))
        };
        Ok(Totals {
            packages: count(packages)?,
            versions: count(versions)?,
            bytes: count(bytes)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, at, name, new_version, version};

    #[test]
    fn what_is_added_and_removed_is_counted() {
        let bench = Bench::new();
        let totals = || {
            let totals = bench.catalog.read(|rows| {
                let totals = rows.totals()?;
                Ok::<_, CatalogError>(totals)
            });
            totals.unwrap()
        };
        assert_eq!(totals(), Totals::default());
        bench.publish("a", "1.0.0", "latest");
        bench.publish("a", "2.0.0", "latest");
        bench.publish("b", "1.0.0", "latest");
        let size = |package, version| new_version(package, version).size;
        let of_a = size("a", "1.0.0") + size("a", "2.0.0");
        let all = Totals {
            packages: 2,
            versions: 3,
            bytes: of_a + size("b", "1.0.0"),
        };
        assert_eq!(totals(), all);
        let refused = bench.catalog.write_blocking(|rows| {
            rows.add_package(&name("c"), at(1))?;
            Err::<(), _>(CatalogError::Closed)
        });
        assert!(refused.is_err());
        assert_eq!(totals(), all, "what is undone does not count");
        bench.write(|rows| {
            let id = rows.package(&name("a"))?.unwrap().id;
            rows.remove_version(id, &version("1.0.0"), at(2))
        });
        assert_eq!(totals().versions, 2);
        // The rest of its versions goes with it.
        bench.write(|rows| {
            let id = rows.package(&name("a"))?.unwrap().id;
            rows.remove_package(id)
        });
        let left = Totals {
            packages: 1,
            versions: 1,
            bytes: size("b", "1.0.0"),
        };
        assert_eq!(totals(), left);
    }
}
