//! What an account says of its owner, and changing one's password.

use std::{fmt, sync::Arc, time::SystemTime};

use catalog::{Account, CatalogError, EventKind, Origin, WriteError};
use serde::{Deserialize, Serialize};

use crate::{
    account::{PasswordError, check_password, plain_email},
    address_group::AddressGroup,
    auth::Auth,
    identity::Caller,
    login::LoginError,
};

/// Longest text of a profile, in characters.
const LONGEST: usize = 200;

/// What an account says of its owner.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Profile {
    /// The user name.
    pub name: String,
    /// The e-mail address, empty when none was given.
    pub email: String,
    /// The rest.
    pub about: About,
    /// When the account was made.
    pub created: SystemTime,
    /// When it was changed last.
    pub modified: SystemTime,
}

/// What somebody may say of themselves; each is empty when it was not said.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct About {
    /// Their full name.
    pub fullname: String,
    /// Their page.
    pub homepage: String,
    /// Their name on Freenode.
    pub freenode: String,
    /// Their name on Twitter.
    pub twitter: String,
    /// Their name on GitHub.
    pub github: String,
}

/// What is to be changed of a profile; what is not said stays.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ProfileChange {
    /// The e-mail address.
    pub email: Option<String>,
    /// The full name.
    pub fullname: Option<String>,
    /// The page.
    pub homepage: Option<String>,
    /// The name on Freenode.
    pub freenode: Option<String>,
    /// The name on Twitter.
    pub twitter: Option<String>,
    /// The name on GitHub.
    pub github: Option<String>,
}

/// A password that is to be replaced.
pub struct PasswordChange {
    /// The one that counts until then.
    pub old: String,
    /// The one that counts from then on.
    pub new: String,
}

impl fmt::Debug for PasswordChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordChange(***)")
    }
}

/// Why a profile was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// That is no e-mail address.
    #[error("{0:?} is not an e-mail address")]
    Email(String),
    /// A text is too long or holds what a terminal would take for a command.
    #[error("{field} can have at most {LONGEST} characters, without control characters")]
    Text {
        /// Which of them.
        field: &'static str,
    },
    /// Nobody can have that password.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The old password is wrong.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The account is gone.
    #[error("the account is gone")]
    Gone,
    /// The catalogue refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl Auth {
    /// Returns what the caller's account says of them.
    pub async fn profile(&self, caller: &Caller) -> Result<Profile, ProfileError> {
        let account = self.find_account(&caller.name).await?;
        account.map(Profile::of).ok_or(ProfileError::Gone)
    }

    /// Changes what the caller's account says of them, and returns all of it.
    pub async fn change_profile(
        &self,
        caller: &Caller,
        change: ProfileChange,
        by: &Origin,
    ) -> Result<Profile, ProfileError> {
        change.check()?;
        let (name, by) = (caller.name.clone(), by.clone());
        let written = self.catalog.write(
            move |rows| {
                let Some(account) = rows.account(&name)? else {
                    return Err(ProfileError::Gone);
                };
                let mut profile = Profile::of(account);
                let before = profile.clone();
                change.apply_to(&mut profile);
                if profile != before {
                    let about = serde_json::to_string(&profile.about).unwrap_or_default();
                    profile.modified = SystemTime::now();
                    rows.add_event(&by, EventKind::AccountProfile, &name, "")?;
                    rows.set_profile(&name, &profile.email, &about, profile.modified)?;
                }
                Ok(profile)
            },
            |_| (),
        );
        let profile = written.await.map_err(WriteError::into_inner)?;
        // The address is remembered with the tokens that were verified.
        self.verified.forget_account(&profile.name);
        Ok(profile)
    }

    /// Replaces the caller's password, and ends their other logins: whoever changes a password may
    /// do so because somebody else knew it. Tokens that were made by name stay.
    pub async fn change_password(
        &self,
        caller: &Caller,
        change: PasswordChange,
        by: &Origin,
    ) -> Result<(), ProfileError> {
        let PasswordChange { old, new } = change;
        check_password(&new)?;
        let checked = self.sign_in(&caller.name, old, by.clone()).await?;
        let place = self.passwords.enter(AddressGroup::of_text(&by.address));
        let place = place.map_err(LoginError::from)?;
        let password_hash = place.hash(new).await.map_err(LoginError::from)?;
        let (name, session) = (caller.name.clone(), caller.session.clone());
        let by = by.clone();
        let (verified, granted) = (Arc::clone(&self.verified), Arc::clone(&self.granted));
        let account = caller.name.clone();
        let written = self.catalog.write(
            move |rows| {
                let now = SystemTime::now();
                // Somebody else may have changed it since the old one was found right.
                let account = rows.account(&name)?;
                if account.is_none_or(|it| it.password_hash != checked.password_hash) {
                    return Err(LoginError::Refused { name });
                }
                rows.add_event(&by, EventKind::AccountPassword, &name, "")?;
                rows.set_password(&name, &password_hash, now)?;
                rows.revoke_logins(&name, &session, now)?;
                Ok(rows.note_access_change()?)
            },
            move |change| {
                verified.forget_account(&account);
                granted.follow(*change);
            },
        );
        written.await.map_err(|error| match error {
            WriteError::Refused(error) => error.into(),
            WriteError::Catalog(error) => ProfileError::from(error),
        })?;
        Ok(())
    }
}

impl Profile {
    fn of(account: Account) -> Self {
        Self {
            name: account.name,
            email: account.email,
            // What cannot be read was written by another program, and is as good as nothing.
            about: serde_json::from_str(&account.profile).unwrap_or_default(),
            created: account.created,
            modified: account.modified,
        }
    }
}

impl ProfileChange {
    /// Checks what can be checked without the account.
    pub fn check(&self) -> Result<(), ProfileError> {
        if let Some(email) = &self.email
            && !email.is_empty()
            && plain_email(email.clone()).is_empty()
        {
            return Err(ProfileError::Email(email.chars().take(100).collect()));
        }
        for (field, text) in [
            ("fullname", &self.fullname),
            ("homepage", &self.homepage),
            ("freenode", &self.freenode),
            ("twitter", &self.twitter),
            ("github", &self.github),
        ] {
            let text = text.as_deref().unwrap_or_default();
            if text.chars().count() > LONGEST || text.contains(char::is_control) {
                return Err(ProfileError::Text { field });
            }
        }
        Ok(())
    }

    fn apply_to(self, profile: &mut Profile) {
        let about = &mut profile.about;
        for (said, place) in [
            (self.email, &mut profile.email),
            (self.fullname, &mut about.fullname),
            (self.homepage, &mut about.homepage),
            (self.freenode, &mut about.freenode),
            (self.twitter, &mut about.twitter),
            (self.github, &mut about.github),
        ] {
            if let Some(said) = said {
                *place = said;
            }
        }
    }
}
