//! Logging in through a page: a client asks for a login, a person approves it in a browser, the
//! client fetches its token.
//!
//! A login has two names. The *page* is in the address that the person opens, and so on screens and
//! in histories; whoever has it can see who asks, and approve with a password. The *poll* is known to
//! the client alone, and whoever has it gets the token, once. Both are too long to guess, and both
//! are over after [`OPEN_FOR`]. They are kept in memory: a restart ends them, and clients ask again.

use std::{
    cmp::Reverse,
    collections::HashMap,
    fmt,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use config13::Config13;

use crate::{
    address_group::AddressGroup,
    auth::Auth,
    login::{Credentials, LoggedIn, LoginError, origin, random_id},
    trial::stranger,
    verified::{Fingerprint, fingerprint},
};

/// How long a person has to approve, and then the client to fetch its token.
pub const OPEN_FOR: Duration = Duration::from_mins(10);

/// Logins that are open at a time, in all and for one group of addresses. Clients ask for one at a
/// time.
const MOST: usize = 4096;
const MOST_OF_ONE: usize = 32;

/// Passwords that may be tried on one page.
const MOST_TRIES: u32 = 10;

/// Characters of what a client says it is.
const LONGEST_CLIENT: usize = 120;

/// Who asks to log in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Asker {
    /// Where they ask from.
    pub address: IpAddr,
    /// What their client says it is.
    pub client: String,
    /// Whether they want a new account.
    pub wants_account: bool,
}

/// The two names of a login that was begun.
#[derive(Clone)]
pub struct WebLogin {
    /// What the person opens.
    pub page: String,
    /// What the client fetches its token with.
    pub poll: String,
}

impl fmt::Debug for WebLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebLogin(***)")
    }
}

/// What a page shows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PageState {
    /// Somebody waits for an answer.
    Asks(Asker),
    /// It was approved in the name of this account.
    Approved(String),
}

/// Why no login was begun.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// There is no room, and all that is there was approved.
    #[error("too many logins are waiting for an answer; try again in a few minutes")]
    TooMany,
    /// The system gave no randomness.
    #[error(transparent)]
    Login(#[from] LoginError),
}

/// Why a login was not approved.
#[derive(Debug, thiserror::Error)]
pub enum ApproveError {
    /// It is over, was answered, or never was.
    #[error("this login is over; start it again in your terminal")]
    Over,
    /// The name and the password are not good.
    #[error(transparent)]
    Login(#[from] LoginError),
}

/// Why there is no token and will be none.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// It is over, was refused, or the token was fetched already.
    #[error("this login is over or was refused; log in again")]
    Over,
    /// No token could be issued.
    #[error(transparent)]
    Login(#[from] LoginError),
}

/// The logins that are open.
#[derive(Debug, Default)]
pub(crate) struct WebLogins(Mutex<HashMap<String, Open>>);

#[derive(Debug)]
struct Open {
    asker: Asker,
    /// The hash of the secret half of the poll.
    secret: Fingerprint,
    begun: Instant,
    tries: u32,
    approved: Option<Approved>,
}

/// In whose name, and by which password: a login is no good any more once that was changed.
#[derive(Clone)]
struct Approved {
    name: String,
    checked: String,
    /// The person's browser.
    address: IpAddr,
}

impl fmt::Debug for Approved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Approved")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Auth {
    /// Begins a login.
    pub fn begin_web_login(&self, mut asker: Asker) -> Result<WebLogin, BeginError> {
        let (page, secret) = (random_id()?, random_id()?);
        let poll = format!("{page}{secret}");
        asker.client.retain(|c| !c.is_control());
        asker.client = asker.client.chars().take(LONGEST_CLIENT).collect();
        let open = Open {
            asker,
            secret: fingerprint(&secret),
            begun: Instant::now(),
            tries: 0,
            approved: None,
        };
        self.web_logins.add(page.clone(), open)?;
        Ok(WebLogin { page, poll })
    }

    /// Returns what a page shows, unless its login is over.
    pub fn web_login(&self, page: &str) -> Option<PageState> {
        let mut logins = self.web_logins.lock();
        let open = logins.current(page)?;
        Some(match &open.approved {
            None => PageState::Asks(open.asker.clone()),
            Some(approved) => PageState::Approved(approved.name.clone()),
        })
    }

    /// Approves a login in the name of the account whose password this is; with `new_account`, the
    /// account is made, by an invitation where that is needed. Returns the account's name.
    pub async fn approve_web_login(
        &self,
        page: &str,
        credentials: Credentials,
        new_account: bool,
        invitation: Option<&str>,
        address: IpAddr,
    ) -> Result<String, ApproveError> {
        self.web_logins.lock().take_try(page)?;
        let tried = if new_account {
            self.sign_up(credentials, invitation, address).await
        } else {
            let Credentials { name, password, .. } = credentials;
            let account = self.sign_in(&name, password, stranger(address)).await;
            account.map(|it| (it.name, it.password_hash))
        };
        let (name, checked) = tried.inspect_err(|error| {
            // Whoever has to wait shall not lose the page over it.
            if matches!(error, LoginError::TooMany(_) | LoginError::Hash(_)) {
                self.web_logins.lock().give_back_try(page);
            }
        })?;
        let mut logins = self.web_logins.lock();
        let open = logins.current(page).ok_or(ApproveError::Over)?;
        // Two people with one page: the first one's answer counts.
        if open.approved.is_some() {
            return Err(ApproveError::Over);
        }
        open.approved = Some(Approved {
            name: name.clone(),
            checked,
            address,
        });
        Ok(name)
    }

    /// Refuses a login. Whether there was one makes no difference.
    pub fn refuse_web_login(&self, page: &str) {
        let mut logins = self.web_logins.lock();
        if logins
            .current(page)
            .is_some_and(|open| open.approved.is_none())
        {
            logins.0.remove(page);
        }
    }

    /// Returns the token once a login was approved, and nothing before. It can be fetched once.
    pub async fn poll_web_login(
        &self,
        poll: &str,
        settings: &Config13,
    ) -> Result<Option<LoggedIn>, PollError> {
        let Some(approved) = self.web_logins.lock().take_approved(poll)? else {
            return Ok(None);
        };
        let Approved {
            name,
            checked,
            address,
        } = approved;
        let by = origin(&name, address);
        let issued = self.issue_login(&name, checked, settings, &by).await;
        let token = issued.map_err(|error| match error {
            LoginError::Refused { .. } => PollError::Over,
            other => other.into(),
        })?;
        Ok(Some(LoggedIn {
            name,
            token,
            created: false,
        }))
    }
}

impl WebLogins {
    /// Adds a login. Whoever asks again and again loses their own first, and when there is no room, those
    /// lose whose site has taken most of it: a stranger with many networks keeps nobody from logging in.
    fn add(&self, page: String, open: Open) -> Result<(), BeginError> {
        let mut logins = self.lock();
        logins.0.retain(|_, open| !open.is_over());
        let group = AddressGroup::of(open.asker.address);
        let (mut own, mut sites) = (None, HashMap::new());
        for (page, open) in logins.0.iter() {
            // One that was approved is somebody's token, who is about to fetch it.
            if open.approved.is_none() {
                let waits = (open.begun, page);
                let other = AddressGroup::of(open.asker.address);
                if other == group {
                    Waiting::add(&mut own, waits);
                }
                Waiting::add(sites.entry(other.site()).or_default(), waits);
            }
        }
        let loser = if own.as_ref().is_some_and(|own| own.count >= MOST_OF_ONE) {
            own
        } else if logins.0.len() >= MOST {
            let sites = sites.into_values().flatten();
            let largest = sites.max_by_key(|it| (it.count, Reverse(it.oldest)));
            Some(largest.ok_or(BeginError::TooMany)?)
        } else {
            None
        };
        if let Some(lost) = loser.map(|loser| loser.oldest.1.clone()) {
            logins.0.remove(&lost);
        }
        logins.0.insert(page, open);
        Ok(())
    }

    fn lock(&self) -> Logins<'_> {
        Logins(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The logins of some addresses that wait for an answer.
struct Waiting<'a> {
    count: usize,
    oldest: (Instant, &'a String),
}

impl<'a> Waiting<'a> {
    fn add(waiting: &mut Option<Self>, login: (Instant, &'a String)) {
        let (count, oldest) = (0, login);
        let waiting = waiting.get_or_insert(Self { count, oldest });
        waiting.count += 1;
        waiting.oldest = waiting.oldest.min(login);
    }
}

impl Open {
    fn is_over(&self) -> bool {
        self.begun.elapsed() >= OPEN_FOR || self.tries > MOST_TRIES
    }
}

struct Logins<'a>(MutexGuard<'a, HashMap<String, Open>>);

impl Logins<'_> {
    fn current(&mut self, page: &str) -> Option<&mut Open> {
        self.0.get_mut(page).filter(|open| !open.is_over())
    }

    /// Counts a password that is tried on a page that was not answered yet.
    fn take_try(&mut self, page: &str) -> Result<(), ApproveError> {
        let open = self.current(page).filter(|open| open.approved.is_none());
        let open = open.ok_or(ApproveError::Over)?;
        open.tries += 1;
        if open.is_over() {
            return Err(ApproveError::Over);
        }
        Ok(())
    }

    /// The password was not looked at.
    fn give_back_try(&mut self, page: &str) {
        if let Some(open) = self.current(page) {
            open.tries = open.tries.saturating_sub(1);
        }
    }

    /// Takes out the login of a poll if it was approved.
    fn take_approved(&mut self, poll: &str) -> Result<Option<Approved>, PollError> {
        let (page, secret) = poll
            .split_at_checked(poll.len() / 2)
            .ok_or(PollError::Over)?;
        let open = self.current(page).ok_or(PollError::Over)?;
        // Hashes are compared. The time tells where they differ, from which nobody learns a secret
        // that has such a hash: it would take finding one for each bit. The page is no secret of the
        // client's, and is looked up by a hash that is keyed anew in each process.
        if open.secret != fingerprint(secret) {
            return Err(PollError::Over);
        }
        let approved = open.approved.take();
        if approved.is_some() {
            self.0.remove(page);
        }
        Ok(approved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approved_login_is_never_thrown_out() {
        let logins = WebLogins::default();
        let open = |number: usize| {
            let [_, a, b, c] = u32::try_from(number).unwrap().to_be_bytes();
            Open {
                asker: Asker {
                    address: [10, a, b, c].into(),
                    client: String::new(),
                    wants_account: false,
                },
                secret: fingerprint("secret"),
                begun: Instant::now(),
                tries: 0,
                approved: Some(Approved {
                    name: "alice".to_owned(),
                    checked: String::new(),
                    address: [10, a, b, c].into(),
                }),
            }
        };
        for number in 0..MOST {
            logins.add(number.to_string(), open(number)).unwrap();
        }
        let refused = logins.add("one more".to_owned(), open(MOST));
        assert!(matches!(refused, Err(BeginError::TooMany)));
        logins.lock().current("0").unwrap().approved = None;
        logins.add("one more".to_owned(), open(MOST)).unwrap();
        let mut logins = logins.lock();
        assert!(logins.current("0").is_none() && logins.current("1").is_some());
        assert_eq!(logins.0.len(), MOST);
    }
}
