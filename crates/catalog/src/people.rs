//! Who owns packages, and who likes them.

use npm_model::{Maintainer, PackageName};
use rusqlite::Connection;

use crate::{
    catalog::Read,
    error::CatalogError,
    package::{PackageId, package_name},
    writer::Write,
};

impl Read<'_> {
    /// Returns the package's owners as documents show them.
    pub fn owners(&self, id: PackageId) -> Result<Vec<Maintainer>, CatalogError> {
        owners(&self.transaction, id)
    }

    /// Tells whether an account owns the package.
    pub fn owns(&self, package: &PackageName, account: &str) -> Result<bool, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM owners o JOIN packages p ON p.id = o.package_id
                            WHERE p.name = ?1 AND o.account = ?2)",
        )?;
        Ok(statement.query_row((package.as_str(), account), |row| row.get(0))?)
    }

    /// Returns the packages that an account owns, by name.
    pub fn owned_by(&self, account: &str) -> Result<Vec<PackageName>, CatalogError> {
        owned_by(&self.transaction, account)
    }

    /// Returns the packages that an account owns alone, by name.
    pub fn owned_alone_by(&self, account: &str) -> Result<Vec<PackageName>, CatalogError> {
        owned_alone_by(&self.transaction, account)
    }

    /// Returns the names of the accounts that starred the package.
    pub(crate) fn stars(&self, id: PackageId) -> Result<Vec<String>, CatalogError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT account FROM stars WHERE package_id = ?1 ORDER BY account")?;
        let stars = statement.query_map([id.0], |row| row.get(0))?;
        Ok(stars.collect::<Result<_, _>>()?)
    }

    /// Returns the packages that an account starred.
    pub fn starred_by(&self, account: &str) -> Result<Vec<PackageName>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT p.name FROM stars s JOIN packages p ON p.id = s.package_id
             WHERE s.account = ?1 ORDER BY p.name",
        )?;
        let mut rows = statement.query([account])?;
        let mut packages = Vec::new();
        while let Some(row) = rows.next()? {
            packages.push(package_name(row, 0)?);
        }
        Ok(packages)
    }
}

impl Write<'_> {
    /// Returns the package's owners, as this transaction sees them.
    pub fn owners(&self, id: PackageId) -> Result<Vec<Maintainer>, CatalogError> {
        owners(self.connection, id)
    }

    /// Returns the packages that an account owns, as this transaction sees them.
    pub fn owned_by(&self, account: &str) -> Result<Vec<PackageName>, CatalogError> {
        owned_by(self.connection, account)
    }

    /// Returns the packages that an account owns alone, as this transaction sees them.
    pub fn owned_alone_by(&self, account: &str) -> Result<Vec<PackageName>, CatalogError> {
        owned_alone_by(self.connection, account)
    }

    /// Makes an account an owner of the package.
    pub fn add_owner(&self, id: PackageId, account: &str) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "INSERT INTO owners (package_id, account) VALUES (?1, ?2)
                 ON CONFLICT (package_id, account) DO NOTHING",
            )?
            .execute((id.0, account))?;
        Ok(())
    }

    /// Takes away all owners of the package.
    pub fn clear_owners(&self, id: PackageId) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("DELETE FROM owners WHERE package_id = ?1")?
            .execute([id.0])?;
        Ok(())
    }

    /// Notes that an account likes the package, or no longer does.
    pub fn set_star(
        &self,
        id: PackageId,
        account: &str,
        starred: bool,
    ) -> Result<(), CatalogError> {
        let statement = if starred {
            "INSERT INTO stars (package_id, account) VALUES (?1, ?2)
             ON CONFLICT (package_id, account) DO NOTHING"
        } else {
            "DELETE FROM stars WHERE package_id = ?1 AND account = ?2"
        };
        self.connection
            .prepare_cached(statement)?
            .execute((id.0, account))?;
        Ok(())
    }
}

fn owned_by(connection: &Connection, account: &str) -> Result<Vec<PackageName>, CatalogError> {
    package_names(
        connection,
        "SELECT p.name FROM owners o JOIN packages p ON p.id = o.package_id
         WHERE o.account = ?1 ORDER BY p.name",
        account,
    )
}

fn owned_alone_by(
    connection: &Connection,
    account: &str,
) -> Result<Vec<PackageName>, CatalogError> {
    package_names(
        connection,
        "SELECT p.name FROM owners o JOIN packages p ON p.id = o.package_id
         WHERE o.account = ?1 AND NOT EXISTS (
             SELECT 1 FROM owners other
             WHERE other.package_id = o.package_id AND other.account <> o.account)
         ORDER BY p.name",
        account,
    )
}

fn package_names(
    connection: &Connection,
    query: &str,
    account: &str,
) -> Result<Vec<PackageName>, CatalogError> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query([account])?;
    let mut packages = Vec::new();
    while let Some(row) = rows.next()? {
        packages.push(package_name(row, 0)?);
    }
    Ok(packages)
}

fn owners(connection: &Connection, id: PackageId) -> Result<Vec<Maintainer>, CatalogError> {
    let mut statement = connection.prepare_cached(
        "SELECT o.account, coalesce(a.email, '') FROM owners o
         LEFT JOIN accounts a ON a.name = o.account
         WHERE o.package_id = ?1 ORDER BY o.account",
    )?;
    let owners = statement.query_map([id.0], |row| {
        Ok(Maintainer {
            name: row.get(0)?,
            email: row.get(1)?,
        })
    })?;
    Ok(owners.collect::<Result<_, _>>()?)
}
