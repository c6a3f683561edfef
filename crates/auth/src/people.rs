//! Looking after accounts: who has one, what it may do, and whether it counts.
//!
//! Everything here is an admin's to do; that it may be done has been decided. Each change is one
//! transaction with what it tells of itself, and counts from the next request on: in this process
//! because what was verified is forgotten before the change is answered, in others because they
//! notice ([`Auth::reload`](crate::Auth::reload)).
//!
//! One account always stays that is an admin's and can log in.

mod error;
mod person;
mod remove;

use std::{sync::Arc, time::SystemTime};

use catalog::{
    Account, Catalog, CatalogError, EventKind, NewAccount, Origin, Role, Write, WriteError,
};

use crate::{
    account::{check_password, check_user_name, plain_email},
    address_group::AddressGroup,
    granted::GrantedNow,
    password::{HashError, Passwords},
    verified::VerifiedTokens,
};

pub use error::PeopleError;
pub use person::{NewPerson, Person, PersonChange};
pub use remove::Removed;

/// Looks after accounts.
#[derive(Clone, Debug)]
pub struct People {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) passwords: Arc<Passwords>,
    /// What has to be told of changes, where there is a server in this process.
    pub(crate) verified: Arc<VerifiedTokens>,
    pub(crate) granted: Arc<GrantedNow>,
}

impl People {
    /// Looks after accounts beside a server, or without one.
    pub fn open(catalog: Arc<Catalog>) -> Result<Self, HashError> {
        Ok(Self {
            catalog,
            passwords: Arc::new(Passwords::new()?),
            verified: Arc::default(),
            granted: Arc::default(),
        })
    }

    /// Returns everybody who has an account, by name.
    pub async fn list(&self) -> Result<Vec<Person>, CatalogError> {
        let people = self.catalog.look(|rows| {
            let accounts = rows.accounts()?.into_iter();
            let people = accounts.map(|(account, used)| Person::of(account, used));
            Ok(people.collect())
        });
        people.await
    }

    /// Returns somebody who has an account.
    pub async fn find(&self, name: &str) -> Result<Person, PeopleError> {
        let name = known(name)?;
        let found = self.catalog.look(move |rows| match rows.account(&name)? {
            Some(account) => Ok(Person::of(account, rows.last_used(&name)?)),
            None => Err(PeopleError::NoSuchUser { name }),
        });
        found.await
    }

    /// Makes an account.
    pub async fn add(&self, new: NewPerson, by: &Origin) -> Result<Person, PeopleError> {
        let NewPerson {
            name,
            password,
            email,
            role,
        } = new;
        let name = check_user_name(&name)?;
        let email = checked_email(email)?;
        check_password(&password)?;
        let new = NewAccount {
            name,
            email,
            password_hash: self.hash(password, by).await?,
            role,
            created: SystemTime::now(),
        };
        let by = by.clone();
        let written = self.catalog.write(
            move |rows| {
                if !rows.add_account(&new)? {
                    return Err(PeopleError::Taken { name: new.name });
                }
                rows.add_event(&by, EventKind::AccountCreate, &new.name, role.as_str())?;
                let added = rows.account(&new.name)?;
                added
                    .map(|account| Person::of(account, None))
                    .ok_or(PeopleError::NoSuchUser { name: new.name })
            },
            |_| (),
        );
        written.await.map_err(WriteError::<PeopleError>::into_inner)
    }

    /// Changes an account: all of what is asked for, or nothing.
    ///
    /// A new password ends the account's logins, those of its owner in this very request too, and
    /// leaves tokens that have a name. Being disabled ends nothing: no token of the account counts
    /// while it lasts, and those that are not over count again afterwards.
    pub async fn change(
        &self,
        name: &str,
        change: PersonChange,
        by: &Origin,
    ) -> Result<Person, PeopleError> {
        let name = known(name)?;
        let PersonChange {
            password,
            email,
            role,
            disabled,
        } = change;
        let email = email.map(checked_email).transpose()?;
        let password_hash = match password {
            Some(password) => {
                check_password(&password)?;
                Some(self.hash(password, by).await?)
            }
            None => None,
        };
        let change = Change {
            password_hash,
            email,
            role,
            disabled,
        };
        let (by, verified, granted) = (
            by.clone(),
            Arc::clone(&self.verified),
            Arc::clone(&self.granted),
        );
        let account = name.clone();
        let written = self.catalog.write(
            move |rows| {
                change.make(rows, &account, &by)?;
                let number = rows.note_access_change()?;
                let account = rows
                    .account(&account)?
                    .ok_or(PeopleError::NoSuchUser { name: account })?;
                Ok((account, number))
            },
            move |(account, number)| {
                verified.forget_account(&account.name);
                granted.follow(*number);
            },
        );
        written
            .await
            .map_err(WriteError::<PeopleError>::into_inner)?;
        self.find(&name).await
    }
}

impl People {
    /// Hashes a password that somebody is to have, in line with those who log in.
    async fn hash(&self, password: String, by: &Origin) -> Result<String, HashError> {
        let place = self.passwords.enter(AddressGroup::of_text(&by.address))?;
        place.hash(password).await
    }
}

/// What is to be changed, with everything checked that can be without the account.
struct Change {
    password_hash: Option<String>,
    email: Option<String>,
    role: Option<Role>,
    disabled: Option<bool>,
}

impl Change {
    /// Makes the change inside a transaction. What is so already is neither changed nor told.
    fn make(self, rows: &Write<'_>, name: &str, by: &Origin) -> Result<(), PeopleError> {
        let now = SystemTime::now();
        let account = account(rows, name)?;
        let role = self.role.unwrap_or(account.role);
        let disabled = self.disabled.unwrap_or(account.disabled);
        if is_admin(&account) && (role != Role::Admin || disabled) {
            resign(rows, name)?;
        }
        if role != account.role {
            rows.set_role(name, role, now)?;
            let detail = format!("{}, before {}", role.as_str(), account.role.as_str());
            rows.add_event(by, EventKind::AccountRole, name, &detail)?;
        }
        if disabled != account.disabled {
            rows.set_disabled(name, disabled, now)?;
            let kind = if disabled {
                EventKind::AccountDisable
            } else {
                EventKind::AccountEnable
            };
            rows.add_event(by, kind, name, "")?;
        }
        if let Some(email) = self.email.filter(|email| *email != account.email) {
            rows.set_profile(name, &email, &account.profile, now)?;
            rows.add_event(by, EventKind::AccountProfile, name, "")?;
        }
        if let Some(password_hash) = self.password_hash {
            rows.set_password(name, &password_hash, now)?;
            rows.revoke_logins(name, "", now)?;
            rows.add_event(by, EventKind::AccountPassword, name, "")?;
        }
        Ok(())
    }
}

/// Returns the name as accounts hold it. Nobody has a name that nobody can have.
fn known(name: &str) -> Result<String, PeopleError> {
    check_user_name(name).map_err(|_| PeopleError::NoSuchUser {
        name: name.chars().take(100).collect(),
    })
}

fn account(rows: &Write<'_>, name: &str) -> Result<Account, PeopleError> {
    rows.account(name)?.ok_or_else(|| PeopleError::NoSuchUser {
        name: name.to_owned(),
    })
}

/// Whether the account is one that looks after the others.
fn is_admin(account: &Account) -> bool {
    account.role == Role::Admin && !account.disabled
}

/// Makes sure that another admin stays when this one goes, and takes back the invitations that the
/// one who goes has given: they could be for an admin.
fn resign(rows: &Write<'_>, name: &str) -> Result<(), PeopleError> {
    if rows.count_of_role(Role::Admin)? <= 1 {
        return Err(PeopleError::LastAdmin {
            name: name.to_owned(),
        });
    }
    rows.remove_invitations_of(name)?;
    Ok(())
}

fn checked_email(email: String) -> Result<String, PeopleError> {
    if email.is_empty() {
        return Ok(email);
    }
    let shown = email.chars().take(100).collect();
    match plain_email(email) {
        plain if plain.is_empty() => Err(PeopleError::Email(shown)),
        plain => Ok(plain),
    }
}
