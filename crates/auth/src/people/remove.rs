use std::sync::Arc;

use catalog::{CatalogError, EventKind, Origin, RuleRow, Write, WriteError};
use npm_model::PackageName;

use super::{People, PeopleError, account, is_admin, known, resign};
use crate::granted::Granted;

/// What an account leaves behind.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Removed {
    /// The packages that it owned.
    pub owned: Vec<PackageName>,
    /// Those of them that have no owner any more, and so are the admins'.
    pub unowned: Vec<PackageName>,
}

impl People {
    /// Returns the packages that an account owns.
    pub async fn owned(&self, name: &str) -> Result<Vec<PackageName>, PeopleError> {
        let name = known(name)?;
        let owned = self.catalog.look(move |rows| {
            if rows.account(&name)?.is_none() {
                return Err(PeopleError::NoSuchUser { name });
            }
            Ok(rows.owned_by(&name)?)
        });
        owned.await
    }

    /// Returns the packages that would have no owner without this account.
    pub async fn owned_alone(&self, name: &str) -> Result<Vec<PackageName>, PeopleError> {
        let name = known(name)?;
        let owned = self.catalog.look(move |rows| {
            if rows.account(&name)?.is_none() {
                return Err(PeopleError::NoSuchUser { name });
            }
            Ok(rows.owned_alone_by(&name)?)
        });
        owned.await
    }

    /// Removes an account with its tokens, its places in organisations and teams, what it owned, its
    /// stars, and its name in the rules that were made while the registry runs. The name is free
    /// again, and whoever takes it inherits nothing; rules of the settings file are not ours to change.
    ///
    /// `refresh` is what the keeper of packages does in the same transaction about those that have
    /// lost an owner.
    pub async fn remove(
        &self,
        name: &str,
        by: &Origin,
        refresh: impl FnOnce(&Write<'_>, &[PackageName]) -> Result<(), CatalogError> + Send + 'static,
    ) -> Result<Removed, PeopleError> {
        let name = known(name)?;
        let (by, account_name) = (by.clone(), name.clone());
        let (verified, granted) = (Arc::clone(&self.verified), Arc::clone(&self.granted));
        let written = self.catalog.write(
            move |rows| {
                let account = account(rows, &account_name)?;
                if is_admin(&account) {
                    resign(rows, &account.name)?;
                }
                let removed = Removed {
                    owned: rows.owned_by(&account.name)?,
                    unowned: rows.owned_alone_by(&account.name)?,
                };
                rows.remove_account(&account.name)?;
                rows.add_event(&by, EventKind::AccountRemove, &account.name, "")?;
                for package in &removed.owned {
                    let detail = format!("{} removed, with the account", account.name);
                    rows.add_event(&by, EventKind::PackageOwner, package.as_str(), &detail)?;
                }
                forget_in_rules(rows, &account.name, &by)?;
                refresh(rows, &removed.owned)?;
                rows.note_access_change()?;
                Ok((removed, rows.access()?))
            },
            move |(_, access)| {
                granted.set(Granted::of(access.clone()));
                verified.forget_account(&name);
                granted.follow(access.changes);
            },
        );
        let (removed, _) = written
            .await
            .map_err(WriteError::<PeopleError>::into_inner)?;
        Ok(removed)
    }
}

/// Takes a user name out of the rules that were made while the registry runs. A rule that named nobody
/// else allows nobody then.
fn forget_in_rules(rows: &Write<'_>, name: &str, by: &Origin) -> Result<(), CatalogError> {
    for rule in rows.access()?.rules {
        let Ok(subjects) = serde_json::from_str::<Vec<String>>(&rule.subjects) else {
            continue;
        };
        let kept: Vec<&String> = subjects
            .iter()
            .filter(|subject| !subject.eq_ignore_ascii_case(name))
            .collect();
        if kept.len() == subjects.len() {
            continue;
        }
        let detail = format!("{}: {name} removed, with the account", rule.action);
        rows.add_event(by, EventKind::RuleSet, &rule.pattern, &detail)?;
        rows.set_rule(&RuleRow {
            subjects: serde_json::to_string(&kept).unwrap_or_default(),
            ..rule
        })?;
    }
    Ok(())
}
