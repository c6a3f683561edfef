//! Which package needs which, going by what `latest` points at.

use std::collections::BTreeSet;

use npm_model::PackageName;

use crate::{
    catalog::Read,
    error::CatalogError,
    package::{PackageId, package_name},
    writer::Write,
};

impl Read<'_> {
    /// Calls `each` with the packages that need this one, in the order of their names, and the summary
    /// of each.
    pub fn dependents(
        &self,
        dependency: &str,
        mut each: impl FnMut(PackageName, &str),
    ) -> Result<(), CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT p.name, s.summary FROM dependencies d
             JOIN packages p ON p.id = d.package_id
             JOIN summaries s ON s.package_id = d.package_id
             WHERE d.dependency = ?1 ORDER BY p.name",
        )?;
        let mut rows = statement.query([dependency])?;
        while let Some(row) = rows.next()? {
            let summary = row.get_ref(1)?.as_str();
            let summary = summary.map_err(|_| CatalogError::damaged("a summary", ""))?;
            each(package_name(row, 0)?, summary);
        }
        Ok(())
    }
}

impl Write<'_> {
    /// Replaces what a package needs.
    pub fn set_dependencies(
        &self,
        id: PackageId,
        dependencies: &BTreeSet<String>,
    ) -> Result<(), CatalogError> {
        // Most changes of a package change nothing here.
        let mut known = self
            .connection
            .prepare_cached("SELECT dependency FROM dependencies WHERE package_id = ?1")?;
        let known = known.query_map([id.0], |row| row.get(0))?;
        let known = known.collect::<Result<BTreeSet<String>, _>>()?;
        let mut remove = self
            .connection
            .prepare_cached("DELETE FROM dependencies WHERE dependency = ?1 AND package_id = ?2")?;
        for gone in known.difference(dependencies) {
            remove.execute((gone, id.0))?;
        }
        let mut add = self
            .connection
            .prepare_cached("INSERT INTO dependencies (dependency, package_id) VALUES (?1, ?2)")?;
        for new in dependencies.difference(&known) {
            add.execute((new, id.0))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use crate::{
        Catalog, CatalogError, Indexed,
        migrations::STEPS,
        testing::{Bench, name},
    };

    fn dependents(catalog: &Catalog, dependency: &str) -> Vec<String> {
        let mut found = Vec::new();
        let read = catalog
            .read(|rows| rows.dependents(dependency, |package, _| found.push(package.to_string())));
        read.unwrap();
        found
    }

    /// Says what a package needs, as a publish does.
    fn needs(bench: &Bench, package: &str, dependencies: &[&str]) {
        let package = name(package);
        let dependencies = dependencies.iter().map(|&it| it.to_owned()).collect();
        bench.write(move |rows| {
            let id = rows.package(&package)?.unwrap().id;
            let indexed = Indexed {
                summary: "{}",
                name: package.as_str(),
                description: "",
                keywords: "",
                people: "",
            };
            rows.index(id, &indexed)?;
            rows.set_dependencies(id, &dependencies)
        });
    }

    #[test]
    fn a_package_is_found_by_what_it_needs_now() {
        let bench = Bench::new();
        for package in ["a", "b"] {
            bench.publish(package, "1.0.0", "latest");
            needs(&bench, package, &["x", "y"]);
        }
        assert_eq!(dependents(&bench.catalog, "x"), ["a", "b"]);
        needs(&bench, "a", &["y", "z"]);
        assert_eq!(dependents(&bench.catalog, "x"), ["b"]);
        assert_eq!(dependents(&bench.catalog, "z"), ["a"]);
        bench.write(|rows| {
            let id = rows.package(&name("b"))?.unwrap().id;
            rows.remove_package(id)
        });
        assert_eq!(dependents(&bench.catalog, "y"), ["a"]);
    }

    #[test]
    fn an_older_catalogue_is_gone_through_once_for_what_its_packages_need() {
        let bench = Bench::new();
        bench.publish("a", "1.0.0", "latest");
        bench.publish("a", "2.0.0", "latest");
        bench.publish("b", "1.0.0", "latest");
        needs(&bench, "a", &[]);
        needs(&bench, "b", &[]);
        let before = STEPS.len() - 1;
        bench.tamper(&format!(
            "UPDATE versions SET full = json_set(full, '$.dependencies', json('{{\"x\":\"1\",\" y \":\"2\"}}'))
                WHERE version = '2.0.0';
             UPDATE versions SET full = json_set(full, '$.dependencies', json('{{\"old\":\"1\"}}'))
                WHERE version = '1.0.0' AND package_id = (SELECT id FROM packages WHERE name = 'a');
             UPDATE versions SET full = json_set(full, '$.dependencies', json('[\"x\"]'))
                WHERE package_id = (SELECT id FROM packages WHERE name = 'b');
             DROP TRIGGER packages_are_counted;
             DROP TRIGGER removed_packages_are_counted;
             DROP TRIGGER versions_are_counted;
             DROP TRIGGER removed_versions_are_counted;
             DROP TABLE totals;
             DROP TABLE dependencies;
             DROP TABLE changed_packages;
             PRAGMA user_version = {before};"
        ));
        let bench = bench.reopened();
        assert_eq!(dependents(&bench.catalog, "x"), ["a"]);
        assert_eq!(dependents(&bench.catalog, "y"), ["a"]);
        assert!(dependents(&bench.catalog, "old").is_empty());
        let totals = bench.catalog.read(|rows| {
            let totals = rows.totals()?;
            Ok::<_, CatalogError>(totals)
        });
        let totals = totals.unwrap();
        assert_eq!((totals.packages, totals.versions), (2, 3));
        assert!(totals.bytes > 0);
        let connection = Connection::open(bench.path()).unwrap();
        let count = "SELECT count(*) FROM dependencies";
        let count: i64 = connection.query_row(count, [], |row| row.get(0)).unwrap();
        assert_eq!(count, 2);
    }
}
