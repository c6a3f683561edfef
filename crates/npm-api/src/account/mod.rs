//! Accounts on the wire: who am I, log in, log out.
//!
//! - `GET /-/whoami` — `npm whoami`
//! - `GET /-/user/org.couchdb.user:{user}` — `npm owner add`
//! - `PUT /-/user/org.couchdb.user:{user}` — `npm login`, `npm adduser`
//! - `DELETE /-/user/token/{token}` — `npm logout`

mod login;
mod logout;
mod user;
mod whoami;
mod wire;

pub(crate) use login::{Login, issued};
pub(crate) use logout::Logout;
pub(crate) use user::GetUser;
pub(crate) use whoami::WhoAmI;
