//! What each command does and answers, a file for each family.

mod config;
mod key;
mod log;
mod package;
mod publish;
mod rule;
mod session;
mod tag;
mod team;
mod user;

pub use config::json_value;
pub(crate) use rule::check_revoke;
pub(crate) use team::check_team_add;
