//! What was checked a moment ago, and need not be checked again.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use catalog::{Account, Used};
use ring::digest;
use tokio::sync::watch;

use crate::{
    address_group::AddressGroup,
    identity::{Caller, TokenProblem},
    token,
};

/// Verified tokens that are remembered. At about 200 bytes each they stay below 4 MiB.
const REMEMBERED: usize = 16 * 1024;

/// Passwords in headers that are remembered as right, and as many that are remembered as wrong.
const REMEMBERED_PASSWORDS: usize = 1024;

/// How long a verified token is believed without asking the catalogue. A revocation by this process
/// counts at once, and one by another as soon as that is noticed, so this is for what nobody told of.
const BELIEVED: Duration = Duration::from_secs(5);

/// The hash that a text is remembered by: the text itself could be stolen from memory. It is compared
/// as any key of a table is; who could learn from the time it takes would have to choose its bits.
pub(crate) type Fingerprint = [u8; 32];

pub(crate) fn fingerprint(token: &str) -> Fingerprint {
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    fingerprint
}

/// What was sent. A token is never looked for among the headers: whoever could send the text that a
/// header is remembered by as a token would guess passwords without an attempt.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Sent {
    /// A token or an API key.
    Token(Fingerprint),
    /// A header with a password, and the addresses it comes from.
    Header(Fingerprint),
}

impl Sent {
    pub(crate) fn token(text: &str) -> Self {
        Self::Token(fingerprint(text))
    }

    pub(crate) fn header(header: &str, from: AddressGroup) -> Self {
        Self::Header(fingerprint(&format!("{from} {header}")))
    }
}

/// Tokens whose signature and session were checked a moment ago, by the hash of their text.
#[derive(Debug, Default)]
pub(crate) struct VerifiedTokens {
    tokens: Mutex<Tokens>,
    endings: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Tokens {
    verified: HashMap<Sent, Verified>,
    /// How many sessions have been ended here.
    ended: u64,
}

/// A token that was verified.
#[derive(Debug)]
pub(crate) struct Verified {
    caller: Arc<Caller>,
    /// In seconds since 1970.
    expires: u64,
    /// The issuer that has to be chosen for it to count, when that is not us.
    only_under: Option<String>,
    checked: Instant,
}

impl Verified {
    /// A token with a session here.
    pub(crate) fn ours(caller: Arc<Caller>, expires: u64) -> Self {
        Self {
            caller,
            expires,
            only_under: None,
            checked: Instant::now(),
        }
    }

    /// A token of an issuer elsewhere.
    pub(crate) fn elsewhere(caller: Arc<Caller>, expires: u64, issuer: String) -> Self {
        Self {
            only_under: Some(issuer),
            ..Self::ours(caller, expires)
        }
    }
}

/// What is remembered of a token.
#[derive(Debug)]
pub(crate) enum Known {
    /// All that has to be.
    Fresh(Arc<Caller>),
    /// That it is the token of a session, which has to be looked up again.
    Stale(String),
}

impl VerifiedTokens {
    /// Returns what is known of a token while the 13 bytes choose this issuer.
    pub(crate) fn get(&self, key: &Sent, now: SystemTime, issuer: &str) -> Option<Known> {
        let tokens = self.lock();
        let Verified {
            caller,
            expires,
            only_under,
            checked,
        } = tokens.verified.get(key)?;
        let is_chosen = only_under.as_deref().is_none_or(|only| only == issuer);
        if !is_chosen || token::seconds(now) >= *expires {
            return None;
        }
        match (checked.elapsed() < BELIEVED, only_under) {
            (true, _) => Some(Known::Fresh(Arc::clone(caller))),
            (false, None) => Some(Known::Stale(caller.session.clone())),
            // It has no session that could be looked up.
            (false, Some(_)) => None,
        }
    }

    /// Returns what [`put`](Self::put) has to be told, from before the session is looked up.
    pub(crate) fn ended(&self) -> u64 {
        self.lock().ended
    }

    /// Remembers a token, unless some session was ended since `ended_before`: it may have been
    /// this one, after it was looked up and found open.
    pub(crate) fn put(&self, key: Sent, verified: Verified, ended_before: u64) {
        let mut tokens = self.lock();
        if tokens.ended != ended_before {
            return;
        }
        let tokens = &mut tokens.verified;
        if tokens.len() >= REMEMBERED {
            tokens.retain(|_, verified| verified.checked.elapsed() < BELIEVED);
        }
        if tokens.len() < REMEMBERED {
            tokens.insert(key, verified);
        }
    }

    /// Forgets the tokens of sessions that have ended.
    pub(crate) fn forget(&self, sessions: &[String]) {
        let sessions: HashSet<&str> = sessions.iter().map(String::as_str).collect();
        self.forget_where(|caller| sessions.contains(caller.session.as_str()));
    }

    /// Forgets the tokens of an account that has changed.
    pub(crate) fn forget_account(&self, name: &str) {
        self.forget_where(|caller| caller.name == name);
    }

    /// Forgets all of them, because nobody knows what has changed.
    pub(crate) fn forget_all(&self) {
        self.forget_where(|_| true);
    }

    fn forget_where(&self, is_over: impl Fn(&Caller) -> bool) {
        let mut tokens = self.lock();
        tokens.ended += 1;
        tokens
            .verified
            .retain(|_, verified| !is_over(&verified.caller));
        drop(tokens);
        self.endings.send_replace(());
    }

    /// Returns what hears each time that some token may have ceased to count, or somebody to be what
    /// they were.
    pub(crate) fn endings(&self) -> watch::Receiver<()> {
        self.endings.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Headers whose password was looked at, by the hash of their text and the address they came from,
/// each with what the account was like. Two password hashes are compared, neither of which the sender
/// knows or chooses.
#[derive(Debug, Default)]
pub(crate) struct PasswordsSeen(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    right: HashMap<Sent, String>,
    /// Apart from the others, since anybody can fill it.
    wrong: HashMap<Sent, String>,
}

impl PasswordsSeen {
    /// Returns what is known of a header without looking at its password.
    pub(crate) fn known(
        &self,
        key: &Sent,
        account: Option<Account>,
    ) -> Option<Result<Arc<Caller>, TokenProblem>> {
        let now = likeness(account.as_ref());
        let seen = self.lock();
        if seen.wrong.get(key) == Some(&now) {
            return Some(Err(TokenProblem::WrongPassword));
        }
        let account = account.filter(|_| seen.right.get(key) == Some(&now))?;
        Some(Ok(Arc::new(Caller::with_password(account))))
    }

    /// Forgets all of them, because nobody knows what has changed.
    pub(crate) fn forget_all(&self) {
        *self.lock() = Seen::default();
    }

    pub(crate) fn put(&self, key: Sent, right: bool, account: Option<&Account>) {
        let mut seen = self.lock();
        let seen = if right {
            &mut seen.right
        } else {
            &mut seen.wrong
        };
        if seen.len() >= REMEMBERED_PASSWORDS {
            seen.clear();
        }
        seen.insert(key, likeness(account));
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seen(***)")
    }
}

/// Changes when another password than before may be right, or none: nobody's, the account's, or one's
/// that cannot log in.
fn likeness(account: Option<&Account>) -> String {
    match account {
        Some(account) if account.disabled => format!("disabled {}", account.password_hash),
        Some(account) => account.password_hash.clone(),
        None => String::new(),
    }
}

/// When sessions were used last, until that is written down. There are never more than were used
/// between two times of writing.
#[derive(Debug, Default)]
pub(crate) struct LastUses(Mutex<HashMap<String, Used>>);

impl LastUses {
    pub(crate) fn note(&self, session: &str, address: IpAddr) {
        let used = Used {
            at: SystemTime::now(),
            from: address.to_canonical().to_string(),
        };
        self.lock().insert(session.to_owned(), used);
    }

    /// Returns what was noted of a session and is not written down yet.
    pub(crate) fn of(&self, session: &str) -> Option<Used> {
        self.lock().get(session).cloned()
    }

    /// Takes out what is to be written down.
    pub(crate) fn take(&self) -> Vec<(String, Used)> {
        std::mem::take(&mut *self.lock()).into_iter().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Used>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
