//! What happened: every login, and every change of a token, a permission or a package.
//!
//! What was done is written in the transaction that does it, so there is never one without the other;
//! what was refused has none. Events are only ever added; the engine refuses anything else.

use std::time::SystemTime;

use rusqlite::{Connection, Row};

use crate::{
    catalog::Read,
    error::CatalogError,
    time::{from_millis, to_millis},
    writer::Write,
};

/// Longest target and longest detail that are kept, in characters.
const LONGEST: usize = 500;

/// Who does something, and from where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin {
    /// The user name; empty for somebody unknown.
    pub actor: String,
    /// The key of the token that was used; empty for none, and for a password.
    pub token: String,
    /// The client's address, or the name of a program on this machine.
    pub address: String,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $word:literal,)+) => {
        /// What can happen.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum EventKind { $($(#[$doc])* $kind,)+ }

        impl EventKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The word that rows hold and lists show.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $word),+ }
            }
        }
    };
}

kinds! {
    /// Somebody logged in, or tried to.
    Login = "login",
    /// Somebody ended a login of theirs.
    Logout = "logout",
    /// An account was made.
    AccountCreate = "account.create",
    /// An account got another password.
    AccountPassword = "account.password",
    /// An account says something else of its owner.
    AccountProfile = "account.profile",
    /// An account got another role.
    AccountRole = "account.role",
    /// An account can no longer log in.
    AccountDisable = "account.disable",
    /// An account can log in again.
    AccountEnable = "account.enable",
    /// An account was removed.
    AccountRemove = "account.remove",
    /// Somebody may make an account.
    AccountInvite = "account.invite",
    /// A token was made.
    TokenCreate = "token.create",
    /// A token was exchanged for its successor.
    TokenRefresh = "token.refresh",
    /// A token was revoked.
    TokenRevoke = "token.revoke",
    /// An API key was made.
    KeyCreate = "key.create",
    /// An API key was revoked.
    KeyRevoke = "key.revoke",
    /// Somebody wanted more than the token in use is for.
    TokenLimit = "token.limit",
    /// The registry signs with another key.
    SigningKeyRotate = "signing-key.rotate",
    /// Somebody is a member of an organisation, or something else there.
    OrgMemberSet = "org.member.set",
    /// Somebody is no longer a member of an organisation.
    OrgMemberRemove = "org.member.remove",
    /// A team was made.
    TeamCreate = "team.create",
    /// A team was removed.
    TeamDestroy = "team.destroy",
    /// Somebody is in a team.
    TeamAdd = "team.add",
    /// Somebody is no longer in a team.
    TeamRemove = "team.remove",
    /// A team may do something with a package.
    GrantSet = "grant.set",
    /// A team may no longer do something with a package.
    GrantRevoke = "grant.revoke",
    /// Only owners, teams and admins see a package, or everybody whom the rules let.
    PackageAccess = "package.access",
    /// A rule for a pattern was made or changed.
    RuleSet = "rule.set",
    /// A rule for a pattern was removed.
    RuleRemove = "rule.remove",
    /// Somebody wanted what only admins may.
    Administer = "administer",
    /// A version was published.
    PackagePublish = "package.publish",
    /// Versions were deprecated, or are no longer.
    PackageDeprecate = "package.deprecate",
    /// Versions were removed.
    PackageUnpublish = "package.unpublish",
    /// A package got other owners.
    PackageOwner = "package.owner",
    /// A dist-tag was moved.
    DistTagSet = "dist-tag.set",
    /// A dist-tag was removed.
    DistTagRemove = "dist-tag.remove",
}

impl EventKind {
    /// Reads the word of a kind.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    /// Whether a text is the word of a kind, or what some of them begin with: `account` is.
    pub fn is_word_or_family(text: &str) -> bool {
        Self::ALL.iter().any(|kind| {
            let rest = kind.as_str().strip_prefix(text);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

/// Something that happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// Grows from one event to the next.
    pub seq: i64,
    /// When.
    pub at: SystemTime,
    /// Who, and from where.
    pub origin: Origin,
    /// What.
    pub kind: String,
    /// To what: a package, an account, a token's key.
    pub target: String,
    /// Whether it was refused.
    pub refused: bool,
    /// More about it, or why it was refused.
    pub detail: String,
}

/// Which events are wanted. The default is: the newest ones.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Of whom.
    pub actor: Option<String>,
    /// Of that kind, or of all kinds whose words begin with this and a point.
    pub kind: Option<String>,
    /// To what.
    pub target: Option<String>,
    /// Only what was refused, or only what was not.
    pub refused: Option<bool>,
    /// Not before.
    pub since: Option<SystemTime>,
    /// Older than the event with this number.
    pub before: Option<i64>,
    /// Newer than the event with this number.
    pub after: Option<i64>,
}

impl Read<'_> {
    /// Returns at most so many events, the newest first.
    pub fn events(&self, filter: &EventFilter, most: u32) -> Result<Vec<Event>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT seq, at_ms, actor, token, address, kind, target, refused, detail FROM events
             WHERE (?1 IS NULL OR actor = ?1)
               AND (?2 IS NULL OR kind = ?2 OR kind LIKE ?2 || '.%')
               AND (?3 IS NULL OR target = ?3)
               AND (?4 IS NULL OR refused = ?4)
               AND (?5 IS NULL OR at_ms >= ?5)
               AND (?6 IS NULL OR seq < ?6)
               AND (?7 IS NULL OR seq > ?7)
             ORDER BY seq DESC LIMIT ?8",
        )?;
        let events = statement.query_map(
            (
                &filter.actor,
                &filter.kind,
                &filter.target,
                filter.refused,
                filter.since.map(to_millis),
                filter.before,
                filter.after,
                most,
            ),
            event,
        )?;
        Ok(events.collect::<Result<_, _>>()?)
    }
}

/// Returns the number of the newest event.
pub(crate) fn newest_event(connection: &Connection) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare_cached("SELECT coalesce(max(seq), 0) FROM events")?;
    statement.query_row([], |row| row.get(0))
}

/// Calls `each` with the events after the one with this number, the oldest first.
pub(crate) fn events_after(
    connection: &Connection,
    seq: i64,
    mut each: impl FnMut(Event),
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, at_ms, actor, token, address, kind, target, refused, detail FROM events
         WHERE seq > ?1 ORDER BY seq",
    )?;
    for found in statement.query_map([seq], event)? {
        each(found?);
    }
    Ok(())
}

impl Write<'_> {
    /// Tells that something was done.
    pub fn add_event(
        &self,
        origin: &Origin,
        kind: EventKind,
        target: &str,
        detail: &str,
    ) -> Result<(), CatalogError> {
        self.insert_event(origin, kind, target, false, detail)
    }

    /// Tells that something was not done, and why.
    pub fn add_refusal(
        &self,
        origin: &Origin,
        kind: EventKind,
        target: &str,
        why: &str,
    ) -> Result<(), CatalogError> {
        self.insert_event(origin, kind, target, true, why)
    }

    fn insert_event(
        &self,
        origin: &Origin,
        kind: EventKind,
        target: &str,
        refused: bool,
        detail: &str,
    ) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "INSERT INTO events
                     (at_ms, actor, token, address, kind, target, refused, detail)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                to_millis(SystemTime::now()),
                &origin.actor,
                &origin.token,
                &origin.address,
                kind.as_str(),
                shortened(target),
                refused,
                shortened(detail),
            ))?;
        Ok(())
    }
}

/// The text without what a terminal would take for a command, and not longer than is kept.
fn shortened(text: &str) -> String {
    let plain = text.chars().filter(|c| !c.is_control());
    plain.take(LONGEST).collect()
}

fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        seq: row.get(0)?,
        at: from_millis(row.get(1)?),
        origin: Origin {
            actor: row.get(2)?,
            token: row.get(3)?,
            address: row.get(4)?,
        },
        kind: row.get(5)?,
        target: row.get(6)?,
        refused: row.get(7)?,
        detail: row.get(8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bench;

    fn origin(actor: &str) -> Origin {
        Origin {
            actor: actor.to_owned(),
            token: String::new(),
            address: "192.0.2.1".to_owned(),
        }
    }

    fn bench() -> Bench {
        let bench = Bench::new();
        bench.write(|rows| {
            rows.add_event(&origin("alice"), EventKind::Login, "alice", "")?;
            rows.add_event(&origin("alice"), EventKind::PackagePublish, "a", "1.0.0")?;
            rows.add_refusal(&origin("bob"), EventKind::PackagePublish, "a", "not his")?;
            rows.add_event(&origin("bob"), EventKind::AccountRole, "bob", "admin")
        });
        bench
    }

    fn found(bench: &Bench, filter: &EventFilter) -> Vec<i64> {
        let events = bench.catalog.read(|rows| rows.events(filter, 10)).unwrap();
        events.into_iter().map(|event| event.seq).collect()
    }

    #[test]
    fn events_are_found_by_what_is_known_of_them() {
        let bench = bench();
        let all = EventFilter::default();
        let by = |change: fn(&mut EventFilter)| {
            let mut filter = all.clone();
            change(&mut filter);
            found(&bench, &filter)
        };
        assert_eq!(by(|_| ()), [4, 3, 2, 1]);
        assert_eq!(by(|it| it.actor = Some("bob".to_owned())), [4, 3]);
        assert_eq!(by(|it| it.target = Some("a".to_owned())), [3, 2]);
        assert_eq!(by(|it| it.kind = Some("login".to_owned())), [1]);
        assert_eq!(by(|it| it.kind = Some("package".to_owned())), [3, 2]);
        assert_eq!(by(|it| it.kind = Some("pack".to_owned())), [0; 0]);
        assert_eq!(by(|it| it.refused = Some(true)), [3]);
        assert_eq!(by(|it| it.before = Some(3)), [2, 1]);
        assert_eq!(by(|it| it.after = Some(3)), [4]);
        assert_eq!(
            by(|it| it.since = Some(SystemTime::now() + std::time::Duration::from_mins(1))),
            [0; 0]
        );
    }

    #[test]
    fn an_event_stays_as_it_is() {
        let bench = bench();
        for sql in ["UPDATE events SET actor = 'x'", "DELETE FROM events"] {
            let connection = Connection::open(bench.path()).unwrap();
            let refused = connection.execute_batch(sql).unwrap_err();
            assert!(refused.to_string().contains("only ever added"), "{refused}");
        }
        assert_eq!(found(&bench, &EventFilter::default()).len(), 4);
    }

    #[test]
    fn what_a_terminal_would_obey_is_left_out_and_what_is_long_is_cut() {
        let bench = Bench::new();
        let long = "é".repeat(LONGEST + 1);
        bench.write(move |rows| {
            rows.add_event(
                &origin("a"),
                EventKind::PackagePublish,
                "a\u{1b}[2J\n",
                &long,
            )
        });
        let events = bench
            .catalog
            .read(|rows| rows.events(&EventFilter::default(), 1));
        let event = events.unwrap().pop().unwrap();
        assert_eq!(event.target, "a[2J");
        assert_eq!(event.detail.chars().count(), LONGEST);
    }

    #[test]
    fn every_kind_has_a_word_of_its_own() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(EventKind::parse("nothing"), None);
        for (text, is_one) in [
            ("login", true),
            ("org.member", true),
            ("org", true),
            ("pack", false),
            ("", false),
        ] {
            assert_eq!(EventKind::is_word_or_family(text), is_one, "{text}");
        }
    }
}
