//! Invitations: whoever has one may make an account.

use std::time::SystemTime;

use rusqlite::OptionalExtension;

use crate::{account::Role, catalog::Read, error::CatalogError, time::to_millis, writer::Write};

/// An invitation that is to be given.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// The hash of its text, which is kept nowhere.
    pub secret: [u8; 32],
    /// What the account may do that is made with it.
    pub role: Role,
    /// Who gives it.
    pub invited_by: String,
    /// When it is given.
    pub created: SystemTime,
    /// When it stops being good.
    pub expires: SystemTime,
}

impl Read<'_> {
    /// Tells whether an invitation can be used.
    pub fn has_invitation(&self, secret: &[u8; 32], now: SystemTime) -> Result<bool, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM invitations WHERE secret = ?1 AND expires_ms > ?2)",
        )?;
        Ok(statement.query_row((secret, to_millis(now)), |row| row.get(0))?)
    }
}

impl Write<'_> {
    /// Remembers an invitation, and forgets those that are over.
    pub fn add_invitation(&self, new: &NewInvitation) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("DELETE FROM invitations WHERE expires_ms <= ?1")?
            .execute([to_millis(new.created)])?;
        self.connection
            .prepare_cached(
                "INSERT INTO invitations (secret, role, invited_by, created_ms, expires_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((
                new.secret,
                new.role.as_str(),
                &new.invited_by,
                to_millis(new.created),
                to_millis(new.expires),
            ))?;
        Ok(())
    }

    /// Uses an invitation up. Returns what its account may do and who gave it; nothing when it was
    /// used, is over, or never was.
    pub fn take_invitation(
        &self,
        secret: &[u8; 32],
        now: SystemTime,
    ) -> Result<Option<(Role, String)>, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "DELETE FROM invitations WHERE secret = ?1 AND expires_ms > ?2
             RETURNING role, invited_by",
        )?;
        let taken = statement.query_row((secret, to_millis(now)), |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?))
        });
        let taken: Option<(String, String)> = taken.optional()?;
        taken
            .map(|(role, by)| Ok((Role::of_row(&role)?, by)))
            .transpose()
    }

    /// Takes back the invitations that somebody gave. Returns how many there were.
    pub fn remove_invitations_of(&self, invited_by: &str) -> Result<usize, CatalogError> {
        let removed = self
            .connection
            .prepare_cached("DELETE FROM invitations WHERE invited_by = ?1")?
            .execute([invited_by])?;
        Ok(removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, at};

    fn invite(bench: &Bench, secret: [u8; 32], by: &'static str) {
        bench.write(move |rows| {
            rows.add_invitation(&NewInvitation {
                secret,
                role: Role::Reader,
                invited_by: by.to_owned(),
                created: at(1_000),
                expires: at(2_000),
            })
        });
    }

    #[test]
    fn an_invitation_is_good_once_and_for_a_while() {
        let bench = Bench::new();
        invite(&bench, [1; 32], "alice");
        invite(&bench, [2; 32], "alice");
        let has = |secret: [u8; 32], now| {
            let has = bench
                .catalog
                .read(|rows| rows.has_invitation(&secret, at(now)));
            has.unwrap()
        };
        assert!(has([1; 32], 1_999) && !has([1; 32], 2_000) && !has([3; 32], 1_500));
        let take =
            |secret: [u8; 32], now| bench.write(move |rows| rows.take_invitation(&secret, at(now)));
        assert_eq!(take([3; 32], 1_500), None);
        assert_eq!(take([2; 32], 2_000), None);
        let taken = Some((Role::Reader, "alice".to_owned()));
        assert_eq!(take([1; 32], 1_999), taken);
        assert_eq!(take([1; 32], 1_999), None);
        assert!(!has([1; 32], 1_999));
    }

    #[test]
    fn what_somebody_gave_can_be_taken_back() {
        let bench = Bench::new();
        invite(&bench, [1; 32], "alice");
        invite(&bench, [2; 32], "bob");
        invite(&bench, [3; 32], "alice");
        assert_eq!(bench.write(|rows| rows.remove_invitations_of("alice")), 2);
        let left = [[1; 32], [2; 32], [3; 32]].map(|secret| {
            let has = bench
                .catalog
                .read(|rows| rows.has_invitation(&secret, at(1_500)));
            has.unwrap()
        });
        assert_eq!(left, [false, true, false]);
    }
}
