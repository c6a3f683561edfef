//! Invitations: whoever has one may make one account.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use catalog::{CatalogError, EventKind, NewInvitation, Origin, Role, WriteError};
use npm_model::rfc3339_millis;

use crate::{
    auth::{Auth, Registration},
    login::{LoginError, random_id},
    people::People,
    verified::{Fingerprint, fingerprint},
};

/// What every invitation begins with, so that one is known where it was left lying.
const BEGINNING: &str = "r13i_";

/// Longest time that an invitation may be good, in days.
const LONGEST_DAYS: u32 = 365;

/// An invitation that was given. Its text is shown once.
pub struct Invitation {
    /// What the invited person needs.
    pub text: String,
    /// What their account may do.
    pub role: Role,
    /// When it stops being good.
    pub expires: SystemTime,
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invitation")
            .field("text", &"***")
            .field("role", &self.role)
            .field("expires", &self.expires)
            .finish()
    }
}

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// It would be good for too long, or not at all.
    #[error("an invitation can be good for 1 to {LONGEST_DAYS} days")]
    Days,
    /// Nobody could use it.
    #[error(
        "an invitation would be good for nothing, since registration is closed; \
         set [auth] registration = \"invite\", or make the account yourself"
    )]
    Closed,
    /// The system gave no randomness.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The catalogue refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl Auth {
    /// Invites somebody, unless nobody could follow an invitation.
    pub async fn invite(
        &self,
        role: Role,
        days: u32,
        by: &Origin,
    ) -> Result<Invitation, InviteError> {
        if self.registration() == Registration::Closed {
            return Err(InviteError::Closed);
        }
        self.people().invite(role, days, by).await
    }
}

impl People {
    /// For how many days an invitation is good when nobody says otherwise.
    pub const INVITED_FOR_DAYS: u32 = 7;

    /// Invites somebody to make an account that may do so much.
    pub async fn invite(
        &self,
        role: Role,
        days: u32,
        by: &Origin,
    ) -> Result<Invitation, InviteError> {
        if !(1..=LONGEST_DAYS).contains(&days) {
            return Err(InviteError::Days);
        }
        let created = SystemTime::now();
        let expires = created + Duration::from_secs(u64::from(days) * 24 * 60 * 60);
        let text = format!("{BEGINNING}{}", random_id()?);
        let new = NewInvitation {
            secret: secret(&text),
            role,
            invited_by: by.actor.clone(),
            created,
            expires,
        };
        let by = by.clone();
        let written = self.catalog.write(
            move |rows| {
                rows.add_invitation(&new)?;
                let until = rfc3339_millis(new.expires);
                let kind = EventKind::AccountInvite;
                rows.add_event(&by, kind, new.role.as_str(), &format!("until {until}"))
            },
            |()| (),
        );
        written.await.map_err(WriteError::into_inner)?;
        Ok(Invitation {
            text,
            role,
            expires,
        })
    }
}

/// What is kept of an invitation. It is too long to guess, so a plain hash is enough.
pub(crate) fn secret(text: &str) -> Fingerprint {
    fingerprint(text)
}
