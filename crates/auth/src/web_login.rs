//! Logging in through a page: a client asks for a login, a person approves it in a browser, the
//! client fetches its token.
//!
//! A login has two names. The *page* is in the address that the person opens, and so on screens and
//! in histories; whoever has it can see who asks, and approve with a password. The *poll* is known to
//! the client alone, and whoever has it gets the token, once. Both are too long to guess, and both
//! are over after [`OPEN_FOR`]. They are kept in memory: a restart ends them, and clients ask again.

use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use config13::Config13;

use crate::{
    auth::Auth,
    identity::{Fingerprint, fingerprint},
    login::{Credentials, LoggedIn, LoginError, origin, random_id},
};

/// How long a person has to approve, and then the client to fetch its token.
pub const OPEN_FOR: Duration = Duration::from_mins(10);

/// Logins that are open at a time, in all and for one address. Clients ask for one at a time.
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
    /// Others ask too much.
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
        let (name, checked) = if new_account {
            self.sign_up(credentials, invitation, address).await?
        } else {
            let Credentials { name, password, .. } = credentials;
            let account = self.sign_in(&name, password).await?;
            (account.name, account.password_hash)
        };
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
    fn add(&self, page: String, open: Open) -> Result<(), BeginError> {
        let mut logins = self.lock();
        logins.0.retain(|_, open| !open.is_over());
        let of_one = logins.0.iter();
        // One that was approved is somebody's token, who is about to fetch it.
        let of_one = of_one.filter(|(_, other)| {
            other.asker.address == open.asker.address && other.approved.is_none()
        });
        let (count, oldest) =
            of_one.fold((0, None), |(count, oldest): (usize, _), (page, other)| {
                let older = oldest.is_none_or(|(_, begun)| other.begun < begun);
                (
                    count + 1,
                    if older {
                        Some((page, other.begun))
                    } else {
                        oldest
                    },
                )
            });
        // Whoever asks again and again loses their own first.
        if count >= MOST_OF_ONE
            && let Some(oldest) = oldest.map(|(page, _)| page.clone())
        {
            logins.0.remove(&oldest);
        }
        if logins.0.len() >= MOST {
            return Err(BeginError::TooMany);
        }
        logins.0.insert(page, open);
        Ok(())
    }

    fn lock(&self) -> Logins<'_> {
        Logins(self.0.lock().unwrap_or_else(PoisonError::into_inner))
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

    /// Takes out the login of a poll if it was approved.
    fn take_approved(&mut self, poll: &str) -> Result<Option<Approved>, PollError> {
        let (page, secret) = poll
            .split_at_checked(poll.len() / 2)
            .ok_or(PollError::Over)?;
        let open = self.current(page).ok_or(PollError::Over)?;
        // Hashes are compared, so the time tells nothing of the secret.
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
